"""Renders the icons as PNG files: ``python -m resources.icons.render``.

The program's icon is deepvue-tray.svg in the sizes that desktops use. ``unknown-64.png`` is the
tray icon before the first reading; the other states of the tray icon are for notifications.
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from deepvue_tray.core.errors import DeepvueError, RejectedError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import icon_for

SIZES = (16, 20, 22, 24, 32, 48, 64, 128, 256)
"""Pixels."""


def _at(balance: int, trouble: DeepvueError | None = None) -> Snapshot:
    reading = Reading(at=datetime(2026, 1, 1, tzinfo=UTC), balance=Decimal(balance))
    return Snapshot(reading=reading, peak=Decimal(3000), trouble=trouble)


STATES = {
    "unknown": Snapshot(),
    "low": _at(900),
    "critical": _at(200),
    "empty": _at(0),
    "refused": _at(2000, RejectedError()),
}
"""The snapshots whose tray icon is a file."""


def main() -> None:
    """Write the PNG files beside the source."""
    _application = QGuiApplication(["render", "-platform", "offscreen"])
    folder = Path(__file__).parent
    renderer = QSvgRenderer(str(folder / "deepvue-tray.svg"))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"deepvue-tray-{size}.png"))
    for name, snapshot in STATES.items():
        icon = icon_for(Overview(snapshots=(snapshot,)))
        icon.pixmap(64, 64).save(str(folder / f"{name}-64.png"))


if __name__ == "__main__":
    main()
