"""A wallet to try the program on: its own server on loopback, and files that vanish with it."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from time import monotonic

from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.autostart import XdgAutostart, own_command
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi

CLIENT_ID = "free_tier_demo"
CLIENT_SECRET = "demo"  # noqa: S105 - opens the demo's own server and nothing else
INTERVAL = timedelta(seconds=5)

_FULL = 1_120
"""Credits at the start, and after each top-up: a little above the low threshold of 1,000."""
_BURN = 7
"""Credits a second: the threshold comes within twenty seconds, the end within three minutes."""
_CYCLE = _FULL / _BURN + 20
"""Seconds from one top-up to the next: the wallet stays empty for 20, to be looked at."""

_MONTHS_FULL, _MONTHS_LOW = 3_000, 600
"""Credits after and before the top-ups of the month that was made."""


def brisk_spending(seconds: float) -> int:
    """Return the credits of a wallet that is spent in three minutes and then topped up."""
    return max(0, int(_FULL - _BURN * (seconds % _CYCLE)))


def _make_a_month(history: History) -> None:
    """Store a month of readings whose spending follows the hours and the week, and ends now.

    It is the same at each start but for the clock: the noise is seeded.
    """
    noise = random.Random(_CYCLE)  # noqa: S311 - made-up spending, no secret
    now = datetime.now(UTC)
    balance, readings = Decimal(_FULL), [Reading(at=now, balance=Decimal(_FULL))]
    for quarters in range(1, 30 * 24 * 4):
        at = now - quarters * timedelta(minutes=15)
        local = at.astimezone()
        office = local.weekday() < 5 and 8 <= local.hour < 20  # noqa: PLR2004 - Monday to Friday
        balance += noise.randrange(6) if office else noise.randrange(2)
        if balance > _MONTHS_FULL:
            balance = Decimal(_MONTHS_LOW)  # seen backwards: the moment before a top-up
        readings.append(Reading(at=at, balance=balance))
    history.merge(CLIENT_ID, reversed(readings))
    history.close()


class _Server(ThreadingTCPServer):
    """Not http.server's own: that one asks the name service for its name, which may hang."""

    daemon_threads = True


@contextmanager
def wallet_server(balance: Callable[[], int]) -> Iterator[str]:
    """Serve a wallet on loopback that answers as the real one does; yields its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = (self.headers["client-id"], self.headers["x-api-key"])
            if known == (CLIENT_ID, CLIENT_SECRET):
                self._answer(200, {"current_balance": balance(), "success": True})
            else:
                detail = "Invalid client_id or client_secret, access Denied"
                self._answer(401, {"detail": detail})

        def _answer(self, status: int, answer: dict[str, object]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the terminal quiet."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        # shutdown() waits for one poll: the program is to quit in less than half a second.
        thread = Thread(target=server.serve_forever, args=(0.1,), name="demo wallet", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def demo_backend() -> Iterator[Callable[[], Backend]]:
    """Yield what assembles the demo's engine; its server and its files end with the context."""
    began = monotonic()
    with (
        tempfile.TemporaryDirectory(
            prefix="deepvue-tray-demo-", ignore_cleanup_errors=True
        ) as folder,
        wallet_server(lambda: brisk_spending(monotonic() - began)) as base_url,
    ):
        yield lambda: _assemble(Path(folder), base_url)


def _assemble(folder: Path, base_url: str) -> Backend:
    store = CredentialStore({}, MemoryKeyring({CLIENT_ID: Secret(CLIENT_SECRET)}))
    paths = Paths.below(folder)
    # A desktop entry where no desktop looks.
    autostart = XdgAutostart(paths.autostart, own_command())
    backend = assemble(paths, store, WalletApi(base_url), autostart)
    _make_a_month(History(paths.history))
    # Shorter than a settings file may say: no real wallet is asked so often.
    backend.accounts.settings = Settings(
        client_id=CLIENT_ID, interval=INTERVAL, low_days=None, critical_days=None
    )
    return backend
