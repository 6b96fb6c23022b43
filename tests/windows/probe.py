"""Prints the visible windows of a Windows desktop as JSON, once for each line that it reads.

Runs on Windows, as long as its standard input is open: under Wine a start of Python takes seconds.
"""

import ctypes
import json
import sys

if sys.platform == "win32":
    from ctypes import wintypes

    user = ctypes.windll.user32
    found: list[dict[str, object]] = []

    @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    def note(window: int, _: int) -> bool:
        if user.IsWindowVisible(window):
            title, kind = ctypes.create_unicode_buffer(300), ctypes.create_unicode_buffer(300)
            user.GetWindowTextW(window, title, 300)
            user.GetClassNameW(window, kind, 300)
            rect = wintypes.RECT()
            user.GetWindowRect(window, ctypes.byref(rect))
            edges = [rect.left, rect.top, rect.right, rect.bottom]
            found.append({"title": title.value, "kind": kind.value, "edges": edges})
        return True

    for _ in sys.stdin:
        found.clear()
        user.EnumWindows(note, 0)
        print(json.dumps(found), flush=True)
