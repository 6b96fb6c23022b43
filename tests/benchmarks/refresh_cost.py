"""The CPU time of one refresh, beside the same request alone, over TLS.

    python -m tests.benchmarks.refresh_cost

A refresh asks, stores the reading and judges the alerts, on eight weeks of readings every five
minutes; each is five minutes after the one before. It forecasts anew once a fiftieth of the time or
of the credits is gone; what that takes is a row of its own. Beside it stands the same GET with
httpx. The program connects anew each time, as a connection kept for minutes is found closed; both
are measured on one that is kept too. The server is another process.
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
CREDENTIALS = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
HEADERS = {
    "client-id": CREDENTIALS["DEEPVUE_CLIENT_ID"],
    "x-api-key": CREDENTIALS["DEEPVUE_CLIENT_SECRET"],
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "deepvue-tray",
}
"""What the program sends too."""

Work = Callable[[], Awaitable[object]]


class Handler(BaseHTTPRequestHandler):
    """A wallet that is spent with every question, on connections that are kept."""

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


def serve(folder: Path, told: Connection) -> None:
    """Serve until the process is ended."""
    authority = Authority.new(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = authority.server().wrap_socket(server.socket, server_side=True)
    told.send((server.server_port, str(authority.path)))
    server.serve_forever()


@contextmanager
def wallet(folder: Path) -> Iterator[str]:
    """Start the server, and trust it; yields its base URL."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(folder, there), daemon=True)
    process.start()
    port, os.environ["SSL_CERT_FILE"] = here.recv()
    yield f"https://127.0.0.1:{port}"
    process.terminate()
    process.join()


async def cpu_of(work: Work) -> float:
    """Return the milliseconds of CPU time that one of many takes."""
    began = time.process_time()
    for _ in range(REFRESHES):
        await work()
    return 1000 * (time.process_time() - began) / REFRESHES


@asynccontextmanager
async def poller(
    folder: Path, url: str, limits: httpx.Limits | None = None, *, learns: bool = False
) -> AsyncIterator[Work]:
    """Yield what refreshes a wallet with a past, five minutes later each time.

    ``limits`` takes the place of the program's own word on connections. ``learns`` lets each
    refresh forecast anew, as after an import.
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
    backend.history.merge(past)
    backend.monitor.load_last_known()
    with patch.object(httpx, "Limits", lambda **_: limits) if limits else nullcontext():
        await api.prepare()

    async def refresh() -> None:
        now[0] += STEP
        if learns:
            backend.history.merge([])
        snapshot = await backend.monitor.poll()
        assert snapshot.trouble is None, snapshot.trouble
        assert snapshot.runway is not None

    yield refresh
    backend.close()


async def measure(folder: Path, url: str) -> dict[str, float]:
    """Run all by turns, and return their medians."""
    trusted = SSLContext(PROTOCOL_TLS_CLIENT)
    anew = httpx.Limits(max_keepalive_connections=0)
    keeping = httpx.Limits()
    async with (
        poller(folder / "anew", url) as refresh_anew,
        poller(folder / "kept", url, keeping) as refresh_kept,
        poller(folder / "learns", url, learns=True) as refresh_and_learn,
        httpx.AsyncClient(verify=trusted, limits=anew) as once,
        httpx.AsyncClient(verify=trusted, limits=keeping) as kept,
    ):
        works = {
            "refresh, connected anew": refresh_anew,
            "refresh, connection kept": refresh_kept,
            "refresh, forecasting anew": refresh_and_learn,
            "GET, connected anew": lambda: once.get(url + PATH, headers=HEADERS),
            "GET, connection kept": lambda: kept.get(url + PATH, headers=HEADERS),
        }
        took: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                took[name].append(await cpu_of(work))
    return {name: median(times) for name, times in took.items()}


def rows() -> Iterator[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder, wallet(Path(folder)) as url:
        took = asyncio.run(measure(Path(folder), url))
    for how in ("connected anew", "connection kept"):
        ours, beside = took[f"refresh, {how}"], took[f"GET, {how}"]
        yield Row(f"CPU time of a refresh, {how}", "ms", ours, beside, "the same GET", "≤ 1.5")
    yield Row("CPU time of a refresh that forecasts anew", "ms", took["refresh, forecasting anew"])
    yield Row("requests a day at the default interval", "", timedelta(days=1) / STEP, goal="≤ 400")


if __name__ == "__main__":
    show(rows())
