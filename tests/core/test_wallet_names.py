"""Names of wallets are proposed, unique, and found again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.wallet_names import find_wallet, parse_name, proposed_name

LIVE = WalletSettings(client_id="live_acme", name="Live")
TRIAL = WalletSettings(client_id="free_tier_17", name="Trial")
BOTH = Settings(wallets=(LIVE, TRIAL))

client_ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("client_id", "name"),
    [
        ("free_tier_17", "Trial"),
        ("live_acme", "Live"),
        ("liveacme", "Live"),
        ("0f3a9c2e7b", "9c2e7b"),
        ("x", "x"),
    ],
)
def test_a_name_is_proposed_from_the_client_id(client_id: str, name: str) -> None:
    assert proposed_name(client_id, ()) == name


def test_a_second_wallet_of_a_kind_gets_a_number() -> None:
    assert proposed_name("live_2", ["Live"]) == "Live 2"
    assert proposed_name("live_3", ["live", "Live 2"]) == "Live 3"


@given(st.lists(client_ids, max_size=8))
def test_proposed_names_are_valid_and_find_their_wallet(ids: list[str]) -> None:
    settings = Settings()
    for client_id in dict.fromkeys(ids):
        name = proposed_name(client_id, [wallet.name for wallet in settings.wallets])
        assert len({name.casefold(), *(w.name.casefold() for w in settings.wallets)}) == (
            len(settings.client_ids) + 1 + (not settings.client_ids)
        )
        settings = settings.with_wallet(client_id, name)
    for wallet in settings.wallets:
        if wallet.client_id:
            assert find_wallet(wallet.client_id, settings) == wallet


def test_a_name_is_cleaned_and_kept() -> None:
    assert parse_name("  Team\n\u202eA ", "live_acme", BOTH) == "Team A"
    assert parse_name("Live", "live_acme", BOTH) == "Live"
    assert parse_name("live_acme", "live_acme", BOTH) == "live_acme"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \t", "empty"),
        ("x" * 41, "longer than 40"),
        ("trial", "Another wallet"),
        ("FREE_tier_17", "Another wallet"),
    ],
)
def test_a_name_that_would_confuse_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        parse_name(text, "live_acme", BOTH)


@pytest.mark.parametrize(
    ("text", "wallet"),
    [("live_acme", LIVE), ("Live", LIVE), ("TRIAL", TRIAL), ("free_TIER_17", TRIAL)],
)
def test_a_wallet_is_found_by_its_client_id_or_its_name(text: str, wallet: WalletSettings) -> None:
    assert find_wallet(text, BOTH) == wallet


def test_a_wallet_is_found_by_the_text_that_it_was_named_with() -> None:
    text = "  Team\n\u202eA "
    named = Settings(wallets=(replace(LIVE, name=parse_name(text, "live_acme", BOTH)), TRIAL))
    assert find_wallet(text, named).client_id == "live_acme"


def test_one_name_in_two_encodings_is_the_same_name() -> None:
    composed, decomposed = "Caf\u00e9", "Cafe\u0301"
    named = Settings(wallets=(replace(LIVE, name=composed), TRIAL))
    assert find_wallet(decomposed, named).client_id == "live_acme"
    with pytest.raises(InvalidInputError, match="Another wallet"):
        parse_name(decomposed, "free_tier_17", named)


def test_a_client_id_is_found_before_a_name() -> None:
    odd = WalletSettings(client_id="live_2", name="live_acme")
    assert find_wallet("live_acme", Settings(wallets=(odd, LIVE))) == LIVE


def test_an_unknown_wallet_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(InvalidInputError, match="No wallet x; known: Live, Trial"):
        find_wallet("x", BOTH)
    with pytest.raises(InvalidInputError, match=r"No wallet x\."):
        find_wallet("x", Settings())
