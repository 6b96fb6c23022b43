"""Requests to the wallet endpoint over HTTPS; only this module uses httpx.

The request follows Deepvue's documentation ("Wallet Balance", "Authentication"): the client ID is
in ``client-id``, the client secret in ``x-api-key``.

Importing httpx takes a tenth of a second; ``prepare`` does it while the keyring is being read.
"""

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deepvue_tray import __version__
from deepvue_tray.core.address import checked_base_url, is_loopback
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import (
    OfflineError,
    ProxyError,
    TimedOutError,
    UnreadableError,
    UntrustedError,
    WalletError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.response import balance_in, error_for

if TYPE_CHECKING:
    import httpx

PRODUCTION = "https://production.deepvue.tech"
PATH = "/v1/internal/wallet-balance"

DEADLINE_S = 15.0
"""Seconds for the whole request. httpx's timeouts are per operation: a server that sends single
bytes could hold a request forever."""

MAX_BODY_BYTES = 64 * 1024
"""A balance takes 50 bytes; longer bodies are refused to limit the memory."""


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
        self._client: httpx.AsyncClient | None = None

    async def prepare(self) -> None:
        """Import httpx and create the client for the first request.

        Raises ProxyError where the proxy cannot be used, TimedOutError where the system does not
        return its proxy settings in time.
        """
        try:
            async with asyncio.timeout(self._deadline):
                await self._prepared()
        except TimeoutError:
            raise self._timed_out() from None

    def _timed_out(self) -> TimedOutError:
        return TimedOutError(f"{self._deadline:g} seconds")

    async def _prepared(self) -> "httpx.AsyncClient":
        if self._client is None:
            # In a thread, so that the keyring can be read meanwhile.
            self._client = await asyncio.to_thread(_new_client, self._url)
        return self._client

    async def read(self, credentials: Credentials) -> Reading:
        """Request the balance once. Raises a WalletError with the reason where there is none."""
        import httpx

        try:
            async with asyncio.timeout(self._deadline):
                return await self._exchange(credentials)
        except TimeoutError:
            wallet_error: WalletError = self._timed_out()
        except httpx.RequestError as error:
            wallet_error = _wallet_error(error, credentials)
        except (httpx.InvalidURL, UnicodeError):
            wallet_error = OfflineError("the server's address cannot be used")
        raise wallet_error

    async def _exchange(self, credentials: Credentials) -> Reading:
        client = await self._prepared()
        headers = {
            "client-id": credentials.client_id,
            "x-api-key": credentials.secret.reveal(),
            "Content-Type": "application/json",
        }
        async with client.stream("GET", self._url, headers=headers) as response:
            body = await _body_of(response)
        if response.status_code != HTTPStatus.OK:
            # Relative to the server's clock, because this computer's may be wrong.
            since = _date(response.headers.get("date", "")) or self._now()
            wait = _seconds(response.headers.get("retry-after"), since)
            redact = credentials.secret.redact
            raise error_for(response.status_code, body, retry_after=wait, redact=redact)
        return Reading(at=self._now(), balance=balance_in(body))


def _new_client(url: str) -> "httpx.AsyncClient":
    import anyio  # noqa: F401 - httpx would import it with the first request
    import httpx
    import truststore

    try:
        return httpx.AsyncClient(
            # The operating system's certificates, as company networks need them.
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            proxy=_proxy_for(url),
            # httpx fails on invalid proxy variables even for other servers.
            trust_env=False,
            # Requests are minutes apart, when the server has closed an idle connection.
            limits=httpx.Limits(max_keepalive_connections=0),
            # httpx would send x-api-key to other hosts.
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the whole request has a deadline
            headers={
                "User-Agent": f"deepvue-tray/{__version__}",
                "Accept": "application/json",
                # A small compressed body could decompress to a large one.
                "Accept-Encoding": "identity",
            },
        )
    except ImportError:
        reason = "a SOCKS proxy"
    except (ValueError, httpx.InvalidURL):
        # httpx's message quotes the proxy's address, which may contain a password.
        reason = "its address cannot be used"
    raise ProxyError(reason)


def _proxy_for(url: str) -> str | None:
    """Return the proxy for ``url`` from the environment, otherwise from the system."""
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    # A proxy cannot reach this computer's loopback interface.
    if not proxy or is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


async def _body_of(response: "httpx.Response") -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreadableError("the response is compressed, which was not requested")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise UnreadableError(f"longer than {MAX_BODY_BYTES // 1024} KB")
    return bytes(body)


def _wallet_error(error: "httpx.RequestError", credentials: Credentials) -> WalletError:
    import httpx

    if isinstance(error, httpx.ProxyError):
        # The text comes from the proxy, and may quote the request.
        return ProxyError(credentials.secret.redact(str(error)))
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return UnreadableError("not HTTP, or cut short")
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError()
    detail = ""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedError(getattr(cause, "verify_message", ""))
        if isinstance(cause, ssl.SSLError):
            detail = "the TLS connection failed"
        elif isinstance(cause, OSError) and cause.errno:
            detail = _system_text(cause)
    return OfflineError(detail)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes; of an exception group, the first error."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__


def _system_text(error: OSError) -> str:
    """Return the operating system's text; asyncio replaces it in most of its errors."""
    if isinstance(error, socket.gaierror) or sys.platform == "win32":
        return error.strerror or ""
    return os.strerror(error.errno or 0)


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
