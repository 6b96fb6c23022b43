"""The roles that screen readers know of the windows and widgets that Qt has no own role for.

Without a role, a widget is a filler to them, and they say neither that a window has opened nor what
has the focus.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


def install() -> None:
    """Give each widget the role that its class names as ``accessible_role``."""
    QAccessible.installFactory(_interface)


def _interface(_: str, widget: QObject) -> QAccessibleInterface | None:
    role = getattr(widget, "accessible_role", None)
    return QAccessibleWidget(widget, role) if role and isinstance(widget, QWidget) else None
