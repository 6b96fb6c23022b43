"""Prints the visible windows of a Windows desktop, one JSON object per line. Runs on Windows."""

import ctypes
import json
import sys

if sys.platform == "win32":
    from ctypes import wintypes

    user = ctypes.windll.user32

    @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    def show(window: int, _: int) -> bool:
        if user.IsWindowVisible(window):
            title, kind = ctypes.create_unicode_buffer(300), ctypes.create_unicode_buffer(300)
            user.GetWindowTextW(window, title, 300)
            user.GetClassNameW(window, kind, 300)
            rect = wintypes.RECT()
            user.GetWindowRect(window, ctypes.byref(rect))
            edges = [rect.left, rect.top, rect.right, rect.bottom]
            print(json.dumps({"title": title.value, "kind": kind.value, "edges": edges}))
        return True

    user.EnumWindows(show, 0)
