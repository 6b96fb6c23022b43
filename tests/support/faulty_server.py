"""A wallet server on loopback with faults on demand.

It sends raw bytes, so that it can break HTTP in ways that a server library prevents.
"""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

Answer = Callable[["FaultyServer", asyncio.StreamWriter], AsyncIterator[bytes]]
"""Yields the bytes that the server sends, in pieces; the connection ends with the iterator."""


@dataclass(frozen=True, slots=True)
class Request:
    """One received request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class FaultyServer:
    """Sends ``answer`` to every request, until the context ends.

    ``answers`` are sent before that, one for each request. ``bytes_sent`` counts the bytes sent;
    ``asked`` is set by the first request. ``greeting`` is sent before anything is read. With
    ``tunnels_to`` the server is a proxy to that server for any requested host.
    """

    answer: Answer
    tls: ssl.SSLContext | None = None
    answers: list[Answer] = field(default_factory=list)
    greeting: bytes = b""
    tunnels_to: "FaultyServer | None" = None
    requests: list[Request] = field(default_factory=list)
    bytes_sent: int = 0

    def __enter__(self) -> Self:
        self._listening, self.asked = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="faulty")
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def drop_all(self) -> None:
        """Close every open connection."""
        for task in list(self._tasks):
            self._loop.call_soon_threadsafe(task.cancel)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}"

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._on_connection, "127.0.0.1", 0, ssl=self.tls)
        self._port = server.sockets[0].getsockname()[1]
        self._listening.set()
        async with server:
            await self._ended.wait()
            await self._accepted()
            server.close()
            ending = [*self._tasks]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)
            await _turns()

    async def _accepted(self) -> None:
        """Wait until asyncio has accepted the connections that it is accepting.

        Its tasks would fail after close(), and leave the connections open. On Windows one such task
        never ends.
        """
        while sys.platform != "win32" and (
            accepting := asyncio.all_tasks() - self._tasks - {asyncio.current_task()}
        ):
            await asyncio.wait(accepting)

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # No coroutine: one that is cancelled before it begins would leave the connection open.
        task = asyncio.create_task(self._respond(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._on_end(task, writer))

    def _on_end(self, task: "asyncio.Task[None]", writer: asyncio.StreamWriter) -> None:
        self._tasks.discard(task)
        writer.close()

    async def _respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the context ends; without this, asyncio would log the cancellation.
        gone = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)
        try:
            with suppress(*gone, asyncio.CancelledError):
                await self._handle(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        method, path, _ = first.split(" ")
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(Request(method, path, headers, body))
        self.asked.set()
        if method == "CONNECT" and self.tunnels_to:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self.tunnels_to._port
            )
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                far_writer.close()
            return
        answer = self.answers.pop(0) if self.answers else self.answer
        async for piece in answer(self, writer):
            writer.write(piece)
            self.bytes_sent += len(piece)
            await writer.drain()


async def _turns() -> None:
    """Let the loop close what is being closed."""
    for _ in range(3):
        await asyncio.sleep(0)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()


def raw(*pieces: bytes) -> Answer:
    """Send these bytes."""

    async def send(_server: FaultyServer, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        for piece in pieces:
            for start in range(0, len(piece), 65536):
                yield piece[start : start + 65536]

    return send


def http(status: int, body: bytes, version: str = "1.1", **headers: str) -> Answer:
    """Send a well-formed response; ``Retry_After="5"`` becomes ``Retry-After: 5``."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    bodiless = status < 200 or status in (204, 304)
    return raw(f"HTTP/{version} {status} X\r\n{head}\r\n".encode(), b"" if bodiless else body)


def status(code: int, detail: object = "as requested", **headers: str) -> Answer:
    """Send an error in the format of the real server."""
    return http(code, json.dumps({"detail": detail}).encode(), **headers)


def balance(number: object) -> Answer:
    """Send a balance; a string is sent as raw JSON."""
    text = number if isinstance(number, str) else json.dumps(number)
    return http(200, f'{{"current_balance": {text}, "success": true}}'.encode())


def by_client(answers: Mapping[str, Answer]) -> Answer:
    """Send each client ID its own answer."""

    async def send(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        async for piece in answers[server.requests[-1].headers["client-id"]](server, writer):
            yield piece

    return send


def hang(*before: bytes) -> Answer:
    """Send ``before``, then keep the connection open and send nothing."""

    async def send(server: FaultyServer, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        for piece in before:
            yield piece
        await server._ended.wait()

    return send


def drip(seconds: float) -> Answer:
    """Send headers that never end, one byte at a time."""

    async def send(_server: FaultyServer, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nX-Drip: "
        while True:
            yield b"."
            await asyncio.sleep(seconds)

    return send


def flood(piece: bytes = b" " * 65536, **headers: str) -> Answer:
    """Send a body that never ends, as fast as it is read."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())

    async def send(_server: FaultyServer, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        yield f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()
        while True:
            yield piece

    return send


async def reset(_server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    """Break the connection with a TCP reset."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(
        socket.SOL_SOCKET,
        socket.SO_LINGER,
        struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0),
    )
    writer.transport.abort()
    return
    yield b""


GOOD = b'{"current_balance": 6448, "success": true}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

UNREADABLE: Mapping[str, Answer] = {
    "a sign-in page": http(200, b"<html>Sign in</html>"),
    "an empty body": http(200, b""),
    "no success": balance('6448, "success": false, "x": 1'),
    "two balances": http(200, b'{"current_balance": 1, "current_balance": 2, "success": true}'),
    "success false": http(200, b'{"current_balance": 6448, "success": false}'),
    "no balance": http(200, b'{"success": true}'),
    "text": balance('"6448"'),
    "true": balance(True),
    "null": balance(None),
    "NaN": balance("NaN"),
    "Infinity": balance("Infinity"),
    "1e400": balance("1e400"),
    "an array": http(200, b"[6448, true]"),
    "deep": http(200, b"[" * 60_000),
    "UTF-16": http(200, GOOD.decode().encode("utf-16")),
    "ten megabytes": http(200, b" " * 10_000_000 + GOOD),
    "a flood": flood(),
    "a gzip bomb": flood(gzip.compress(b" " * 10_000_000), Content_Encoding="gzip"),
    "gzip unasked": http(200, gzip.compress(GOOD), Content_Encoding="gzip"),
    "chunked nonsense": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD),
    "cut short": raw(HEAD + b"Content-Length: 999\r\n\r\n" + GOOD),
    "a wrong length": raw(HEAD + b"Content-Length: 7\r\n\r\n" + GOOD),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "nothing": raw(),
    "header without end": raw(HEAD + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\n" + GOOD),
    "a redirect": http(302, b"", Location="http://elsewhere.example/"),
    "no content": http(204, b""),
    "created": http(201, GOOD),
}
"""Responses without a valid balance."""

READABLE: Mapping[str, Answer] = {
    "as documented": http(200, GOOD),
    "HTTP/1.0": http(200, GOOD, version="1.0"),
    "a byte order mark": http(200, b"\xef\xbb\xbf" + GOOD),
    "until the connection closes": raw(HEAD + b"\r\n" + GOOD),
    "chunked": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2a\r\n" + GOOD + b"\r\n0\r\n\r\n"),
}
"""Valid responses with the balance 6448."""
