"""The connect window requests what is typed, and loses nothing of it until it is stored."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar
from pytestqt.qtbot import QtBot

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    DeepvueError,
    InvalidInputError,
    KeyringLockedError,
    NoKeyringError,
    NotSetUpError,
    OfflineError,
    RejectedError,
    StorageError,
)
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.ui.connect_dialog import ConnectDialog
from tests.support.person import Person

FIRST = Settings()
ONE = Settings(wallets=(WalletSettings(client_id="free_tier_17", name="Trial"),))
TYPED = Credentials("live_1", Secret("s3cr3t-value"))


class Newcomer(Person):
    """A person before the connect window, and what the window requested."""

    def __init__(self, dialog: ConnectDialog) -> None:
        super().__init__(dialog)
        self.dialog = dialog
        self.requested: list[tuple[Credentials | str, str, bool, bool]] = []
        dialog.requested.connect(lambda *values: self.requested.append(values))

    def enter(self, client_id: str, secret: str) -> None:
        self.type("Client ID", client_id)
        self.type("Client secret", secret)

    def connect(self, client_id: str = "live_1", secret: str = "s3cr3t-value") -> None:
        self.enter(client_id, secret)
        self.press("Connect")


@pytest.fixture
def newcomer(qtbot: QtBot) -> Callable[..., Newcomer]:
    def opened(settings: Settings = FIRST, **options: object) -> Newcomer:
        # It deletes itself when it closes, before qtbot would close it.
        return Newcomer(ConnectDialog(settings, **options))  # type: ignore[arg-type] # by name

    return opened


def test_the_first_window_says_what_the_program_is_and_where_the_secret_is_kept(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    assert person.window.windowTitle() == "Connect your Deepvue wallet"
    assert person.sees("See the balance in the tray")
    assert person.sees("The secret is kept in your keyring, and nowhere else.")
    assert person.sees('href="https://dashboard.deepvue.ai"')
    assert person.can("Later")
    assert not person.sees("Name")


def test_connect_requests_a_check_of_what_is_typed(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer()
    person.connect(" live_1 ")
    assert person.requested == [(TYPED, "", True, False)]
    assert person.sees("Checking…")


def test_return_connects(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer()
    person.enter("live_1", "s3cr3t-value")
    QTest.keyClick(person.field("Client secret"), Qt.Key.Key_Return)
    assert person.requested == [(TYPED, "", True, False)]


def test_an_empty_secret_asks_for_the_one_that_the_keyring_holds(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    person.connect(secret="")
    assert person.requested == [("live_1", "", True, False)]
    person.dialog.show_failed(NotSetUpError("the keyring holds no secret for live_1"))
    assert person.sees("The keyring has no secret for this client ID.")
    assert not person.sees("Settings")
    assert person.can("Connect")


@pytest.mark.parametrize(
    ("client_id", "secret", "reason"),
    [
        ("", "s3cr3t", "Enter the client ID."),
        ("two words", "s3cr3t", "Spaces and characters such as é are not allowed."),
        ("live_1", "s3cr3t value", "Spaces and characters such as é are not allowed."),
        ("live_1", "s" * 1281, "At most 1280 characters."),
    ],
)
def test_an_invalid_value_is_marked_with_the_reason_and_not_requested(
    newcomer: Callable[..., Newcomer], client_id: str, secret: str, reason: str
) -> None:
    person = newcomer()
    person.connect(client_id, secret)
    assert person.requested == []
    assert person.sees(reason)
    person.type("Client ID", "live_1")
    assert not person.sees(reason)


def test_nothing_is_marked_before_the_first_attempt(newcomer: Callable[..., Newcomer]) -> None:
    assert not newcomer().sees("✗")


@pytest.mark.parametrize("error", [RejectedError("Invalid client_id"), OfflineError("timeout")])
def test_what_the_server_does_not_confirm_stays_with_the_reason_and_can_be_saved_anyway(
    newcomer: Callable[..., Newcomer], error: DeepvueError
) -> None:
    person = newcomer()
    assert not person.can("Save anyway")
    person.connect()
    person.dialog.show_failed(error)
    assert person.sees(f"({error.detail})")
    assert person.field("Client secret").text() == "s3cr3t-value"
    person.press("Save anyway")
    assert person.requested[1:] == [(TYPED, "", False, False)]


@pytest.mark.parametrize("error", [NoKeyringError(), KeyringLockedError()])
def test_if_the_keyring_refuses_the_secret_can_be_kept_for_the_session(
    newcomer: Callable[..., Newcomer], error: DeepvueError
) -> None:
    person = newcomer()
    person.connect()
    person.dialog.show_failed(error)
    assert person.sees(error.title)
    assert person.field("Client secret").text() == "s3cr3t-value"
    assert not person.can("Save anyway")
    person.press("Keep for this session only")
    assert person.requested[1:] == [(TYPED, "", False, True)]


def test_without_a_typed_secret_there_is_nothing_to_keep_for_the_session(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    person.connect(secret="")
    person.dialog.show_failed(KeyringLockedError())
    assert not person.can("Keep for this session only")


@pytest.mark.parametrize(
    "error",
    [StorageError("settings.json: Read-only file system"), InvalidInputError("50 wallets")],
)
def test_neither_offer_is_made_where_it_would_not_help(
    newcomer: Callable[..., Newcomer], error: DeepvueError
) -> None:
    person = newcomer()
    person.connect()
    person.dialog.show_failed(error)
    assert person.sees(error.detail)
    assert not person.can("Save anyway")
    assert not person.can("Keep for this session only")
    assert person.can("Connect")


def test_an_edit_withdraws_the_reason_and_the_offers(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer()
    person.connect()
    person.dialog.show_failed(RejectedError())
    person.type("Client secret", "another")
    assert not person.sees("✗")
    assert not person.can("Save anyway")


def test_the_next_secret_replaces_a_refused_one(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer()
    person.connect(secret="wrong")
    person.dialog.show_failed(RejectedError())
    QTest.keyClicks(person.field("Client secret"), "s3cr3t-value")
    assert person.field("Client secret").text() == "s3cr3t-value"


def test_no_second_request_starts_during_the_first(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer()
    person.connect()
    QTest.keyClick(person.window, Qt.Key.Key_Return)
    person.press("Connect")
    assert len(person.requested) == 1
    assert not person.field("Client ID").isEnabled()
    progress = person.window.findChild(QProgressBar)
    assert isinstance(progress, QProgressBar)
    assert progress.isVisible()
    assert progress.accessibleName() == "Checking…"
    person.dialog.show_failed(OfflineError())
    assert not progress.isVisible()


def test_a_request_that_fails_after_the_window_was_closed_opens_it_again_with_the_input(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    person.connect()
    person.press("Later")
    assert not person.window.isVisible()
    person.dialog.show_failed(RejectedError())
    assert person.window.isVisible()
    assert person.field("Client ID").text() == "live_1"
    assert person.field("Client secret").text() == "s3cr3t-value"


def test_a_request_that_succeeds_after_the_window_was_closed_leaves_it_closed(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    person.connect()
    person.press("Later")
    person.dialog.accept()
    assert not person.window.isVisible()


def test_later_requests_nothing_and_leaves_no_secret_in_the_widget(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    person.enter("live_1", "s3cr3t-value")
    field = person.field("Client secret")
    person.press("Later")
    assert person.requested == []
    assert field.text() == ""


def test_the_secret_is_hidden_until_it_is_shown_and_can_be_hidden_again(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer()
    field = person.field("Client secret")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    person.press("Show")
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    person.press("Hide")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert person.can("Show")


def test_a_further_wallet_gets_the_name_that_its_client_id_suggests(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer(ONE)
    assert person.window.windowTitle() == "Add a wallet"
    person.connect()
    assert person.field("Name").text() == "Live"
    assert person.requested == [(TYPED, "Live", True, False)]


def test_a_typed_name_is_not_replaced_by_a_suggestion(newcomer: Callable[..., Newcomer]) -> None:
    person = newcomer(ONE)
    person.type("Name", "Onboarding")
    person.connect()
    assert person.requested == [(TYPED, "Onboarding", True, False)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Enter a name."),
        ("trial", "Another wallet has this name."),
        ("n" * 41, "At most 40 characters."),
    ],
)
def test_an_invalid_name_is_marked_with_the_reason(
    newcomer: Callable[..., Newcomer], name: str, reason: str
) -> None:
    person = newcomer(ONE)
    person.enter("live_1", "s3cr3t-value")
    person.type("Name", name)
    person.press("Connect")
    assert person.requested == []
    assert person.sees(reason)


def test_a_wallet_that_is_there_already_is_not_added_again(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer(ONE)
    person.connect("free_tier_17")
    assert person.requested == []
    assert person.sees("This wallet exists already.")


def test_a_new_secret_is_for_a_client_id_that_cannot_be_changed(
    newcomer: Callable[..., Newcomer],
) -> None:
    person = newcomer(ONE, client_id="free_tier_17")
    assert person.window.windowTitle() == "New client secret"
    assert person.sees("free_tier_17")
    assert not person.sees("Name")
    person.press("Connect")
    assert person.requested == []
    assert person.sees("Enter the client secret.")
    person.type("Client secret", "n3w-value")
    person.press("Connect")
    new = Credentials("free_tier_17", Secret("n3w-value"))
    assert person.requested == [(new, "", True, False)]


def test_it_says_that_the_environment_s_wallet_is_watched_alone(
    newcomer: Callable[..., Newcomer],
) -> None:
    assert newcomer(from_environment=True).sees("DEEPVUE_CLIENT_ID")
    assert not newcomer().sees("DEEPVUE_CLIENT_ID")


def test_the_keyboard_begins_where_something_is_to_be_typed(
    qtbot: QtBot, newcomer: Callable[..., Newcomer]
) -> None:
    for person, label in (
        (newcomer(), "Client ID"),
        (newcomer(ONE, client_id="free_tier_17"), "Client secret"),
    ):
        person.window.activateWindow()
        qtbot.waitUntil(person.window.isActiveWindow)
        assert person.window.focusWidget() is person.field(label)
        person.window.close()


def test_a_long_client_id_does_not_widen_the_window(newcomer: Callable[..., Newcomer]) -> None:
    wide = newcomer(ONE, client_id="w" * 1000)
    assert wide.window.width() < 700
    assert any("…" in label.text() for label in wide.window.findChildren(QLabel))
