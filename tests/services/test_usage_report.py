"""Reading a usage report: the documented shape, and what else a server may send."""

import json
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.errors import UnreadableError
from deepvue_tray.core.usage import Call, Outcome
from deepvue_tray.services.usage_report import MAX_PRODUCT_LENGTH, UsageReportParser
from tests.support.usage_reports import report, row

AT = datetime(2024, 5, 11, 23, 33, 32, 92089, tzinfo=UTC)
FOUND = Call(AT, "PAN-Plus", Outcome.FOUND, Decimal("2.95"))


def parse(body: bytes, size: int = 65536) -> list[Call]:
    calls: list[Call] = []
    parser = UsageReportParser(calls.append)
    for start in range(0, len(body), size):
        parser.feed(body[start : start + size])
    parser.end()
    return calls


@pytest.mark.parametrize("size", [1, 7, 65536])
def test_a_report_as_documented_is_read_however_it_arrives(size: int) -> None:
    later = AT + timedelta(hours=1)
    body = report([row(later, message="Invalid Pan Number."), row(AT)])
    assert parse(body, size) == [FOUND._replace(at=later, outcome=Outcome.NOT_FOUND), FOUND]


def test_a_report_without_calls_is_read() -> None:
    assert parse(report([])) == []


READABLE: Mapping[str, bytes] = {
    "more keys in a row": report([row(AT) | {"Region": {"State": ["KA"]}, "Cost Centre": None}]),
    "more keys around it": report([row(AT)], page={"number": 1, "usage_data": [1]}),
    "no message": report([row(AT) | {"Message": None}]),
    "the same row twice": report([row(AT), row(AT)]),
    "India's time": report(
        [row(AT, timestamp=AT.astimezone(timezone(timedelta(hours=5.5))).isoformat())]
    ),
    "a time with Z": report([row(AT, timestamp="2024-05-11T23:33:32.092089Z")]),
    "a time without a zone": report([row(AT, timestamp="2024-05-11T23:33:32.092089")]),
    "a rounding error": report([row(AT, charge=2.9500000000000002)]),
}


@pytest.mark.parametrize("name", READABLE)
def test_additions_and_repetitions_do_no_harm(name: str) -> None:
    if name == "the same row twice":
        # A row keeps its identity, so the second one is repeated even if the report is not sorted.
        assert len(parse(READABLE[name])) == 1
    assert parse(READABLE[name]) == [FOUND]


def without(key: str) -> bytes:
    return report([{name: value for name, value in row(AT).items() if not name.startswith(key)}])


UNREADABLE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON"),
    "a page": (b"<html>", "not JSON"),
    "cut short": (report([row(AT)])[:-30], "cut short"),
    "trailing text": (report([row(AT)]) + b"x", "not JSON"),
    "two reports": (report([]) + report([]), "not JSON"),
    "a list": (b"[]", "not a JSON object"),
    "a number": (b"7", "not a JSON object"),
    "no data": (b'{"code": 200}', "usage_data is missing"),
    "no rows": (b'{"data": {}}', "usage_data is missing"),
    "rows that are null": (b'{"data": {"usage_data": null}}', "usage_data is missing"),
    "rows that are an object": (b'{"data": {"usage_data": {}}}', "usage_data is missing"),
    "an error with status 200": (report([], code=500), "code is not 200"),
    "a row that is a number": (report([]).replace(b"[]", b"[7]"), "row 1: not an object"),
    "a row that is a list": (report([]).replace(b"[]", b"[[]]"), "row 1: not an object"),
    "no id": (without("Trans"), "row 1: no Transaction Id"),
    "no time": (without("Time"), "row 1: Timestamp(UTC) is missing"),
    "no product": (without("Prod"), "row 1: Product Id is missing"),
    "no status": (without("Stat"), "row 1: Status is missing"),
    "no charge": (without("Charge"), "row 1: Charge is missing"),
    "a bad second row": (report([row(AT), row(AT, product="")]), "row 2: Product Id is missing"),
    "a status that is text": (report([row(AT, status="200")]), "Status is missing or not"),
    "a status that is true": (report([row(AT, status=True)]), "Status is missing or not"),
    "a time that is a number": (report([row(AT, timestamp=1748417711)]), "not a time"),
    "a time beyond all calendars": (
        report([row(AT, timestamp="0001-01-01T00:00:00+14:00")]),
        "not a time",
    ),
    "a negative charge": (report([row(AT, charge=-1)]), "Charge is missing, negative"),
    "a charge that is text": (report([row(AT, charge="2.95")]), "Charge is missing, negative"),
    "a charge of NaN": (report([row(AT, charge=float("nan"))]), "not JSON"),
    "an endless charge": (report([]).replace(b"[]", b'[{"Charge": 1e400}]'), "row 1"),
    "an exponent beyond Decimal's": (
        report([]).replace(b"[]", b'[{"Charge": 1e9999999999999999999}]'),
        "not JSON",
    ),
    "a number of 5,000 digits": (b'{"timestamp": ' + b"1" * 5000 + b"}", "too long"),
    "a key that is repeated": (
        report([row(AT)]).replace(b'"Status"', b'"Charge": 1, "Status"'),
        "Charge is repeated",
    ),
    "a deep one": (b'{"data": ' + b"[" * 60_000, "nested too deeply"),
    "UTF-16": (report([row(AT)]).decode().encode("utf-16"), "not JSON"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_any_other_report_is_one_clear_error(name: str) -> None:
    body, reason = UNREADABLE[name]
    with pytest.raises(UnreadableError) as caught:
        parse(body)
    assert reason in caught.value.detail


def test_a_number_of_5000_digits_is_refused_also_in_pieces() -> None:
    with pytest.raises(UnreadableError):
        parse(b'{"timestamp": ' + b"1" * 5000 + b"}", size=7)


def test_names_of_products_are_cut_and_cleaned() -> None:
    [call] = parse(report([row(AT, product="PAN\n\x1b[31mPlus" + "x" * 500)]))
    assert call.product.startswith("PAN [31mPlus")
    assert len(call.product) <= MAX_PRODUCT_LENGTH


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from([*row(AT)]), json_values)
def test_a_row_with_any_value_is_read_or_refused(key: str, value: Any) -> None:
    try:
        [call] = parse(report([row(AT) | {key: value}]))
    except UnreadableError:
        return
    assert call.charge >= 0
    assert call.product


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(b'{"data": {"usage_data": [' + body)
    except UnreadableError:
        return
    assert json.loads(b'{"data": {"usage_data": [' + body)


def test_a_report_is_not_held_whole() -> None:
    rows = [row(AT + timedelta(seconds=number)) for number in range(20_000)]
    body = report(rows)
    parser = UsageReportParser(lambda _call: None)
    tracemalloc.start()
    for start in range(0, len(body), 65536):
        parser.feed(body[start : start + 65536])
    parser.end()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(body)
