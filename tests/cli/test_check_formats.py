"""The output of ``check`` agrees with the tray."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.cli.check_formats import Status, json_object, metrics, plugin_line, status_of
from deepvue_tray.cli.login import format_reading
from deepvue_tray.core.errors import OfflineError, RejectedError, StorageError
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)
RUNWAY = Runway(
    earliest=NOW + 9 * DAY, empty_at=NOW + 11 * DAY, latest=NOW + 14 * DAY, burn_rate=600.0
)
GOOD = Snapshot(
    client_id="live_1",
    reading=Reading(at=NOW, balance=Decimal(6448)),
    peak=Decimal(9000),
    runway=RUNWAY,
)
OFFLINE = replace(GOOD, trouble=OfflineError("no route"))


def with_balance(balance: str) -> Snapshot:
    return replace(GOOD, reading=Reading(at=NOW, balance=Decimal(balance)))


def test_the_line_has_balance_and_runway_as_text_and_as_performance_data() -> None:
    assert plugin_line(GOOD, NOW) == (
        "DEEPVUE OK - 6448 credits, about 11 days left"
        " | balance=6448;1000;250;0 runway_early=777600s;604800;172800;0"
        " runway=950400s;;;0 runway_late=1209600s;;;0\n"
    )


@pytest.mark.parametrize(
    ("balance", "status"),
    [
        ("1000.5", Status.OK),
        ("1000", Status.WARNING),
        ("250", Status.CRITICAL),
        ("0", Status.CRITICAL),
        ("-4", Status.CRITICAL),
    ],
)
def test_the_status_is_the_tray_s_level(balance: str, status: Status) -> None:
    assert status_of(with_balance(balance)) is status


@pytest.mark.parametrize(
    ("balance", "text"),
    [("6448.0", "6448 credits"), ("6448.5", "6448.50 credits"), ("1E+4", "10000 credits")],
)
def test_the_line_has_no_needless_decimals_and_no_exponent(balance: str, text: str) -> None:
    assert plugin_line(with_balance(balance), NOW).startswith(f"DEEPVUE OK - {text}, ")


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        ("1", "1 credit at 14:05"),
        ("6448", "6,448 credits at 14:05"),
        ("6448.5", "6,448.50 credits at 14:05"),
        ("1E+4", "10,000 credits at 14:05"),
    ],
)
def test_login_formats_the_balance_like_the_tray(balance: str, text: str) -> None:
    assert format_reading(Reading(at=NOW, balance=Decimal(balance))) == text


def test_a_failed_attempt_is_unknown_after_any_earlier_reading() -> None:
    assert status_of(OFFLINE) is Status.UNKNOWN
    assert status_of(Snapshot(trouble=RejectedError())) is Status.UNKNOWN
    assert status_of(Snapshot()) is Status.UNKNOWN


def test_a_failure_has_the_reason_and_the_last_reading_and_no_performance_data() -> None:
    line = plugin_line(OFFLINE, NOW)
    assert line.startswith("DEEPVUE UNKNOWN - No connection (no route). ")
    assert line.endswith("Last known: 6448 credits at 2026-11-23T14:05:00Z\n")
    assert "|" not in line


def test_a_history_that_cannot_be_used_is_reported_beside_the_balance() -> None:
    line = plugin_line(replace(GOOD, storage=StorageError("disk full")), NOW)
    assert line.startswith("DEEPVUE OK - 6448 credits, ")
    assert "A file could not be used (disk full)" in line


def test_the_server_s_text_cannot_break_the_line() -> None:
    line = plugin_line(replace(GOOD, trouble=RejectedError("a | b=1;2\nc")), NOW)
    assert "a / b=1;2 c" in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("runway", "text"),
    [
        (None, "gathering data"),
        (replace(RUNWAY, empty_at=NOW + HORIZON), "more than a year left"),
        (replace(RUNWAY, empty_at=NOW + timedelta(hours=1)), "about 1 hour left"),
    ],
)
def test_the_runway_is_rounded_to_one_unit(runway: Runway | None, text: str) -> None:
    assert f"6448 credits, {text}" in plugin_line(replace(GOOD, runway=runway), NOW)


def test_thresholds_that_are_off_are_left_out() -> None:
    off = replace(
        GOOD, settings=Settings(low=None, critical=None, low_days=None, critical_days=None)
    )
    assert "balance=6448;;;0" in plugin_line(off, NOW)
    assert "threshold" not in metrics(off, NOW)
    assert set(json.loads(json_object(off, NOW))["thresholds"].values()) == {None}


def test_the_json_object_has_every_value() -> None:
    assert json.loads(json_object(GOOD, NOW)) == {
        "schema": 1,
        "status": "OK",
        "level": "ok",
        "condition": "fresh",
        "client_id": "live_1",
        "balance": 6448,
        "at": "2026-11-23T14:05:00Z",
        "full": 9000,
        "runway": {
            "earliest": "2026-12-02T14:05:00Z",
            "empty_at": "2026-12-04T14:05:00Z",
            "latest": "2026-12-07T14:05:00Z",
            "burn_per_day": 600.0,
        },
        "thresholds": {"warning": 1000, "critical": 250, "warning_days": 7, "critical_days": 2},
        "trouble": None,
        "storage": None,
    }


def test_the_json_object_of_a_failure_keeps_the_last_reading_beside_the_trouble() -> None:
    content = json.loads(json_object(OFFLINE, NOW))
    assert (content["status"], content["balance"]) == ("UNKNOWN", 6448)
    assert content["trouble"] == {
        "title": "No connection",
        "detail": "no route",
        "remedy": OfflineError.remedy,
    }


def test_a_date_beyond_the_horizon_is_null() -> None:
    endless = replace(RUNWAY, empty_at=NOW + HORIZON, latest=NOW + HORIZON)
    runway = json.loads(json_object(replace(GOOD, runway=endless), NOW))["runway"]
    assert (runway["empty_at"], runway["latest"]) == (None, None)
    assert runway["earliest"] == "2026-12-02T14:05:00Z"


def test_the_documentation_names_every_key_of_the_json_object() -> None:
    documented = Path(__file__).parents[2].joinpath("docs", "check.md").read_text()
    content = json.loads(json_object(OFFLINE, NOW))
    keys = {*content, *content["runway"], *content["thresholds"], *content["trouble"]}
    assert not [key for key in keys if f"`{key}`" not in documented]


def test_the_metrics_have_every_value() -> None:
    samples = [line for line in metrics(GOOD, NOW).splitlines() if line[0] != "#"]
    assert samples == [
        'deepvue_up{client_id="live_1"} 1',
        'deepvue_balance_credits{client_id="live_1"} 6448',
        f'deepvue_reading_timestamp_seconds{{client_id="live_1"}} {NOW.timestamp()}',
        'deepvue_runway_seconds{client_id="live_1"} 950400',
        'deepvue_runway_earliest_seconds{client_id="live_1"} 777600',
        'deepvue_runway_latest_seconds{client_id="live_1"} 1209600',
        f'deepvue_burn_credits_per_second{{client_id="live_1"}} {600 / 86400}',
        'deepvue_threshold_credits{client_id="live_1",severity="warning"} 1000',
        'deepvue_threshold_credits{client_id="live_1",severity="critical"} 250',
        'deepvue_threshold_runway_seconds{client_id="live_1",severity="warning"} 604800',
        'deepvue_threshold_runway_seconds{client_id="live_1",severity="critical"} 172800',
    ]


def test_after_a_failure_the_metrics_keep_the_last_balance_with_its_own_time() -> None:
    text = metrics(OFFLINE, NOW + DAY)
    assert 'deepvue_up{client_id="live_1"} 0' in text
    assert 'deepvue_balance_credits{client_id="live_1"} 6448' in text
    assert f"}} {NOW.timestamp()}" in text


@given(st.text())
def test_every_client_id_is_escaped_in_its_label(client_id: str) -> None:
    line = metrics(replace(GOOD, client_id=client_id), NOW).split("\n# HELP")[0].split("\n", 2)[2]
    start, _, rest = line.partition('{client_id="')
    assert (start, rest[-4:]) == ("deepvue_up", '"} 1')
    body = rest.removesuffix('"} 1')
    assert "\n" not in body
    assert body.replace(r"\\", "").replace(r"\"", "").count('"') == 0
