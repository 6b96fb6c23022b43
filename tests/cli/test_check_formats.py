"""The output of ``check`` agrees with the tray."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.cli.check_formats import (
    Status,
    json_text,
    plugin_text,
    status_of,
    worst_status,
)
from deepvue_tray.cli.check_metrics import metrics
from deepvue_tray.cli.texts import reading_text
from deepvue_tray.core.errors import OfflineError, RejectedError, StorageError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.wallet_names import MAX_NAME_LENGTH

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)
RUNWAY = Runway(
    earliest=NOW + 9 * DAY, empty_at=NOW + 11 * DAY, latest=NOW + 14 * DAY, burn_rate=600.0
)
GOOD = Snapshot(
    wallet=WalletSettings(client_id="live_1", name="Live"),
    reading=Reading(at=NOW, balance=Decimal(6448)),
    peak=Decimal(9000),
    runway=RUNWAY,
)
OFFLINE = replace(GOOD, trouble=OfflineError("no route"))


def with_balance(balance: str) -> Snapshot:
    return replace(GOOD, reading=Reading(at=NOW, balance=Decimal(balance)))


def test_the_line_has_balance_and_runway_as_text_and_as_performance_data() -> None:
    assert plugin_text([GOOD], NOW) == (
        "DEEPVUE OK - 6448 credits, about 11 days left"
        " | balance=6448;@0:1000;@0:250;0 runway_early=777600s;@0:604800;@0:172800;0"
        " runway=950400s;;;0 runway_late=1209600s;;;0\n"
    )


def test_thresholds_in_performance_data_are_plain_numbers_on_request() -> None:
    text = plugin_text([GOOD], NOW, has_ranges=False)
    assert "balance=6448;1000;250;0 runway_early=777600s;604800;172800;0 " in text


@given(st.integers(-2000, 2000).map(Decimal) | st.decimals(-2000, 2000, places=2))
def test_a_reader_of_ranges_gets_the_status_from_the_performance_data(balance: Decimal) -> None:
    snapshot = replace(with_balance(str(balance)), runway=None)
    value, warning, critical, *_ = data_of(plugin_text([snapshot], NOW))["balance"].split(";")
    status = Status.OK
    for threshold, severity in ((warning, Status.WARNING), (critical, Status.CRITICAL)):
        start, end = threshold.removeprefix("@").split(":")
        if (start == "~" or Decimal(start) <= Decimal(value)) and Decimal(value) <= Decimal(end):
            status = severity
    assert status is status_of(snapshot)


def test_the_details_of_several_wallets_follow_the_line_of_each() -> None:
    live, trial = wallets("Live", "Trial")
    endless = replace(RUNWAY, latest=NOW + HORIZON)
    text = plugin_text(
        [replace(live, runway=endless), paused(trial)], NOW, has_details=True
    ).partition("\n")[2]
    assert text.splitlines() == [
        "OK - Live: 6448 credits, about 11 days left",
        "  wallet: Live, client ID id_0",
        "  read: 6448 credits at 2026-11-23T14:05:00Z",
        "  empty: 2026-12-04T14:05:00Z, earliest 2026-12-02T14:05:00Z, latest in a year or later",
        "  spending: 600 credits a day",
        "  low: at or below 1000 credits or 7 days",
        "  critical: at or below 250 credits or 2 days",
        "PAUSED - Trial",
    ]


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
    assert plugin_text([with_balance(balance)], NOW).startswith(f"DEEPVUE OK - {text}, ")


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
    assert reading_text(Reading(at=NOW, balance=Decimal(balance))) == text


def test_a_failed_attempt_is_unknown_after_any_earlier_reading() -> None:
    assert status_of(OFFLINE) is Status.UNKNOWN
    assert status_of(Snapshot(trouble=RejectedError())) is Status.UNKNOWN
    assert status_of(Snapshot()) is Status.UNKNOWN


def test_a_failure_has_the_reason_and_the_last_reading_and_no_performance_data() -> None:
    line = plugin_text([OFFLINE], NOW)
    assert line.startswith("DEEPVUE UNKNOWN - No connection (no route). ")
    assert line.endswith("Last known: 6448 credits at 2026-11-23T14:05:00Z\n")
    assert "|" not in line


def test_a_history_that_cannot_be_used_is_reported_beside_the_balance() -> None:
    line = plugin_text([replace(GOOD, storage=StorageError("disk full"))], NOW)
    assert line.startswith("DEEPVUE OK - 6448 credits, ")
    assert "A file could not be used (disk full)" in line


def test_the_server_s_text_cannot_break_the_line() -> None:
    line = plugin_text([replace(GOOD, trouble=RejectedError("a | b=1;2\nc"))], NOW)
    assert "a / b=1;2 c" in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("runway", "text"),
    [
        (None, "forecast after a day of use"),
        (replace(RUNWAY, empty_at=NOW + HORIZON), "more than a year left"),
        (replace(RUNWAY, empty_at=NOW + timedelta(hours=1)), "about 1 hour left"),
    ],
)
def test_the_runway_is_rounded_to_one_unit(runway: Runway | None, text: str) -> None:
    assert f"6448 credits, {text}" in plugin_text([replace(GOOD, runway=runway)], NOW)


def test_thresholds_that_are_off_are_left_out() -> None:
    off = replace(
        GOOD, wallet=WalletSettings(low=None, critical=None, low_days=None, critical_days=None)
    )
    assert "balance=6448;;;0" in plugin_text([off], NOW)
    assert "deepvue_threshold" not in metrics([off], NOW)
    assert set(json.loads(json_text([off], NOW))["thresholds"].values()) == {None}


def test_the_json_object_has_every_value() -> None:
    assert json.loads(json_text([GOOD], NOW)) == {
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
    content = json.loads(json_text([OFFLINE], NOW))
    assert (content["status"], content["balance"]) == ("UNKNOWN", 6448)
    assert content["trouble"] == {
        "title": "No connection",
        "detail": "no route",
        "remedy": OfflineError.remedy,
    }


def test_a_date_beyond_the_horizon_is_null() -> None:
    endless = replace(RUNWAY, empty_at=NOW + HORIZON, latest=NOW + HORIZON)
    runway = json.loads(json_text([replace(GOOD, runway=endless)], NOW))["runway"]
    assert (runway["empty_at"], runway["latest"]) == (None, None)
    assert runway["earliest"] == "2026-12-02T14:05:00Z"


def test_the_documentation_names_every_key_of_the_json_object() -> None:
    documented = Path(__file__).parents[2].joinpath("docs", "check.md").read_text()
    content = json.loads(json_text([OFFLINE], NOW))
    keys = {*content, *content["runway"], *content["thresholds"], *content["trouble"]}
    assert not [key for key in keys if f"`{key}`" not in documented]


def test_the_metrics_have_every_value() -> None:
    labels = 'client_id="live_1",wallet="Live"'
    warning, critical = 'severity="warning"', 'severity="critical"'
    samples = [line for line in metrics([GOOD], NOW).splitlines() if line[0] != "#"]
    assert samples == [
        f"deepvue_up{{{labels}}} 1",
        f'deepvue_level{{{labels},level="unknown"}} 0',
        f'deepvue_level{{{labels},level="ok"}} 1',
        f'deepvue_level{{{labels},level="low"}} 0',
        f'deepvue_level{{{labels},level="critical"}} 0',
        f'deepvue_level{{{labels},level="empty"}} 0',
        f"deepvue_balance_credits{{{labels}}} 6448",
        f"deepvue_reading_timestamp_seconds{{{labels}}} {NOW.timestamp()}",
        f"deepvue_empty_timestamp_seconds{{{labels}}} {RUNWAY.empty_at.timestamp():.0f}",
        f"deepvue_empty_earliest_timestamp_seconds{{{labels}}} {RUNWAY.earliest.timestamp():.0f}",
        f"deepvue_empty_latest_timestamp_seconds{{{labels}}} {RUNWAY.latest.timestamp():.0f}",
        f"deepvue_runway_seconds{{{labels}}} 950400",
        f"deepvue_runway_earliest_seconds{{{labels}}} 777600",
        f"deepvue_runway_latest_seconds{{{labels}}} 1209600",
        f"deepvue_burn_credits_per_second{{{labels}}} {600 / 86400}",
        f"deepvue_threshold_credits{{{labels},{warning}}} 1000",
        f"deepvue_threshold_credits{{{labels},{critical}}} 250",
        f"deepvue_threshold_runway_seconds{{{labels},{warning}}} 604800",
        f"deepvue_threshold_runway_seconds{{{labels},{critical}}} 172800",
    ]


def test_after_a_failure_the_metrics_keep_the_last_balance_with_its_own_time() -> None:
    text = metrics([OFFLINE], NOW + DAY)
    assert 'deepvue_up{client_id="live_1",wallet="Live"} 0' in text
    assert 'deepvue_balance_credits{client_id="live_1",wallet="Live"} 6448' in text
    assert f"}} {NOW.timestamp()}" in text


def test_a_wallet_that_lasts_a_year_or_more_is_empty_at_infinity() -> None:
    endless = replace(RUNWAY, empty_at=NOW + HORIZON, latest=NOW + HORIZON)
    text = metrics([replace(GOOD, runway=endless)], NOW)
    ends = re.findall(r"^deepvue_empty\w*\{.*\} (.*)$", text, re.MULTILINE)
    assert ends == ["+Inf", f"{RUNWAY.earliest.timestamp():.0f}", "+Inf"]


def labels_of(sample: str) -> dict[str, str]:
    """Parse the labels of a sample as Prometheus does."""
    labels = re.search(r"\{(.*)\} ", sample)
    assert labels
    pairs = re.findall(r'(\w+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)', labels[1])
    assert ",".join(f'{name}="{value}"' for name, value in pairs) == labels[1]
    escapes = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
    return {name: re.sub(r"\\.", lambda escape: escapes[escape[0]], value) for name, value in pairs}


@given(st.text(), st.text())
def test_every_client_id_and_name_can_be_read_back_from_its_metric(
    client_id: str, name: str
) -> None:
    snapshot = replace(GOOD, wallet=WalletSettings(client_id=client_id, name=name))
    sample = metrics([snapshot], NOW).split("\n# HELP")[0].split("\n", 2)[2]
    assert labels_of(sample) == {"client_id": client_id, "wallet": name}


def wallets(*names: str) -> list[Snapshot]:
    """Return a wallet for each name, with 100 credits more each."""
    return [
        replace(
            GOOD,
            wallet=WalletSettings(client_id=f"id_{number}", name=name),
            reading=Reading(at=NOW, balance=Decimal(6448 + 100 * number)),
        )
        for number, name in enumerate(names)
    ]


def paused(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, wallet=replace(snapshot.wallet, is_paused=True))


def left(snapshot: Snapshot, balance: int) -> Snapshot:
    return replace(snapshot, reading=Reading(at=NOW, balance=Decimal(balance)))


def offline(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, trouble=OfflineError("no route"))


names = st.text(min_size=1).map(lambda text: cleaned(text)[:MAX_NAME_LENGTH]).filter(bool)
"""Names as the settings can hold them: one printable line."""


def data_of(text: str) -> dict[str, str]:
    """Parse the performance data of a plugin's first line by the guidelines."""
    first, _, _ = text.partition("\n")
    assert first.count("|") == 1
    data = first.partition(" | ")[2]
    pairs = re.findall(r"(?:'((?:[^'=]|'')+)'|([^\s'=]+))=(\S+)(?: |$)", data)
    written = [
        f"'{label}'={value}" if label else f"{plain}={value}" for label, plain, value in pairs
    ]
    assert " ".join(written) == data
    return {unquote(label.replace("''", "'")) or plain: value for label, plain, value in pairs}


def test_of_two_wallets_the_first_line_is_the_worst_and_each_has_its_own_line() -> None:
    live, trial = wallets("Live", "Trial")
    text = plugin_text([live, left(trial, 900)], NOW)
    first, *lines = text.splitlines()
    assert first == (
        "DEEPVUE WARNING - Trial: 900 credits, about 11 days left (1 of 2 wallets ok)"
        " | 'Live balance'=6448;@0:1000;@0:250;0 'Live runway_early'=777600s;@0:604800;@0:172800;0"
        " 'Live runway'=950400s;;;0 'Live runway_late'=1209600s;;;0"
        " 'Trial balance'=900;@0:1000;@0:250;0 'Trial runway_early'=777600s;@0:604800;@0:172800;0"
        " 'Trial runway'=950400s;;;0 'Trial runway_late'=1209600s;;;0"
    )
    assert lines == [
        "OK - Live: 6448 credits, about 11 days left",
        "WARNING - Trial: 900 credits, about 11 days left",
    ]


def test_of_seven_wallets_each_has_its_line_and_its_performance_data() -> None:
    seven = wallets(*"ABCDEFG")
    text = plugin_text([*seven[:6], offline(seven[6])], NOW)
    assert text.startswith("DEEPVUE UNKNOWN - G: No connection (no route). ")
    assert "(6 of 7 wallets ok) | 'A balance'=6448;" in text
    assert [line.partition(":")[0] for line in text.splitlines()[1:]] == [
        *(f"OK - {name}" for name in "ABCDEF"),
        "UNKNOWN - G",
    ]
    assert {label[0] for label in data_of(text)} == {*"ABCDEF"}


@pytest.mark.parametrize(
    ("balances", "worst"),
    [
        ([6448, 6448], Status.OK),
        ([6448, None], Status.UNKNOWN),
        ([None, 900], Status.WARNING),
        ([900, None, 100], Status.CRITICAL),
    ],
)
def test_the_worst_status_decides_and_a_failure_does_not_hide_a_low_wallet(
    balances: list[int | None], worst: Status
) -> None:
    given = [
        offline(snapshot) if balance is None else left(snapshot, balance)
        for snapshot, balance in zip(wallets(*"ABC"), balances, strict=False)
    ]
    assert worst_status(given) is worst
    assert plugin_text(given, NOW).startswith(f"DEEPVUE {worst.name} - ")
    assert json.loads(json_text(given, NOW))["status"] == worst.name


def test_if_all_are_ok_the_first_line_is_the_wallet_that_may_end_first() -> None:
    live, trial = wallets("Live", "Trial")
    sooner = replace(trial, runway=replace(RUNWAY, earliest=NOW + 8 * DAY))
    assert plugin_text([live, sooner], NOW).startswith("DEEPVUE OK - Trial: 6548 credits, ")


def test_a_paused_wallet_is_named_in_the_long_output_only() -> None:
    live, old = wallets("Live", "Old one")
    given = [live, paused(left(old, 0))]
    assert worst_status(given) is Status.OK
    first, *lines = plugin_text(given, NOW).splitlines()
    assert "(1 of 1 wallets ok)" in first
    assert "Old one" not in first
    assert lines[1] == "PAUSED - Old one"
    assert [wallet["name"] for wallet in json.loads(json_text(given, NOW))["wallets"]] == ["Live"]
    assert "Old one" not in metrics(given, NOW)


def test_if_every_wallet_is_paused_nothing_is_known() -> None:
    given = [paused(snapshot) for snapshot in wallets("Live", "Trial")]
    assert worst_status(given) is Status.UNKNOWN
    text = plugin_text(given, NOW)
    assert text.splitlines()[0] == "DEEPVUE UNKNOWN - all 2 wallets are paused"
    assert json.loads(json_text(given, NOW))["wallets"] == []
    assert metrics(given, NOW) == ""


def test_a_single_paused_wallet_is_unknown_with_its_last_balance() -> None:
    text = plugin_text([paused(GOOD)], NOW)
    assert text == (
        'DEEPVUE UNKNOWN - The wallet is paused. Switch on "Watch this wallet" in Settings.'
        " Last known: 6448 credits at 2026-11-23T14:05:00Z\n"
    )
    assert json.loads(json_text([paused(GOOD)], NOW))["condition"] == "paused"


@given(st.lists(names, min_size=2, max_size=7, unique_by=str.casefold))
def test_every_name_can_be_read_back_from_its_performance_data(given_names: list[str]) -> None:
    snapshots = wallets(*given_names)
    text = plugin_text(snapshots, NOW)
    assert data_of(text) == {
        f"{snapshot.wallet.name} {label}": value
        for snapshot in snapshots
        for label, value in data_of(plugin_text([snapshot], NOW)).items()
    }
    assert len(text.splitlines()) == 1 + len(given_names)
    assert text.count("|") == 1


@given(st.lists(names, min_size=2, max_size=7, unique_by=str.casefold))
def test_several_wallets_are_a_json_list_whose_objects_have_the_keys_of_a_single_one(
    given_names: list[str],
) -> None:
    snapshots = wallets(*given_names)
    content = json.loads(json_text(snapshots, NOW))
    assert content == {
        "schema": 2,
        "status": "OK",
        "wallets": [
            {"name": snapshot.wallet.name}
            | {key: value for key, value in single.items() if key != "schema"}
            for snapshot in snapshots
            if (single := json.loads(json_text([snapshot], NOW)))
        ],
    }


@given(st.lists(names, min_size=2, max_size=7, unique_by=str.casefold))
def test_the_samples_of_a_metric_follow_each_other_and_name_their_wallet(
    given_names: list[str],
) -> None:
    snapshots = wallets(*given_names)
    # The first has no reading, so that other wallets begin some of the metrics.
    text = metrics([Snapshot(wallet=snapshots[0].wallet), *snapshots[1:]], NOW)
    blocks = text.split("# HELP ")[1:]
    assert len({block.split()[0] for block in blocks}) == len(blocks)
    for block in blocks:
        name, samples = block.split()[0], block.split("\n")[2:-1]
        assert all(sample.startswith(f"{name}{{") for sample in samples)
        known = [labels_of(sample)["wallet"] for sample in samples]
        assert set(known) <= set(given_names)
        assert set(known) >= set(given_names[1:])
