"""Native notifications: the one module that knows desktop-notifier.

desktop-notifier speaks to the desktop's own service (freedesktop D-Bus, WinRT, macOS' user
notifications) from a running asyncio loop. It cannot replace a notification on Linux, so the
previous one of the same kind is cleared first.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deepvue_tray.core.note import Note

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier

logger = logging.getLogger(__name__)

# It logs a whole traceback where a desktop has no notifications; one line says as much.
logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)

APP_NAME = "deepvue-tray"
PATIENCE = 5.0
"""Seconds a notification service may take before the note counts as not shown."""


class Notifier:
    """Shows notes through the desktop's notification service.

    The library is loaded with the first note, and its connection stays open for the buttons.
    """

    def __init__(self) -> None:
        self._library: DesktopNotifier | None = None
        self._shown: dict[str, str] = {}

    async def show(self, note: Note, icon: Path, on_press: Callable[[str, str], object]) -> bool:
        """Show ``note`` and say whether the desktop took it.

        ``on_press`` is called on this thread with the note's kind and the button's identifier, or
        with an empty identifier where the note itself was clicked.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._show(note, icon, on_press)
        except Exception as error:  # noqa: BLE001 - each platform's backend raises its own kinds
            # A service that went away may come back: the next note connects anew.
            self.close()
            logger.warning("The desktop did not take the notification (%s).", type(error).__name__)
            return False

    async def _show(self, note: Note, icon: Path, on_press: Callable[[str, str], object]) -> bool:
        # Loaded here because it costs 6 MB, and most sessions never notify.
        from desktop_notifier import Button, DesktopNotifier, Icon, Notification  # noqa: PLC0415

        if self._library is None:
            self._library = DesktopNotifier(app_name=APP_NAME, app_icon=Icon(path=icon))
            self._library.on_clicked = lambda shown: on_press(self._kind_of(shown), "")
            self._library.on_button_pressed = lambda shown, button: on_press(
                self._kind_of(shown), button
            )
        if note.kind in self._shown:
            with suppress(KeyError):  # already closed
                await self._library.clear(self._shown.pop(note.kind))
        delivered: list[bool] = []
        # send() swallows every failure; only a delivered note calls back.
        notification = Notification(
            title=note.title,
            message=note.body,
            buttons=tuple(Button(title=label, identifier=name) for name, label in note.buttons),
            on_dispatched=lambda: delivered.append(True),
        )
        self._shown[note.kind] = await self._library.send_notification(notification)
        if not delivered:
            self.close()
        return bool(delivered)

    def close(self) -> None:
        """Close the connection, after which no button is heard any more."""
        # The library has no way to close; only its D-Bus backend holds a connection.
        bus = getattr(getattr(self._library, "_backend", None), "bus", None)
        if bus is not None:
            bus.disconnect()
        self._library = None

    def _kind_of(self, shown: str) -> str:
        return next((kind for kind, identifier in self._shown.items() if identifier == shown), "")
