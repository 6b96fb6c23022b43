"""Finds texts that do not fit into their widgets."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def cut_off(window: QWidget) -> list[str]:
    """Return the texts of the widgets that are smaller than their text."""
    found = []
    texts: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel)]
    texts += window.findChildren(QAbstractButton)
    for widget in texts:
        if not widget.isVisible() or not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needed = widget.minimumSizeHint() if wraps else widget.sizeHint()
        height = widget.heightForWidth(widget.width()) if wraps else needed.height()
        if widget.width() < needed.width() or widget.height() < height:
            found.append(widget.text())
    return found
