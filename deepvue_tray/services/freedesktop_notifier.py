"""Notifications on Linux: org.freedesktop.Notifications on the session bus.

https://specifications.freedesktop.org/notification-spec/latest/

desktop-notifier speaks it too, but hides what is needed here: whether the body is markup, why a
notification failed, which service took it, and when another one comes up.
"""

import asyncio
import html
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepvue_tray.core.notification import Notification

if TYPE_CHECKING:
    from deepvue_tray.services.session_bus import SessionBus

logger = logging.getLogger(__name__)

APP_NAME = "deepvue-tray"

RECONNECT_PAUSE_S = 30.0
"""Between two attempts to connect to a session bus that is not there; nothing tells of a new one.
"""

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_CLICK = "default"
"""The specification's name of a click on the notification itself."""

_NORMAL_URGENCY = {"urgency": ("y", 1)}
_OWN_TIMEOUT = -1


class FreedesktopNotifier:
    """Shows notifications with ``icon``; connects with the first, and listens from then on."""

    def __init__(self, icon: Path) -> None:
        self._icon = icon
        self._on_press: Callable[[str], object] = lambda _: None
        self._on_service: Callable[[], object] = lambda: None
        self._connecting = asyncio.Lock()
        self._bus: SessionBus | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._shown: dict[str, int] = {}

    def listen(self, on_press: Callable[[str], object], on_service: Callable[[], object]) -> None:
        """See Notifier."""
        self._on_press, self._on_service = on_press, on_service

    async def service(self) -> str:
        """Name the service that would show a notification now: the bus's id, and its name there.

        Starts it where D-Bus can. Empty where there is none.
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
            if notification.kind in self._shown:
                # Not replaced: what is sent anew is news to every service, and shown again.
                await self._close(bus, self._shown.pop(notification.kind))
            number, *_ = await bus.call(
                _NAME,
                _PATH,
                "Notify",
                "susssasa{sv}i",
                APP_NAME,
                0,
                self._icon.as_uri(),
                notification.title,
                # A title is plain text everywhere.
                html.escape(notification.body, quote=False)
                if "body-markup" in capabilities
                else notification.body,
                _actions(notification, server) if "actions" in capabilities else [],
                _NORMAL_URGENCY,
                _OWN_TIMEOUT,
            )
        except ConnectionError as error:
            logger.warning("The desktop did not take the notification (%s).", error)
            return False
        self._shown[notification.kind] = number
        return True

    def close(self) -> None:
        """See Notifier."""
        if self._reconnecting is not None:
            self._reconnecting.cancel()
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    async def _connected(self) -> "SessionBus":
        """Return the connection, made anew where there is none; raises ConnectionError."""
        # Loaded here: jeepney takes 9 ms, and `check` never notifies.
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
            logger.debug("The notification was closed already.")

    def _on_signal(self, member: str, arguments: tuple[Any, ...]) -> None:
        match member, arguments:
            case "NameOwnerChanged", (_, _, owner):
                # Another service counts anew, and knows nothing of what the last one showed.
                self._shown.clear()
                if owner:
                    self._on_service()
            case "ActionInvoked", (number, key) if number in self._shown.values():
                self._on_press("" if key == _CLICK else key)
            case "NotificationClosed", (number, _):
                self._shown = {kind: n for kind, n in self._shown.items() if n != number}

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
    """Return keys and labels by turns, a click on the notification itself among them."""
    # It knows no click, says desktop-notifier: https://docs.xfce.org/apps/xfce4-notifyd/spec
    click = [] if server == "Xfce Notify Daemon" else [_CLICK, ""]
    return click + [part for button in notification.buttons for part in button]
