"""Tests for every keyring, run with the fake and the real one."""

import asyncio

import pytest

from deepvue_tray.core.credentials import Secret
from deepvue_tray.services.credentials import Keyring

FIRST, SECOND = Secret("first-secret"), Secret("second-secret")


class KeyringContract:
    """The tests; a subclass provides the fixture ``keyring``."""

    @pytest.fixture
    def keyring(self) -> Keyring:
        raise NotImplementedError

    def test_a_stored_secret_is_returned(self, keyring: Keyring) -> None:
        asyncio.run(keyring.set("live_1", FIRST))
        assert asyncio.run(keyring.get(["live_1"], prompt=True)) == {"live_1": FIRST}

    def test_storing_again_replaces_the_secret(self, keyring: Keyring) -> None:
        asyncio.run(keyring.set("live_1", FIRST))
        asyncio.run(keyring.set("live_1", SECOND))
        assert asyncio.run(keyring.get(["live_1"], prompt=True)) == {"live_1": SECOND}

    def test_an_unknown_client_id_has_no_secret(self, keyring: Keyring) -> None:
        assert asyncio.run(keyring.get(["live_nobody"], prompt=True)) == {}

    def test_a_removed_secret_is_gone(self, keyring: Keyring) -> None:
        asyncio.run(keyring.set("live_1", FIRST))
        asyncio.run(keyring.delete("live_1"))
        assert asyncio.run(keyring.get(["live_1"], prompt=True)) == {}

    def test_removing_a_missing_secret_is_no_error(self, keyring: Keyring) -> None:
        asyncio.run(keyring.delete("live_nobody"))

    def test_two_client_ids_have_a_secret_each_and_one_call_returns_both(
        self, keyring: Keyring
    ) -> None:
        asyncio.run(keyring.set("live_1", FIRST))
        asyncio.run(keyring.set("live_2", SECOND))
        both = {"live_1": FIRST, "live_2": SECOND}
        assert asyncio.run(keyring.get(["live_1", "live_2", "live_3"], prompt=True)) == both
        asyncio.run(keyring.delete("live_1"))
        assert asyncio.run(keyring.get(["live_2"], prompt=True)) == {"live_2": SECOND}
