"""The texts that a person reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import DeepvueError, InvalidInputError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts

pytestmark = pytest.mark.usefixtures("locale")

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def known(balance: str, at: datetime = NOW, trouble: DeepvueError | None = None) -> Snapshot:
    return Snapshot(reading=Reading(at=at, balance=Decimal(balance)), trouble=trouble)


def test_an_unknown_balance_is_a_dash_and_never_zero() -> None:
    assert texts.format_balance(Snapshot()) == "—"


def test_one_credit_is_singular() -> None:
    assert texts.format_balance(known("1")) == "1 credit"


def test_the_menu_and_the_card_show_when_the_balance_was_read() -> None:
    assert texts.reading_time_text(known("6448"), NOW) == "as of 14:05"
    earlier = known("6448", NOW - timedelta(days=1))
    assert texts.reading_time_text(earlier, NOW) == "as of Sun 22 Nov, 14:05"
    assert texts.reading_time_text(Snapshot(), NOW) == ""


def every_error(root: type[DeepvueError] = DeepvueError) -> Iterator[type[DeepvueError]]:
    for kind in root.__subclasses__():
        if hasattr(kind, "title"):
            yield kind
        yield from every_error(kind)


@pytest.mark.parametrize("kind", [*dict.fromkeys(every_error())], ids=lambda kind: kind.__name__)
def test_every_error_has_a_title_a_remedy_and_a_condition(kind: type[DeepvueError]) -> None:
    text = texts.error_text(kind("the detail"))
    is_invalid = kind is InvalidInputError
    assert text == ("the detail." if is_invalid else f"{kind.title} (the detail). {kind.remedy}")
    assert kind.remedy.endswith(".")
    assert kind.condition


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_label(action: Action) -> None:
    assert texts.action_label(action)


def lasting(days: float, early: float, late: float, balance: str = "6448") -> Snapshot:
    ends = [NOW + timedelta(days=days_ahead) for days_ahead in (days, early, late)]
    runway = Runway(empty_at=ends[0], earliest=ends[1], latest=ends[2], burn_rate=1)
    return replace(known(balance), runway=runway)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (1 / 1440, "about 1 minute left"),
        (0.5 / 24, "about 30 minutes left"),
        (1.2 / 24, "about 1 hour left"),
        (1.5, "about 36 hours left"),
        (2, "about 2 days left"),
        (11.3, "about 11 days left"),
        (91, "about 3 months left"),
        (366, "more than a year left"),
        (-1, "may be empty by now"),
    ],
)
def test_the_runway_is_rounded_to_its_precision(days: float, text: str) -> None:
    assert texts.runway_text(lasting(days, days, days), NOW) == text


def test_the_day_on_which_the_credits_end_follows_the_runway() -> None:
    text = "about 11 days left, until Fri 4 Dec"
    assert texts.runway_with_date_text(lasting(11, 9, 14), NOW) == text
    assert texts.runway_with_date_text(lasting(366, 366, 366), NOW) == "more than a year left"
    assert texts.runway_with_date_text(known("6448"), NOW) == "forecast after a day of use"
    assert texts.runway_with_date_text(Snapshot(), NOW) == ""


def test_an_empty_wallet_has_no_runway() -> None:
    assert texts.runway_text(lasting(0, 0, 0, balance="0"), NOW) == "empty"


def test_the_range_shows_how_certain_the_runway_is() -> None:
    assert texts.runway_range_text(lasting(11, 9, 14), NOW) == "between 9 and 14 days"
    assert texts.runway_range_text(lasting(3, 1, 4), NOW) == "between 24 hours and 4 days"
    assert texts.runway_range_text(lasting(200, 100, 366), NOW) == "at least 3 months"
    assert texts.runway_range_text(lasting(366, 366, 366), NOW) == ""
    assert texts.runway_range_text(known("6448"), NOW) == ""
    # The runway, about 3 months, says the same.
    assert texts.runway_range_text(lasting(91, 90, 92), NOW) == ""


def test_a_snooze_says_how_long_alerts_are_silent() -> None:
    snoozed = partial(replace, known("6448"))
    assert texts.snooze_text(known("6448"), NOW) == "Snooze alerts"
    until = snoozed(snoozed=Snooze(NOW + timedelta(hours=1), frozenset()))
    assert texts.snooze_text(until, NOW) == "Alerts snoozed until 15:05"
    morning = snoozed(snoozed=Snooze(datetime(2026, 11, 24, 9, tzinfo=UTC), frozenset()))
    assert texts.snooze_text(morning, NOW) == "Alerts snoozed until tomorrow 09:00"
    top_up = snoozed(snoozed=Snooze(None, frozenset()))
    assert texts.snooze_text(top_up, NOW) == "Alerts snoozed until the next top-up"
