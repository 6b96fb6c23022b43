"""Finds parts of other programs' windows over the accessibility bus, as a screen reader does.

https://gitlab.gnome.org/GNOME/at-spi2-core/-/tree/main/xml
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection
from PySide6.QtCore import QRect

from tests.desktop.session import Desktop

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_FOCUSABLE, _SHOWING = 11, 25
"""The bits of states."""
_ON_SCREEN = 0
"""The kind of coordinates."""
_ANSWER_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Accessible:
    """A program, a window or a part of it; a call raises LookupError where it is gone."""

    bus: DBusConnection
    name: str
    path: str

    @classmethod
    def desktop(cls, desktop: Desktop, connect: Callable[[str], DBusConnection]) -> Self:
        """Return the root, whose children are the programs."""
        service = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        bus = connect(desktop.call(service, "GetAddress")[0])
        return cls(bus, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")

    def find(self, role: str, label: str) -> Self | None:
        """Return this part, or the first one in it, that is shown with this role and label."""
        try:
            if self.role == role and self.label == label and self._has(_SHOWING):
                return self
            children = list(self._children())
        except LookupError:
            return None
        return next((found for child in children if (found := child.find(role, label))), None)

    def shown_parts(self) -> Iterator[Self]:
        """Yield the parts that are shown, in the order in which a screen reader reads them."""
        for child in self._children():
            if child._has(_SHOWING):
                yield child
                yield from child.shown_parts()

    @property
    def role(self) -> str:
        """What it is, such as ``push button``."""
        return str(self._call(_ACCESSIBLE, "GetRoleName")[0])

    @property
    def label(self) -> str:
        """The text that a screen reader reads first."""
        return self._text("Name")

    @property
    def description(self) -> str:
        """The text that a screen reader reads last."""
        return self._text("Description")

    @property
    def is_focusable(self) -> bool:
        """Whether it can have the keyboard's focus."""
        return self._has(_FOCUSABLE)

    def area(self) -> QRect:
        """Return the rectangle on the screen, where the program knows its place there."""
        component = "org.a11y.atspi.Component"
        return QRect(*self._call(component, "GetExtents", "u", _ON_SCREEN)[0])

    def _text(self, name: str) -> str:
        properties = "org.freedesktop.DBus.Properties"
        return str(self._call(properties, "Get", "ss", _ACCESSIBLE, name)[0][1])

    def _has(self, state: int) -> bool:
        states = self._call(_ACCESSIBLE, "GetState")[0][0]
        return bool(states >> state & 1)

    def _children(self) -> Iterator[Self]:
        for name, path in self._call(_ACCESSIBLE, "GetChildren")[0]:
            yield type(self)(self.bus, name, path)

    def _call(self, interface: str, method: str, *arguments: Any) -> tuple[Any, ...]:
        signature, *values = arguments or (None,)
        address = DBusAddress(self.path, self.name, interface)
        call = new_method_call(address, method, signature, tuple(values))
        try:
            reply = self.bus.send_and_get_reply(call, timeout=_ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise LookupError(method) from error
        if reply.header.message_type is MessageType.error:
            raise LookupError(f"{method}: {reply.body}")
        return tuple(reply.body)
