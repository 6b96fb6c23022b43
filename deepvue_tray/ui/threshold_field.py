"""A settings field for a threshold that can be switched off."""

from deepvue_tray.core.settings import MAX_RUNWAY_DAYS, MAX_THRESHOLD
from deepvue_tray.ui.form_widgets import FIELD_WIDTH_PX, SpinBox


class ThresholdField(SpinBox):
    """A number of credits, or of days; 0 switches the threshold off."""

    def __init__(self, name: str, *, in_days: bool) -> None:
        super().__init__(
            minimum=0,
            maximum=MAX_RUNWAY_DAYS if in_days else MAX_THRESHOLD,
            singleStep=1 if in_days else 100,
        )
        # Two of them are as wide as a field.
        self.setMinimumWidth(FIELD_WIDTH_PX // 2)
        self.setAccessibleName(name)
        self.setToolTip(
            self.tr("When the credits may last this many days or fewer; 0 is off")
            if in_days
            else self.tr("When this many credits or fewer are left; 0 is off")
        )
        self.setGroupSeparatorShown(True)
        self.setSuffix(self.tr(" days") if in_days else self.tr(" credits"))
        self.setSpecialValueText(self.tr("Off"))

    def show_threshold(self, threshold: int | None) -> None:
        """Show a threshold; None means that it is off."""
        self.setValue(threshold or 0)

    def threshold(self) -> int | None:
        """Return the threshold, or None while it is off."""
        return self.value() or None
