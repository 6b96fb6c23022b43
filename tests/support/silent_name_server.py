"""A program on a machine whose name server never answers: real, in name spaces of its own.

    unshare -rmn python -m tests.support.silent_name_server PIPE COMMAND...

There the loopback's port 53 is bound and never read. ``PIPE``, a file descriptor, gets the
program's process id once it has asked for a name.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

NAME_SPACES = ("unshare", "--map-root-user", "--mount", "--net")

PATIENCE = 120
"""Seconds after which the resolver gives up, at the earliest."""

RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:30 attempts:4\n"

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
"""From Linux' sockios.h and if.h."""


@contextmanager
def without_names(*command: str, env: Mapping[str, str], typed: str = "") -> Iterator["Program"]:
    """Run ``command`` where no name is ever found; skips where name spaces are forbidden.

    ``typed`` is what its standard input begins with.
    """
    try:
        subprocess.run([*NAME_SPACES, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no name spaces here: {error}")
    reader, writer = os.pipe()
    module = (sys.executable, "-m", "tests.support.silent_name_server", str(writer))
    with subprocess.Popen(
        [*NAME_SPACES, *module, *command],
        env=os.environ | env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(writer,),
        cwd=Path(__file__).parents[2],
    ) as process:
        os.close(writer)
        assert process.stdin is not None
        process.stdin.write(typed)
        process.stdin.flush()
        with os.fdopen(reader) as pipe:
            program = Program(process, int(pipe.readline()))
        try:
            yield program
        finally:
            if process.poll() is None:
                program.send(9)


class Program:
    """One that has asked for a name, and waits for the answer."""

    def __init__(self, process: "subprocess.Popen[str]", pid: int) -> None:
        self._process = process
        self._pid = pid

    def send(self, signal_number: int) -> None:
        """Send it a signal."""
        os.kill(self._pid, signal_number)

    def end(self) -> tuple[int, str]:
        """Return its exit status and what it said; fails where it waits for the resolver."""
        output, _ = self._process.communicate(timeout=PATIENCE / 2)
        return self._process.returncode, output


def _main(pipe: int, *command: str) -> int:
    _switch_loopback_on()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.settimeout(PATIENCE / 2)
        server.bind(("127.0.0.1", 53))
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(RESOLV_CONF)
            file.flush()
            Path(file.name).chmod(0o644)
            subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
        with subprocess.Popen(command) as program:
            server.recv(512)
            os.write(pipe, f"{program.pid}\n".encode())
    return program.returncode


def _switch_loopback_on() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        request = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), *sys.argv[2:]))
