"""Each signal that asks the program to end lets Qt end it."""

import signal

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app.unix_signals import unix_signals
from tests.support.platform import needs_windows


@pytest.mark.parametrize(
    "name", ["SIGINT", "SIGTERM", pytest.param("SIGBREAK", marks=needs_windows)]
)
def test_a_signal_quits_as_the_menu_does(qtbot: QtBot, name: str) -> None:
    number = signal.Signals[name]
    before = signal.getsignal(number)
    quits: list[str] = []
    with unix_signals(lambda: quits.append(name)):
        signal.raise_signal(number)
        qtbot.waitUntil(lambda: quits == [name])
    assert signal.getsignal(number) is before
