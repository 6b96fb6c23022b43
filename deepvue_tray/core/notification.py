"""The notification that the interface writes and the desktop's service shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification, as plain text."""

    kind: str
    """The subject; a notification replaces the one of the same kind."""
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Identifier and label of each button."""
