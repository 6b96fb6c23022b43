"""The wallet that needs the person most is named."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from deepvue_tray.core.errors import InactiveError, OfflineError, RejectedError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot


def wallet(client_id: str, balance: int | None = None, *, is_paused: bool = False) -> Snapshot:
    reading = Reading(at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), balance=Decimal(balance or 0))
    return Snapshot(
        wallet=WalletSettings(client_id=client_id, is_paused=is_paused),
        reading=None if balance is None else reading,
    )


REFUSED = replace(wallet("refused", 6000), trouble=RejectedError())
EMPTY = wallet("empty", 0)
CRITICAL = wallet("critical", 200)
LOW = wallet("low", 900)
TROUBLED = replace(wallet("troubled", 6000), trouble=OfflineError())
OK = wallet("ok", 6000)
PAUSED = wallet("paused", 0, is_paused=True)

BY_NEED = (REFUSED, EMPTY, CRITICAL, LOW, TROUBLED, OK, PAUSED)


@pytest.mark.parametrize("place", range(len(BY_NEED)))
def test_refused_is_worse_than_empty_then_critical_low_trouble_ok_and_paused(place: int) -> None:
    for order in permutations(BY_NEED[place:][:4]):
        assert Overview(snapshots=order).worst is BY_NEED[place]


def test_views_without_room_for_all_show_the_worst_first() -> None:
    assert Overview(snapshots=BY_NEED[::-1]).worst_first == list(BY_NEED)
    assert Overview(snapshots=BY_NEED).has_several
    assert not Overview(snapshots=(OK,)).has_several


def test_an_inactive_account_is_as_bad_as_refused_credentials() -> None:
    inactive = replace(OK, trouble=InactiveError())
    assert Overview(snapshots=(EMPTY, inactive)).worst is inactive


def test_trouble_does_not_hide_that_a_wallet_is_empty() -> None:
    offline = replace(EMPTY, trouble=OfflineError())
    assert Overview(snapshots=(CRITICAL, offline)).worst is offline


def test_of_equal_wallets_the_first_is_named() -> None:
    another = wallet("another", 6000)
    assert Overview(snapshots=(OK, another)).worst is OK
    assert Overview(snapshots=(another, OK)).worst is another


def test_it_is_refreshing_while_any_wallet_is() -> None:
    assert not Overview(snapshots=(OK, LOW)).refreshing
    assert Overview(snapshots=(OK, replace(LOW, refreshing=True))).refreshing


def test_a_snapshot_is_found_by_its_client_id() -> None:
    assert Overview(snapshots=(OK, LOW)).snapshot("low") is LOW
    assert Overview(snapshots=(OK, LOW)).snapshot("other") is None
