"""Reads the notifications that dunst shows, and presses their buttons."""

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.desktop.session import Desktop, wait_until

# dunst has no query for the notifications on the screen, but runs a script for each one. Its
# context menu calls a program like dmenu, which reads lines and prints the chosen one.
_DUNSTRC = """[global]
    timeout = 0
    history_length = 50
    always_run_script = true
    dmenu = {folder}/choose
[record]
    script = {folder}/record
"""

_RECORD = r"""#!/bin/sh
printf '%s\0' "$DUNST_ID" "$DUNST_APP_NAME" "$DUNST_SUMMARY" "$DUNST_BODY" "$DUNST_URGENCY" \
    "$DUNST_URLS" \
    > "{folder}/.$DUNST_ID" && mv "{folder}/.$DUNST_ID" "{folder}/$DUNST_ID.note"
"""

_CHOOSE = """#!/bin/sh
grep -m 1 -F -f "{folder}/label"
"""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification."""

    id: int
    app: str
    summary: str
    body: str
    """As drawn, if it contains no markup."""
    urgency: str
    urls: str
    """The links that dunst offers to open in a browser."""


class Notifications:
    """The notifications of a desktop since this object was created."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._folder = desktop.folder / "notifications"
        self._folder.mkdir()
        for name, text in (("record", _RECORD), ("choose", _CHOOSE)):
            script = self._folder / name
            script.write_text(text.format(folder=self._folder))
            script.chmod(0o700)

    @classmethod
    def of(cls, desktop: Desktop) -> Self:
        """Restart dunst with the recording script; call this before the program starts."""
        notifications = cls(desktop)
        dunstrc = notifications._folder / "dunstrc"
        dunstrc.write_text(_DUNSTRC.format(folder=notifications._folder))
        desktop.stop("dunst")
        desktop.start("dunst", "-config", str(dunstrc))
        desktop.wait_for_name("org.freedesktop.Notifications")
        return notifications

    @property
    def all(self) -> list[Notification]:
        """All notifications, oldest first."""
        return sorted(
            map(_read, self._folder.glob("*.note")), key=lambda notification: notification.id
        )

    @property
    def history(self) -> list[Notification]:
        """The closed notifications, oldest first."""
        closed = self._closed()
        return [notification for notification in self.all if notification.id in closed]

    @property
    def displayed(self) -> list[Notification]:
        """The notifications on the screen, oldest first."""
        closed = self._closed()
        return [notification for notification in self.all if notification.id not in closed]

    def wait_for(self, text: str) -> Notification:
        """Wait for a notification whose summary or body contains ``text``; it stays open."""

        def found() -> list[Notification]:
            shown = [each for each in self.all if text in f"{each.summary}\n{each.body}"]
            # dunst is asked, by a process, only if there is one.
            return [each for each in shown if each.id not in self._closed()]

        return wait_until(found, f"a notification with {text!r}")[0]

    def close_all(self) -> None:
        """Close the notifications on the screen."""
        ids = {notification.id for notification in self.displayed}
        self._desktop.run("dunstctl", "close-all")
        wait_until(lambda: ids <= self._closed(), "all notifications closed")

    def press(self, label: str) -> None:
        """Press the button ``label`` of a notification on the screen; dunst keeps it open."""
        (self._folder / "label").write_text(f"#{label} (\n")
        self._desktop.run("dunstctl", "context")

    def _closed(self) -> set[int]:
        history = json.loads(self._desktop.run("dunstctl", "history"))["data"][0]
        return {notification["id"]["data"] for notification in history}


def _read(path: Path) -> Notification:
    number, app, summary, body, urgency, urls, _end = path.read_text().split("\0")
    return Notification(int(number), app, summary, html.unescape(body), urgency, urls)
