"""Against a real server on loopback: every response is a balance or an error."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    InvalidInputError,
    OfflineError,
    ProxyError,
    RejectedError,
    ServerError,
    ThrottledError,
    TimedOutError,
    UnreadableError,
    UntrustedError,
    WalletError,
)
from deepvue_tray.core.external_text import MAX_LENGTH
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.http_client import MAX_BODY_BYTES
from deepvue_tray.services.wallet_api import WalletApi
from tests.support.certificates import Authority
from tests.support.faulty_server import (
    HEAD,
    READABLE,
    UNREADABLE,
    Answer,
    FaultyServer,
    balance,
    drip,
    hang,
    http,
    raw,
    reset,
    status,
)
from tests.support.platform import WINDOWS

CREDENTIALS = Credentials("live_1", Secret("s3cr3t-value"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def read(url: str, *, deadline: float = 15) -> Reading:
    api = WalletApi(url, deadline=deadline, now=lambda: NOW)
    return asyncio.run(api.read(CREDENTIALS))


def test_the_deadline_begins_once_the_client_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine that takes long, and says nothing about the network."""
    module = "deepvue_tray.services.http_client"
    monkeypatch.delitem(sys.modules, module)
    was_loaded = []

    def timeout(seconds: float | None) -> asyncio.Timeout:
        was_loaded.append(module in sys.modules)
        return asyncio.Timeout(None if seconds is None else time.monotonic() + seconds)

    monkeypatch.setattr(asyncio, "timeout", timeout)
    with pytest.raises(OfflineError):
        read("http://127.0.0.1:1")
    assert was_loaded[0]


def test_the_request_is_the_documented_one() -> None:
    with FaultyServer(balance(6448)) as server:
        assert read(server.url) == Reading(at=NOW, balance=Decimal(6448))
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v1/internal/wallet-balance")
    assert request.headers["client-id"] == "live_1"
    assert request.headers["x-api-key"] == "s3cr3t-value"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("answer", READABLE.values(), ids=READABLE)
def test_every_valid_encoding_of_the_response_is_read(answer: Answer) -> None:
    with FaultyServer(answer) as server:
        assert read(server.url).balance == 6448


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_an_invalid_response_is_unreadable_and_the_next_valid_one_is_read(answer: Answer) -> None:
    with FaultyServer(balance(5), answers=[answer]) as server:
        with pytest.raises(UnreadableError):
            read(server.url)
        assert read(server.url).balance == 5


def test_every_status_but_200_is_an_error_of_its_kind() -> None:
    expected: dict[int, type[WalletError]] = {
        400: RejectedError,
        401: RejectedError,
        403: RejectedError,
        407: ProxyError,
        429: ThrottledError,
    }
    codes = range(201, 600)
    with FaultyServer(balance(1)) as server:
        for code in codes:
            server.answer = status(code)
            with pytest.raises(WalletError) as caught:
                read(server.url)
            kind = expected.get(code, UnreadableError if code < 400 else ServerError)
            assert isinstance(caught.value, kind), code
    assert len(server.requests) == len(codes)


@pytest.mark.parametrize(
    "answer",
    [hang(), hang(HEAD + b"Content-Length: 42\r\n\r\n"), drip(0.01)],
    ids=["silence", "silence after the headers", "a drip"],
)
def test_the_whole_request_has_one_deadline(answer: Answer) -> None:
    with FaultyServer(answer) as server, pytest.raises(TimedOutError, match=r"0\.2 seconds"):
        read(server.url, deadline=0.2)


def test_a_broken_connection_is_offline() -> None:
    with FaultyServer(reset) as server, pytest.raises(OfflineError):
        read(server.url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_refused_connection_is_offline_with_the_system_s_text(host: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(OfflineError) as caught:
            read(f"http://{host}:{unused.getsockname()[1]}")
    assert "refused" in caught.value.detail


def test_an_unknown_host_is_offline_and_not_the_library_s_error_number() -> None:
    with pytest.raises(OfflineError) as caught:
        read("https://nowhere.invalid")
    assert caught.value.detail
    assert "[" not in caught.value.detail


def test_a_response_without_tls_has_a_plain_error_text() -> None:
    server = FaultyServer(hang(), greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with server, pytest.raises(OfflineError) as caught:
        read(server.url.replace("http:", "https:"))
    assert caught.value.detail == ("the TLS connection failed")


def test_a_body_that_is_too_long_is_refused() -> None:
    with FaultyServer(UNREADABLE["a flood"]) as server, pytest.raises(UnreadableError, match="64"):
        read(server.url)
    in_flight = 8 * 1024 * 1024  # the capacity of the kernel's buffers at both ends
    assert server.bytes_sent < MAX_BODY_BYTES + in_flight


@pytest.mark.skipif(WINDOWS, reason="Python asks Windows for no process's memory")
@pytest.mark.parametrize("name", ["a flood", "a gzip bomb", "ten megabytes"])
def test_memory_does_not_grow_with_the_response(name: str) -> None:
    import resource

    with FaultyServer(UNREADABLE[name]) as server:
        with pytest.raises(UnreadableError):
            read(server.url)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(5):
            with pytest.raises(UnreadableError):
                read(server.url)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 4 * 1024  # kilobytes


def test_a_redirect_is_not_followed_and_sends_the_secret_nowhere() -> None:
    with FaultyServer(balance(1)) as elsewhere:
        answer = http(302, b"", Location=elsewhere.url + "/v1/internal/wallet-balance")
        with FaultyServer(answer) as server, pytest.raises(UnreadableError, match="redirect"):
            read(server.url)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Mon, 23 Nov 2026 09:01:00 GMT", 60),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    answer = status(429, Retry_After=header)
    with FaultyServer(answer) as server, pytest.raises(ThrottledError) as caught:
        read(server.url)
    assert caught.value.retry_after == seconds


def test_a_retry_after_date_counts_from_the_server_s_clock() -> None:
    answer = status(
        429,
        Date="Thu, 01 Jan 1970 00:00:00 GMT",
        Retry_After="Thu, 01 Jan 1970 00:01:00 GMT",
    )
    with FaultyServer(answer) as server, pytest.raises(ThrottledError) as caught:
        read(server.url)
    assert caught.value.retry_after == 60


def test_without_retry_after_there_is_none() -> None:
    with FaultyServer(status(429)) as server, pytest.raises(ThrottledError) as caught:
        read(server.url)
    assert caught.value.retry_after is None


def test_a_secret_quoted_by_the_server_is_masked() -> None:
    answer = status(401, "bad key s3cr3t-value")
    with FaultyServer(answer) as server, pytest.raises(RejectedError) as caught:
        read(server.url)
    assert caught.value.detail == "bad key •••"


def test_an_unsafe_address_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        WalletApi("http://example.com")


@pytest.mark.parametrize(
    ("variable", "proxy"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("ALL_PROXY", "socks://127.0.0.1:1"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:1"),
        ("HTTPS_PROXY", "http://user:pa55word@[::1"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_explained(
    monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(ProxyError) as caught:
        read("https://wallet.invalid")
    assert "pa55word" not in str(caught.value)


def test_a_server_on_this_computer_is_requested_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:1")
    with FaultyServer(balance(7)) as server:
        assert read(server.url).balance == 7


IPV6_EXCEPTIONS = "localhost,127.0.0.1,[::1],fe80::/10,fd00::/8"
"""Addresses as desktops write them into NO_PROXY."""


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_ip_addresses_in_no_proxy_are_accepted(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, IPV6_EXCEPTIONS)
    with pytest.raises(OfflineError):
        read("https://nowhere.invalid")


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_https_proxy_takes_precedence_over_other_proxy_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    authority = Authority.new(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    tls = authority.server(x509.DNSName("wallet.example"))
    server = FaultyServer(balance(7), tls=tls)
    with server, FaultyServer(reset, tunnels_to=server) as proxy:
        monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
        monkeypatch.setenv("HTTP_PROXY", "nonsense://")
        monkeypatch.setenv("NO_PROXY", IPV6_EXCEPTIONS)
        monkeypatch.setenv("HTTPS_PROXY", scheme + proxy.url.removeprefix("http://"))
        assert read("https://wallet.example").balance == 7
    (request,) = proxy.requests
    assert (request.method, request.path) == ("CONNECT", "wallet.example:443")
    assert "s3cr3t-value" not in str(request.headers)


@pytest.mark.parametrize(
    "exception", ["wallet.invalid", ".invalid", "*", "[::1], wallet.invalid:443"]
)
def test_a_server_in_no_proxy_is_requested_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    monkeypatch.setenv("NO_PROXY", exception)
    with FaultyServer(reset) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(OfflineError):
            read("https://wallet.invalid:443")
    assert proxy.requests == []


def test_a_proxy_s_text_is_one_short_line_without_the_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reason = "<img src='file:///dev/zero'>\x1b[31m s3cr3t-value " + "x" * 50_000
    with FaultyServer(raw(f"HTTP/1.1 403 {reason}\r\n\r\n".encode())) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(ProxyError) as caught:
            read("https://wallet.invalid")
    assert caught.value.detail.startswith("403 <img src='file:///dev/zero'> [31m ••• xxx")
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) == MAX_LENGTH


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def test_a_trusted_certificate_is_accepted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    with FaultyServer(balance(7), tls=authority.server()) as server:
        assert read(server.url).balance == 7


def unknown(authority: Authority) -> ssl.SSLContext:
    return Authority.new(authority.folder).server()


def expired(authority: Authority) -> ssl.SSLContext:
    return authority.server(days=-1)


def misnamed(authority: Authority) -> ssl.SSLContext:
    return authority.server(x509.DNSName("somebody-else.example"))


@pytest.mark.parametrize("make", [unknown, expired, misnamed])
def test_an_untrusted_certificate_has_an_error_of_its_own(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, make: object
) -> None:
    assert callable(make)
    known = authority.path.read_bytes()
    tls = make(authority)
    authority.path.write_bytes(known)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    with FaultyServer(balance(7), tls=tls) as server, pytest.raises(UntrustedError):
        read(server.url)
    assert server.requests == []


def test_the_secret_is_in_no_debug_log_and_no_traceback() -> None:
    program = """
import asyncio, logging, sys
logging.basicConfig(level=1, stream=sys.stdout)
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.services.wallet_api import WalletApi
secret = Secret("-".join(["s3cr3t", "value"]))
asyncio.run(WalletApi(sys.argv[1]).read(Credentials("live_1", secret)))
"""
    with FaultyServer(status(401, "bad key s3cr3t-value")) as server:
        ran = subprocess.run(
            [sys.executable, "-X", "dev", "-c", program, server.url],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONWARNINGS": "default"},
        )
    output = ran.stdout + ran.stderr
    assert "Traceback" in output
    assert "httpcore" in output
    assert "s3cr3t-value" not in output


def test_the_time_of_a_reading_is_that_of_its_response() -> None:
    with FaultyServer(balance(7)) as server:
        reading = asyncio.run(WalletApi(server.url).read(CREDENTIALS))
    assert datetime.now(UTC) - reading.at < timedelta(minutes=1)


def test_a_secret_quoted_in_another_encoding_does_not_leak() -> None:
    secret = 'ab/cd"ef'
    body = b'{"detail": "Invalid key ab\\/cd\\"ef"}'
    api_answer = http(401, body)
    with FaultyServer(api_answer) as server, pytest.raises(RejectedError) as caught:
        asyncio.run(WalletApi(server.url).read(Credentials("live_1", Secret(secret))))
    assert secret not in str(caught.value)
    assert "Invalid key" in caught.value.detail


def test_an_invalid_retry_after_date_is_ignored() -> None:
    late = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    throttled = FaultyServer(status(429, Retry_After=late))
    with throttled as server, pytest.raises(ThrottledError) as caught:
        read(server.url)
    assert caught.value.retry_after is None


def test_an_invalid_host_name_is_offline() -> None:
    with pytest.raises(OfflineError):
        read("https://xn--.invalid")
