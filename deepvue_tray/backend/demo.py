"""The demo: two wallets on its own loopback server, and temporary files."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.backend.demo_reports import usage_rows
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.services.autostart import XdgAutostart, own_command
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import REPORT_PATH, WalletApi

CLIENT_ID, LIVE_CLIENT_ID = "free_tier_demo", "live_demo"
CLIENT_SECRET = "demo"  # noqa: S105 - only valid for the demo's server
INTERVAL = timedelta(seconds=5)
"""Shorter than a settings file may hold: the demo's server has no rate limit."""

_TOP_UP_BALANCE = 1_120
"""Credits at the start, and after each top-up: a little above the low threshold of 1,000."""
_CREDITS_PER_S = 7
"""Credits spent per second: low after 20 seconds, empty after less than three minutes."""
_CYCLE_S = _TOP_UP_BALANCE / _CREDITS_PER_S + 20
"""Seconds between two top-ups; the wallet stays empty for the last 20."""

_LIVE_BALANCE = 6_448
"""Credits of the second wallet at the start."""
_LIVE_SECONDS_PER_CREDIT = 10

_MONTH_HIGH, _MONTH_LOW = 3_000, 600
"""Credits of the first wallet after and before the top-ups in the made-up month."""
_LIVE_MONTH_HIGH, _LIVE_MONTH_LOW = 12_000, 4_000

_DETAILED_DAYS = 2
"""The last days of the month, with a reading every 15 minutes; before them one an hour is enough.
Storing two whole months so would start the tray 0.5 s later."""


def demo_balance(seconds: float) -> int:
    """Return the credits ``seconds`` after the start of a wallet that is topped up every cycle."""
    return max(0, int(_TOP_UP_BALANCE - _CREDITS_PER_S * (seconds % _CYCLE_S)))


def live_balance(seconds: float) -> int:
    """Return the credits of the second wallet, which is spent slowly and never topped up."""
    return max(0, int(_LIVE_BALANCE - seconds / _LIVE_SECONDS_PER_CREDIT))


def _month(balance: Decimal, low: int, high: int) -> list[Reading]:
    """Return a month of readings until now, oldest first, with more spending in office hours.

    ``balance`` is the last one; ``low`` and ``high`` are those before and after a top-up, in
    credits. The noise is seeded, so that every start shows the same month.
    """
    noise = random.Random(_CYCLE_S)  # noqa: S311 - not a secret
    now = datetime.now(UTC)
    readings = [Reading(at=now, balance=balance)]
    per_hour, per_day = 4, 24 * 4
    for quarters in range(1, 30 * per_day):
        at = now - quarters * timedelta(minutes=15)
        local = at.astimezone()
        is_office_hour = local.weekday() < 5 and 8 <= local.hour < 20  # noqa: PLR2004 - Monday to Friday
        balance += noise.randrange(6) if is_office_hour else noise.randrange(2)
        if balance > high:
            balance = Decimal(low)  # backwards in time: the balance before a top-up
        if quarters < _DETAILED_DAYS * per_day or quarters % per_hour == 0:
            readings.append(Reading(at=at, balance=balance))
    return readings[::-1]


class _Server(ThreadingTCPServer):
    """Replaces http.server's class, which may hang because it resolves the host's name."""

    daemon_threads = True


@contextmanager
def wallet_server(
    balances: Mapping[str, Callable[[], int]], months: Mapping[str, Sequence[Reading]]
) -> Iterator[str]:
    """Run a wallet server on loopback that responds like the real one; yields its base URL.

    ``balances`` returns the credits for each client ID. ``months`` are the readings before, oldest
    first, whose falls the usage reports explain.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            client_id = self.headers["client-id"]
            balance = balances.get(client_id)
            if not balance or self.headers["x-api-key"] != CLIENT_SECRET:
                detail = "Invalid client_id or client_secret, access Denied"
                self._respond(401, {"detail": detail})
                return
            address = urlsplit(self.path)
            if address.path == REPORT_PATH:
                day = date.fromisoformat(parse_qs(address.query)["since_date"][0])
                now = Reading(at=datetime.now(UTC), balance=Decimal(balance()))
                rows = usage_rows([*months.get(client_id, ()), now], day)
                self._respond(200, {"code": 200, "data": {"usage_data": rows}})
            else:
                self._respond(200, {"current_balance": balance(), "success": True})

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


class _DemoSettings(SettingsFile):
    """The settings of both wallets, with the demo's interval unless the person sets another."""

    def load(self) -> Settings:
        """Return the stored settings."""
        return _at_demo_interval(super().load())

    def update(self, change: Callable[[Settings], Settings]) -> Settings:
        """Store the settings that ``change`` returns for the stored ones."""
        return _at_demo_interval(super().update(change))


def _at_demo_interval(settings: Settings) -> Settings:
    is_default = settings.interval == Settings().interval
    return replace(settings, interval=INTERVAL) if is_default else settings


@contextmanager
def demo_backend() -> Iterator[Callable[[], Backend]]:
    """Yield a function that assembles the backend; its server and files end with the context."""
    started_at = monotonic()
    balances = {
        CLIENT_ID: lambda: demo_balance(monotonic() - started_at),
        LIVE_CLIENT_ID: lambda: live_balance(monotonic() - started_at),
    }
    months: dict[str, Sequence[Reading]] = {}
    with (
        tempfile.TemporaryDirectory(
            prefix="deepvue-tray-demo-", ignore_cleanup_errors=True
        ) as folder,
        wallet_server(balances, months) as base_url,
    ):
        yield lambda: _assemble(Path(folder), base_url, months)


def _assemble(folder: Path, base_url: str, months: dict[str, Sequence[Reading]]) -> Backend:
    """Assemble the demo's backend, and fill ``months`` with the readings that are stored."""
    secret = Secret(CLIENT_SECRET)
    store = CredentialStore({}, MemoryKeyring({CLIENT_ID: secret, LIVE_CLIENT_ID: secret}))
    paths = Paths.below(folder)
    months[CLIENT_ID] = _month(Decimal(_TOP_UP_BALANCE), _MONTH_LOW, _MONTH_HIGH)
    months[LIVE_CLIENT_ID] = _month(Decimal(_LIVE_BALANCE), _LIVE_MONTH_LOW, _LIVE_MONTH_HIGH)
    history = History(paths.history)
    for client_id, readings in months.items():
        history.merge(client_id, readings)
    history.close()
    file = _DemoSettings(paths.settings)
    trial = WalletSettings(
        client_id=CLIENT_ID, name="Trial", low_days=None, critical_days=None, has_usage=True
    )
    live = WalletSettings(client_id=LIVE_CLIENT_ID, name="Live", has_usage=True)
    file.update(lambda settings: replace(settings, wallets=(trial, live)))
    # A desktop entry in the demo's folder, which no desktop reads.
    autostart = XdgAutostart(paths.autostart, own_command())
    return assemble(
        paths,
        store,
        WalletApi(base_url),
        autostart,
        settings_file=file,
        usage_pause_s=0,
        # As many as the history window shows first.
        usage_days=8,
    )
