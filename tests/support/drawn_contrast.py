"""Measures the contrast of what a window shows, in its pixels."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QBuffer, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.day_bars import DayBars
from deepvue_tray.ui.palette import contrast
from deepvue_tray.ui.wallet_list import WalletList

ENLARGEMENT = 4
"""Text is drawn this many times as large, so that its strokes have pixels of the full colour."""

_SVG = "{http://www.w3.org/2000/svg}"

_FRAME_PX = 4
"""The width of what surrounds the text in a button or a field."""

_CORNER_PX = 8
"""The radius of the roundest corners, and a little more."""


@dataclass(frozen=True)
class Text:
    """A text of a window."""

    text: str
    widget: QWidget
    area: QRect
    """Where it is, relative to the widget."""


def enlarged(window: QWidget) -> QImage:
    """Return a picture of a window; a pixel of the screen is ``ENLARGEMENT`` pixels wide."""
    picture = QImage(window.size() * ENLARGEMENT, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.scale(ENLARGEMENT, ENLARGEMENT)
    window.render(painter, QPoint())
    painter.end()
    return picture


def texts(window: QWidget) -> Iterator[Text]:
    """Yield the visible texts; WCAG exempts those of disabled controls."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not widget.isEnabled():
            continue
        inner = widget.rect().adjusted(_FRAME_PX, _FRAME_PX, -_FRAME_PX, -_FRAME_PX)
        match widget:
            case QLabel() if widget.text():
                yield Text(widget.text(), widget, widget.contentsRect())
            case QCheckBox():
                yield Text(widget.text(), widget, _part(widget, "SE_CheckBoxContents"))
            case QAbstractButton() if widget.text():
                yield Text(widget.text(), widget, inner)
            case QLineEdit() if shown := widget.displayText() or widget.placeholderText():
                yield Text(shown, widget, inner)
            case QComboBox() if widget.currentText():
                # Without the arrow.
                yield Text(widget.currentText(), widget, inner.adjusted(0, 0, -20, 0))
            case QAbstractItemView():
                yield from _item_texts(widget)
            case Chart() | DayBars():
                yield from drawn_texts(widget)


def drawn_texts(widget: QWidget) -> Iterator[Text]:
    """Yield the texts that a widget draws itself: as SVG they stay texts."""
    buffer, generator = QBuffer(), QSvgGenerator()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator.setOutputDevice(buffer)
    generator.setResolution(widget.logicalDpiX())
    painter = QPainter(generator)
    widget.render(painter, QPoint())
    painter.end()
    for group in ET.fromstring(buffer.data().data()).iter(f"{_SVG}g"):
        moved = [float(number) for number in re.findall(r"[-\d.]+", group.get("transform", ""))]
        for each in group.findall(f"{_SVG}text"):
            font = QFont(widget.font())
            font.setPointSizeF(float(each.attrib["font-size"]) * 72 / widget.logicalDpiY())
            font.setWeight(QFont.Weight(int(each.attrib["font-weight"])))
            metrics, text = QFontMetricsF(font), each.text or ""
            size = QRectF(0, -metrics.ascent(), metrics.horizontalAdvance(text), metrics.height())
            at = QPointF(float(each.attrib["x"]), float(each.attrib["y"])) + QPointF(*moved[4:])
            yield Text(text, widget, size.translated(at).toAlignedRect())


def text_contrast(picture: QImage, text: Text) -> float:
    """Return the contrast of a text with its background in a picture of its window."""
    widget = text.widget
    area = text.area & widget.visibleRegion().boundingRect()
    return _strongest(picture, QRect(widget.mapTo(widget.window(), area.topLeft()), area.size()))


def frames(window: QWidget) -> Iterator[tuple[QWidget, QRect]]:
    """Yield the fields and the squares of check boxes, which only their frames show."""
    for widget in window.findChildren(QWidget):
        is_inner = isinstance(widget.parent(), QAbstractSpinBox)
        if not widget.isVisible() or not widget.isEnabled() or is_inner:
            continue
        if isinstance(widget, QCheckBox):
            yield widget, _part(widget, "SE_CheckBoxIndicator")
        elif isinstance(widget, QLineEdit | QAbstractSpinBox | QComboBox):
            yield widget, widget.rect()


def frame_contrast(widget: QWidget, area: QRect, background: QColor) -> float:
    """Return the contrast that four fifths of a frame reach; its corners may be round."""
    picture = widget.grab(area).toImage()
    right, bottom = picture.width() - 1, picture.height() - 1
    corner = min(_CORNER_PX, bottom // 4)
    places = [(x, y) for x in range(corner, right - corner + 1) for y in (0, bottom)]
    places += [(x, y) for y in range(corner, bottom - corner + 1) for x in (0, right)]
    found = sorted(contrast(picture.pixelColor(*place), background) for place in places)
    return found[len(found) // 5]


def _item_texts(view: QAbstractItemView) -> Iterator[Text]:
    model, viewport = view.model(), view.viewport()
    if isinstance(view, WalletList):
        yield from drawn_texts(viewport)
        return
    for row in range(model.rowCount()):
        for column in range(1 if isinstance(view, QListView) else model.columnCount()):
            index = model.index(row, column)
            area = view.visualRect(index)
            # Of a row at the edge, only the part without the text may be visible.
            is_whole = area.top() >= 0 and area.bottom() <= viewport.rect().bottom()
            if is_whole and not (shown := area & viewport.rect()).isEmpty():
                yield Text(str(index.data(Qt.ItemDataRole.DisplayRole)), viewport, shown)


def _part(box: QCheckBox, name: str) -> QRect:
    option = QStyleOptionButton()
    box.initStyleOption(option)
    return box.style().subElementRect(QStyle.SubElement[name], option, box)


def _strongest(picture: QImage, area: QRect) -> float:
    """Return the highest contrast of a pixel with the most frequent colour."""
    top_left = area.topLeft() * ENLARGEMENT
    crop = picture.copy(QRect(top_left, QSize(area.size() * ENLARGEMENT)))
    # Every second pixel: no stroke of the enlarged text is thinner.
    pixels = Counter(memoryview(crop.constBits()).cast("I")[::2])
    [(ground, _)] = pixels.most_common(1)
    return max(_contrast(each, ground) for each in pixels)


# The texts of all windows have the same colours.
@cache
def _contrast(pixel: int, ground: int) -> float:
    return contrast(QColor.fromRgb(pixel), QColor.fromRgb(ground))
