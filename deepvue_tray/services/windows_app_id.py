"""The program's identity on Windows: its AppUserModelID, with the name and the icon of that."""

import ctypes
import logging
import sys
from pathlib import Path

logger = logging.getLogger(__name__)

APP_ID = "deepvue-tray"
"""The installer gives the same to the program's entry in the Start menu."""

KEY = rf"Software\Classes\AppUserModelId\{APP_ID}"
"""In the current user's registry. Notifications show its name and icon."""

if sys.platform == "win32":
    import winreg

    def set_app_id(icon: Path) -> None:
        """Let Windows know this process as deepvue-tray; must be called before the first window.

        Otherwise the task bar takes the windows of a program that pip installed for Python's.
        """
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)
        try:
            # desktop-notifier writes these values only if Windows reports no ID for the process,
            # and Windows shows no notification of an ID that it does not know.
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY) as key:
                winreg.SetValueEx(key, "DisplayName", 0, winreg.REG_SZ, APP_ID)
                winreg.SetValueEx(key, "IconUri", 0, winreg.REG_SZ, icon.as_uri())
        except OSError as error:
            logger.warning("HKCU\\%s: %s", KEY, error.strerror)
