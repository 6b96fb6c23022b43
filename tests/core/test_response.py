"""Every response is either a balance or an error."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    Condition,
    InactiveError,
    ProxyError,
    RejectedError,
    ServerError,
    ThrottledError,
    UnreadableError,
    WalletError,
)
from deepvue_tray.core.external_text import MAX_LENGTH
from deepvue_tray.core.reading import MAX_DECIMALS
from deepvue_tray.core.response import balance_in, error_for

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=5,
)


def body(balance: str, success: str = "true") -> bytes:
    return f'{{"current_balance": {balance}, "success": {success}}}'.encode()


@pytest.mark.parametrize(
    ("number", "read"),
    [
        *((plain, plain) for plain in ("6448", "0", "-12", "6448.5", "0.1")),
        ("6448.50", "6448.5"),
        ("6448.0", "6448"),
        ("0.300000000000", "0.3"),
        ("1e3", "1000"),
        ("1E+4", "10000"),
    ],
)
def test_a_json_number_is_read_without_trailing_zeros(number: str, read: str) -> None:
    assert str(balance_in(body(number))) == read


@pytest.mark.parametrize("number", ["-0", "-0.0", "1e-400", "0e5"])
def test_every_form_of_zero_is_plain_zero(number: str) -> None:
    assert str(balance_in(body(number))) == "0"


def test_a_double_s_rounding_error_is_removed() -> None:
    assert balance_in(body("0.1000000000000000055511151231257827")) == Decimal("0.1")


@pytest.mark.parametrize(
    "answer",
    {
        "nothing": b"",
        "a page": b"<html>Sign in</html>",
        "no success": b'{"current_balance": 5}',
        "failure": body("5", "false"),
        "success as text": body("5", '"true"'),
        "success as a number": body("5", "1"),
        "no balance": b'{"success": true}',
        "text": body('"5"'),
        "true": body("true"),
        "null": body("null"),
        "NaN": body("NaN"),
        "Infinity": body("-Infinity"),
        "an overflow": body("1e400"),
        "an absurd exponent": body("1e99999999999999999999"),
        "an array": b"[5, true]",
        "a bare number": b"5",
        "two balances": b'{"current_balance": 5, "current_balance": 6, "success": true}',
        "UTF-16": body("5").decode().encode("utf-16"),
        "no text": b"\xff\xfe\x00",
        "deep": b"[" * 100_000,
        "deep inside": b'{"success": true, "current_balance": ' + b'{"a":' * 50_000,
        "long": body("9" * 60_000),
        "cut short": b'{"current_balance": 5, "succ',
    }.values(),
)
def test_a_response_without_a_valid_balance_is_unreadable(answer: bytes) -> None:
    with pytest.raises(UnreadableError):
        balance_in(answer)


def test_a_byte_order_mark_does_not_hide_a_balance() -> None:
    assert balance_in(b"\xef\xbb\xbf" + body("5")) == 5


@pytest.mark.soak
@settings(max_examples=16_000)
@given(st.binary(max_size=256))
@example(b"{}")
def test_arbitrary_bytes_never_raise_anything_else(answer: bytes) -> None:
    try:
        balance = balance_in(answer)
    except UnreadableError:
        return
    assert isinstance(json.loads(answer)["current_balance"], int | float)
    assert balance.is_finite()


@pytest.mark.soak
@settings(max_examples=5_000)
@given(JSON, st.sampled_from(["true", "false", "null", "1"]))
def test_only_a_finite_number_with_success_is_ever_a_balance(value: object, success: str) -> None:
    answer = body(json.dumps(value), success)
    credible = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 2**53  # NaN compares as false
        and success == "true"
    )
    if credible:
        assert float(balance_in(answer)) == pytest.approx(float(str(value)), abs=10**-MAX_DECIMALS)
    else:
        with pytest.raises(UnreadableError):
            balance_in(answer)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (204, UnreadableError),
        (302, UnreadableError),
        (400, RejectedError),
        (401, RejectedError),
        (403, RejectedError),
        (404, ServerError),
        (407, ProxyError),
        (422, ServerError),
        (429, ThrottledError),
        (500, ServerError),
        (503, ServerError),
        (599, ServerError),
    ],
)
def test_each_status_has_its_error(status: int, error: type[WalletError]) -> None:
    assert type(error_for(status, b"")) is error


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b'{"detail": "Inactive client_id"}', "Inactive client_id"),
        (b'{"detail": [{"msg": "field required"}]}', "field required"),
        (b'{"detail": {"code": 5}}', "HTTP 400"),
        (b'{"detail": "two\\nlines\\u0007"}', "two lines"),
        (b"<html>", "HTTP 400"),
        (b'{"detail": " \\u202e\\n "}', "HTTP 400"),
    ],
)
def test_the_server_s_text_is_passed_on_in_one_line(answer: bytes, detail: str) -> None:
    assert error_for(400, answer).detail == detail


@given(st.binary() | JSON.map(lambda value: json.dumps({"detail": value}).encode()))
def test_every_text_of_the_server_becomes_a_short_printable_line(answer: bytes) -> None:
    detail = error_for(500, answer).detail
    assert detail.isprintable()
    assert 0 < len(detail) <= MAX_LENGTH


def test_an_inactive_account_has_an_error_of_its_own() -> None:
    error = error_for(400, b'{"detail": "Inactive client_id"}')
    assert type(error) is InactiveError
    assert error.condition is Condition.INACTIVE
    assert type(error_for(401, b'{"detail": "Inactive client_id"}')) is RejectedError


def test_no_part_of_a_secret_remains_if_the_server_s_text_is_shortened() -> None:
    secret = "".join(f"<{number:02}>" for number in range(20))
    for before in range(MAX_LENGTH + 20):
        body = json.dumps({"detail": "a" * before + secret + "b" * MAX_LENGTH}).encode()
        detail = error_for(401, body, redact=Secret(secret).redact).detail
        assert not any(f"{number:02}" in detail for number in range(20)), before


@pytest.mark.parametrize(
    ("status", "detail"),
    [(204, "HTTP 204"), (300, "redirected, HTTP 300"), (308, "redirected, HTTP 308")],
)
def test_the_error_for_another_response_says_whether_it_redirects(status: int, detail: str) -> None:
    assert error_for(status, body("5")).detail == detail


def test_an_error_contains_the_server_s_retry_after() -> None:
    assert error_for(429, b"", retry_after=7.0).retry_after == 7.0
