"""A settings field for a threshold that can be switched off."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from deepvue_tray.core.settings import MAX_RUNWAY_DAYS, MAX_THRESHOLD
from deepvue_tray.ui.form_widgets import CheckBox


class ThresholdField(QWidget):
    """A number of credits, or of days, that can be switched off.

    ``value`` is None while the threshold is off; the disabled field then shows ``default``.
    """

    changed = Signal()

    def __init__(self, name: str, value: int | None, default: int | None, *, in_days: bool) -> None:
        super().__init__()
        self._number = QSpinBox(
            minimum=1,
            maximum=MAX_RUNWAY_DAYS if in_days else MAX_THRESHOLD,
            singleStep=1 if in_days else 100,
            value=(default or 1) if value is None else value,
        )
        self._number.setAccessibleName(name)
        self._number.setToolTip(
            self.tr("When the credits are forecast to last this many days or fewer")
            if in_days
            else self.tr("When this many credits or fewer are left")
        )
        self._number.setGroupSeparatorShown(True)
        self._number.setSuffix(self.tr(" days") if in_days else self.tr(" credits"))
        self._on = CheckBox()
        self._on.setToolTip(self.tr("Use this threshold"))
        self._on.setAccessibleName(f"{name}: {self._on.toolTip()}")
        self._on.setChecked(value is not None)
        self._number.setEnabled(value is not None)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._on)
        layout.addWidget(self._number, stretch=1)
        self._on.toggled.connect(self._number.setEnabled)
        self._on.toggled.connect(self.changed)
        self._number.valueChanged.connect(self.changed)

    @property
    def field(self) -> QWidget:
        """The buddy for a label; a focus proxy would hide the check box from the Tab key."""
        return self._number

    def value(self) -> int | None:
        """Return the threshold, or None while it is switched off."""
        return self._number.value() if self._on.isChecked() else None
