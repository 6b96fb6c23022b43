"""A notification has the number in its title, and the rest in its body."""

from dataclasses import replace

import pytest

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.errors import InactiveError, RejectedError
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.ui.notification_texts import notification_for
from tests.ui.test_texts import NOW, known, lasting

pytestmark = pytest.mark.usefixtures("locale")


def of(alert: Alert, snapshot: Snapshot, prefix: str = "") -> Notification:
    """Return the notification of the only wallet."""
    return notification_for(alert, snapshot, NOW, prefix, names_wallet=False)


def test_the_low_notification_has_the_balance_the_runway_and_the_actions() -> None:
    notification = of(Alert.LOW, lasting(6, 5, 8, balance="960"), "Demo")
    assert notification.title == "Demo: 960 Deepvue credits left"
    assert notification.body == "Low: about 6 days left, Sun 29 Nov."
    assert [label for _, label in notification.buttons] == ["Top up", "Snooze until morning"]


def test_without_a_forecast_the_body_says_only_what_happened() -> None:
    assert of(Alert.CRITICAL, known("1")).title == "1 Deepvue credit left"
    assert of(Alert.CRITICAL, known("1")).body == "Nearly used up."
    assert of(Alert.TOP_UP, known("9000")).body == "Credits were added."
    assert of(Alert.EMPTY, known("0")).title == "No Deepvue credits left"


@pytest.mark.parametrize("alert", Alert)
def test_the_title_names_the_wallet_where_there_are_several(alert: Alert) -> None:
    wallet = WalletSettings(client_id="live_1", name="Live")
    snapshot = replace(known("960", trouble=RejectedError()), wallet=wallet)
    several = notification_for(alert, snapshot, NOW, "", names_wallet=True)
    assert several.title == f"{of(alert, snapshot).title} · Live"
    assert "Live" not in several.body
    assert several.client_id == "live_1"


@pytest.mark.parametrize("alert", Alert)
def test_every_alert_has_a_title_and_a_body_and_its_buttons_are_actions(alert: Alert) -> None:
    notification = of(alert, known("960", trouble=RejectedError()))
    assert notification.title
    assert notification.body
    assert all(Action(name) and label for name, label in notification.buttons)


def test_an_inactive_account_is_not_called_refused_credentials() -> None:
    notification = of(Alert.REJECTED, known("960", trouble=InactiveError("Inactive client_id")))
    assert notification.title == "The Deepvue account is inactive"
    assert notification.body.startswith("Inactive client_id. Check the account ")
    assert notification.buttons == (("dashboard", "Open dashboard"),)


def test_a_worse_severity_replaces_the_notification_of_a_milder_one() -> None:
    assert len({of(alert, known("5")).subject for alert in SEVERITIES}) == 1


def test_the_notification_of_another_wallet_is_not_replaced() -> None:
    wallets = [WalletSettings(client_id=client_id) for client_id in ("live_1", "live_2")]
    subjects = {of(Alert.LOW, replace(known("5"), wallet=each)).subject for each in wallets}
    assert len(subjects) == 2


@pytest.mark.parametrize("alert", Alert)
def test_the_picture_of_every_alert_is_among_the_program_s_icons(alert: Alert) -> None:
    picture = of(alert, known("960")).picture
    assert picture == "" or icon_path(picture)
