"""Runs a program with a name server that never responds, in its own Linux namespaces.

    unshare -rmn python -m tests.support.silent_name_server PIPE COMMAND...

There the loopback's port 53 is bound and never answered. The file descriptor ``PIPE`` gets the
program's process id once the program has tried to resolve a name.
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

NAMESPACES = ("unshare", "--map-root-user", "--mount", "--net")

RESOLVER_TIMEOUT_S = 120
"""The earliest time after which the resolver gives up."""

RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:30 attempts:4\n"

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
"""From the Linux headers sockios.h and if.h."""


@contextmanager
def without_names(*command: str, env: Mapping[str, str], typed: str = "") -> Iterator["Program"]:
    """Run ``command`` without name resolution; skips if namespaces are not permitted.

    ``typed`` is written to its standard input.
    """
    try:
        subprocess.run([*NAMESPACES, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces are not permitted: {error}")
    reader, writer = os.pipe()
    module = (sys.executable, "-m", "tests.support.silent_name_server", str(writer))
    with subprocess.Popen(
        [*NAMESPACES, *module, *command],
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
    """A program that waits for the resolver."""

    def __init__(self, process: "subprocess.Popen[str]", pid: int) -> None:
        self._process = process
        self._pid = pid

    def send(self, signal_number: int) -> None:
        """Send it a signal."""
        os.kill(self._pid, signal_number)

    def end(self) -> tuple[int, str]:
        """Return the exit status and the output; fails if the program waits for the resolver."""
        output, _ = self._process.communicate(timeout=RESOLVER_TIMEOUT_S / 2)
        return self._process.returncode, output


def _main(pipe: int, *command: str) -> int:
    _enable_loopback()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.settimeout(RESOLVER_TIMEOUT_S / 2)
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


def _enable_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        request = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), *sys.argv[2:]))
