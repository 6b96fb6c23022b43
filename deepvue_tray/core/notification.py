"""A notification in words, as the interface writes it and the desktop's service shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification."""

    kind: str
    """What it is about; a newer note of the same kind takes the older one's place."""
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Identifier and label of each button."""
