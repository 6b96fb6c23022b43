"""The settings page with the program that sends alerts elsewhere."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepvue_tray.core.alert_command import problem_with
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.settings import Settings
from deepvue_tray.resources import alert_recipes_path
from deepvue_tray.ui import texts
from deepvue_tray.ui.form_widgets import (
    GAP_PX,
    LineEdit,
    LinesEdit,
    Links,
    Message,
    muted_label,
    row,
)
from deepvue_tray.ui.translation import translate


class ElsewherePage(QWidget):
    """Edits and tests the command that gets each alert.

    ``edited`` carries the name of a field of ``Settings`` and its new value; ``test_requested`` a
    command, and the title and the body of the made-up alert to pass to it.
    """

    edited = Signal(str, object)
    test_requested = Signal(tuple, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._stored: tuple[str, ...] = ()
        self._tested: tuple[str, ...] = ()
        self._program = LineEdit()
        self._program.setToolTip(self.tr("The whole path of the program; empty: none"))
        self._arguments = LinesEdit(rows=3)
        self._arguments.setPlaceholderText(self.tr("One a line, without quotation marks"))
        self._arguments.setToolTip(self.tr("Spaces around an argument and blank lines are ignored"))
        self._messages = {field: Message() for field in (self._program, self._arguments)}
        self._choose = QPushButton(self.tr("C&hoose…"), autoDefault=False)
        self._choose.setToolTip(self.tr("Selects the program"))
        self._test = QPushButton(self.tr("Sen&d a test"), autoDefault=False)
        self._test.setToolTip(self.tr("Runs the program with an alert that is marked as a test"))
        self._outcome = Message()
        self._lay_out()
        self._program.textChanged.connect(self._on_edited)
        self._arguments.textChanged.connect(self._on_edited)
        self._choose.clicked.connect(self._on_choose)
        self._test.clicked.connect(self._on_test)
        self._on_edited()

    def show_settings(self, settings: Settings) -> None:
        """Show the command of ``settings``, unless the fields contain it already."""
        if settings.alert_command != self._command():
            self._stored = settings.alert_command
            program, arguments = _texts_of(self._stored)
            with QSignalBlocker(self):
                self._program.setText(program)
                self._arguments.setPlainText(arguments)

    def problem(self) -> str:
        """Return why the command that is shown is invalid; empty if it is not."""
        return "".join(self._problems_of(self._command()).values())

    def show_outcome(self, command: tuple[str, ...], error: DeepvueError | None) -> None:
        """Show why the test of ``command`` failed, or None, and that it did not.

        An outcome that comes after an edit is ignored.
        """
        if command == self._tested:
            self._forget_test()
            if error is None:
                self._outcome.show_text(self.tr("✓ The program accepted the alert."))
            else:
                self._outcome.show_problem(error.detail or texts.error_title(error))

    def _command(self) -> tuple[str, ...]:
        """Return the command that the fields contain; blank lines are no arguments."""
        program, arguments = self._program.text(), self._arguments.toPlainText()
        if (program, arguments) == _texts_of(self._stored):
            # Its arguments may contain what cannot be typed, such as line breaks.
            return self._stored
        command = (program.strip(), *filter(None, map(str.strip, arguments.split("\n"))))
        return command if any(command) else ()

    def _problems_of(self, command: tuple[str, ...]) -> dict[QWidget, str]:
        """Return the reason for each invalid field."""
        for field, part in ((self._program, command[:1]), (self._arguments, command)):
            if problem := problem_with(part):
                return {field: translate("settings", problem)}
        return {}

    def _on_edited(self) -> None:
        self._forget_test()
        self._outcome.show_problem("")
        command = self._command()
        problems = self._problems_of(command)
        for field, message in self._messages.items():
            message.show_problem(problems.get(field, ""))
        self._test.setEnabled(bool(command) and not problems)
        self.edited.emit("alert_command", command)

    def _on_choose(self) -> None:
        folder = self._program.text() or str(Path.home())
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Select the program"), folder)
        if path:
            self._program.setText(str(Path(path)))

    def _on_test(self) -> None:
        self._tested = self._command()
        self._test.setEnabled(False)
        self._outcome.show_text(self.tr("Running…"))
        self.test_requested.emit(
            self._tested,
            self.tr("Test alert from deepvue-tray"),
            self.tr("The balance in this alert is made up."),
        )

    def _forget_test(self) -> None:
        self._tested = ()
        self._test.setEnabled(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(GAP_PX)
        form.setHorizontalSpacing(12)
        for text, field, *beside in (
            (self.tr("&Program:"), self._program, self._choose),
            (self.tr("Arg&uments:"), self._arguments),
        ):
            label = QLabel(text)
            label.setBuddy(field)
            form.addRow(label, row(field, *beside))
            form.addRow("", self._messages[field])
        form.addRow("", row(self._test, stretch=True))
        form.addRow("", self._outcome)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(
            muted_label(
                self.tr(
                    "The program gets each alert as JSON, and can send it to a chat, a phone or a"
                    " mailbox."
                )
            )
        )
        column.addLayout(form)
        if recipes := alert_recipes_path():
            title = self.tr("Scripts for ntfy, Slack, Teams, mail and others")
            column.addWidget(Links({title: QUrl.fromLocalFile(recipes).toString()}))
        column.addStretch()


def _texts_of(command: tuple[str, ...]) -> tuple[str, str]:
    """Return what the fields show of a command."""
    return "".join(command[:1]), "\n".join(command[1:])
