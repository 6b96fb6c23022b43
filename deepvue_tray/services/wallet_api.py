"""Requests to the endpoints of a wallet: its balance, and its usage report.

They follow Deepvue's documentation ("Wallet Balance", "Usage Report", "Authentication"): the client
ID is in ``client-id``, the client secret in ``x-api-key``.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from deepvue_tray.core.address import checked_base_url
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import InactiveError, RejectedError, TimedOutError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.response import balance_in, error_for, token_in

if TYPE_CHECKING:
    from deepvue_tray.core.usage import UsageSums
    from deepvue_tray.services.http_client import HttpClient, Response

PRODUCTION = "https://production.deepvue.tech"
PATH = "/v1/internal/wallet-balance"
REPORT_PATH = "/v1/client/usage-report"
AUTHORIZE_PATH = "/v1/authorize"

DEADLINE_S = 15.0
"""Seconds for the whole request. httpx's timeouts are per operation: a server that sends single
bytes could hold a request forever."""

REQUEST_PAUSE_S = 1.0
"""Seconds between two requests of a wallet, whether for the balance or for a usage report: the
smallest plan allows one a second."""

REPORT_DEADLINE_S = 120.0
"""The same for a usage report, which may have 32 MB."""


class WalletApi:
    """Requests balances and usage reports from one server.

    ``base_url`` is an https address, or an http one on loopback; anything else raises
    InvalidInputError. ``deadline`` is that of a balance, in seconds. ``pause_s`` is the least time
    between the beginnings of two requests with the same client ID. ``now`` returns the current
    time, aware, UTC.
    """

    def __init__(
        self,
        base_url: str = PRODUCTION,
        *,
        deadline: float = DEADLINE_S,
        pause_s: float = 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._deadline = deadline
        self._now = now
        self._client: HttpClient | None = None
        self._tokens: dict[str, Secret] = {}
        self._pause_s = pause_s
        # When the next request of each client ID may begin; seconds of the loop's clock.
        self._next_at: dict[str, float] = {}

    async def prepare(self) -> None:
        """Create the client for the first request, while the keyring is being read.

        Raises ProxyError if the proxy cannot be used, TimedOutError if the system does not
        return its proxy settings in time.
        """
        await self._load()
        try:
            async with asyncio.timeout(self._deadline):
                await self._prepared()
        except TimeoutError:
            raise self._timed_out() from None

    async def _load(self) -> None:
        # Outside of the deadline: a busy computer is no slow network.
        if self._client is None:
            await asyncio.to_thread(_http_client)

    def _timed_out(self, deadline: float | None = None) -> TimedOutError:
        return TimedOutError(f"{deadline or self._deadline:g} seconds")

    async def _prepared(self) -> "HttpClient":
        if self._client is None:
            self._client = await asyncio.to_thread(_http_client(), self._base_url)
        return self._client

    async def read(self, credentials: Credentials) -> Reading:
        """Request the balance once. Raises a WalletError with the reason if there is none."""
        await self._load()
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._get(PATH, _key_headers(credentials), credentials)
                return Reading(at=self._now(), balance=balance_in(response.body))
        except TimeoutError:
            pass
        # Raised here, so that its traceback has no frames of the request, which contain the secret.
        raise self._timed_out()

    async def usage(self, credentials: Credentials, day: date) -> "UsageSums":
        """Request the usage report of a day once, and return its sums.

        Raises a WalletError with the reason if there is no complete report.
        """
        await self._load()
        try:
            async with asyncio.timeout(REPORT_DEADLINE_S):
                return await self._report(credentials, day)
        except TimeoutError:
            pass
        raise self._timed_out(REPORT_DEADLINE_S)

    async def _report(self, credentials: Credentials, day: date) -> "UsageSums":
        """Request a report with the key, or if the server refuses that, with an access token.

        The documentation has had both; a token is valid for 24 hours.
        """
        token = self._tokens.get(credentials.client_id)
        headers = _token_headers(credentials, token) if token else _key_headers(credentials)
        try:
            return await self._stream_report(credentials, day, headers)
        except InactiveError:
            raise
        except RejectedError:
            token = self._tokens[credentials.client_id] = await self._authorize(credentials)
        return await self._stream_report(credentials, day, _token_headers(credentials, token))

    async def _stream_report(
        self, credentials: Credentials, day: date, headers: Mapping[str, str]
    ) -> "UsageSums":
        # Imported here: 6 ms, only for wallets whose usage report is switched on.
        from deepvue_tray.core.usage import DayReport  # noqa: PLC0415
        from deepvue_tray.services.usage_report import UsageReportParser  # noqa: PLC0415

        report = DayReport(day)
        parser = UsageReportParser(report.add)
        dates = {"since_date": day.isoformat(), "until_date": day.isoformat()}
        await self._get(
            REPORT_PATH,
            headers,
            credentials,
            on_chunk=parser.feed,
            params={**dates, "generate_excel": "false"},
        )
        parser.end()
        return report.sums()

    async def _authorize(self, credentials: Credentials) -> Secret:
        client = await self._prepared()
        await self._wait_for_turn(credentials.client_id)
        form = {
            "client_id": credentials.client_id,
            "client_secret": credentials.secret.reveal(),
        }
        response = await client.send("POST", AUTHORIZE_PATH, credentials.secret, data=form)
        self._require_success(response, credentials)
        return token_in(response.body)

    async def _get(
        self,
        path: str,
        headers: Mapping[str, str],
        credentials: Credentials,
        *,
        on_chunk: Callable[[bytes], object] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> "Response":
        client = await self._prepared()
        await self._wait_for_turn(credentials.client_id)
        response = await client.send(
            "GET",
            path,
            credentials.secret,
            on_chunk=on_chunk,
            headers={**headers, "Content-Type": "application/json"},
            params=params or {},
        )
        self._require_success(response, credentials)
        return response

    async def _wait_for_turn(self, client_id: str) -> None:
        now = asyncio.get_running_loop().time()
        begins_at = max(now, self._next_at.get(client_id, now))
        self._next_at[client_id] = begins_at + self._pause_s
        await asyncio.sleep(begins_at - now)

    def _require_success(self, response: "Response", credentials: Credentials) -> None:
        if response.status == HTTPStatus.OK:
            return
        # Relative to the server's clock, because this computer's may be wrong.
        since = _date(response.headers.get("date", "")) or self._now()
        wait = _seconds(response.headers.get("retry-after"), since)
        token = self._tokens.get(credentials.client_id)

        def redact(text: str) -> str:
            return credentials.secret.redact(token.redact(text) if token else text)

        raise error_for(response.status, response.body, retry_after=wait, redact=redact)


def _key_headers(credentials: Credentials) -> Mapping[str, str]:
    return {"client-id": credentials.client_id, "x-api-key": credentials.secret.reveal()}


def _token_headers(credentials: Credentials, token: Secret) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {token.reveal()}",
        "x-api-key": credentials.secret.reveal(),
    }


def _http_client() -> "type[HttpClient]":
    # Imported here: httpx takes a tenth of a second, while the keyring is being read.
    from deepvue_tray.services.http_client import HttpClient  # noqa: PLC0415

    return HttpClient


def _seconds(retry_after: str | None, since: datetime) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), a number or an HTTP date.

    The seconds until a date count from ``since``, aware. None without a valid header.
    """
    if retry_after is None:
        return None
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        return float(retry_after)
    at = _date(retry_after)
    return max(0.0, (at - since).total_seconds()) if at else None


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
