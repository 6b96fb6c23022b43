"""HTTP requests to one server; only this module uses httpx and truststore.

Importing it takes a tenth of a second.
"""

import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio  # noqa: F401 - httpx would import it with the first request
import httpx
import truststore

from deepvue_tray import __version__
from deepvue_tray.core.address import is_loopback
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    OfflineError,
    ProxyError,
    TimedOutError,
    UnreadableError,
    UntrustedError,
    WalletError,
)

MAX_BODY_BYTES = 64 * 1024
"""The maximum length of a body; a balance takes 50 bytes."""

MAX_STREAMED_BYTES = 32 * 1024 * 1024
"""The same for a body that is not held whole: a usage report of about 165,000 calls."""


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response of any status."""

    status: int
    headers: Mapping[str, str]
    """Header names may be in upper or lower case."""
    body: bytes


class HttpClient:
    """Sends requests only to ``base_url``; raises ProxyError if its proxy cannot be used."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._client = _new_client(base_url)

    async def send(
        self,
        method: str,
        path: str,
        secret: Secret,
        *,
        on_chunk: Callable[[bytes], object] | None = None,
        **content: Mapping[str, str],
    ) -> Response:
        """Send a request without a deadline.

        ``content`` are httpx's ``headers``, ``params`` and ``data``. ``on_chunk`` gets the body of
        a response with status 200 while it arrives, up to MAX_STREAMED_BYTES; the response is
        then returned without it. ``secret`` is masked in errors. Raises a WalletError if there is
        no complete response.
        """
        try:
            async with self._client.stream(
                method,
                self._base_url + path,
                **content,  # type: ignore[arg-type] # mypy matches it with every other parameter
            ) as response:
                body = bytearray()
                is_streamed = on_chunk and response.status_code == HTTPStatus.OK
                max_bytes = MAX_STREAMED_BYTES if is_streamed else MAX_BODY_BYTES
                consume = on_chunk if on_chunk and is_streamed else body.extend
                async for chunk in _chunks_of(response, max_bytes):
                    consume(chunk)
            return Response(response.status_code, response.headers, bytes(body))
        except httpx.RequestError as error:
            wallet_error = _wallet_error(error, secret)
        except (httpx.InvalidURL, UnicodeError):
            wallet_error = OfflineError("the server's address cannot be used")
        # Raised here, so that its traceback has no frames of httpx, which contain the headers.
        raise wallet_error


def _new_client(url: str) -> httpx.AsyncClient:
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
    parts, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    # A proxy cannot reach this computer's loopback interface.
    if not proxy or is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


async def _chunks_of(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreadableError("the response is compressed, which was not requested")
    left = max_bytes
    async for chunk in response.aiter_raw():
        left -= len(chunk)
        if left < 0:
            raise UnreadableError(f"longer than {max_bytes // 1024} KB")
        yield chunk


def _wallet_error(error: httpx.RequestError, secret: Secret) -> WalletError:
    if isinstance(error, httpx.ProxyError):
        # The text comes from the proxy, and may quote the request.
        return ProxyError(secret.redact(str(error)))
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
