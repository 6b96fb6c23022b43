"""On a desktop without notifications nothing fails, and nothing counts as shown."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deepvue_tray.core.notification import Notification
from deepvue_tray.services.freedesktop_notifier import FreedesktopNotifier
from deepvue_tray.services.notifier import LibraryNotifier, Notifier
from tests.support.platform import needs_linux

NOTE = Notification(kind="low", title="Low", body="900 credits")


async def try_all(notifier: Notifier) -> tuple[str, bool]:
    """Return the service's name, and whether it showed a notification."""
    try:
        return await notifier.service(), await notifier.show(NOTE)
    finally:
        notifier.close()


@needs_linux
@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense", "tcp:host=x", "", None])
def test_without_a_session_bus_no_notification_counts_as_shown(
    address: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(try_all(FreedesktopNotifier(Path("/icon.png")))) == ("", False)
    assert not any(record.exc_info for record in caplog.records)


def test_without_capabilities_no_notification_counts_as_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behaves as on macOS outside a bundle: accepts notifications without showing them."""
    import desktop_notifier.main
    from desktop_notifier.backends.dummy import DummyNotificationCenter

    monkeypatch.setattr(desktop_notifier.main, "get_backend_class", lambda: DummyNotificationCenter)
    assert asyncio.run(try_all(LibraryNotifier(Path("/icon.png")))) == ("", False)


def test_a_dispatched_notification_counts_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import desktop_notifier.main
    from desktop_notifier import Capability
    from desktop_notifier.backends.dummy import DummyNotificationCenter

    class Able(DummyNotificationCenter):
        async def _get_capabilities(self) -> frozenset[Capability]:
            return frozenset({Capability.TITLE})

    class Failing(Able):
        async def _send(self, notification: object) -> None:
            raise OSError

    monkeypatch.setattr(desktop_notifier.main, "get_backend_class", lambda: Able)
    assert asyncio.run(try_all(LibraryNotifier(Path("/icon.png")))) == ("deepvue-tray", True)
    monkeypatch.setattr(desktop_notifier.main, "get_backend_class", lambda: Failing)
    assert asyncio.run(try_all(LibraryNotifier(Path("/icon.png")))) == ("deepvue-tray", False)


def test_a_prompt_for_permission_is_waited_for_as_long_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behaves as macOS at the first notification."""
    import desktop_notifier.main
    from desktop_notifier import Capability
    from desktop_notifier.backends.dummy import DummyNotificationCenter

    async def use() -> None:
        asked, answered = asyncio.Event(), asyncio.Event()

        class Asking(DummyNotificationCenter):
            async def _get_capabilities(self) -> frozenset[Capability]:
                return frozenset({Capability.TITLE})

            async def request_authorisation(self) -> bool:
                asked.set()
                return await answered.wait()

        monkeypatch.setattr(desktop_notifier.main, "get_backend_class", lambda: Asking)
        showing = asyncio.create_task(LibraryNotifier(Path("/icon.png")).show(NOTE))
        await asked.wait()
        # Other jobs run meanwhile, and nothing counts as shown.
        assert not showing.done()
        answered.set()
        assert await showing

    asyncio.run(use())


def test_a_click_names_the_wallet_that_the_notification_concerns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import desktop_notifier.main
    from desktop_notifier import Capability
    from desktop_notifier.backends.dummy import DummyNotificationCenter

    class Able(DummyNotificationCenter):
        sent: ClassVar[list[str]] = []

        async def _get_capabilities(self) -> frozenset[Capability]:
            return frozenset({Capability.TITLE})

        async def _send(self, notification: Any) -> None:
            self.sent.append(notification.identifier)

    async def use() -> None:
        notifier = LibraryNotifier(Path("/icon.png"))
        notifier.listen(lambda *press: pressed.append(press), lambda: None)
        for client_id in ("live_1", "live_2"):
            assert await notifier.show(replace(NOTE, client_id=client_id))
        library = notifier._loaded()
        assert library.on_clicked
        assert library.on_button_pressed
        library.on_clicked(Able.sent[0])
        library.on_button_pressed(Able.sent[1], "settings")
        library.on_clicked("of an earlier run")

    pressed: list[tuple[str, str]] = []
    monkeypatch.setattr(desktop_notifier.main, "get_backend_class", lambda: Able)
    asyncio.run(use())
    assert pressed == [("live_1", ""), ("live_2", "settings"), ("", "")]
