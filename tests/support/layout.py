"""Whether what a window says fits where it stands."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def cut_off(window: QWidget) -> list[str]:
    """Return the texts that have less room than they need."""
    found = []
    texts: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel)]
    texts += window.findChildren(QAbstractButton)
    for widget in texts:
        if not widget.isVisible() or not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needs = widget.minimumSizeHint() if wraps else widget.sizeHint()
        tall = widget.heightForWidth(widget.width()) if wraps else needs.height()
        if widget.width() < needs.width() or widget.height() < tall:
            found.append(widget.text())
    return found
