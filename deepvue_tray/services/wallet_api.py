"""Requests to the wallet endpoint.

They follow Deepvue's documentation ("Wallet Balance", "Authentication"): the client ID is in
``client-id``, the client secret in ``x-api-key``.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from deepvue_tray.core.address import checked_base_url
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import TimedOutError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.response import balance_in, error_for

if TYPE_CHECKING:
    from deepvue_tray.services.http_client import HttpClient

PRODUCTION = "https://production.deepvue.tech"
PATH = "/v1/internal/wallet-balance"

DEADLINE_S = 15.0
"""Seconds for the whole request. httpx's timeouts are per operation: a server that sends single
bytes could hold a request forever."""


class WalletApi:
    """Requests wallet balances from one server.

    ``base_url`` is an https address, or an http one on loopback; anything else raises
    InvalidInputError. ``deadline`` is in seconds. ``now`` returns the current time, aware, UTC.
    """

    def __init__(
        self,
        base_url: str = PRODUCTION,
        *,
        deadline: float = DEADLINE_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = checked_base_url(base_url) + PATH
        self._deadline = deadline
        self._now = now
        self._client: HttpClient | None = None

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

    def _timed_out(self) -> TimedOutError:
        return TimedOutError(f"{self._deadline:g} seconds")

    async def _prepared(self) -> "HttpClient":
        if self._client is None:
            self._client = await asyncio.to_thread(_http_client(), self._url)
        return self._client

    async def read(self, credentials: Credentials) -> Reading:
        """Request the balance once. Raises a WalletError with the reason if there is none."""
        await self._load()
        try:
            async with asyncio.timeout(self._deadline):
                return await self._exchange(credentials)
        except TimeoutError:
            pass
        # Raised here, so that its traceback has no frames of the request, which contain the secret.
        raise self._timed_out()

    async def _exchange(self, credentials: Credentials) -> Reading:
        client = await self._prepared()
        headers = {
            "client-id": credentials.client_id,
            "x-api-key": credentials.secret.reveal(),
            "Content-Type": "application/json",
        }
        response = await client.get(headers, credentials.secret)
        if response.status != HTTPStatus.OK:
            # Relative to the server's clock, because this computer's may be wrong.
            since = _date(response.headers.get("date", "")) or self._now()
            wait = _seconds(response.headers.get("retry-after"), since)
            redact = credentials.secret.redact
            raise error_for(response.status, response.body, retry_after=wait, redact=redact)
        return Reading(at=self._now(), balance=balance_in(response.body))


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
