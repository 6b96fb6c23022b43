"""Draws every icon in the sizes of panels, on a light and on a dark background.

QT_QPA_PLATFORM=offscreen python -m tests.desktop.icon_sheet FILE.png
"""

import sys
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from deepvue_tray.core.errors import OfflineError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import icon_for
from tests.ui.test_icon import NUMBER, TROUBLES, at, of

PANELS = (QColor("#f4f4f4"), QColor("#26282b"))
SIZES = (16, 22)
CELL = 30
"""Pixels from one icon to the next."""


def states() -> list[Overview]:
    """Return an overview for each icon: the levels, the errors, and the levels as a number."""
    levels = [at(1900), at(900), at(200), at(0)]
    shown = [
        Snapshot(),
        *levels,
        replace(at(1900), stale=True),
        *(at(1900, trouble) for trouble in TROUBLES),
        *(at(balance, OfflineError()) for balance in (900, 200, 0)),
    ]
    return [*map(of, shown), *(of(level, NUMBER) for level in levels)]


def main(path: str) -> None:
    """Write the sheet: a row for each size and background, and the macOS templates."""
    _application = QGuiApplication([])
    shown = states()
    rows = [(panel, size, False) for panel in PANELS for size in SIZES] + [(PANELS[0], 22, True)]
    sheet = QImage(QSize(CELL * len(shown), CELL * len(rows)), QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    for row, (panel, size, template) in enumerate(rows):
        painter.fillRect(0, row * CELL, sheet.width(), CELL, panel)
        for column, overview in enumerate(shown):
            edge = (CELL - size) // 2
            pixmap = icon_for(overview, template=template).pixmap(size, size)
            painter.drawPixmap(column * CELL + edge, row * CELL + edge, pixmap)
    painter.end()
    sheet.save(path)


if __name__ == "__main__":
    main(sys.argv[1])
