"""The settings window tests, saves or rejects the typed values, and never loses them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    DamagedError,
    NoKeyringError,
    NotSetUpError,
    RejectedError,
    StorageError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.ui.settings_dialog import SettingsDialog

NEW = Credentials("live_1", Secret("s3cr3t-value"))
KNOWN = Settings(client_id="live_1")


class Person:
    """Sees and uses a dialog as a person does."""

    def __init__(self, qtbot: QtBot, dialog: SettingsDialog) -> None:
        self.qtbot = qtbot
        self.dialog = dialog
        self.saved: list[tuple[Settings, Credentials | str | None, bool, bool]] = []
        self.tested: list[Credentials | str | None] = []
        dialog.save_requested.connect(lambda *values: self.saved.append(values))
        dialog.test_requested.connect(self.tested.append)
        dialog.show()

    def type(self, client_id: str, secret: str) -> None:
        for field, text in (
            (self.dialog._credentials._client_id, client_id),
            (self.dialog._credentials._secret, secret),
        ):
            field.clear()
            QTest.keyClicks(field, text)

    def press(self, label: str) -> None:
        QTest.mouseClick(self.button(label), Qt.MouseButton.LeftButton)

    def button(self, label: str) -> QAbstractButton:
        buttons = self.dialog.findChildren(QAbstractButton)
        return next(b for b in buttons if b.text().replace("&", "") == label)

    def sees(self, text: str) -> bool:
        labels = self.dialog.findChildren(QLabel)
        return any(label.isVisible() and text in label.text() for label in labels)

    def can(self, label: str) -> bool:
        return self.button(label).isVisible() and self.button(label).isEnabled()


@pytest.fixture
def open_dialog(qtbot: QtBot) -> Callable[..., Person]:
    def opened(settings: Settings = KNOWN, *, from_environment: bool = False) -> Person:
        dialog = SettingsDialog(settings, from_environment=from_environment)
        # It deletes itself when it closes, before qtbot would close it.
        return Person(qtbot, dialog)

    return opened


def test_typed_values_are_saved(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog(Settings())
    person.type(" live_1 ", "s3cr3t-value")
    person.press("Save")
    assert person.saved == [(Settings(), NEW, False, False)]


@pytest.mark.parametrize("enabled", [True, False])
def test_starting_at_login_is_shown_and_can_be_changed(qtbot: QtBot, enabled: bool) -> None:
    person = Person(qtbot, SettingsDialog(KNOWN, from_environment=False, starts_at_login=enabled))
    assert person.button("Start at login").isChecked() is enabled
    person.button("Start at login").toggle()
    person.press("Save")
    assert person.saved == [(KNOWN, None, False, not enabled)]


def test_a_damaged_settings_file_is_reported_when_the_window_opens(qtbot: QtBot) -> None:
    notice = DamagedError("settings.json.damaged")
    person = Person(qtbot, SettingsDialog(KNOWN, from_environment=False, notice=notice))
    assert person.sees("settings.json.damaged")


def test_an_empty_secret_keeps_the_stored_one(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.press("Save")
    assert person.saved == [(KNOWN, None, False, False)]


def test_another_client_id_without_a_typed_secret_is_saved_with_its_stored_secret(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    person.type("live_2", "")
    person.press("Test")
    person.press("Save")
    assert person.tested == ["live_2"]
    assert person.saved == [(KNOWN, "live_2", False, False)]


def test_a_client_id_without_a_stored_secret_requires_one(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    person.type("live_2", "")
    person.press("Save")
    person.dialog.show_save_failed(NotSetUpError("the keyring holds no secret for live_2"))
    assert person.sees("The keyring holds no secret for this client ID. Enter it above.")
    assert person.can("Save")


@pytest.mark.parametrize("client_id", ["", "two words"])
def test_an_invalid_client_id_is_reported_and_not_saved(
    open_dialog: Callable[..., Person], client_id: str
) -> None:
    person = open_dialog()
    person.type(client_id, "")
    person.press("Save")
    assert person.saved == []
    assert person.sees("the client ID")


def test_the_secret_is_marked_unchanged_only_for_the_client_id_in_use(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    hints = []
    for client_id in ("live_1", "live_2", "live_1"):
        person.type(client_id, "")
        hints.append(person.dialog._credentials._secret.placeholderText())
    assert hints == ["unchanged", "", "unchanged"]


def question(person: Person) -> QMessageBox:
    """Press Remove, and return the confirmation."""
    person.press("Remove")
    box = person.dialog.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    return box


def confirm(box: QMessageBox) -> None:
    role = QMessageBox.ButtonRole.DestructiveRole
    remove = next(button for button in box.buttons() if box.buttonRole(button) == role)
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)


def test_removing_asks_for_confirmation_and_explains_what_stays(
    qtbot: QtBot, open_dialog: Callable[..., Person]
) -> None:
    person = open_dialog()
    with qtbot.assertNotEmitted(person.dialog.remove_requested):
        box = question(person)
        assert "live_1" in box.text()
        assert "history stays" in box.informativeText()
        assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
        QTest.keyClick(box, Qt.Key.Key_Return)
    assert person.can("Save")


def test_other_edits_survive_the_removal(qtbot: QtBot, open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.dialog._low.field.setValue(900)  # type: ignore[attr-defined] # a spin box
    with qtbot.waitSignal(person.dialog.remove_requested) as requested:
        confirm(question(person))
    assert requested.args == ["live_1"]
    assert not person.can("Save")
    person.dialog.show_removed()
    assert person.dialog._credentials._client_id.text() == ""
    assert person.sees("The client secret was removed")
    assert not person.can("Remove")
    person.press("Save")
    assert person.saved == [(Settings(low=900), None, False, False)]


def test_no_second_save_starts_during_the_first(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.type("live_1", "s3cr3t")
    person.press("Save")
    QTest.keyClicks(person.dialog._credentials._secret, "more")
    QTest.keyClick(person.dialog, Qt.Key.Key_Return)
    assert not person.can("Save")
    assert not person.can("Remove")
    assert len(person.saved) == 1
    person.dialog.show_save_failed(StorageError())
    assert person.dialog._credentials._secret.text() == "s3cr3t"
    assert person.can("Save")


def test_a_save_that_fails_after_the_window_was_closed_opens_it_again_with_the_input(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    person.type("live_2", "s3cr3t")
    person.press("Save")
    person.dialog.close()
    assert not person.dialog.isVisible()
    person.dialog.show_save_failed(StorageError("settings.json: Read-only file system"))
    assert person.sees("Read-only file system")
    assert (
        person.dialog._credentials._client_id.text(),
        person.dialog._credentials._secret.text(),
    ) == ("live_2", "s3cr3t")


def test_a_removal_that_ends_after_the_window_was_closed_leaves_it_closed(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    confirm(question(person))
    person.dialog.close()
    person.dialog.show_removed()
    assert not person.dialog.isVisible()


def test_the_secret_is_hidden_until_it_is_revealed(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    assert person.dialog._credentials._secret.echoMode() is QLineEdit.EchoMode.Password
    person.press("Show")
    assert person.dialog._credentials._secret.echoMode() is QLineEdit.EchoMode.Normal


def test_a_test_uses_the_typed_credentials_and_shows_the_balance(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog(Settings())
    person.type("live_1", "s3cr3t-value")
    person.press("Test")
    assert person.tested == [NEW]
    assert not person.can("Test")
    assert person.dialog._credentials._progress.isVisible()
    person.dialog.show_tested(Reading(at=datetime.now(UTC), balance=Decimal(6448)))
    assert not person.dialog._credentials._progress.isVisible()
    assert person.sees("It works: 6448 credits.")
    assert person.can("Test")
    assert person.saved == []


def test_a_failed_test_is_explained(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.press("Test")
    assert person.tested == [None]
    person.dialog.show_test_failed(RejectedError("Inactive client_id"))
    assert person.sees("Credentials refused (Inactive client_id). Check the client ID")


def test_without_a_keyring_the_dialog_stays_open_and_offers_the_session(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog(Settings())
    person.type("live_1", "s3cr3t-value")
    person.press("Save")
    person.dialog.show_save_failed(NoKeyringError())
    assert person.sees("No keyring.")
    assert person.dialog._credentials._secret.text() == "s3cr3t-value"
    person.press("Keep for this session only")
    assert person.saved[-1] == (Settings(), NEW, True, False)


def test_a_file_that_cannot_be_written_keeps_the_dialog_open(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    person.press("Save")
    person.dialog.show_save_failed(StorageError("settings.json: Read-only file system"))
    assert person.sees("Read-only file system")
    assert person.can("Save")
    assert not person.can("Keep for this session only")


def test_a_critical_threshold_above_the_low_one_is_marked_and_cannot_be_saved(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    critical = person.dialog._critical.findChild(QSpinBox)
    assert isinstance(critical, QSpinBox)
    critical.setValue(1000)
    assert person.sees("Must be below the low threshold.")
    assert not person.can("Save")
    critical.setValue(999)
    assert person.can("Save")


def test_a_threshold_can_be_switched_off(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.dialog._low._on.setChecked(False)
    person.press("Save")
    assert person.saved[0][0].low is None


def test_cancel_changes_nothing(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.type("live_2", "other")
    person.press("Cancel")
    assert person.saved == []
    assert not person.dialog.isVisible()


def test_closing_leaves_no_secret_in_the_widget(open_dialog: Callable[..., Person]) -> None:
    person = open_dialog()
    person.type("live_1", "s3cr3t-value")
    person.dialog.reject()
    assert person.dialog._credentials._secret.text() == ""


def test_an_unchanged_interval_keeps_its_seconds(open_dialog: Callable[..., Person]) -> None:
    odd = Settings(client_id="live_1", interval=timedelta(seconds=90))
    person = open_dialog(odd)
    person.press("Save")
    assert person.saved == [(odd, None, False, False)]


def test_it_shows_that_the_environment_s_credentials_take_precedence(
    open_dialog: Callable[..., Person],
) -> None:
    assert open_dialog(from_environment=True).sees("DEEPVUE_CLIENT_ID")


def test_save_is_the_default_button(open_dialog: Callable[..., Person]) -> None:
    buttons = open_dialog().dialog.findChild(QDialogButtonBox)
    assert isinstance(buttons, QDialogButtonBox)
    assert buttons.button(QDialogButtonBox.StandardButton.Save).isDefault()


def test_the_result_for_credentials_changed_since_is_not_shown(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog(Settings())
    person.type("live_1", "first")
    person.press("Test")
    person.type("live_1", "second")
    person.dialog.show_tested(Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(5)))
    assert not person.sees("It works")
    assert person.can("Test")


@pytest.fixture
def small_screen(qtbot: QtBot) -> Iterator[None]:
    """Enlarge the text until the window is higher than the screen."""
    before, large = QApplication.font(), QApplication.font()
    large.setPointSizeF(before.pointSizeF() * 2)
    QApplication.setFont(large)
    yield
    QApplication.setFont(before)


@pytest.mark.usefixtures("small_screen")
def test_on_a_small_screen_it_fits_and_the_tab_key_scrolls_to_the_focused_control(
    open_dialog: Callable[..., Person],
) -> None:
    person = open_dialog()
    dialog, groups = person.dialog, person.dialog._area
    assert groups.verticalScrollBar().maximum() > 0
    # With the wide fonts of some systems the screen is too narrow too.
    is_wide_enough = groups.viewport().width() >= groups.sizeHint().width()
    assert is_wide_enough or groups.horizontalScrollBar().maximum() > 0
    assert dialog.height() < dialog.screen().availableSize().height()
    dialog.activateWindow()
    person.qtbot.waitUntil(dialog.isActiveWindow)
    for _ in range(30):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        focused = dialog.focusWidget()
        assert focused is not None
        assert focused.visibleRegion().boundingRect() == focused.rect()
    assert person.can("Save")


@pytest.mark.usefixtures("small_screen")
def test_on_a_small_screen_it_scrolls_to_the_result_of_a_test(
    qtbot: QtBot, open_dialog: Callable[..., Person]
) -> None:
    person = open_dialog()
    person.type("two words", "")
    scroll_bar = person.dialog._area.verticalScrollBar()
    assert scroll_bar.maximum() > 0
    scroll_bar.setValue(scroll_bar.maximum())
    person.press("Save")
    result = person.dialog._credentials._result
    qtbot.waitUntil(lambda: result.visibleRegion().boundingRect() == result.rect())
