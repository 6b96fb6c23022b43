"""Notifications on Linux: org.freedesktop.Notifications on the session bus.

https://specifications.freedesktop.org/notification-spec/latest/

desktop-notifier implements this too, but does not expose whether the body is markup, why a
notification failed, which service accepted it, and when another service starts.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepvue_tray.core.notification import Notification, OnPress

if TYPE_CHECKING:
    from deepvue_tray.services.session_bus import SessionBus

logger = logging.getLogger(__name__)

APP_NAME = "deepvue-tray"

RECONNECT_PAUSE_S = 30.0
"""Seconds between two attempts to connect to a missing session bus, whose start sends no signal."""

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_CLICK = "default"
"""The specification's action key for a click on the notification itself."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""For markup. Python's ``html`` does the same, with a table of 0.5 MB that would stay loaded."""

_NORMAL_URGENCY = 1
_OWN_TIMEOUT = -1


class FreedesktopNotifier:
    """Shows notifications with ``icon``; connects to the session bus with the first call."""

    def __init__(self, icon: Path) -> None:
        self._icon = icon
        self._on_press: OnPress = lambda _client_id, _button: None
        self._on_service: Callable[[], object] = lambda: None
        self._connecting = asyncio.Lock()
        self._bus: SessionBus | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._shown: dict[tuple[str, str], int] = {}

    def listen(self, on_press: OnPress, on_service: Callable[[], object]) -> None:
        """See Notifier."""
        self._on_press, self._on_service = on_press, on_service

    async def service(self) -> str:
        """Return the bus's ID and the unique name of the notification service; empty without one.

        Starts the service if D-Bus can.
        """
        try:
            bus = await self._connected()
            await bus.call(_NAME, _PATH, "GetCapabilities")
            (bus_id,) = await bus.call_bus("GetId")
            (owner,) = await bus.call_bus("GetNameOwner", _NAME)
        except ConnectionError as error:
            logger.info("There is no notification service (%s).", error)
            return ""
        return f"{bus_id}{owner}"

    async def show(self, notification: Notification) -> bool:
        """See Notifier."""
        try:
            bus = await self._connected()
            (capabilities,) = await bus.call(_NAME, _PATH, "GetCapabilities")
            server, *_ = await bus.call(_NAME, _PATH, "GetServerInformation")
            if notification.subject in self._shown:
                # Services may replace a notification without showing it again, so it is closed
                # and sent as a new one.
                await self._close(bus, self._shown.pop(notification.subject))
            number, *_ = await bus.call(
                _NAME,
                _PATH,
                "Notify",
                "susssasa{sv}i",
                APP_NAME,
                0,
                self._icon.as_uri(),
                notification.title,
                # Titles are plain text in every service.
                notification.body.translate(_ESCAPES)
                if "body-markup" in capabilities
                else notification.body,
                _actions(notification, server) if "actions" in capabilities else [],
                self._hints(notification),
                _OWN_TIMEOUT,
            )
        except ConnectionError as error:
            logger.warning("The desktop did not accept the notification (%s).", error)
            return False
        self._shown[notification.subject] = number
        return True

    def close(self) -> None:
        """See Notifier."""
        if self._reconnecting is not None:
            self._reconnecting.cancel()
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def _hints(self, notification: Notification) -> dict[str, tuple[str, object]]:
        hints: dict[str, tuple[str, object]] = {"urgency": ("y", _NORMAL_URGENCY)}
        if notification.picture:
            hints["image-path"] = ("s", self._icon.with_name(notification.picture).as_uri())
        return hints

    async def _connected(self) -> "SessionBus":
        """Return the connection, opened if there is none; raises ConnectionError."""
        # Imported here: jeepney takes 4 ms and 0.3 MB, and `check` does not notify.
        from deepvue_tray.services.session_bus import SessionBus  # noqa: PLC0415

        async with self._connecting:
            if self._bus is not None:
                return self._bus
            try:
                bus = await SessionBus.connect(self._on_signal, self._on_lost)
            except ConnectionError:
                self._reconnect_later()
                raise
            self._bus = bus
            await bus.subscribe(_NAME, "ActionInvoked")
            await bus.subscribe(_NAME, "NotificationClosed")
            await bus.subscribe("org.freedesktop.DBus", "NameOwnerChanged", _NAME)
            return bus

    async def _close(self, bus: "SessionBus", number: int) -> None:
        try:
            await bus.call(_NAME, _PATH, "CloseNotification", "u", number)
        except ConnectionError:
            logger.debug("The notification could not be closed.")

    def _on_signal(self, member: str, arguments: tuple[Any, ...]) -> None:
        match member, arguments:
            case "NameOwnerChanged", (_, _, owner):
                # A new service does not have the notifications of the last one.
                self._shown.clear()
                if owner:
                    self._on_service()
            case "ActionInvoked", (number, key):
                for client_id, _ in [each for each, n in self._shown.items() if n == number]:
                    self._on_press(client_id, "" if key == _CLICK else key)
            case "NotificationClosed", (number, _):
                self._shown = {each: n for each, n in self._shown.items() if n != number}

    def _on_lost(self) -> None:
        self._bus = None
        self._shown.clear()
        self._reconnect_later()

    def _reconnect_later(self) -> None:
        if self._reconnecting is None or self._reconnecting.done():
            self._reconnecting = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        while True:
            await asyncio.sleep(RECONNECT_PAUSE_S)
            try:
                await self._connected()
            except ConnectionError:
                continue
            self._on_service()
            return


def _actions(notification: Notification, server: str) -> list[str]:
    """Return alternating keys and labels, including a click on the notification itself."""
    # Xfce's service does not support the click: https://docs.xfce.org/apps/xfce4-notifyd/spec
    click = [] if server == "Xfce Notify Daemon" else [_CLICK, ""]
    return click + [part for button in notification.buttons for part in button]
