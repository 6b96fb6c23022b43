"""The wallet endpoint over HTTPS: the one module that knows httpx.

The request is that of Deepvue's documentation ("Wallet Balance", "Authentication"): the client id
in ``client-id``, the client secret in ``x-api-key``.

httpx takes a tenth of a second to load, which ``prepare`` does while the keyring still answers.
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
"""Seconds for the whole exchange. httpx's own timeouts are per operation: a server that drips a
byte at a time would hold a request for ever."""

MAX_BODY_BYTES = 64 * 1024
"""Bytes; a balance takes 50. What is longer is cut off, so that memory does not grow with it."""


class WalletApi:
    """Asks one server for wallet balances.

    ``base_url`` is an https address, or an http one on loopback; anything else raises
    InvalidInputError. ``deadline`` is in seconds. ``now`` returns the current time, aware, in UTC.
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
        """Load what the first request needs.

        Raises ProxyError where a proxy cannot be used, TimedOutError where the system does not
        tell which one in time.
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
            # In a thread, as it takes a while and nobody needs to wait for it yet.
            self._client = await asyncio.to_thread(_new_client, self._url)
        return self._client

    async def read(self, credentials: Credentials) -> Reading:
        """Ask once for the balance. Raises a WalletError that says why there is none."""
        import httpx

        try:
            async with asyncio.timeout(self._deadline):
                return await self._exchange(credentials)
        except TimeoutError:
            failure: WalletError = self._timed_out()
        except httpx.RequestError as error:
            failure = _explain(error, credentials)
        except (httpx.InvalidURL, UnicodeError):
            failure = OfflineError("the server's address cannot be used")
        raise failure

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
            # By the server's clock: this computer's may be wrong.
            since = _date(response.headers.get("date", "")) or self._now()
            wait = _seconds(response.headers.get("retry-after"), since)
            redact = credentials.secret.redact
            raise error_for(response.status_code, body, retry_after=wait, redact=redact)
        return Reading(at=self._now(), balance=balance_in(body))


def _new_client(url: str) -> "httpx.AsyncClient":
    import anyio  # noqa: F401 - httpx would load it with the first request
    import httpx
    import truststore

    try:
        return httpx.AsyncClient(
            # The operating system's certificates, as company networks need them.
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            proxy=_proxy_for(url),
            # httpx would choke on a variable that does not concern this server.
            trust_env=False,
            # Between two requests lie minutes: a connection kept would only be found closed.
            limits=httpx.Limits(max_keepalive_connections=0),
            # Across hosts, httpx would pass x-api-key on.
            follow_redirects=False,
            timeout=None,  # noqa: S113 - one deadline lies over the whole exchange
            headers={
                "User-Agent": f"deepvue-tray/{__version__}",
                "Accept": "application/json",
                # A compressed answer could be far larger than it seems.
                "Accept-Encoding": "identity",
            },
        )
    except ImportError:
        reason = "a SOCKS proxy"
    except (ValueError, httpx.InvalidURL):
        # httpx's message would quote the proxy's address, which may hold a password.
        reason = "its address cannot be used"
    raise ProxyError(reason)


def _proxy_for(url: str) -> str | None:
    """Return the proxy that the environment, or else the system, names for ``url``."""
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    # A proxy cannot reach this computer's own loopback.
    if not proxy or is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


async def _body_of(response: "httpx.Response") -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreadableError("a compressed answer that was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise UnreadableError(f"longer than {MAX_BODY_BYTES // 1024} KB")
    return bytes(body)


def _explain(error: "httpx.RequestError", credentials: Credentials) -> WalletError:
    import httpx

    if isinstance(error, httpx.ProxyError):
        # The proxy's own words, which might quote what it was sent.
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
    """Yield an error and what led to it; of several at once, the first."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__


def _system_text(error: OSError) -> str:
    """Return the operating system's text; asyncio puts one of its own into most of its errors."""
    if isinstance(error, socket.gaierror) or sys.platform == "win32":
        return error.strerror or ""
    return os.strerror(error.errno or 0)


def _seconds(retry_after: str | None, since: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds, or an HTTP date after ``since``."""
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
