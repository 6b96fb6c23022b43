"""What a notification service must get, and what is made of its answers, on a real session bus.

The contract runs against the real dunst and against a fake; what dunst never does, the fake does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
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
    kind="balance", title="Credits are low", body="900 left", buttons=(("dashboard", "Top up"),)
)
CRITICAL = Notification(kind="balance", title="Nearly used up", body="200 left")
HOSTILE = Notification(
    kind="rejected", title="Refused", body='quota <1000> & <a href="about:x">y</a>'
)


@pytest.fixture
def desktop(new_desktop: Callable[..., Desktop], monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """Start a session bus on which nobody shows notifications yet."""
    desktop = new_desktop(panel=None, keyring=False, notifications=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", desktop.bus)
    return desktop


@pytest.fixture
def address(desktop: Desktop) -> str:
    return desktop.bus


def run(use: Callable[[FreedesktopNotifier], Awaitable[T]]) -> T:
    """Use a notifier in a loop of its own, for no longer than TIMEOUT_S."""

    async def using() -> T:
        notifier = FreedesktopNotifier(icon_path("deepvue-tray-64.png"))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await use(notifier)
        finally:
            notifier.close()

    return asyncio.run(using())


async def coming(queue: SimpleQueue[T]) -> T:
    """Wait for the next of ``queue`` without blocking the loop."""
    return await asyncio.to_thread(queue.get, timeout=TIMEOUT_S)


class Shown:
    """What a service shows, and what a person does to it."""

    def titles(self) -> list[str]:
        raise NotImplementedError

    def bodies(self) -> list[str]:
        raise NotImplementedError

    def press(self, label: str) -> None:
        raise NotImplementedError


class Contract:
    """Derive from it, and provide a fixture ``shown``."""

    @pytest.fixture
    def shown(self) -> Shown:
        raise NotImplementedError

    def test_what_the_service_took_is_shown_as_it_was_written(self, shown: Shown) -> None:
        assert run(lambda notifier: notifier.show(LOW))
        wait_until(lambda: shown.titles() == ["Credits are low"], "the notification")
        assert shown.bodies() == ["900 left"]

    def test_foreign_words_are_shown_and_are_no_markup(self, shown: Shown) -> None:
        assert run(lambda notifier: notifier.show(HOSTILE))
        wait_until(lambda: shown.bodies() == [HOSTILE.body], "the body, whole")

    def test_a_newer_one_of_the_same_kind_takes_the_older_one_s_place(self, shown: Shown) -> None:
        async def show_both(notifier: FreedesktopNotifier) -> bool:
            return await notifier.show(LOW) and await notifier.show(CRITICAL)

        assert run(show_both)
        wait_until(lambda: shown.titles() == ["Nearly used up"], "the newer one alone")

    def test_a_button_that_is_pressed_is_heard(self, shown: Shown) -> None:
        async def pressed(notifier: FreedesktopNotifier) -> str:
            heard = asyncio.get_running_loop().create_future()
            notifier.listen(heard.set_result, lambda: None)
            await notifier.show(LOW)
            await asyncio.to_thread(shown.press, "Top up")
            return str(await heard)

        assert run(pressed) == "dashboard"

    def test_the_service_has_one_name_as_long_as_it_is_there(self, shown: Shown) -> None:
        async def twice(notifier: FreedesktopNotifier) -> set[str]:
            return {await notifier.service(), await notifier.service()}

        names = {*run(twice), *run(twice)}
        assert len(names) == 1
        assert "" not in names


class TestDunst(Contract):
    """The real one."""

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
    """The fake, as long as it behaves; it has no markup."""

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


def test_without_a_service_nothing_is_shown_and_nothing_waits(desktop: Desktop) -> None:
    async def try_all(notifier: FreedesktopNotifier) -> tuple[str, bool]:
        return await notifier.service(), await notifier.show(LOW)

    assert run(try_all) == ("", False)


def test_what_the_service_refuses_is_not_shown(address: str) -> None:
    async def refused(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        service.refuse(await coming(service.calls))
        return await showing

    with FakeNotificationService(address) as service:
        assert not run(refused)


def test_an_answer_that_comes_late_counts(address: str) -> None:
    async def accepted(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        call = await coming(service.calls)
        # Whatever else is asked and answered meanwhile, this one is in flight.
        await notifier.service()
        assert not showing.done()
        service.accept(call)
        return await showing

    with FakeNotificationService(address) as service:
        assert run(accepted)
        assert service.calls.empty()


def test_a_button_that_is_pressed_as_soon_as_it_is_there_is_heard(address: str) -> None:
    async def pressed(notifier: FreedesktopNotifier) -> str:
        heard = asyncio.get_running_loop().create_future()
        notifier.listen(heard.set_result, lambda: None)
        showing = asyncio.create_task(notifier.show(LOW))
        call = await coming(service.calls)
        # Both at once, so that they are read together.
        service.accept(call)
        service.press("Top up")
        assert await showing
        return str(await heard)

    with FakeNotificationService(address) as service:
        assert run(pressed) == "dashboard"


def test_a_service_that_vanishes_before_its_answer_has_shown_nothing(address: str) -> None:
    async def vanished(notifier: FreedesktopNotifier) -> bool:
        showing = asyncio.create_task(notifier.show(LOW))
        await coming(service.calls)
        await asyncio.to_thread(service.vanish)
        return await showing

    with FakeNotificationService(address) as service:
        assert not run(vanished)


def test_a_service_that_comes_up_is_told_of_and_is_another_than_the_last(
    desktop: Desktop, address: str
) -> None:
    async def both(notifier: FreedesktopNotifier) -> list[str]:
        appeared = asyncio.Event()
        notifier.listen(lambda _: None, appeared.set)
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


def test_a_session_bus_that_was_replaced_is_found_again(
    desktop: Desktop, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freedesktop_notifier, "RECONNECT_PAUSE_S", 0.01)

    async def replaced(notifier: FreedesktopNotifier) -> tuple[str, str]:
        appeared = asyncio.Event()
        notifier.listen(lambda _: None, appeared.set)
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
        await coming(service.calls)
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
def test_a_service_gets_no_more_than_it_is_capable_of(
    address: str, capabilities: tuple[str, ...], body: str, actions: list[str]
) -> None:
    with FakeNotificationService(address, accepts_all=True, capabilities=capabilities) as service:
        run(lambda notifier: notifier.show(HOSTILE))
        (call,) = service.displayed
    assert (call.body, call.actions) == (body, actions)
