"""The products in the history window, as a person sees and reads them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import ServerError
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.spending import Period
from deepvue_tray.core.usage import Discrepancy, Outcome, ProductUsage, Usage, UsageState
from deepvue_tray.core.usage_page import StackedBar, UsagePage
from deepvue_tray.ui.products_view import ProductsView
from deepvue_tray.ui.usage_texts import main_product_text, state_text

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
START = datetime(2026, 11, 14, tzinfo=UTC)
PRODUCTS = [
    ProductUsage(
        product="PAN-Plus",
        outcomes={
            Outcome.FOUND: Usage(100, Decimal(300)),
            Outcome.NOT_FOUND: Usage(10, Decimal(30)),
        },
    ),
    ProductUsage(product="GST", outcomes={Outcome.FOUND: Usage(55, Decimal(110))}),
]
BARS = [
    StackedBar(
        START + timedelta(days=day),
        START + timedelta(days=day + 1),
        (Decimal(50), Decimal(20), Decimal(0)),
    )
    for day in range(7)
]
WALLET = WalletSettings(client_id="live_1", name="Live", has_usage=True)


def page(**changes: object) -> UsagePage:
    values: dict[str, object] = {
        "since": START,
        "until": NOW,
        "now": NOW,
        "period": Period.DAY,
        "products": PRODUCTS,
        "before": {"PAN-Plus": Decimal(165)},
        "bars": BARS,
        "missing": 0,
    }
    return UsagePage(**(values | changes))  # type: ignore[arg-type] # checked by the tests' types


@pytest.fixture
def view(qtbot: QtBot) -> ProductsView:
    view = ProductsView()
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show_usage(Snapshot(wallet=WALLET, usage=UsageState()), page())
    view.show()
    return view


def test_a_wallet_without_reports_gets_an_offer(view: ProductsView, qtbot: QtBot) -> None:
    view.show_usage(Snapshot(), None)
    [button] = [each for each in view.findChildren(QPushButton) if each.isVisible()]
    with qtbot.waitSignal(view.switched_on):
        button.click()


def test_a_wallet_that_was_removed_gets_no_offer(view: ProductsView) -> None:
    view.offer_switch(False)
    view.show_usage(Snapshot(), None)
    assert [each for each in view.findChildren(QPushButton) if each.isVisible()] == []


def test_products_are_ranked_with_what_they_cost(view: ProductsView) -> None:
    model = view._table.model()
    texts = [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    assert texts == [
        ["PAN-Plus", "330", "75 %", "110", "3", "30", "+100 %"],
        ["GST", "110", "25 %", "55", "2", "", ""],
    ]


def test_each_product_has_the_colour_of_its_part_of_a_bar(view: ProductsView) -> None:
    model = view._table.model()
    colour = model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole)
    assert isinstance(colour, QColor)
    picture = view._bars.grab().toImage()
    drawn = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 3)
        for y in range(0, picture.height(), 3)
    }
    assert colour.name() in drawn


def test_the_colours_of_the_products_follow_the_system_s(view: ProductsView) -> None:
    model = view._table.model()
    before = model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole)
    dark = QPalette(QColor("#202020"))
    view.setPalette(dark)
    assert model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole) != before


def test_a_bar_tells_its_day_and_its_parts(view: ProductsView) -> None:
    bars = view._bars
    scale = bars._scale(page())
    middle = QPointF(scale.x(BARS[3].start + timedelta(hours=12)), scale.area.center().y())
    QTest.mouseMove(bars, middle.toPoint())
    assert bars.accessibleDescription() == "Tue 17 Nov · 70 credits: PAN-Plus 50 · GST 20"


def test_the_values_of_a_bar_fit_beside_it_in_a_narrow_window(view: ProductsView) -> None:
    products = [
        replace(PRODUCTS[0], product=f"Bank-Account-Verification-{number}") for number in range(5)
    ]
    bar = StackedBar(START, START + timedelta(days=1), (Decimal(20),) * 6)
    bars = view._bars
    bars.show_page(page(products=products, bars=[bar]))
    bars.setFixedSize(400, 150)
    QTest.keyClick(bars, Qt.Key.Key_Left)
    picture = bars.grab().toImage()
    ground = bars.palette().color(QPalette.ColorRole.WindowText)

    def has_box(x: int) -> bool:
        return any(picture.pixelColor(x, y) == ground for y in range(picture.height()))

    middle = round(bars._scale(page()).x(START + timedelta(hours=12)))
    assert not has_box(middle)
    assert has_box(middle + 60)
    assert not has_box(picture.width() - 1)


def test_the_keyboard_moves_from_bar_to_bar(view: ProductsView) -> None:
    bars = view._bars
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert bars.accessibleDescription().startswith("Fri 20 Nov")
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert bars.accessibleDescription().startswith("Thu 19 Nov")


@pytest.mark.parametrize(
    ("state", "shown", "text"),
    [
        (UsageState(), page(), ""),
        (UsageState(progress=(12, 60)), page(), "12 of 60 days"),
        (
            UsageState(error=ServerError("Source Unavailable")),
            page(missing=3),
            "✗ The server has a problem (Source Unavailable). ",
        ),
        (UsageState(), page(missing=3), "No report yet for 3 days of this range."),
        (
            UsageState(),
            page(discrepancy=Discrepancy(Decimal(8), Decimal(50))),
            "The balance fell by 50; the report has charges of 8.",
        ),
    ],
)
def test_a_line_tells_what_a_person_must_know(
    qtbot: QtBot, state: UsageState, shown: UsagePage, text: str
) -> None:
    assert state_text(state, shown).startswith(text)
    assert bool(state_text(state, shown)) is bool(text)


def test_fetching_can_be_stopped(view: ProductsView, qtbot: QtBot) -> None:
    assert view._fetch.isVisibleTo(view.buttons)
    view.show_usage(Snapshot(wallet=WALLET, usage=UsageState(progress=(1, 60))), page())
    assert not view._fetch.isVisibleTo(view.buttons)
    with qtbot.waitSignal(view.stop_requested):
        view._stop.click()


def test_a_long_name_of_a_product_is_not_cut_while_there_is_room(view: ProductsView) -> None:
    long = replace(PRODUCTS[0], product="Bank-Account-Verification-Advanced")
    view.show_usage(Snapshot(wallet=WALLET, usage=UsageState()), page(products=[long]))
    assert view._table.sizeHintForColumn(0) <= view._table.columnWidth(0)


def test_a_narrow_window_shows_the_first_columns_uncut(view: ProductsView) -> None:
    table = view._table
    for width in (360, 800, 320):
        view.resize(width, 500)
        QApplication.processEvents()
        shown = [n for n in range(7) if not table.isColumnHidden(n)]
        assert len(shown) >= 3
        assert shown == list(range(len(shown)))
        assert (width < 400) is (len(shown) < 7)
        assert table.horizontalHeader().length() <= table.viewport().width()
        assert all(table.columnWidth(n) >= table.sizeHintForColumn(n) for n in shown)


def test_the_room_that_a_few_products_leave_free_belongs_to_the_bars(view: ProductsView) -> None:
    few = view._bars.height()
    many = [replace(PRODUCTS[0], product=f"Product-{number}") for number in range(40)]
    view.show_usage(Snapshot(wallet=WALLET, usage=UsageState()), page(products=many))
    QApplication.processEvents()
    assert view._table.height() > view._bars.height()
    assert view._bars.height() < few


def test_the_main_product_is_told_with_its_share(qtbot: QtBot) -> None:
    snapshot = Snapshot(wallet=WALLET, usage=UsageState(week=PRODUCTS))
    assert main_product_text(snapshot) == "Mostly PAN-Plus (75 %)"
    assert main_product_text(Snapshot(wallet=WALLET, usage=UsageState())) == ""
    assert main_product_text(Snapshot()) == ""
