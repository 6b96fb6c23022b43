"""A secret is never printed by accident."""

import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.credentials import MAX_SECRET_LENGTH, Credentials, Secret
from deepvue_tray.core.errors import InvalidInputError

TEXT = "s3cr3t-value"


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, lambda s: f"{[s]}"])
def test_printing_never_shows_the_secret(show: object) -> None:
    assert callable(show)
    assert TEXT not in show(Secret(TEXT))
    assert TEXT not in show(Credentials("live_1", Secret(TEXT)))


def test_a_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="never serialised"):
        pickle.dumps(Secret(TEXT))


def test_a_quoted_secret_is_masked() -> None:
    assert Secret(TEXT).redact(f"bad key {TEXT}!") == "bad key •••!"


def test_white_space_around_pasted_credentials_is_removed() -> None:
    assert Credentials.parse(" live_1\n", f"\t{TEXT} ") == Credentials("live_1", Secret(TEXT))


@pytest.mark.parametrize("part", ["", "  ", "two words", "line\nbreak", "ключ", "x" * 1281, "a\0"])
def test_invalid_credentials_are_refused_without_quoting_them(part: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Credentials.parse("live_1", part)
    shown = "".join(traceback.format_exception(caught.value)[-1:])
    assert "client secret" in shown
    assert not part.strip() or part not in shown


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=1280))
def test_every_other_text_is_accepted_unchanged(text: str) -> None:
    assert Credentials.parse(text, text).secret.reveal() == text


def test_two_secrets_are_equal_only_if_their_texts_are() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret(TEXT[:-1])
    assert Secret(TEXT) != TEXT
    assert len({Secret(TEXT), Secret(TEXT)}) == 1


def test_an_empty_secret_masks_nothing() -> None:
    assert Secret("").redact("bad key") == "bad key"


def test_the_longest_text_that_every_keyring_can_store_is_accepted() -> None:
    longest = "x" * MAX_SECRET_LENGTH
    assert Credentials.parse(longest, longest).client_id == longest


def test_the_error_names_an_empty_client_id() -> None:
    with pytest.raises(InvalidInputError, match="The client ID is empty"):
        Credentials.parse(" ", TEXT)
