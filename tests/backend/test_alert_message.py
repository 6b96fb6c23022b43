"""What the alert command gets is one JSON object on one line, whatever the wallet is called."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.backend.alert_message import alert_message, made_up_message
from deepvue_tray.cli.check_formats import json_text
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import OfflineError
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

moments = st.timedeltas(timedelta(0), timedelta(days=500)).map(lambda ahead: NOW + ahead)
runways = st.lists(moments, min_size=3, max_size=3).map(
    lambda ends: Runway(earliest=min(ends), empty_at=sorted(ends)[1], latest=max(ends), burn_rate=1)
)
snapshots = st.builds(
    Snapshot,
    wallet=st.builds(WalletSettings, client_id=st.text(), name=st.text()),
    reading=st.builds(
        Reading,
        at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
        balance=st.decimals(-(10**9), 10**9, places=2),
    ),
    runway=st.none() | runways,
    trouble=st.none() | st.just(OfflineError()),
)


@given(st.sampled_from(Alert), snapshots, st.text(), st.text())
def test_a_message_is_one_line_of_ascii_with_every_key(
    alert: Alert, snapshot: Snapshot, title: str, body: str
) -> None:
    line = alert_message(alert, snapshot, title, body, NOW)
    assert line.isascii()
    assert line.splitlines() == [line.removesuffix("\n")]
    message = json.loads(line)
    assert message["wallet"] == {
        "client_id": snapshot.wallet.client_id,
        "name": snapshot.wallet.name,
    }
    assert (message["title"], message["body"]) == (title, body)
    assert message["alert"] == alert.value
    assert message.keys() == json.loads(made_up_message(snapshot.wallet, "", "", NOW)).keys()


@given(st.sampled_from(Alert), snapshots)
def test_a_message_says_what_check_says_of_the_same_reading(
    alert: Alert, snapshot: Snapshot
) -> None:
    known = replace(snapshot, trouble=None)
    message = json.loads(alert_message(alert, known, "", "", NOW))
    checked = json.loads(json_text([known], NOW))
    for key in ("balance", "level", "at"):
        assert message[key] == checked[key]
    if runway := checked["runway"]:
        del runway["burn_per_day"]
    assert message["runway"] == runway


@given(st.sampled_from(Alert), snapshots)
def test_after_a_failed_attempt_no_old_number_is_sent(alert: Alert, snapshot: Snapshot) -> None:
    failed = replace(snapshot, trouble=OfflineError())
    message = json.loads(alert_message(alert, failed, "", "", NOW))
    assert (message["balance"], message["runway"], message["level"]) == (None, None, "unknown")
    assert message["at"] == "2026-11-23T09:00:00Z"


@pytest.mark.parametrize(("ahead", "is_known"), [(HORIZON, False), (HORIZON / 2, True)])
def test_an_end_a_year_away_is_null(ahead: timedelta, is_known: bool) -> None:
    runway = Runway(earliest=NOW, empty_at=NOW, latest=NOW + ahead, burn_rate=1)
    reading = Reading(at=NOW, balance=Decimal(900))
    snapshot = Snapshot(reading=reading, runway=runway)
    message = json.loads(alert_message(Alert.LOW, snapshot, "", "", NOW))
    assert (message["runway"]["latest"] is not None) == is_known
