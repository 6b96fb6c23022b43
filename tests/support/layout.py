"""Finds texts that are cut off."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def cut_off(window: QWidget) -> list[str]:
    """Return the visible texts of ``window`` that have less space than they need."""
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
