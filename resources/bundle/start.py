"""What a bundle does before the program starts: PyInstaller runs this first.

A bundle has no Python, and its ``sys.executable`` is the program itself. The one call to Python is
for the keyring's process, ``deepvue-tray -P -c …``: the program then is that process.

PyInstaller's starter puts the bundle's libraries on ``LD_LIBRARY_PATH`` and keeps what stood there
in ``LD_LIBRARY_PATH_ORIG``. The running program is linked by then; what it starts, such as a
browser, must find the desktop's own.
"""

import os
import runpy
import sys

before = os.environ.pop("LD_LIBRARY_PATH_ORIG", "")
os.environ.pop("LD_LIBRARY_PATH", None)
if before:
    os.environ["LD_LIBRARY_PATH"] = before

if sys.argv[1:3] == ["-P", "-c"]:
    runpy.run_module("deepvue_tray.services.keyring_child", run_name="__main__")
    sys.exit()
