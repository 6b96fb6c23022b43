"""What was learnt is used again as long as nobody could see the difference."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from deepvue_tray.core.outlook import Outlook
from deepvue_tray.core.reading import Reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAST = [Reading(at=NOW - n * HOUR, balance=Decimal(1000 + n)) for n in range(20 * 24, 0, -1)]
LATEST = Reading(at=NOW, balance=Decimal(1000))
OUTLOOK = Outlook.of(PAST, LATEST)


def stands(hours: float, balance: float) -> bool:
    return OUTLOOK.stands(Reading(at=NOW + hours * HOUR, balance=Decimal(balance)))


@pytest.mark.parametrize("known", [PAST, PAST[-3:], []])
def test_an_outlook_survives_being_stored(known: list[Reading]) -> None:
    outlook = Outlook.of(known, LATEST)
    assert Outlook.from_json(json.loads(json.dumps(outlook.as_json()))) == outlook


def test_an_outlook_of_a_version_that_learns_other_habits_is_refused() -> None:
    stored = OUTLOOK.as_json() | {"habit": [0, [[1.0] * 24]]}
    with pytest.raises(ValueError, match="another version"):
        Outlook.from_json(stored)


def test_an_outlook_stands_while_time_and_credits_are_nearly_the_same() -> None:
    assert stands(0, 1000)
    assert stands(12, 981)


def test_it_stands_no_longer_once_a_fiftieth_of_the_credits_is_spent() -> None:
    assert not stands(1, 980)


def test_it_stands_no_longer_once_a_fiftieth_of_the_time_has_passed() -> None:
    assert OUTLOOK.runway is not None
    fiftieth = (OUTLOOK.runway.earliest - NOW) / 50 / HOUR
    assert stands(fiftieth - 0.01, 1000)
    assert not stands(fiftieth, 1000)


def test_it_stands_no_longer_than_a_day_however_long_the_credits_last() -> None:
    rich = Outlook.of(
        [Reading(at=r.at, balance=r.balance + 10**6) for r in PAST],
        Reading(at=NOW, balance=LATEST.balance + 10**6),
    )
    later = Reading(at=NOW + timedelta(hours=24), balance=Decimal(10**6 + 990))
    assert rich.stands(Reading(at=later.at - HOUR, balance=later.balance))
    assert not rich.stands(later)


def test_a_top_up_and_a_clock_set_back_end_it() -> None:
    assert not stands(1, 1001)
    assert not stands(-0.01, 1000)


def test_while_data_is_gathered_every_reading_is_learnt_from() -> None:
    assert not Outlook.of([], LATEST).stands(LATEST)


def test_an_empty_wallet_s_does_not_stand() -> None:
    empty = Reading(at=NOW, balance=Decimal(0))
    past = [Reading(at=r.at, balance=r.balance - 1000) for r in PAST]
    assert not Outlook.of(past, empty).stands(empty)
