"""Requesting usage reports: the two kinds of authentication, and the failures on the way."""

import asyncio
import traceback
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import (
    InactiveError,
    RejectedError,
    ServerError,
    ThrottledError,
    UnreadableError,
    WalletError,
)
from deepvue_tray.core.usage import Outcome, Usage, UsageKey, UsageSums
from deepvue_tray.services.wallet_api import AUTHORIZE_PATH, PATH, REPORT_PATH, WalletApi
from tests.support.faulty_server import (
    HEAD,
    Answer,
    FaultyServer,
    balance,
    flood,
    http,
    raw,
    status,
)
from tests.support.timeouts import TIMEOUT_S
from tests.support.usage_reports import answer, by_path, report, row

DAY = date(2024, 5, 11)
AT = datetime(2024, 5, 11, 23, 33, tzinfo=UTC)
CREDENTIALS = Credentials.parse("live_1", "s3cr3t-value")
SUMS = {
    UsageKey(AT.replace(minute=0), "PAN-Plus", Outcome.FOUND): Usage(1, Decimal("2.95")),
}
REFUSED = status(401, "Not authenticated")
TOKEN = http(200, b'{"access_token": "t0k3n-value", "token_type": "bearer"}')


def request(server: FaultyServer, *days: date) -> UsageSums:
    """Request reports with one client; return the sums of the last one."""

    async def all_of_them() -> UsageSums:
        api = WalletApi(server.url)
        sums: UsageSums = {}
        for day in days or (DAY,):
            sums = await api.usage(CREDENTIALS, day)
        return sums

    return asyncio.run(all_of_them())


def test_one_day_is_requested_as_documented() -> None:
    with FaultyServer(answer(row(AT))) as server:
        assert request(server) == SUMS
    [sent] = server.requests
    assert sent.method == "GET"
    assert urlsplit(sent.path).path == REPORT_PATH
    assert parse_qs(urlsplit(sent.path).query) == {
        "since_date": ["2024-05-11"],
        "until_date": ["2024-05-11"],
        "generate_excel": ["false"],
    }
    assert (sent.headers["client-id"], sent.headers["x-api-key"]) == ("live_1", "s3cr3t-value")


def test_a_report_waits_while_the_balance_was_requested_a_moment_ago() -> None:
    async def read_both(api: WalletApi) -> None:
        await api.read(CREDENTIALS)
        await asyncio.wait_for(api.usage(CREDENTIALS, DAY), 0.3)

    answers = by_path({PATH: balance(500), REPORT_PATH: answer(row(AT))})
    with FaultyServer(answers) as server:
        with pytest.raises(TimeoutError):
            asyncio.run(read_both(WalletApi(server.url, pause_s=TIMEOUT_S)))
        assert [sent.path for sent in server.requests] == [PATH]


def test_the_requests_of_another_key_are_not_waited_for() -> None:
    async def read_both(api: WalletApi) -> None:
        await api.read(CREDENTIALS)
        await api.read(Credentials.parse("free_tier_2", "s3cr3t-value"))

    with FaultyServer(balance(500)) as server:
        asyncio.run(read_both(WalletApi(server.url, pause_s=TIMEOUT_S)))
        assert len(server.requests) == 2


def test_a_server_that_wants_a_token_gets_one_and_the_same_one_the_next_time() -> None:
    answers = by_path({AUTHORIZE_PATH: TOKEN, REPORT_PATH: answer(row(AT))})
    with FaultyServer(answers, answers=[REFUSED]) as server:
        assert request(server, DAY, DAY) == SUMS
    first, authorize, *reports = server.requests
    assert "authorization" not in first.headers
    assert (authorize.method, authorize.path) == ("POST", AUTHORIZE_PATH)
    assert [sent.headers["authorization"] for sent in reports] == ["Bearer t0k3n-value"] * 2


def test_a_token_that_has_expired_is_replaced() -> None:
    first_token = http(200, b'{"access_token": "0ld-t0k3n"}')
    answers = [REFUSED, first_token, answer(), status(401), TOKEN, answer(row(AT))]
    with FaultyServer(status(500), answers=answers) as server:
        assert request(server, DAY, DAY) == SUMS
    assert server.requests[-1].headers["authorization"] == "Bearer t0k3n-value"


FAILURES: dict[str, tuple[Answer, type[WalletError]]] = {
    "too many requests": (status(429, Retry_After="60"), ThrottledError),
    "no such product": (status(404), ServerError),
    "out of order": (status(503, "Source Unavailable"), ServerError),
    "inactive": (status(400, "Inactive client_id"), InactiveError),
    "refused for good": (REFUSED, RejectedError),
    "a redirect": (http(302, b"", Location="http://elsewhere.example/"), UnreadableError),
    "no content": (http(204, b""), UnreadableError),
    "cut short": (
        raw(HEAD + b"Content-Length: 99999\r\n\r\n" + report([row(AT)])),
        UnreadableError,
    ),
    "cut short before its end": (http(200, report([row(AT)])[:-9]), UnreadableError),
    "longer than 32 MB": (flood(), UnreadableError),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_is_one_error_without_a_secret(name: str) -> None:
    sent, expected = FAILURES[name]
    with FaultyServer(sent) as server, pytest.raises(expected) as caught:
        request(server)
    text = "".join(traceback.format_exception(caught.value))
    assert "s3cr3t" not in text
    assert server.bytes_sent < 80_000_000


def test_only_a_refusal_asks_for_a_token() -> None:
    with FaultyServer(status(400, "Inactive client_id")) as server, pytest.raises(InactiveError):
        request(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"access_token": ""}', b'{"access_token": "a b"}']
)
def test_an_answer_without_a_token_is_unreadable(body: bytes) -> None:
    answers = by_path({AUTHORIZE_PATH: http(200, body), REPORT_PATH: REFUSED})
    with FaultyServer(answers) as server, pytest.raises(UnreadableError):
        request(server)


def test_a_token_that_the_server_repeats_in_an_error_is_masked() -> None:
    quoted = status(403, "token t0k3n-value has no access")
    with (
        FaultyServer(status(500), answers=[REFUSED, TOKEN, quoted]) as server,
        pytest.raises(RejectedError) as caught,
    ):
        request(server)
    assert "t0k3n" not in str(caught.value)
