"""A lock that one process at a time holds, for changes of a file that several processes make."""

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TIMEOUT_S = 5.0
"""The longest wait for another process, whose change takes milliseconds."""

_RETRY_S = 0.01
"""Between two attempts, because no system offers a lock with a time-out."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``, which is created and stays; a process's end releases it.

    Raises OSError if the file cannot be opened, TimeoutError after TIMEOUT_S.
    """
    end = time.monotonic() + TIMEOUT_S
    with path.open("ab") as file:
        while not _is_locked(file):
            if time.monotonic() > end:
                raise TimeoutError(0, "another process does not release it")
            time.sleep(_RETRY_S)
        yield


def _is_locked(file: BinaryIO) -> bool:
    """Lock a file unless another process has; closing it releases the lock."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Wine reports the lock of another process without an error number.
        if error.errno in (0, errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True
