"""Native notifications: what the desktop's service must do, and which one there is.

Linux has an implementation of its own; Windows and macOS are desktop-notifier's, which this module
alone knows.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deepvue_tray.core.notification import Notification
from deepvue_tray.services.freedesktop_notifier import APP_NAME, FreedesktopNotifier

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier

logger = logging.getLogger(__name__)

# It logs a whole traceback where a desktop has no notifications; one line says as much.
logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)


class Notifier(Protocol):
    """The desktop's notification service, used from one asyncio loop."""

    def listen(self, on_press: Callable[[str], object], on_service: Callable[[], object]) -> None:
        """Have these called, on the loop's thread.

        ``on_press`` gets the identifier of a button that was pressed, or an empty one where the
        notification itself was clicked. ``on_service`` tells that a service has come up.
        """

    async def service(self) -> str:
        """Identify the service that would show a notification now; empty where none would."""

    async def show(self, notification: Notification) -> bool:
        """Show ``note``, and say whether the service took it; waits for its answer however long.

        Cancelled before the answer, nobody knows whether it was shown.
        """

    def close(self) -> None:
        """Close the connection, after which no button is heard any more."""


def system_notifier(icon: Path) -> Notifier:
    """Return the notifier of this operating system; ``icon`` stands beside each notification."""
    return FreedesktopNotifier(icon) if sys.platform == "linux" else LibraryNotifier(icon)


class LibraryNotifier:
    """Shows notifications with desktop-notifier, which is loaded with the first."""

    def __init__(self, icon: Path) -> None:
        self._icon = icon
        self._on_press: Callable[[str], object] = lambda _: None
        self._library: DesktopNotifier | None = None
        self._shown: dict[str, str] = {}

    def listen(
        self,
        on_press: Callable[[str], object],
        on_service: Callable[[], object],  # noqa: ARG002 - nothing calls it here
    ) -> None:
        """See Notifier. No system that this is for tells of a service that comes up."""
        self._on_press = on_press

    async def service(self) -> str:
        """See Notifier. A library that can do nothing, as on macOS outside a bundle, is none."""
        try:
            return APP_NAME if await self._loaded().get_capabilities() else ""
        except Exception as error:  # noqa: BLE001 - each platform's backend raises its own kinds
            logger.info("There is no notification service (%s).", type(error).__name__)
            return ""

    async def show(self, notification: Notification) -> bool:
        """See Notifier."""
        try:
            shown = await self._show(notification)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning("The desktop did not take the notification (%s).", type(error).__name__)
            return False
        if not shown:
            logger.warning("The desktop did not take the notification.")
        return shown

    async def _show(self, notification: Notification) -> bool:
        import desktop_notifier  # noqa: PLC0415 - loaded by now

        library, dispatched = self._loaded(), list[bool]()
        if not await library.get_capabilities():
            return False
        if notification.kind in self._shown:
            with suppress(KeyError):  # already closed
                await library.clear(self._shown.pop(notification.kind))
        # It swallows every failure; only a notification that was shown calls back.
        self._shown[notification.kind] = await library.send(
            title=notification.title,
            message=notification.body,
            buttons=tuple(
                desktop_notifier.Button(title=label, identifier=name)
                for name, label in notification.buttons
            ),
            on_dispatched=lambda: dispatched.append(True),
        )
        return bool(dispatched)

    def close(self) -> None:
        """See Notifier."""
        self._library = None

    def _loaded(self) -> "DesktopNotifier":
        # Loaded here because it costs 6 MB, and most sessions never notify.
        from desktop_notifier import DesktopNotifier, Icon  # noqa: PLC0415

        if self._library is None:
            self._library = DesktopNotifier(app_name=APP_NAME, app_icon=Icon(path=self._icon))
            self._library.on_clicked = lambda _shown: self._on_press("")
            self._library.on_button_pressed = lambda _shown, button: self._on_press(button)
        return self._library
