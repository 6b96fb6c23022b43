"""Widgets stand side by side where they fit, and one below the other where they do not."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.ui.row_or_column import RowOrColumn


class Box(QWidget):
    """A widget that wants a width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._width, 20)


def laid_out(qtbot: QtBot, width: int, widths: list[int], *, equal: bool) -> list[QRect]:
    """Return where widgets of these widths stand in a window of ``width``."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = RowOrColumn(equal=equal, row_gap=8, column_gap=4)
    boxes = [Box(each) for each in widths]
    for box in boxes:
        layout.addWidget(box)
    window.setLayout(layout)
    layout.setGeometry(QRect(0, 0, width, layout.heightForWidth(width)))
    return [box.geometry() for box in boxes]


def test_a_pair_stands_at_both_ends_of_the_row(qtbot: QtBot) -> None:
    pair = laid_out(qtbot, 288, [100, 80], equal=False)
    assert pair == [QRect(0, 0, 100, 20), QRect(208, 0, 80, 20)]


def test_a_pair_that_is_too_wide_becomes_a_column(qtbot: QtBot) -> None:
    pair = laid_out(qtbot, 160, [100, 80], equal=False)
    assert pair == [QRect(0, 0, 100, 20), QRect(0, 24, 80, 20)]


def test_buttons_are_equally_wide_where_that_fits(qtbot: QtBot) -> None:
    buttons = laid_out(qtbot, 316, [50, 60, 70], equal=True)
    assert [(each.x(), each.width()) for each in buttons] == [(0, 100), (108, 100), (216, 100)]


def test_buttons_of_which_one_is_long_share_what_is_left(qtbot: QtBot) -> None:
    buttons = laid_out(qtbot, 316, [50, 60, 160], equal=True)
    assert [(each.x(), each.width()) for each in buttons] == [(0, 60), (68, 70), (146, 170)]


def test_buttons_that_do_not_fit_fill_the_width_of_a_column(qtbot: QtBot) -> None:
    buttons = laid_out(qtbot, 200, [90, 100, 110], equal=True)
    assert buttons == [QRect(0, y, 200, 20) for y in (0, 24, 48)]


def test_a_hidden_widget_takes_no_room(qtbot: QtBot) -> None:
    layout = RowOrColumn(equal=True, row_gap=8, column_gap=4)
    window = QWidget()
    qtbot.addWidget(window)
    window.setLayout(layout)
    hidden = Box(50)
    layout.addWidget(hidden)
    layout.addWidget(Box(60))
    hidden.hide()
    assert layout.sizeHint() == QSize(60, 20)
    assert layout.takeAt(5) is None
