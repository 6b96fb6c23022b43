"""The CPU time of one refresh, compared with the same request alone, over TLS.

    python -m tests.benchmarks.refresh_cost

A refresh sends a request, stores the reading and evaluates the alerts. The history has eight weeks
of five-minute readings, and refreshes are five minutes apart. A new forecast, which happens after a
fiftieth of the time or of the credits has passed, is measured separately. The reference is the same
GET with httpx. The program opens a new connection for each request, because servers close idle
connections within minutes; both are also measured on a kept connection. The server is a process of
its own.
"""

import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT
from statistics import median
from unittest.mock import patch

import httpx
from truststore import SSLContext

from deepvue_tray.backend.backend import assemble
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import PATH, WalletApi
from tests.benchmarks.table import Row, show
from tests.support.certificates import Authority

ROUNDS, REFRESHES = 10, 48
STEP = timedelta(minutes=5)
START = datetime(2026, 11, 1, tzinfo=UTC)
WEEKS = timedelta(weeks=8)
CLIENT_ID = "live_1"
CREDENTIALS = {"DEEPVUE_CLIENT_ID": CLIENT_ID, "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
HEADERS = {
    "client-id": CLIENT_ID,
    "x-api-key": CREDENTIALS["DEEPVUE_CLIENT_SECRET"],
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "deepvue-tray",
}
"""The headers that the program sends."""

Work = Callable[[], Awaitable[object]]


class Handler(BaseHTTPRequestHandler):
    """A wallet that loses credits with every request, on persistent connections."""

    protocol_version = "HTTP/1.1"
    left = 100_000

    def do_GET(self) -> None:
        Handler.left -= 3
        body = json.dumps({"current_balance": Handler.left, "success": True}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the terminal quiet."""


def serve(folder: Path, pipe: Connection) -> None:
    """Serve until the process is terminated."""
    authority = Authority.new(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = authority.server().wrap_socket(server.socket, server_side=True)
    pipe.send((server.server_port, str(authority.path)))
    server.serve_forever()


@contextmanager
def wallet(folder: Path) -> Iterator[str]:
    """Start the server and trust its certificate; yields its base URL."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(folder, there), daemon=True)
    process.start()
    port, os.environ["SSL_CERT_FILE"] = here.recv()
    yield f"https://127.0.0.1:{port}"
    process.terminate()
    process.join()


async def cpu_of(work: Work) -> float:
    """Return the mean CPU time of ``work`` in milliseconds."""
    start = time.process_time()
    for _ in range(REFRESHES):
        await work()
    return 1000 * (time.process_time() - start) / REFRESHES


@asynccontextmanager
async def poller(
    folder: Path, url: str, limits: httpx.Limits | None = None, *, learns: bool = False
) -> AsyncIterator[Work]:
    """Yield a function that refreshes a wallet with a history, five minutes later each time.

    ``limits`` replaces the program's own connection limits. With ``learns``, each refresh computes
    a new forecast, as after an import.
    """
    now = [START]
    api = WalletApi(url, now=lambda: now[0])
    paths = Paths.below(folder)
    backend = assemble(
        paths,
        CredentialStore(CREDENTIALS, MemoryKeyring()),
        api,
        XdgAutostart(paths.autostart, []),
        now=lambda: now[0],
    )
    past = (
        Reading(at=START - n * STEP, balance=Decimal(100_000 + 3 * n))
        for n in range(WEEKS // STEP, 0, -1)
    )
    backend.history.merge(CLIENT_ID, past)
    backend.overview()
    with patch.object(httpx, "Limits", lambda **_: limits) if limits else nullcontext():
        await api.prepare()

    async def refresh() -> None:
        now[0] += STEP
        if learns:
            backend.history.merge(CLIENT_ID, [])
        snapshot = (await backend.poll(CLIENT_ID)).worst
        assert snapshot.trouble is None, snapshot.trouble
        assert snapshot.runway is not None

    yield refresh
    backend.close()


async def measure(folder: Path, url: str) -> dict[str, float]:
    """Run all in turn; return the median CPU time of each, in milliseconds."""
    trusted = SSLContext(PROTOCOL_TLS_CLIENT)
    closing = httpx.Limits(max_keepalive_connections=0)
    keeping = httpx.Limits()
    async with (
        poller(folder / "anew", url) as refresh_anew,
        poller(folder / "kept", url, keeping) as refresh_kept,
        poller(folder / "learns", url, learns=True) as refresh_and_learn,
        httpx.AsyncClient(verify=trusted, limits=closing) as once,
        httpx.AsyncClient(verify=trusted, limits=keeping) as kept,
    ):
        works = {
            "refresh, new connection": refresh_anew,
            "refresh, kept connection": refresh_kept,
            "refresh, new forecast": refresh_and_learn,
            "GET, new connection": lambda: once.get(url + PATH, headers=HEADERS),
            "GET, kept connection": lambda: kept.get(url + PATH, headers=HEADERS),
        }
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                times[name].append(await cpu_of(work))
    return {name: median(values) for name, values in times.items()}


def rows() -> Iterator[Row]:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder, wallet(Path(folder)) as url:
        times = asyncio.run(measure(Path(folder), url))
    for how in ("new connection", "kept connection"):
        ours, reference = times[f"refresh, {how}"], times[f"GET, {how}"]
        yield Row(f"CPU time of a refresh, {how}", "ms", ours, reference, "the same GET", "≤ 1.5")
    yield Row("CPU time of a refresh with a new forecast", "ms", times["refresh, new forecast"])
    yield Row("requests a day at the default interval", "", timedelta(days=1) / STEP, goal="≤ 400")


if __name__ == "__main__":
    show(rows())
