"""Renders the icons as PNG files: ``python -m resources.icons.render``.

The program's icon is deepvue-tray.svg in the sizes that desktops use. ``unknown-64.png`` is the
tray icon before the first reading.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import icon_for

SIZES = (16, 20, 22, 24, 32, 48, 64, 128, 256)
"""Pixels."""


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
    icon_for(Snapshot()).pixmap(64, 64).save(str(folder / "unknown-64.png"))


if __name__ == "__main__":
    main()
