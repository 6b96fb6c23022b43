"""What a person reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from deepvue_tray.core.errors import Action, DeepvueError, OfflineError, RejectedError, StorageError
from deepvue_tray.core.reading import Alert, Reading, Snapshot
from deepvue_tray.ui import words

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def locale(request: pytest.FixtureRequest) -> Iterator[None]:
    """Speak the locale a test is parametrised with, else British English."""
    before = QLocale()
    QLocale.setDefault(QLocale(getattr(request, "param", "en_GB")))
    yield
    QLocale.setDefault(before)


def known(balance: str, at: datetime = NOW, trouble: DeepvueError | None = None) -> Snapshot:
    return Snapshot(reading=Reading(at=at, balance=Decimal(balance)), trouble=trouble)


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en_GB", "1,234,567"), ("en_IN", "12,34,567"), ("de_DE", "1.234.567")],
    indirect=["locale"],
)
def test_numbers_are_grouped_as_the_locale_does(text: str) -> None:
    assert words.number(Decimal(1234567)) == text


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        ("6448", "6,448"),
        ("6448.5", "6,448.5"),
        ("6448.50", "6,448.50"),
        ("-3", "-3"),
        ("1E+3", "1,000"),
        ("9007199254740991", "9,007,199,254,740,991"),
    ],
)
def test_fractions_are_shown_as_the_server_sent_them(balance: str, text: str) -> None:
    assert words.number(Decimal(balance)) == text


def test_an_unknown_balance_is_a_dash_and_never_zero() -> None:
    assert words.credits_of(Snapshot()) == "—"


def test_one_credit_is_singular() -> None:
    assert words.credits_of(known("1")) == "1 credit"


def test_the_tooltip_says_the_balance_and_its_time() -> None:
    assert words.tooltip_of(known("6448"), NOW, "") == "6,448 credits · 14:05"


def test_the_time_has_its_day_when_it_is_not_today_s() -> None:
    shown = words.tooltip_of(known("6448", NOW - timedelta(days=1)), NOW, "")
    assert shown == "6,448 credits · Sun 22 Nov, 14:05"


def test_trouble_stands_beside_the_last_good_number() -> None:
    shown = words.tooltip_of(known("6448", trouble=OfflineError()), NOW, "")
    assert shown == "6,448 credits · 14:05 · No connection"


def test_trouble_without_a_number_shows_no_number() -> None:
    assert words.tooltip_of(Snapshot(trouble=RejectedError()), NOW, "") == "Credentials refused"


def test_the_demo_says_so() -> None:
    assert words.tooltip_of(known("6448"), NOW, "Demo").startswith("Demo · ")


def test_what_could_not_be_stored_is_said() -> None:
    snapshot = Snapshot(reading=known("5").reading, storage=StorageError("disk full"))
    assert "A file could not be used" in words.tooltip_of(snapshot, NOW, "")


@given(
    balance=st.decimals(-(2**53), 2**53, places=12),
    trouble=st.sampled_from([None, OfflineError(), RejectedError("x" * 160)]),
)
def test_the_tooltip_never_exceeds_what_windows_shows(
    balance: Decimal, trouble: DeepvueError | None
) -> None:
    shown = words.tooltip_of(known(str(balance), NOW - timedelta(400), trouble), NOW, "Demo")
    assert len(shown) <= 127


def every_error(root: type[DeepvueError] = DeepvueError) -> Iterator[type[DeepvueError]]:
    for kind in root.__subclasses__():
        if hasattr(kind, "title"):
            yield kind
        yield from every_error(kind)


@pytest.mark.parametrize("kind", set(every_error()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_title_a_remedy_and_a_condition(kind: type[DeepvueError]) -> None:
    said = words.explanation_of(kind("in its own words"))
    assert said == f"{kind.title} (in its own words). {kind.remedy}"
    assert kind.remedy.endswith(".")
    assert kind.condition


@pytest.mark.parametrize("action", Action)
def test_every_remedy_that_can_be_clicked_has_a_name(action: Action) -> None:
    assert words.label_of(action)


def test_the_low_notification_says_how_much_is_left_and_offers_the_dashboard() -> None:
    note = words.note_of(Alert.LOW, known("960"), "Demo")
    assert note.title == "Demo: Deepvue credits are low"
    assert note.body == "960 credits left; the threshold is 1,000."
    assert note.buttons == (("dashboard", "Top up"),)
