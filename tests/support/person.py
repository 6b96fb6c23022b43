"""Uses a window as a person does: types, presses, and sees what is visible."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMessageBox, QWidget


class Person:
    """Sees and uses a window; controls are found by their label."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        window.show()

    def field(self, label: str) -> QLineEdit:
        """Return the line beside a label."""
        labels = self.window.findChildren(QLabel)
        buddies = (each.buddy() for each in labels if _plain(each.text()) == f"{label}:")
        return next(buddy for buddy in buddies if isinstance(buddy, QLineEdit))

    def type(self, label: str, text: str) -> None:
        """Replace the text of a line."""
        field = self.field(label)
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        QTest.keyClicks(field, text)

    def button(self, label: str) -> QAbstractButton:
        """Return the button with a label; a visible one if there are several."""
        buttons = self.window.findChildren(QAbstractButton)
        found = [button for button in buttons if _plain(button.text()) == label]
        return max(found, key=lambda button: button.isVisible())

    def press(self, label: str) -> None:
        """Click a button; an invisible or disabled one ignores it."""
        button = self.button(label)
        # A check box takes clicks only on its square and its label, which are at the left.
        where = QPoint(10, button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=where)

    def can(self, label: str) -> bool:
        """Return whether a button can be pressed."""
        button = self.button(label)
        return button.isVisible() and button.isEnabled()

    def sees(self, text: str) -> bool:
        """Return whether a label or a button shows a text."""
        shown: list[QLabel | QAbstractButton] = [*self.window.findChildren(QLabel)]
        shown += self.window.findChildren(QAbstractButton)
        return any(each.isVisible() and text in _plain(each.text()) for each in shown)

    def question(self) -> QMessageBox:
        """Return the question that is open."""
        box = self.window.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        return box

    def confirm(self) -> None:
        """Press the button of the open question that does what it asks."""
        box, role = self.question(), QMessageBox.ButtonRole.DestructiveRole
        confirm = next(button for button in box.buttons() if box.buttonRole(button) == role)
        QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)


def _plain(text: str) -> str:
    return text.replace("&", "")
