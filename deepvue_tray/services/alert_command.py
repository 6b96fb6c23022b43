"""Runs the command that a person has set for alerts."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from deepvue_tray.core.errors import AlertCommandError

TIMEOUT_S = 30.0
"""The longest time that the command may run."""

_END_TIMEOUT_S = 1.0
"""The longest wait for the system to end a command that was killed, and for its last output."""

_STDERR = 2

_KEPT_OUTPUT = 4096
"""Bytes of the standard error that are kept; the last line is shown."""


async def run(command: Sequence[str], text: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Run a command without a shell, with ``text`` as UTF-8 on its standard input.

    Raises AlertCommandError unless it ends with exit status 0 within ``timeout_s``. A command that
    takes longer, or whose call is cancelled, is killed with everything that it has started; on
    Windows the command alone. What a command leaves running when it ends by itself is not waited
    for.
    """
    program = command[0]
    try:
        transport, process = await asyncio.get_running_loop().subprocess_exec(
            _Process,
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(os.environ),
            cwd=_folder(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise AlertCommandError(f"{program}: {error.strerror or error}") from None
    except ValueError as error:
        raise AlertCommandError(f"{program}: {error}") from None
    try:
        await _finish(transport, process, text, timeout_s)
    finally:
        await _end(transport, process)


class _Process(asyncio.SubprocessProtocol):
    """The end of a command, and the end of its standard error."""

    def __init__(self) -> None:
        self.has_ended = asyncio.Event()
        self.has_closed_output = asyncio.Event()
        self._output = b""

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - there is one
        self._output = (self._output + data)[-_KEPT_OUTPUT:]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - the base's
        if fd == _STDERR:
            self.has_closed_output.set()

    def process_exited(self) -> None:
        self.has_ended.set()

    @property
    def last_line(self) -> str:
        """The last line of the standard error that is not blank."""
        lines = self._output.decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


async def _finish(
    transport: asyncio.SubprocessTransport, process: _Process, text: str, timeout_s: float
) -> None:
    """Wait for the end of a command; raises AlertCommandError unless it is a success."""
    stdin = transport.get_pipe_transport(0)
    assert isinstance(stdin, asyncio.WriteTransport)  # noqa: S101 - it is a pipe
    # A command that does not read it, or has closed it already, is no error.
    stdin.write(text.encode())
    stdin.close()
    try:
        async with asyncio.timeout(timeout_s):
            await process.has_ended.wait()
    except TimeoutError:
        raise AlertCommandError(_reason(f"no end after {timeout_s:g} s", process)) from None
    status = transport.get_returncode()
    if status == 0:
        return
    with suppress(TimeoutError):  # another process may have the pipe open
        async with asyncio.timeout(_END_TIMEOUT_S):
            await process.has_closed_output.wait()
    raise AlertCommandError(_reason(_status_text(status or 0), process))


def _reason(event: str, process: _Process) -> str:
    return f"{event}: {process.last_line}" if process.last_line else event


def _status_text(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"ended by signal {-status}"


async def _end(transport: asyncio.SubprocessTransport, process: _Process) -> None:
    """Kill a command that has not ended, and close its pipes."""
    if transport.get_returncode() is None:
        _kill(transport)
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_TIMEOUT_S):
                await process.has_ended.wait()
    stdin = transport.get_pipe_transport(0)
    if isinstance(stdin, asyncio.WriteTransport) and stdin.get_write_buffer_size():
        # Closing waits until all is read; on Windows the pipe would never be closed.
        stdin.abort()
    transport.close()


def _kill(transport: asyncio.SubprocessTransport) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            transport.kill()
        else:
            # Its session, and so its process group, has the same number.
            os.killpg(transport.get_pid(), signal.SIGKILL)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what only this program needs.

    This is everything about wallets, and in a bundle what PyInstaller has added: its own variables,
    and folders of the bundle.
    """
    bundle: str | None = getattr(sys, "_MEIPASS", None)
    kept = {
        name: value
        for name, value in environ.items()
        if not name.upper().startswith(("DEEPVUE_", "_PYI_", "_MEIPASS"))
    }
    for name, value in environ.items():
        if bundle and bundle in value:
            kept[name] = os.pathsep.join(x for x in value.split(os.pathsep) if bundle not in x)
    return kept


def _folder() -> Path:
    """Return the home folder, or the root of its disk if it does not exist."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    return home if home.is_dir() else Path(home.anchor or os.sep)
