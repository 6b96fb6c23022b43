"""A tray icon as the panel sees it: StatusNotifierItem and com.canonical.dbusmenu over D-Bus.

The interfaces are specified in freedesktop's draft ``StatusNotifierItem`` and in libdbusmenu.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from jeepney import DBusAddress

from tests.desktop.session import Desktop, wait_until

_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_MENU = "com.canonical.dbusmenu"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu, as shown."""

    number: int
    label: str
    enabled: bool
    visible: bool


@dataclass(frozen=True, slots=True)
class TrayItem:
    """The item that a program registered with the panel."""

    desktop: Desktop
    bus_name: str
    path: str

    @classmethod
    def wait(cls, desktop: Desktop) -> Self:
        """Wait for the one item in the tray."""
        items = wait_until(lambda: cls.all(desktop), "an icon in the tray")
        assert len(items) == 1, f"{len(items)} icons in the tray"
        return items[0]

    @classmethod
    def all(cls, desktop: Desktop) -> list[Self]:
        """Return the items that are registered now."""
        names = _WATCHER, "RegisteredStatusNotifierItems"
        items = []
        for registered in desktop.property(_WATCHER, "/StatusNotifierWatcher", *names):
            bus_name, slash, path = registered.partition("/")
            # GNOME's extension puts an @ between the two.
            items.append(cls(desktop, bus_name.rstrip("@"), slash + path or "/StatusNotifierItem"))
        return items

    @property
    def tooltip(self) -> str:
        """The text of the tooltip."""
        _icon, _pixmaps, title, text = self._of_item("ToolTip")
        return str(title or text)

    @property
    def status(self) -> str:
        """``Active``, ``Passive`` or ``NeedsAttention``."""
        return str(self._of_item("Status"))

    @property
    def pixels(self) -> dict[int, bytes]:
        """The icon's ARGB bytes by size in pixels."""
        return {width: bytes(argb) for width, _height, argb in self._of_item("IconPixmap")}

    def menu(self) -> list[Entry]:
        """Return the visible entries of the menu from top to bottom, without separators."""
        menu = self._menu()
        self.desktop.call(menu, "AboutToShow", "i", 0)
        layout = self.desktop.call(menu, "GetLayout", "iias", 0, -1, [])[1]
        return [entry for entry in _entries(layout) if entry.visible and entry.label]

    def labels(self) -> list[str]:
        """Return the texts of the visible menu entries."""
        return [entry.label for entry in self.menu()]

    def click(self, label: str) -> None:
        """Choose a menu entry."""
        entry = next(entry for entry in self.menu() if entry.label == label)
        assert entry.enabled, f"{label} cannot be clicked"
        nothing = ("s", "")
        self.desktop.call(self._menu(), "Event", "isvu", entry.number, "clicked", nothing, 0)

    def activate(self) -> None:
        """Click the icon itself."""
        item = DBusAddress(self.path, self.bus_name, _ITEM)
        self.desktop.call(item, "Activate", "ii", 990, 10)

    def _menu(self) -> DBusAddress:
        return DBusAddress(self._of_item("Menu"), self.bus_name, _MENU)

    def _of_item(self, name: str) -> Any:
        return self.desktop.property(self.bus_name, self.path, _ITEM, name)


def _entries(layout: Any) -> Iterator[Entry]:
    number, properties, children = layout
    known = {name: value for name, (_signature, value) in properties.items()}
    if known.get("type") != "separator":
        yield Entry(
            number=number,
            label=known.get("label", "").replace("_", ""),
            enabled=known.get("enabled", True),
            visible=known.get("visible", True),
        )
    for _signature, child in children:
        yield from _entries(child)
