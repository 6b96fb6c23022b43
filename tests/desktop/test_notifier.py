"""The notifier's calls to a notification service and its reactions, on a real session bus.

One contract runs against the real dunst and against a fake; the fake also produces faults.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import TypeVar

import pytest

from deepvue_tray.core.notification import Notification
from deepvue_tray.resources import icon_path
from deepvue_tray.services import freedesktop_notifier
from deepvue_tray.services.freedesktop_notifier import FreedesktopNotifier
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.support.fake_notification_service import FakeNotificationService
from tests.support.timeouts import TIMEOUT_S

T = TypeVar("T")

LOW = Notification(
    kind="balance",
    client_id="live_1",
    title="Credits are low",
    body="900 left",
    buttons=(("dashboard", "Top up"),),
    picture="low-64.png",
)
CRITICAL = Notification(kind="balance", client_id="live_1", title="Nearly used up", body="200 left")
OTHER = replace(LOW, client_id="live_2", title="Another wallet")
HOSTILE = Notification(
    kind="rejected", title="Refused", body='quota <1000> & <a href="about:x">y</a>'
)


@pytest.fixture
def desktop(new_desktop: Callable[..., Desktop], monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """Start a session bus without a notification service."""
    desktop = new_desktop(panel=None, keyring=False, notifications=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", desktop.bus)
    return desktop


@pytest.fixture
def address(desktop: Desktop) -> str:
    return desktop.bus


def run(use: Callable[[FreedesktopNotifier], Awaitable[T]]) -> T:
    """Use a notifier in a new event loop, for at most TIMEOUT_S."""

    async def using() -> T:
        notifier = FreedesktopNotifier(icon_path("deepvue-tray-64.png"))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await use(notifier)
        finally:
            notifier.close()

    return asyncio.run(using())


async def next_of(queue: SimpleQueue[T]) -> T:
    """Wait for the next item of ``queue`` without blocking the loop."""
    return await asyncio.to_thread(queue.get, timeout=TIMEOUT_S)


class Shown:
    """What a service shows, and a person's input."""

    def titles(self) -> list[str]:
        raise NotImplementedError

    def bodies(self) -> list[str]:
        raise NotImplementedError

    def press(self, label: str) -> None:
        raise NotImplementedError


class Contract:
    """Subclasses provide the fixture ``shown``."""

    @pytest.fixture
    def shown(self) -> Shown:
        raise NotImplementedError

    def test_an_accepted_notification_is_shown_unchanged(self, shown: Shown) -> None:
        assert run(lambda notifier: notifier.show(LOW))
        wait_until(lambda: shown.titles() == ["Credits are low"], "the notification")
        assert shown.bodies() == ["900 left"]

    def test_external_text_is_shown_unchanged_and_not_as_markup(self, shown: Shown) -> None:
        assert run(lambda notifier: notifier.show(HOSTILE))
        wait_until(lambda: shown.bodies() == [HOSTILE.body], "the complete body")

    def test_a_newer_notification_of_the_same_kind_replaces_the_older_one(
        self, shown: Shown
    ) -> None:
        async def show_both(notifier: FreedesktopNotifier) -> bool:
            return await notifier.show(LOW) and await notifier.show(CRITICAL)

        assert run(show_both)
        wait_until(lambda: shown.titles() == ["Nearly used up"], "only the newer one")

    def test_the_notification_of_another_wallet_stays(self, shown: Shown) -> None:
        async def show_both(notifier: FreedesktopNotifier) -> bool:
            return await notifier.show(LOW) and await notifier.show(OTHER)

        assert run(show_both)
        wait_until(lambda: len(shown.titles()) == 2, "both")

    def test_a_pressed_button_is_reported(self, shown: Shown) -> None:
        async def pressed(notifier: FreedesktopNotifier) -> object:
            pressed_button = asyncio.get_running_loop().create_future()
            notifier.listen(lambda *press: pressed_button.set_result(press), lambda: None)
            await notifier.show(LOW)
            await asyncio.to_thread(shown.press, "Top up")
            return await pressed_button

        assert run(pressed) == ("live_1", "dashboard")

    def test_a_service_keeps_its_identity_while_it_runs(self, shown: Shown) -> None:
        async def twice(notifier: FreedesktopNotifier) -> set[str]:
            return {await notifier.service(), await notifier.service()}

        names = {*run(twice), *run(twice)}
        assert len(names) == 1
        assert "" not in names


class TestDunst(Contract):
    """The real service."""

    @pytest.fixture
    def shown(self, desktop: Desktop) -> Shown:
        notifications = Notifications.of(desktop)

        class ByDunst(Shown):
            def titles(self) -> list[str]:
                return [notification.summary for notification in notifications.displayed]

            def bodies(self) -> list[str]:
                assert not any(notification.urls for notification in notifications.displayed)
                return [notification.body for notification in notifications.displayed]

            def press(self, label: str) -> None:
                wait_until(self.titles, "a notification")
                notifications.press(label)

        return ByDunst()


class TestFake(Contract):
    """The fake without faults; it has no markup."""

    @pytest.fixture
    def shown(self, address: str) -> Iterator[Shown]:
        class ByFake(Shown):
            def titles(self) -> list[str]:
                return [call.title for call in service.displayed]

            def bodies(self) -> list[str]:
                return [call.body for call in service.displayed]

            def press(self, label: str) -> None:
                service.press(label)

        with FakeNotificationService(address, accepts_all=True) as service:
            yield ByFake()


def test_without_a_service_nothing_is_shown_and_no_call_waits(desktop: Desktop) -> None:
    async def try_all(notifier: FreedesktopNotifier) -> tuple[str, bool]:
        return await notifier.service(), await notifier.show(LOW)

    assert run(try_all) == ("", False)


def test_a_refused_notification_is_not_shown(address: str) -> None:
    async def refused(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        service.refuse(await next_of(service.calls))
        return await showing

    with FakeNotificationService(address) as service:
        assert not run(refused)


def test_a_late_answer_counts(address: str) -> None:
    async def accepted(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        call = await next_of(service.calls)
        # Other calls may be answered before this one.
        await notifier.service()
        assert not showing.done()
        service.accept(call)
        return await showing

    with FakeNotificationService(address) as service:
        assert run(accepted)
        assert service.calls.empty()


def test_a_button_pressed_at_once_is_reported(address: str) -> None:
    async def pressed(notifier: FreedesktopNotifier) -> object:
        pressed_button = asyncio.get_running_loop().create_future()
        notifier.listen(lambda *press: pressed_button.set_result(press), lambda: None)
        showing = asyncio.create_task(notifier.show(LOW))
        call = await next_of(service.calls)
        # Both are sent at once, so that they are read together.
        service.accept(call)
        service.press("Top up")
        assert await showing
        return await pressed_button

    with FakeNotificationService(address) as service:
        assert run(pressed) == ("live_1", "dashboard")


def test_a_service_that_crashes_before_its_answer_has_shown_nothing(address: str) -> None:
    async def vanished(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        await next_of(service.calls)
        await asyncio.to_thread(service.vanish)
        return await showing

    with FakeNotificationService(address) as service:
        assert not run(vanished)


def test_the_start_of_a_service_is_reported_and_it_has_a_new_identity(
    desktop: Desktop, address: str
) -> None:
    async def both(notifier: FreedesktopNotifier) -> list[str]:
        appeared = asyncio.Event()
        notifier.listen(lambda *_: None, appeared.set)
        names = [await notifier.service()]
        for _ in range(2):
            with FakeNotificationService(address):
                await appeared.wait()
                names.append(await notifier.service())
            appeared.clear()
        return names

    none, first, second = run(both)
    assert none == ""
    assert len({none, first, second}) == 3


def test_a_replaced_session_bus_is_found_again(
    desktop: Desktop, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freedesktop_notifier, "RECONNECT_PAUSE_S", 0.01)

    async def replaced(notifier: FreedesktopNotifier) -> tuple[str, str]:
        appeared = asyncio.Event()
        notifier.listen(lambda *_: None, appeared.set)
        with FakeNotificationService(address):
            before = await notifier.service()
            await asyncio.to_thread(desktop.stop, "bus")
        appeared.clear()
        await asyncio.to_thread(desktop.start_bus)
        await appeared.wait()
        with FakeNotificationService(address):
            return before, await notifier.service()

    before, after = run(replaced)
    assert after not in {"", before}


def test_closing_does_not_wait_for_an_answer(address: str) -> None:
    async def quit_at_once(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        await next_of(service.calls)
        showing.cancel()
        await asyncio.wait([showing])
        return showing.cancelled()

    with FakeNotificationService(address) as service:
        assert run(quit_at_once)


@pytest.mark.parametrize(
    ("capabilities", "body", "actions"),
    [
        ((), HOSTILE.body, []),
        (
            ("body", "body-markup"),
            'quota &lt;1000&gt; &amp; &lt;a href="about:x"&gt;y&lt;/a&gt;',
            [],
        ),
        (("body", "actions"), HOSTILE.body, ["default", ""]),
    ],
)
def test_a_service_gets_only_what_it_supports(
    address: str, capabilities: tuple[str, ...], body: str, actions: list[str]
) -> None:
    with FakeNotificationService(address, accepts_all=True, capabilities=capabilities) as service:
        run(lambda notifier: notifier.show(HOSTILE))
        (call,) = service.displayed
    assert (call.body, call.actions) == (body, actions)
