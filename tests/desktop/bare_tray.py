"""The smallest PySide6 tray program: one icon, one menu entry.

The tests of the desktop fixtures use it, and the benchmarks compare the program with it.
"""

import sys

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

COLOUR = "#ff00ff"


def main() -> int:
    """Show the icon until its only entry, Quit, is chosen."""
    app = QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    pixmap = QPixmap(22, 22)
    pixmap.fill(QColor(COLOUR))
    menu = QMenu()
    menu.addAction("&Quit").triggered.connect(app.quit)
    icon = QSystemTrayIcon(QIcon(pixmap))
    icon.setToolTip("Bare tray")
    icon.setContextMenu(menu)
    icon.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
