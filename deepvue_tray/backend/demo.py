"""The demo: a wallet on its own loopback server, and temporary files."""

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
CLIENT_SECRET = "demo"  # noqa: S105 - only valid for the demo's server
INTERVAL = timedelta(seconds=5)

_TOP_UP_BALANCE = 1_120
"""Credits at the start, and after each top-up: a little above the low threshold of 1,000."""
_CREDITS_PER_S = 7
"""Credits spent per second: low after 20 seconds, empty after less than three minutes."""
_CYCLE_S = _TOP_UP_BALANCE / _CREDITS_PER_S + 20
"""Seconds between two top-ups; the wallet stays empty for the last 20."""

_MONTH_HIGH, _MONTH_LOW = 3_000, 600
"""Credits after and before the top-ups in the made-up month."""


def demo_balance(seconds: float) -> int:
    """Return the credits ``seconds`` after the start of a wallet that is topped up every cycle."""
    return max(0, int(_TOP_UP_BALANCE - _CREDITS_PER_S * (seconds % _CYCLE_S)))


def _store_a_month(history: History) -> None:
    """Store a month of readings until now, with more spending in office hours.

    The noise is seeded, so that every start shows the same month.
    """
    noise = random.Random(_CYCLE_S)  # noqa: S311 - not a secret
    now = datetime.now(UTC)
    balance = Decimal(_TOP_UP_BALANCE)
    readings = [Reading(at=now, balance=balance)]
    for quarters in range(1, 30 * 24 * 4):
        at = now - quarters * timedelta(minutes=15)
        local = at.astimezone()
        is_office_hour = local.weekday() < 5 and 8 <= local.hour < 20  # noqa: PLR2004 - Monday to Friday
        balance += noise.randrange(6) if is_office_hour else noise.randrange(2)
        if balance > _MONTH_HIGH:
            balance = Decimal(_MONTH_LOW)  # backwards in time: the balance before a top-up
        readings.append(Reading(at=at, balance=balance))
    history.merge(CLIENT_ID, reversed(readings))
    history.close()


class _Server(ThreadingTCPServer):
    """Replaces http.server's class, which may hang because it resolves the host's name."""

    daemon_threads = True


@contextmanager
def wallet_server(balance: Callable[[], int]) -> Iterator[str]:
    """Run a wallet server on loopback that responds like the real one; yields its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            credentials = (self.headers["client-id"], self.headers["x-api-key"])
            if credentials == (CLIENT_ID, CLIENT_SECRET):
                self._respond(200, {"current_balance": balance(), "success": True})
            else:
                detail = "Invalid client_id or client_secret, access Denied"
                self._respond(401, {"detail": detail})

        def _respond(self, status: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the terminal quiet."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        # shutdown() waits for one poll interval, and the program must quit within half a second.
        thread = Thread(target=server.serve_forever, args=(0.1,), name="demo wallet", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def demo_backend() -> Iterator[Callable[[], Backend]]:
    """Yield a function that assembles the backend; its server and files end with the context."""
    started_at = monotonic()
    with (
        tempfile.TemporaryDirectory(
            prefix="deepvue-tray-demo-", ignore_cleanup_errors=True
        ) as folder,
        wallet_server(lambda: demo_balance(monotonic() - started_at)) as base_url,
    ):
        yield lambda: _assemble(Path(folder), base_url)


def _assemble(folder: Path, base_url: str) -> Backend:
    store = CredentialStore({}, MemoryKeyring({CLIENT_ID: Secret(CLIENT_SECRET)}))
    paths = Paths.below(folder)
    # A desktop entry in the demo's folder, which no desktop reads.
    autostart = XdgAutostart(paths.autostart, own_command())
    backend = assemble(paths, store, WalletApi(base_url), autostart)
    _store_a_month(History(paths.history))
    # The demo's server has no rate limit, so the interval may be shorter than in a settings file.
    backend.accounts.settings = Settings(
        client_id=CLIENT_ID, interval=INTERVAL, low_days=None, critical_days=None
    )
    return backend
