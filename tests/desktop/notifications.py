"""What a person would see of notifications, and what they could press: dunst, from outside."""

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.desktop.session import Desktop, wait_until

# dunst tells nobody what it shows at the moment, but runs a script for each notification. Its
# context menu goes through a program like dmenu: lines in, the chosen line out.
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
    """As it is drawn, where it holds no markup."""
    urgency: str
    urls: str
    """What dunst offers to open in a browser."""


class Notifications:
    """The notifications of a desktop, from the moment this is made."""

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
        """Start dunst anew, so that it tells what it shows; do this before the program starts."""
        notifications = cls(desktop)
        dunstrc = notifications._folder / "dunstrc"
        dunstrc.write_text(_DUNSTRC.format(folder=notifications._folder))
        desktop.stop("dunst")
        desktop.start("dunst", "-config", str(dunstrc))
        desktop.wait_for_name("org.freedesktop.Notifications")
        return notifications

    @property
    def all(self) -> list[Notification]:
        """All that have come, the oldest first."""
        return sorted(
            map(_read, self._folder.glob("*.note")), key=lambda notification: notification.id
        )

    @property
    def history(self) -> list[Notification]:
        """Those that were closed, the oldest first."""
        closed = self._closed()
        return [notification for notification in self.all if notification.id in closed]

    @property
    def displayed(self) -> list[Notification]:
        """Those on the screen, the oldest first."""
        closed = self._closed()
        return [notification for notification in self.all if notification.id not in closed]

    def wait_for(self, summary: str) -> Notification:
        """Wait until one is displayed whose summary contains ``summary``; it stays open."""
        found = wait_until(
            lambda: [
                notification for notification in self.displayed if summary in notification.summary
            ],
            f"a notification with {summary!r}",
        )
        return found[0]

    def close_all(self) -> None:
        """Close those on the screen, as a person who has read them."""
        ids = {notification.id for notification in self.displayed}
        self._desktop.run("dunstctl", "close-all")
        wait_until(lambda: ids <= self._closed(), "an end of all notifications")

    def press(self, label: str) -> None:
        """Press the button ``label`` of a notification on the screen; dunst leaves it open."""
        (self._folder / "label").write_text(f"#{label} (\n")
        self._desktop.run("dunstctl", "context")

    def _closed(self) -> set[int]:
        history = json.loads(self._desktop.run("dunstctl", "history"))["data"][0]
        return {notification["id"]["data"] for notification in history}


def _read(path: Path) -> Notification:
    number, app, summary, body, urgency, urls, _end = path.read_text().split("\0")
    return Notification(int(number), app, summary, html.unescape(body), urgency, urls)
