"""A spending model is used until a new one would differ visibly."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAST = [Reading(at=NOW - n * HOUR, balance=Decimal(1000 + n)) for n in range(20 * 24, 0, -1)]
LATEST = Reading(at=NOW, balance=Decimal(1000))


def model_of(past: list[Reading], latest: Reading) -> SpendingModel:
    return SpendingModel.of([(r.at.timestamp(), float(r.balance)) for r in past], latest)


MODEL = model_of(PAST, LATEST)


def is_fresh(hours: float, balance: float) -> bool:
    return MODEL.is_fresh(Reading(at=NOW + hours * HOUR, balance=Decimal(balance)))


@pytest.mark.parametrize("known", [PAST, PAST[-3:], []])
def test_a_stored_model_is_read_unchanged(known: list[Reading]) -> None:
    model = model_of(known, LATEST)
    assert SpendingModel.from_json(model.to_json()) == model


def test_a_model_with_other_limits_than_this_version_s_is_refused() -> None:
    stored = json.dumps(json.loads(MODEL.to_json()) | {"limits": [0, [[1.0] * 24]]})
    with pytest.raises(ValueError, match="another version"):
        SpendingModel.from_json(stored)


def test_a_model_is_fresh_while_time_and_credits_are_nearly_the_same() -> None:
    assert is_fresh(0, 1000)
    assert is_fresh(12, 981)


def test_it_is_outdated_once_a_fiftieth_of_the_credits_is_spent() -> None:
    assert not is_fresh(1, 980)


def test_it_is_outdated_once_a_fiftieth_of_the_runway_has_passed() -> None:
    assert MODEL.runway is not None
    fiftieth = (MODEL.runway.earliest - NOW) / 50 / HOUR
    assert is_fresh(fiftieth - 0.01, 1000)
    assert not is_fresh(fiftieth, 1000)


def test_it_is_outdated_after_a_day_for_any_runway() -> None:
    rich = model_of(
        [Reading(at=r.at, balance=r.balance + 10**6) for r in PAST],
        Reading(at=NOW, balance=LATEST.balance + 10**6),
    )
    later = Reading(at=NOW + timedelta(hours=24), balance=Decimal(10**6 + 990))
    assert rich.is_fresh(Reading(at=later.at - HOUR, balance=later.balance))
    assert not rich.is_fresh(later)


def test_a_top_up_or_a_clock_set_back_makes_it_outdated() -> None:
    assert not is_fresh(1, 1001)
    assert not is_fresh(-0.01, 1000)


def test_a_model_without_a_runway_is_never_fresh() -> None:
    assert not model_of([], LATEST).is_fresh(LATEST)


def test_the_model_of_an_empty_wallet_is_never_fresh() -> None:
    empty = Reading(at=NOW, balance=Decimal(0))
    past = [Reading(at=r.at, balance=r.balance - 1000) for r in PAST]
    assert not model_of(past, empty).is_fresh(empty)


def test_a_model_includes_the_latest_reading_before_it_is_stored() -> None:
    assert model_of([*PAST, LATEST], LATEST) == MODEL
    assert MODEL.limits.learnt_at == NOW.timestamp()
