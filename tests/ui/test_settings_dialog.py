"""The settings window edits, marks what is invalid, and never loses an edit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt, QTime, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QMessageBox,
    QPlainTextEdit,
    QSpinBox,
    QTimeEdit,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import (
    AlertCommandError,
    DamagedError,
    KeyringLockedError,
    ServerError,
    StorageError,
)
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.settings import MAX_WALLETS, Settings, WalletSettings
from deepvue_tray.ui.form_widgets import Links
from deepvue_tray.ui.settings_dialog import SettingsDialog
from tests.support.person import Person

T = TypeVar("T", bound=QWidget)

NONE = Settings()
TRIAL = WalletSettings(client_id="free_tier_17", name="Trial")
LIVE = WalletSettings(client_id="live_1", name="Live", low=5000)
ONE = Settings(wallets=(TRIAL,))
TWO = Settings(wallets=(LIVE, TRIAL))

PROGRAM = str(Path.cwd() / "deepvue-alert")


class Owner(Person):
    """A person before the settings, and what the window requested."""

    def __init__(self, dialog: SettingsDialog) -> None:
        super().__init__(dialog)
        self.dialog = dialog
        self.saved: list[tuple[Settings, Settings, bool]] = []
        self.requested: list[tuple[object, ...]] = []
        dialog.save_requested.connect(lambda *values: self.saved.append(values))
        dialog.add_requested.connect(lambda: self.requested.append(("add",)))
        dialog.new_secret_requested.connect(lambda id_: self.requested.append(("secret", id_)))
        dialog.remove_requested.connect(lambda *values: self.requested.append(("remove", *values)))
        dialog.test_requested.connect(lambda *values: self.requested.append(("test", *values)))

    def turn_to(self, page: str) -> None:
        self._select(self.child(QListWidget, "Pages"), page)

    def select(self, wallet: str) -> None:
        self._select(self.child(QTreeWidget, "List of wallets"), wallet)

    def number(self, name: str) -> QSpinBox:
        return self.child(QSpinBox, name)

    def arguments(self) -> QPlainTextEdit:
        return self.window.findChildren(QPlainTextEdit)[0]

    def child(self, kind: type[T], name: str) -> T:
        return next(c for c in self.window.findChildren(kind) if c.accessibleName() == name)

    def rows(self) -> list[tuple[str, str]]:
        wallets = self.child(QTreeWidget, "List of wallets")
        items = [wallets.topLevelItem(index) for index in range(wallets.topLevelItemCount())]
        return [(item.text(0), item.text(1)) for item in items if item]

    def selected_row(self) -> str:
        [item] = self.child(QTreeWidget, "List of wallets").selectedItems()
        return item.text(0)

    def after(self) -> Settings:
        """Press Save, and return the settings that are to be stored."""
        self.press("Save")
        return self.saved[-1][1]

    def _select(self, view: QListWidget | QTreeWidget, text: str) -> None:
        [item] = view.findItems(text, Qt.MatchFlag.MatchExactly)
        where = view.visualItemRect(item).center()  # type: ignore[arg-type] # likewise
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)


@pytest.fixture
def owner(qtbot: QtBot) -> Callable[..., Owner]:
    def opened(settings: Settings = TWO, **options: object) -> Owner:
        # It deletes itself when it closes, before qtbot would close it.
        return Owner(SettingsDialog(settings, **options))  # type: ignore[arg-type] # by name

    return opened


def test_with_one_wallet_nothing_says_that_there_could_be_a_list(
    owner: Callable[..., Owner],
) -> None:
    person = owner(ONE)
    assert person.sees("free_tier_17")
    assert not person.child(QTreeWidget, "List of wallets").isVisible()
    assert not person.sees("Name")
    assert not person.sees("Watch this wallet")
    assert person.can("Add another wallet…")
    person.turn_to("Alerts")
    assert not person.sees("Alerts of")
    assert person.sees("Credentials refused")


def test_without_a_wallet_only_adding_one_is_offered(owner: Callable[..., Owner]) -> None:
    person = owner(NONE)
    assert person.sees("No wallet yet.")
    assert not person.sees("Low at")
    assert not person.can("Remove…")
    person.press("Add…")
    assert person.requested == [("add",)]
    pages = person.child(QListWidget, "Pages")
    assert [pages.item(i).text() for i in range(4) if not pages.item(i).isHidden()] == [
        "Wallets",
        "General",
        "Alerts elsewhere",
    ]


def test_several_wallets_are_listed_with_their_client_ids_or_as_paused(
    owner: Callable[..., Owner],
) -> None:
    paused = replace(TWO, wallets=(LIVE, replace(TRIAL, is_paused=True)))
    assert owner(paused).rows() == [("Live", "live_1"), ("Trial", "Paused")]


def test_each_wallet_has_its_own_values(owner: Callable[..., Owner]) -> None:
    person = owner()
    assert person.number("Low, in credits").value() == 5000
    person.select("Trial")
    assert person.field("Name").text() == "Trial"
    assert person.number("Low, in credits").value() == 1000
    person.number("Low, in credits").setValue(900)
    person.select("Live")
    person.type("Name", "Production")
    assert person.after() == replace(
        TWO, wallets=(replace(LIVE, name="Production"), replace(TRIAL, low=900))
    )


def test_the_wallet_that_a_person_came_for_is_selected(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.dialog.select("free_tier_17")
    assert person.field("Name").text() == "Trial"
    person.dialog.select("unknown")
    assert person.field("Name").text() == "Trial"


def test_a_wallet_that_is_not_watched_is_paused(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.press("Watch this wallet")
    assert person.rows() == [("Live", "Paused"), ("Trial", "free_tier_17")]
    assert person.after() == replace(TWO, wallets=(replace(LIVE, is_paused=True), TRIAL))


def test_a_single_wallet_that_is_paused_can_be_watched_again(owner: Callable[..., Owner]) -> None:
    person = owner(replace(ONE, wallets=(replace(TRIAL, is_paused=True),)))
    person.press("Watch this wallet")
    assert person.after() == ONE


def test_the_alerts_are_those_of_the_wallet_that_the_page_names(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.turn_to("Alerts")
    [chooser] = person.window.findChildren(QComboBox)
    assert chooser.currentText() == "Live"
    person.press("Credits added")
    chooser.setCurrentText("Trial")
    assert person.button("Credits added").isChecked()
    person.press("Empty")
    person.turn_to("Wallets")
    assert person.field("Name").text() == "Trial"
    live, trial = person.after().wallets
    assert live.alerts == frozenset(Alert) - {Alert.TOP_UP}
    assert trial.alerts == frozenset(Alert) - {Alert.EMPTY}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Enter a name."),
        ("live", "Another wallet has this name."),
        ("n" * 41, "At most 40 characters."),
    ],
)
def test_an_invalid_name_is_marked_and_cannot_be_saved(
    owner: Callable[..., Owner], name: str, reason: str
) -> None:
    person = owner()
    person.select("Trial")
    person.type("Name", name)
    assert person.sees(f"✗ {reason}")
    assert not person.can("Save")
    person.type("Name", "Test")
    assert not person.sees(reason)
    assert person.can("Save")


def test_what_is_invalid_elsewhere_is_said_on_every_page(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.number("Critical, in credits").setValue(5000)
    assert person.sees("✗ Must be below the low threshold.")
    person.select("Trial")
    assert person.sees("✗ Live: Must be below the low threshold.")
    person.turn_to("General")
    assert person.sees("✗ Live: Must be below the low threshold.")
    assert not person.can("Save")


def test_a_critical_threshold_above_the_low_one_is_marked_and_cannot_be_saved(
    owner: Callable[..., Owner],
) -> None:
    person = owner(ONE)
    for name, invalid in (("Critical, in credits", 1000), ("Critical, in days", 7)):
        person.number(name).setValue(invalid)
        assert person.sees("Must be below the low threshold.")
        assert not person.can("Save")
        person.number(name).setValue(invalid - 1)
        assert person.can("Save")


def test_a_threshold_can_be_switched_off(owner: Callable[..., Owner]) -> None:
    person = owner(ONE)
    person.number("Low, in credits").setValue(0)
    assert person.number("Low, in credits").text() == "Off"
    assert person.after() == replace(ONE, wallets=(replace(TRIAL, low=None),))


def test_the_values_for_all_wallets_are_saved(owner: Callable[..., Owner]) -> None:
    person = owner(starts_at_login=True)
    person.turn_to("General")
    [interval] = [s for s in person.window.findChildren(QSpinBox) if s.suffix() == " min"]
    interval.setValue(10)
    person.press("Show the balance on the icon instead of a gauge")
    person.press("Start at login")
    person.press("Save")
    after = replace(TWO, interval=timedelta(minutes=10), number_icon=True)
    assert person.saved == [(TWO, after, False)]


def test_an_unchanged_interval_keeps_its_seconds(owner: Callable[..., Owner]) -> None:
    odd = replace(TWO, interval=timedelta(seconds=90))
    person = owner(odd)
    person.type("Name", "Production")
    assert person.after().interval == timedelta(seconds=90)


def test_a_quiet_time_can_be_switched_on_and_off(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("General")
    start, end = (person.child(QTimeEdit, name) for name in ("Quiet from", "Quiet until"))
    assert not start.isEnabled()
    person.press("Quiet time:")
    end.setTime(QTime(6, 30))
    person.press("Save")
    assert person.saved[-1][1] == replace(TWO, quiet_time=QuietTime(time(22), time(6, 30)))
    person.dialog.stop_waiting()
    person.press("Quiet time:")
    assert not end.isEnabled()
    assert person.after() == TWO


def test_the_stored_quiet_time_is_shown(owner: Callable[..., Owner]) -> None:
    person = owner(replace(TWO, quiet_time=QuietTime(time(20, 15), time(8))))
    person.turn_to("General")
    assert person.button("Quiet time:").isChecked()
    assert person.child(QTimeEdit, "Quiet from").time() == QTime(20, 15)
    assert person.child(QTimeEdit, "Quiet until").time() == QTime(8, 0)


def test_a_quiet_time_without_a_length_is_marked_and_cannot_be_saved(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.turn_to("General")
    person.press("Quiet time:")
    person.child(QTimeEdit, "Quiet until").setTime(QTime(22, 0))
    assert person.sees("✗ The two times must differ.")
    assert not person.can("Save")
    person.turn_to("Wallets")
    assert person.sees("✗ General: The two times must differ.")
    person.turn_to("General")
    person.press("Quiet time:")
    assert not person.sees("must differ")
    assert person.can("Save")


def test_the_program_and_its_arguments_are_saved_as_a_list(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    person.arguments().setPlainText("--topic\n  deepvue 'wallets'  \n\nC:\\a b\n")
    command = (PROGRAM, "--topic", "deepvue 'wallets'", "C:\\a b")
    assert person.after() == replace(TWO, alert_command=command)


def test_the_stored_command_is_shown_and_stays_as_it_is_until_it_is_edited(
    owner: Callable[..., Owner],
) -> None:
    # The field cannot show the difference.
    stored = replace(TWO, alert_command=(PROGRAM, " a", "", "b\nc"))
    person = owner(stored)
    person.turn_to("Alerts elsewhere")
    assert person.field("Program").text() == PROGRAM
    assert person.arguments().toPlainText() == " a\n\nb\nc"
    assert person.after() == stored


def test_an_emptied_command_is_switched_off(owner: Callable[..., Owner]) -> None:
    person = owner(replace(TWO, alert_command=(PROGRAM,)))
    person.turn_to("Alerts elsewhere")
    person.field("Program").clear()
    assert not person.can("Send a test")
    assert person.after() == TWO


@pytest.mark.parametrize(
    ("program", "arguments"), [("deepvue-alert", ""), ("~/deepvue-alert", ""), ("", "--topic")]
)
def test_a_program_without_its_whole_path_is_marked_and_cannot_be_saved_or_tested(
    owner: Callable[..., Owner], program: str, arguments: str
) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.field("Program").setText(program)
    person.arguments().setPlainText(arguments)
    reason = "Must begin with the absolute path of a program."
    assert person.sees(f"✗ {reason}")
    assert not person.can("Save")
    assert not person.can("Send a test")
    person.turn_to("General")
    assert person.sees(f"✗ Alerts elsewhere: {reason}")
    assert not person.can("Save")
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    assert not person.sees(reason)
    assert person.can("Save")


def test_arguments_that_are_too_long_are_marked_and_cannot_be_saved(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    person.arguments().setPlainText("x" * 10_000)
    assert person.sees("✗ Must have at most 10,000 characters")
    assert not person.can("Save")


def test_a_program_can_be_chosen(
    owner: Callable[..., Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    person.press("Choose…")
    assert person.field("Program").text() == ""
    # Qt writes / on Windows too.
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (Path(PROGRAM).as_posix(), ""))
    person.press("Choose…")
    assert person.field("Program").text() == PROGRAM


def test_a_test_runs_what_is_shown_and_tells_its_outcome(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    person.press("Send a test")
    alert = ("Test alert from deepvue-tray", "The balance in this alert is made up.")
    assert person.requested == [("test", (PROGRAM,), *alert)]
    assert person.sees("Running…")
    assert not person.can("Send a test")
    person.dialog.show_test_outcome((PROGRAM,), AlertCommandError("exit status 1"))
    assert person.sees("✗ exit status 1")
    person.press("Send a test")
    person.dialog.show_test_outcome((PROGRAM,), None)
    assert person.sees("✓ The program accepted the alert.")
    assert person.can("Send a test")
    assert person.saved == []


def test_the_outcome_of_a_test_disappears_with_an_edit(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    person.press("Send a test")
    person.arguments().setPlainText("--topic")
    assert not person.sees("Running…")
    person.press("Send a test")
    person.dialog.show_test_outcome((PROGRAM,), AlertCommandError("exit status 1"))
    assert person.sees("Running…")
    person.dialog.show_test_outcome((PROGRAM, "--topic"), None)
    assert person.sees("✓ The program accepted the alert.")
    person.type("Program", PROGRAM)
    assert not person.sees("✓")


def test_a_typed_command_survives_what_is_stored_meanwhile(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", f"{PROGRAM} ")
    person.arguments().setPlainText("--topic\n\n")
    stored = replace(TWO, interval=timedelta(minutes=10))
    person.dialog.show_settings(stored)
    assert person.field("Program").text() == f"{PROGRAM} "
    assert person.arguments().toPlainText() == "--topic\n\n"
    assert person.after() == replace(stored, alert_command=(PROGRAM, "--topic"))


def test_return_begins_another_argument_and_tab_leaves_the_field(
    qtbot: QtBot, owner: Callable[..., Owner]
) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    person.type("Program", PROGRAM)
    person.dialog.activateWindow()
    qtbot.waitUntil(person.dialog.isActiveWindow)
    person.field("Program").setFocus()
    QTest.keyClick(person.field("Program"), Qt.Key.Key_Tab)
    QTest.keyClick(person.button("Choose…"), Qt.Key.Key_Tab)
    assert person.arguments().hasFocus()
    QTest.keyClicks(person.arguments(), "--topic")
    QTest.keyClick(person.arguments(), Qt.Key.Key_Return)
    QTest.keyClicks(person.arguments(), "wallets")
    assert person.saved == []
    QTest.keyClick(person.arguments(), Qt.Key.Key_Tab)
    assert person.button("Send a test").hasFocus()
    assert person.after().alert_command == (PROGRAM, "--topic", "wallets")


def test_the_recipes_are_a_link_to_a_file(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.turn_to("Alerts elsewhere")
    [link] = (each for each in person.window.findChildren(Links) if each.isVisible())
    [address] = re.findall('href="(.*?)"', link.text())
    recipes = Path(QUrl(address).toLocalFile())
    assert recipes.read_text(encoding="utf-8").startswith("# Recipes")


def test_cancel_requests_nothing(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.type("Name", "Production")
    person.press("Cancel")
    assert person.saved == []
    assert not person.window.isVisible()


def test_edits_survive_what_is_stored_meanwhile(owner: Callable[..., Owner]) -> None:
    person = owner(ONE)
    person.number("Low, in credits").setValue(900)
    stored = replace(TWO, wallets=(replace(TRIAL, critical=100), LIVE))
    person.dialog.show_settings(stored)
    assert person.number("Low, in credits").value() == 900
    assert person.number("Critical, in credits").value() == 100
    assert [name for name, _ in person.rows()] == ["Trial", "Live"]
    assert person.after() == replace(stored, wallets=(replace(TRIAL, low=900, critical=100), LIVE))
    assert person.saved[-1][0] == stored


def test_a_wallet_that_was_removed_meanwhile_is_no_longer_shown(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.type("Name", "Production")
    person.dialog.show_settings(ONE)
    assert person.sees("free_tier_17")
    assert person.after() == ONE


def test_the_list_follows_what_is_stored_meanwhile_and_the_selected_wallet_stays_selected(
    owner: Callable[..., Owner],
) -> None:
    wallets = [WalletSettings(client_id=f"live_{n}", name=f"Wallet {n}") for n in range(5)]
    person = owner(Settings(wallets=tuple(wallets)))
    person.select("Wallet 4")
    person.dialog.show_settings(Settings(wallets=(wallets[4], replace(wallets[1], is_paused=True))))
    assert person.rows() == [("Wallet 4", "live_4"), ("Wallet 1", "Paused")]
    assert person.selected_row() == "Wallet 4"
    assert person.field("Name").text() == "Wallet 4"
    person.dialog.show_settings(Settings(wallets=tuple(wallets[:3])))
    assert [name for name, _ in person.rows()] == ["Wallet 0", "Wallet 1", "Wallet 2"]
    assert person.selected_row() == person.field("Name").text() == "Wallet 0"


def test_adding_and_a_new_secret_are_requested_for_the_selected_wallet(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.select("Trial")
    person.press("Add…")
    person.press("New secret…")
    assert person.requested == [("add",), ("secret", "free_tier_17")]


def test_a_long_client_id_hides_no_name(owner: Callable[..., Owner]) -> None:
    long = WalletSettings(client_id="w" * 1000, name="Test")
    person = owner(replace(TWO, wallets=(LIVE, long)))
    assert person.child(QTreeWidget, "List of wallets").columnWidth(0) >= 150
    assert person.window.width() < 700
    assert owner(Settings(wallets=(long,))).window.width() < 700


def test_no_more_wallets_than_allowed_can_be_added(owner: Callable[..., Owner]) -> None:
    wallets = [WalletSettings(client_id=f"live_{n}", name=f"{n}") for n in range(MAX_WALLETS)]
    person = owner(Settings(wallets=tuple(wallets)))
    assert not person.can("Add…")
    assert person.window.height() < person.window.screen().availableSize().height()


def test_removing_asks_first_and_says_what_stays(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.press("Remove…")
    question = person.question()
    assert "Live" in question.text()
    assert "history stays" in question.informativeText()
    assert isinstance(question.checkBox(), QCheckBox)
    assert not question.checkBox().isChecked()
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert person.requested == []
    assert person.can("Save")


@pytest.mark.parametrize("delete_history", [False, True])
def test_a_confirmed_removal_is_requested_with_or_without_the_history(
    owner: Callable[..., Owner], delete_history: bool
) -> None:
    person = owner()
    person.press("Remove…")
    person.question().checkBox().setChecked(delete_history)
    person.confirm()
    assert person.requested == [("remove", "live_1", delete_history)]
    assert person.sees("Removing…")
    assert not person.can("Save")
    person.dialog.show_settings(ONE)
    person.dialog.show_removed()
    assert person.sees("free_tier_17")
    assert not person.sees("Removing…")
    assert person.can("Save")


def test_a_removal_that_fails_is_explained_and_keeps_the_edits(
    owner: Callable[..., Owner],
) -> None:
    person = owner(ONE)
    person.number("Low, in credits").setValue(900)
    person.press("Remove…")
    person.confirm()
    person.dialog.show_failed(KeyringLockedError())
    assert person.sees("The keyring is locked.")
    assert person.after() == replace(ONE, wallets=(replace(TRIAL, low=900),))


def test_a_removal_that_ends_after_the_window_was_closed_leaves_it_closed(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.press("Remove…")
    person.confirm()
    person.window.close()
    person.dialog.show_removed()
    assert not person.window.isVisible()


def test_no_second_save_starts_during_the_first(owner: Callable[..., Owner]) -> None:
    person = owner()
    person.press("Save")
    QTest.keyClick(person.window, Qt.Key.Key_Return)
    assert not person.can("Save")
    assert not person.can("Remove…")
    assert len(person.saved) == 1


def test_a_save_that_fails_after_the_window_was_closed_opens_it_again_with_the_input(
    owner: Callable[..., Owner],
) -> None:
    person = owner()
    person.type("Name", "Production")
    person.press("Save")
    person.window.close()
    assert not person.window.isVisible()
    person.dialog.show_failed(StorageError("settings.json: Read-only file system"))
    assert person.sees("Read-only file system")
    assert person.field("Name").text() == "Production"
    assert person.can("Save")


def test_a_damaged_settings_file_is_reported_when_the_window_opens(
    owner: Callable[..., Owner],
) -> None:
    assert owner(notice=DamagedError("settings.json.damaged")).sees("settings.json.damaged")


@pytest.mark.parametrize("settings", [NONE, ONE, TWO])
def test_it_shows_that_the_environment_s_wallet_is_watched_alone(
    owner: Callable[..., Owner], settings: Settings
) -> None:
    person = owner(settings, from_environment=True)
    assert person.sees("DEEPVUE_CLIENT_ID")
    assert not person.sees("No wallet yet.")
    assert person.sees("Low at")


def test_save_is_the_default_button(owner: Callable[..., Owner]) -> None:
    buttons = owner().window.findChild(QDialogButtonBox)
    assert isinstance(buttons, QDialogButtonBox)
    assert buttons.button(QDialogButtonBox.StandardButton.Save).isDefault()


def test_the_pages_and_the_wallets_can_be_chosen_by_keyboard(owner: Callable[..., Owner]) -> None:
    person = owner()
    QTest.keyClick(person.child(QTreeWidget, "List of wallets"), Qt.Key.Key_Down)
    assert person.field("Name").text() == "Trial"
    QTest.keyClick(person.child(QListWidget, "Pages"), Qt.Key.Key_Down)
    assert person.sees("Refresh every")


@pytest.fixture
def small_screen(qtbot: QtBot) -> Iterator[None]:
    """Enlarge the text until the window is higher than the screen."""
    before, large = QApplication.font(), QApplication.font()
    large.setPointSizeF(before.pointSizeF() * 4)
    QApplication.setFont(large)
    yield
    QApplication.setFont(before)


@pytest.mark.usefixtures("small_screen")
def test_on_a_small_screen_it_fits_and_the_tab_key_scrolls_to_the_focused_control(
    qtbot: QtBot, owner: Callable[..., Owner]
) -> None:
    names = ["Acme", "Borealis", "Onboarding", "Payroll", "Zebra"]
    wallets = [WalletSettings(client_id=f"live_{name}", name=name) for name in names]
    person = owner(Settings(wallets=tuple(wallets)))
    dialog, area = person.dialog, person.dialog._area
    assert area.verticalScrollBar().maximum() > 0
    # With the wide fonts of some systems the screen is too narrow too.
    is_wide_enough = area.viewport().width() >= area.sizeHint().width()
    assert is_wide_enough or area.horizontalScrollBar().maximum() > 0
    assert dialog.height() < dialog.screen().availableSize().height()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for _ in range(30):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        focused = dialog.focusWidget()
        assert focused is not None
        # The list may be wider than the screen.
        assert focused.visibleRegion().boundingRect().height() == focused.height()
    assert person.can("Save")


def test_why_the_usage_report_failed_stands_below_its_switch(owner: Callable[..., Owner]) -> None:
    person = owner(TWO)
    shown = [label for label in person.dialog.findChildren(QLabel) if "HTTP 503" in label.text()]
    assert shown == []
    person.dialog.show_usage_errors({LIVE.client_id: ServerError("HTTP 503")})
    person.dialog.select(LIVE.client_id)
    [line] = [each for each in person.dialog.findChildren(QLabel) if "HTTP 503" in each.text()]
    assert line.isVisibleTo(person.dialog)
    person.dialog.select(TRIAL.client_id)
    assert not line.isVisibleTo(person.dialog)


def test_spending_by_product_is_switched_on_for_one_wallet(owner: Callable[..., Owner]) -> None:
    person = owner(TWO)
    box = next(
        each
        for each in person.dialog.findChildren(QCheckBox)
        if each.text() == "Show spend&ing by product"
    )
    person.dialog.select(TRIAL.client_id)
    box.click()
    assert person.after() == replace(TWO, wallets=(LIVE, replace(TRIAL, has_usage=True)))
