"""Draws every icon in the sizes of panels, on the panels of several desktops.

QT_QPA_PLATFORM=offscreen python -m tests.desktop.icon_sheet FILE.png [TIMES]

``TIMES`` enlarges the sheet, so that single pixels can be judged.
"""

import sys
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from deepvue_tray.core.errors import OfflineError, RejectedError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import icon_for
from tests.ui.test_icon import NUMBER, PANELS, at, of

SHOWN_PANELS = ("KDE", "KDE dark", "GNOME")
SIZES = (16, 22, 32)
CELL = 40
"""Pixels from one icon to the next."""


def states() -> list[Overview]:
    """Return an overview for each icon: the signs, and the levels as a number."""
    levels = [at(1900), at(900), at(200), at(0)]
    shown = [
        *levels[:3],
        at(1900, RejectedError()),
        *(at(balance, OfflineError()) for balance in (1900, 900, 200)),
        Snapshot(),
        replace(at(1900), wallet=WalletSettings(is_paused=True)),
    ]
    return [*map(of, shown), *(of(level, NUMBER) for level in levels)]


def main(path: str, times: str = "1") -> None:
    """Write the sheet: a row for each panel and size, and the macOS templates."""
    _application = QGuiApplication([])
    shown = states()
    rows = [(QColor(PANELS[name]), size, False) for name in SHOWN_PANELS for size in SIZES]
    rows.append((QColor(PANELS["KDE"]), 22, True))
    sheet = QImage(QSize(CELL * len(shown), CELL * len(rows)), QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    for row, (panel, size, template) in enumerate(rows):
        painter.fillRect(0, row * CELL, sheet.width(), CELL, panel)
        for column, overview in enumerate(shown):
            edge = (CELL - size) // 2
            pixmap = icon_for(overview, template=template).pixmap(size, size)
            painter.drawPixmap(column * CELL + edge, row * CELL + edge, pixmap)
    painter.end()
    sheet.scaled(sheet.size() * int(times)).save(path, quality=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
