"""The notification that the interface writes and the desktop's service shows."""

from collections.abc import Callable
from dataclasses import dataclass

OnPress = Callable[[str, str], object]
"""Gets a notification's client ID, and the identifier of its button that was pressed; an empty one
for a click on the notification itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification, as plain text."""

    kind: str
    """The alert or the like; a notification replaces the one of the same kind and wallet."""
    client_id: str = ""
    """The wallet that it concerns; empty if it concerns the program."""
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Identifier and label of each button."""
    picture: str = ""
    """The name of a file beside the program's icon, which is shown if this is empty."""

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: only one of these is on the screen."""
        return self.client_id, self.kind
