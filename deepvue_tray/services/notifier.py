"""Native notifications: the protocol, and the implementation for each operating system.

Linux has its own implementation; Windows and macOS use desktop-notifier, which only this module
imports.
"""

import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deepvue_tray.core.notification import Notification, OnPress
from deepvue_tray.services.freedesktop_notifier import APP_NAME, FreedesktopNotifier

if TYPE_CHECKING:
    from desktop_notifier import Button, DesktopNotifier, Icon

logger = logging.getLogger(__name__)

# On desktops without notifications it logs a traceback; this module logs one line.
logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)


class Notifier(Protocol):
    """The desktop's notification service, used from one asyncio loop."""

    def listen(self, on_press: OnPress, on_service: Callable[[], object]) -> None:
        """Set the callbacks, which are called on the loop's thread.

        ``on_press`` gets the client ID that the notification concerns, and the identifier of the
        button that was pressed, or an empty one for a click on the notification itself.
        ``on_service`` is called when a service has started.
        """

    async def service(self) -> str:
        """Return the identity of the notification service; empty if there is none."""

    async def show(self, notification: Notification) -> bool:
        """Show a notification; return whether the service accepted it, without a time limit.

        After a cancellation it is not known whether the notification was shown.
        """

    def close(self) -> None:
        """Close the connection; the callbacks are not called any more."""


def system_notifier(icon: Path) -> Notifier:
    """Return this operating system's notifier; ``icon`` is shown with each notification."""
    return FreedesktopNotifier(icon) if sys.platform == "linux" else LibraryNotifier(icon)


class LibraryNotifier:
    """Shows notifications with desktop-notifier, which is imported with the first call."""

    def __init__(self, icon: Path) -> None:
        self._icon = icon
        self._on_press: OnPress = lambda _client_id, _button: None
        self._library: DesktopNotifier | None = None
        self._button: type[Button]
        self._icon_type: type[Icon]
        self._shown: dict[tuple[str, str], str] = {}

    def listen(
        self,
        on_press: OnPress,
        on_service: Callable[[], object],  # noqa: ARG002 - never called
    ) -> None:
        """See Notifier. On these systems the service does not start later."""
        self._on_press = on_press

    async def service(self) -> str:
        """See Notifier. Empty without any capability, as on macOS outside a bundle."""
        try:
            return APP_NAME if await self._loaded().get_capabilities() else ""
        except Exception as error:  # noqa: BLE001 - each platform's backend raises other classes
            logger.info("There is no notification service (%s).", type(error).__name__)
            return ""

    async def show(self, notification: Notification) -> bool:
        """See Notifier."""
        try:
            shown = await self._show(notification)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning(
                "The desktop did not accept the notification (%s).", type(error).__name__
            )
            return False
        if not shown:
            logger.warning("The desktop did not accept the notification.")
        return shown

    async def _show(self, notification: Notification) -> bool:
        library, dispatched = self._loaded(), list[bool]()
        if not await library.get_capabilities():
            return False
        if notification.subject in self._shown:
            await _try(library.clear(self._shown.pop(notification.subject)))
        # The library suppresses errors, and calls on_dispatched only after a success.
        self._shown[notification.subject] = await library.send(
            title=notification.title,
            message=notification.body,
            buttons=tuple(
                self._button(title=label, identifier=name) for name, label in notification.buttons
            ),
            on_dispatched=lambda: dispatched.append(True),
            icon=self._picture(notification),
        )
        return bool(dispatched)

    def close(self) -> None:
        """See Notifier."""
        self._library = None

    def _loaded(self) -> "DesktopNotifier":
        # Imported here: it takes 6 MB, and most sessions do not notify.
        from desktop_notifier import Button, DesktopNotifier, Icon  # noqa: PLC0415

        if self._library is None:
            self._button, self._icon_type = Button, Icon
            self._library = DesktopNotifier(app_name=APP_NAME, app_icon=Icon(path=self._icon))
            self._library.on_clicked = lambda shown: self._press(shown, "")
            self._library.on_button_pressed = self._press
        return self._library

    def _picture(self, notification: Notification) -> "Icon | None":
        """Return the notification's picture; None for the program's icon."""
        if not notification.picture:
            return None
        return self._icon_type(path=self._icon.with_name(notification.picture))

    def _press(self, shown: str, button: str) -> None:
        # A notification of an earlier run concerns no known wallet.
        client_ids = (client_id for (client_id, _), id_ in self._shown.items() if id_ == shown)
        self._on_press(next(client_ids, ""), button)


async def _try(removal: Awaitable[None]) -> None:
    """Remove notifications that the person may have closed already."""
    try:
        await removal
    except Exception as error:  # noqa: BLE001 - each platform's backend raises other classes
        logger.debug("The notifications could not be removed (%s).", type(error).__name__)
