"""Runs in a bundle before the program, as PyInstaller's runtime hook.

In a bundle, ``sys.executable`` is the program itself, not a Python interpreter. The program starts
one Python process, for the keyring: ``deepvue-tray -P -c …``. This hook runs that process's module.

PyInstaller's bootloader puts the bundle's folder on ``LD_LIBRARY_PATH`` and the previous value into
``LD_LIBRARY_PATH_ORIG``. The program's own libraries are loaded already. Programs that it starts,
such as a browser, need the previous value.
"""

import os
import runpy
import sys

original = os.environ.pop("LD_LIBRARY_PATH_ORIG", "")
os.environ.pop("LD_LIBRARY_PATH", None)
if original:
    os.environ["LD_LIBRARY_PATH"] = original

if sys.argv[1:3] == ["-P", "-c"]:
    runpy.run_module("deepvue_tray.services.keyring_child", run_name="__main__")
    sys.exit()
