"""When to notify: once for one crossing, whatever lies between."""

from collections.abc import Collection
from decimal import Decimal

from deepvue_tray.core.reading import Alert, Reading
from deepvue_tray.core.settings import Settings

HYSTERESIS = Decimal("1.1")
"""An alert re-arms above 110 % of its threshold, so that a balance that hovers there, with a
refund or a correction, does not notify again and again."""

AlertState = frozenset[Alert]
"""The alerts that were delivered and are not re-armed yet: all that must survive a restart."""


def judge(
    fired: Collection[Alert], reading: Reading, settings: Settings
) -> tuple[AlertState, tuple[Alert, ...]]:
    """Judge one good reading: what is still fired after re-arming, and what is due now.

    A due alert is not yet fired: it stays due until ``fired`` says that it was delivered, so what
    was never delivered is never lost. A failed attempt has no reading and so changes nothing.
    """
    state = frozenset(alert for alert in fired if not _rearmed(alert, reading, settings))
    if (
        settings.notify_low
        and settings.low is not None
        and reading.balance <= settings.low
        and Alert.LOW not in state
    ):
        return state, (Alert.LOW,)
    return state, ()


def _rearmed(alert: Alert, reading: Reading, settings: Settings) -> bool:
    match alert:
        case Alert.LOW:
            return settings.low is None or reading.balance > settings.low * HYSTERESIS
