"""A desktop without notifications is no trouble, and no noise."""

import asyncio
import logging

import pytest

from deepvue_tray.core.note import Note
from deepvue_tray.resources import icon_path
from deepvue_tray.services.notifier import Notifier


@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense"])
def test_without_a_session_bus_it_says_that_nothing_was_shown(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    notifier = Notifier()
    note = Note(kind="low", title="Low", body="900 credits")
    icon = icon_path("deepvue-tray-64.png")
    with caplog.at_level(logging.WARNING):
        assert not asyncio.run(notifier.show(note, icon, lambda *_: None))
    assert not any(record.exc_info for record in caplog.records)
    notifier.close()
