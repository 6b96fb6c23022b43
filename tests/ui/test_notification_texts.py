"""A notification has the number in its title, and the rest in its body."""

from dataclasses import replace
from decimal import Decimal

import pytest

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.errors import InactiveError, OfflineError, RejectedError, UnreadableError
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
    assert notification.body == "Low: 1,000 or less. About 6 days left, until Sun 29 Nov."
    assert [label for _, label in notification.buttons] == ["Top up", "Snooze until morning"]


def test_the_reason_agrees_with_the_forecast_beside_it() -> None:
    assert of(Alert.LOW, lasting(9, 6, 13)).body == (
        "Low: maybe 7 days. About 9 days left, until Wed 2 Dec."
    )
    assert of(Alert.CRITICAL, lasting(1, 0.5, 2)).body == (
        "Critical: 2 days or less. About 24 hours left, tomorrow 14:05."
    )


def test_without_a_forecast_the_body_says_only_what_happened() -> None:
    assert of(Alert.CRITICAL, known("1")).title == "1 Deepvue credit left"
    assert of(Alert.CRITICAL, known("1")).body == "Critical: 250 or less."
    empty = of(Alert.EMPTY, known("0"))
    assert empty.title == "No Deepvue credits left"
    assert empty.body == "Paid calls fail until credits are added."


@pytest.mark.parametrize(
    ("added", "body"),
    [
        ("5000", "5,000 credits were added."),
        ("1", "1 credit was added."),
        ("0.5", "0.50 credits were added."),
        (None, "Credits were added."),
    ],
)
def test_a_top_up_says_how_much_was_added_if_that_is_known(added: str | None, body: str) -> None:
    snapshot = replace(known("9000"), added=Decimal(added) if added else None)
    assert of(Alert.TOP_UP, snapshot).title == "9,000 Deepvue credits left"
    assert of(Alert.TOP_UP, snapshot).body == body
    assert of(Alert.TOP_UP, replace(lasting(11, 9, 14), added=snapshot.added)).body == (
        f"{body} About 11 days left, until Fri 4 Dec."
    )


def test_without_the_alert_for_the_level_the_milder_one_shows_the_level_all_the_same() -> None:
    low = of(Alert.LOW, known("200"))
    assert (low.body, low.picture) == ("Critical: 250 or less.", "critical-64.png")
    assert of(Alert.LOW, known("0")).title == "No Deepvue credits left"


def test_an_unknown_balance_is_dated_and_explained_without_what_the_title_says() -> None:
    offline = of(Alert.NO_DATA, known("960", trouble=OfflineError("[Errno -2]")))
    assert offline.title == "Deepvue balance unknown since 14:05"
    assert offline.body == f"No connection. {OfflineError.remedy}"
    never = of(Alert.NO_DATA, Snapshot(trouble=UnreadableError("not JSON")))
    assert never.title == "Deepvue balance unknown"
    assert never.body == f"{UnreadableError.title}. Not JSON. {UnreadableError.remedy}"


def test_refused_credentials_come_with_the_remedy_alone() -> None:
    notification = of(Alert.REJECTED, known("960", trouble=RejectedError("Invalid client_id")))
    assert notification.title == "Deepvue refuses the credentials"
    assert notification.body == RejectedError.remedy


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
    assert notification.body == InactiveError.remedy
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
