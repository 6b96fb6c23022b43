"""The tooltip and the lines of the menu show all wallets, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import (
    DeepvueError,
    OfflineError,
    RejectedError,
    StorageError,
    ThrottledError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import tray_texts
from tests.ui.test_texts import NOW, known, lasting

pytestmark = pytest.mark.usefixtures("locale")

YESTERDAY = NOW - timedelta(days=1)


def named(name: str, snapshot: Snapshot) -> Snapshot:
    wallet = WalletSettings(client_id=name.lower(), name=name, low_days=None, critical_days=None)
    return replace(snapshot, wallet=wallet)


def of(*snapshots: Snapshot) -> Overview:
    settings = Settings(wallets=tuple(snapshot.wallet for snapshot in snapshots))
    return Overview(settings=settings, snapshots=snapshots)


def tooltip(*snapshots: Snapshot, prefix: str = "") -> str:
    return tray_texts.tooltip_text(of(*snapshots), NOW, prefix)


def menu(*snapshots: Snapshot) -> list[str]:
    """Return the lines of the wallets, and the line that concerns all of them."""
    overview = of(*snapshots)
    lines = tray_texts.menu_lines(overview, snapshots, NOW, "")
    return [line for line in (*lines, tray_texts.status_line(overview, NOW)) if line]


LIVE = named("Live", lasting(11, 9, 14))
TRIAL = named("Trial", lasting(9, 8, 10, balance="900"))


def test_the_tooltip_of_one_wallet_shows_the_balance_the_runway_and_the_time() -> None:
    assert tooltip(LIVE) == "Deepvue · 6,448 credits · about 11 days left · 14:05"
    assert tooltip(known("6448")) == "Deepvue · 6,448 credits · forecast after a day of use · 14:05"


def test_the_tooltip_shows_the_level_in_words_where_it_is_not_ok() -> None:
    assert tooltip(TRIAL) == "Deepvue · 900 credits · Low · about 9 days left · 14:05"
    assert tooltip(known("0")) == "Deepvue · 0 credits · empty · 14:05"


def test_the_time_has_its_day_when_it_is_not_today_s() -> None:
    assert tooltip(known("6448", YESTERDAY)).endswith(" · Sun 22 Nov, 14:05")


def test_an_error_is_shown_beside_the_last_balance() -> None:
    shown = tooltip(known("6448", trouble=OfflineError()))
    assert shown == "Deepvue · 6,448 credits · forecast after a day of use · 14:05 · No connection"


def test_an_error_before_the_first_reading_shows_no_balance() -> None:
    assert tooltip(Snapshot(trouble=RejectedError())) == "Deepvue · Credentials refused"


def test_the_demo_is_labelled() -> None:
    assert tooltip(known("6448"), prefix="Demo").startswith("Demo · ")
    assert tooltip(LIVE, TRIAL, prefix="Demo").startswith("Demo · ")


def test_a_reading_that_could_not_be_stored_is_reported() -> None:
    snapshot = Snapshot(reading=known("5").reading, storage=StorageError("disk full"))
    assert "A file could not be used" in tooltip(snapshot)


def test_the_tooltip_of_several_wallets_names_each() -> None:
    assert tooltip(LIVE, TRIAL) == "Deepvue · Live 6,448, 11 days · Trial 900, low"
    empty, new = named("Old", known("0")), named("New", Snapshot())
    assert tooltip(empty, new) == "Deepvue · Old 0, empty · New —, checking…"


def test_an_error_of_all_wallets_is_shown_once_with_the_time_of_the_oldest_balance() -> None:
    live, trial = (replace(each, trouble=OfflineError()) for each in (LIVE, TRIAL))
    old = named("Old", known("5000", YESTERDAY, OfflineError()))
    assert tooltip(live, trial) == (
        "Deepvue · Live 6,448, 11 days · Trial 900, low · as of 14:05 · No connection"
    )
    assert menu(live, old) == [
        "Live: 6,448 credits, about 11 days left",
        "Old: 5,000 credits, forecast after a day of use",
        "as of Sun 22 Nov, 14:05 · No connection",
    ]


def test_an_error_of_one_wallet_stands_beside_its_name() -> None:
    trial = replace(TRIAL, trouble=RejectedError())
    assert tooltip(LIVE, trial) == (
        "Deepvue · Live 6,448, 11 days · Trial 900, low, credentials refused"
    )
    assert menu(LIVE, trial) == [
        "Live: 6,448 credits, about 11 days left",
        "Trial: 900 credits · as of 14:05 · Credentials refused",
    ]


def test_a_paused_wallet_says_so_and_does_not_hide_the_error_of_all_others() -> None:
    paused = replace(LIVE, wallet=replace(LIVE.wallet, is_paused=True))
    trial = replace(TRIAL, trouble=OfflineError())
    assert menu(paused, trial) == [
        "Live: 6,448 credits · as of 14:05 · Paused",
        "Trial: 900 credits, about 9 days left · Low",
        "as of 14:05 · No connection",
    ]
    assert menu(paused) == ["6,448 credits, about 11 days left", "as of 14:05 · Paused"]


def test_the_menu_of_one_wallet_does_not_name_it() -> None:
    assert menu(LIVE) == ["6,448 credits, about 11 days left"]
    assert menu(replace(LIVE, trouble=OfflineError())) == [
        "6,448 credits, about 11 days left",
        "as of 14:05 · No connection",
    ]
    assert menu(Snapshot()) == ["—", "Checking…"]


def test_if_not_all_wallets_fit_the_tooltip_shows_the_worst_first() -> None:
    wallets = [named(f"Customer {n}", lasting(11, 9, 14)) for n in range(20)]
    shown = tooltip(*wallets, TRIAL)
    assert shown.startswith("Deepvue · Trial 900, low · Customer 0 6,448, 11 days · ")
    assert shown.endswith(" · and 17 more")


QUOTE = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"


@given(
    balances=st.lists(st.decimals(-(2**53), 2**53, places=12), min_size=1, max_size=50),
    troubles=st.lists(
        st.sampled_from([None, OfflineError(), RejectedError("x" * 160)]), min_size=50, max_size=50
    ),
    name=st.text(max_size=40),
)
def test_the_tooltip_is_never_longer_than_windows_can_show(
    balances: list[Decimal], troubles: list[DeepvueError | None], name: str
) -> None:
    old = NOW - timedelta(400)
    wallets = [
        named(f"{n}{name}", known(str(balance), old, trouble))
        for n, (balance, trouble) in enumerate(zip(balances, troubles, strict=False))
    ]
    shown = tooltip(*wallets, prefix="Demo")
    assert len(shown) <= 127
    if len(wallets) > 1:
        # "<" would begin a tag.
        worst = of(*wallets).worst.wallet.name.replace("<", QUOTE)
        assert shown.startswith("Demo · ")
        assert worst[:10] in shown


def test_refresh_shows_the_next_try_while_every_watched_wallet_must_wait() -> None:
    def label(*snapshots: Snapshot) -> str:
        return tray_texts.refresh_label(of(*snapshots), NOW)

    limited = ThrottledError(retry_after=900)
    live, trial = (
        replace(each, trouble=limited, next_at=NOW + timedelta(minutes=minutes))
        for each, minutes in ((LIVE, 20), (TRIAL, 15))
    )
    assert label(live) == "Refresh (next try 14:25)"
    assert label(live, trial) == "Refresh (next try 14:20)"
    assert label(LIVE, trial) == "Refresh"
    paused = replace(LIVE, wallet=replace(LIVE.wallet, is_paused=True))
    assert label(paused, trial) == "Refresh (next try 14:20)"
    assert label(paused) == "Refresh"
    assert label(replace(trial, next_at=None)) == "Refresh"


def snoozed(snapshot: Snapshot, until: datetime | None) -> Snapshot:
    return replace(snapshot, snoozed=Snooze(until, frozenset()))


def test_the_snooze_menu_shows_a_snooze_that_all_wallets_share() -> None:
    def title(*snapshots: Snapshot) -> str:
        return tray_texts.snooze_title(of(*snapshots), NOW)

    until = NOW + timedelta(hours=1)
    assert title(LIVE, TRIAL) == "Snooze alerts"
    assert title(snoozed(LIVE, until), TRIAL) == "Snooze alerts"
    both = snoozed(LIVE, until), snoozed(TRIAL, until)
    assert title(*both) == "Alerts snoozed until 15:05"


def test_one_wallet_of_several_can_be_snoozed_and_resumed() -> None:
    assert tray_texts.wallet_snooze_label(LIVE) == "Live: Until tomorrow morning"
    assert tray_texts.wallet_snooze_label(snoozed(LIVE, None)) == "Live: Resume alerts"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda known: known, ""),
        (lambda known: replace(known, from_environment=True), ""),
        (
            lambda known: replace(known, from_environment=True, settings=of(LIVE, TRIAL).settings),
            "Only the environment's wallet is watched",
        ),
    ],
)
def test_wallets_that_are_stored_but_not_watched_are_mentioned(
    change: Callable[[Overview], Overview], text: str
) -> None:
    overview = change(of(LIVE))
    assert tray_texts.environment_text(overview) == text
    assert tray_texts.tooltip_text(overview, NOW, "").endswith(text)
