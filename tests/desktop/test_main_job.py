"""The main tasks with the installed program: sign in, read, refresh, get alerts, quit."""

import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from deepvue_tray.services.credentials import Keyring
from deepvue_tray.services.system_keyring import SystemKeyring
from deepvue_tray.services.wallet_api import DEADLINE_S
from tests.desktop import secret_service
from tests.desktop.conftest import SIGNED_IN, Program, has_bars, refresh_until, tooltip
from tests.desktop.notifications import Notifications
from tests.desktop.session import BUS, Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.services.keyring_contract import KeyringContract
from tests.support.faulty_server import FaultyServer, balance, hang, status
from tests.support.timeouts import TIMEOUT_S

QUIT_TIMEOUT_S = DEADLINE_S / 2
"""Less than the deadline of a hanging request or of a prompt, for which quitting must not wait."""


@pytest.fixture
def signed_in(program: Program) -> Program:
    program.sign_in("live_1", "s3cr3t-value")
    return program


def is_shown(item: TrayItem, text: str) -> bool:
    return text in item.tooltip


def last_line(stderr: str) -> str:
    """Return the last line: on a busy machine, one about waiting for the keyring precedes it."""
    return stderr.splitlines()[-1]


class TestSecretService(KeyringContract):
    @pytest.fixture
    def keyring(
        self, new_desktop: Callable[..., Desktop], monkeypatch: pytest.MonkeyPatch
    ) -> Keyring:
        desktop = new_desktop(panel=None, notifications=False)
        for name, value in desktop.env.items():
            monkeypatch.setenv(name, value)
        return SystemKeyring()


def test_signing_in_stores_the_secret_only_in_the_keyring(program: Program) -> None:
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    home = Path(program.desktop.env["HOME"])
    files = [path for path in home.rglob("*") if path.is_file() and "keyrings" not in path.parts]
    assert any(path.name == "settings.json" for path in files)
    assert not any(b"s3cr3t-value" in path.read_bytes() for path in files)
    stored = secret_service.stored(program.desktop, service="deepvue-tray", username="live_1")
    assert stored == ["s3cr3t-value"]


def test_a_rejected_sign_in_stores_nothing_and_prints_the_reason(
    program: Program, server: FaultyServer
) -> None:
    server.answer = status(401, "Invalid client_id or client_secret, access Denied")
    refused = program.login("live_1", "wr0ng-value")
    assert refused.returncode == 1
    assert last_line(refused.stderr).startswith("Credentials refused (Invalid client_id")
    assert program.run("logout").stdout == "Nobody was signed in.\n"


def test_a_refused_sign_in_keeps_the_stored_credentials(
    program: Program, server: FaultyServer
) -> None:
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    server.answer = status(401)
    assert program.login("live_1", "wr0ng-value").returncode == 1
    server.answer = balance(6448)
    program.start()
    tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    assert server.requests[-1].headers["x-api-key"] == "s3cr3t-value"


def test_signing_out_removes_the_secret(signed_in: Program) -> None:
    assert "live_1" in signed_in.run("logout").stdout
    assert signed_in.run("logout").stdout == "Nobody was signed in.\n"


def test_the_tray_shows_the_balance_and_refreshes_at_a_click(
    signed_in: Program, server: FaultyServer
) -> None:
    signed_in.start()
    item = TrayItem.wait(signed_in.desktop)
    tooltip(item, "6,448 credits")
    first, *_others = item.menu()
    assert (first.label, first.enabled) == ("6,448 credits, forecast after a day of use", True)
    assert item.labels()[-3:] == ["Settings…", "About", "Quit"]
    before = item.pixels
    server.answer = balance(120)
    refresh_until(item, lambda: "120 credits" in item.labels()[0], "the new balance")
    tooltip(item, "120 credits")
    assert item.pixels != before


def test_an_error_is_shown_with_its_remedy_beside_the_last_balance(
    signed_in: Program, server: FaultyServer
) -> None:
    signed_in.start()
    item = TrayItem.wait(signed_in.desktop)
    tooltip(item, "6,448 credits")
    server.answer = status(503, "Source Unavailable")
    refresh_until(item, lambda: "problem" in item.tooltip, "the trouble")
    assert tooltip(item, "problem").startswith("Deepvue · 6,448 credits")
    assert "Open status page" in item.labels()


def test_a_low_balance_notifies_once_and_not_again_after_a_restart(
    signed_in: Program, server: FaultyServer
) -> None:
    notifications = Notifications.of(signed_in.desktop)
    for left in (1000, 998):
        server.answer = balance(left)
        program = signed_in.start()
        item = TrayItem.wait(signed_in.desktop)
        tooltip(item, f"{left:,} credits")
        notification = notifications.wait_for("Low")
        server.answer = balance(left - 1)
        refresh_until(item, partial(is_shown, item, f"{left - 1} credits"), "a reading")
        item.click("Quit")
        assert program.wait(TIMEOUT_S) == 0
    assert notification.summary == "1,000 Deepvue credits left"
    assert notification.body == "Low: 1,000 or less."
    assert notifications.all == [notification]


def test_it_notifies_again_when_the_balance_has_been_above_110_percent(
    signed_in: Program, server: FaultyServer
) -> None:
    notifications = Notifications.of(signed_in.desktop)
    server.answer = balance(900)
    signed_in.start()
    item = TrayItem.wait(signed_in.desktop)
    notifications.wait_for("Low")
    notifications.close_all()
    for left in (1101, 950):
        server.answer = balance(left)
        refresh_until(item, partial(is_shown, item, f"{left:,} credits"), "a reading")
    assert notifications.wait_for("Low").summary == "950 Deepvue credits left"
    assert [notification.body for notification in notifications.all] == [
        "Low: 1,000 or less.",
        "201 credits were added.",
        "Low: 1,000 or less.",
    ]


def test_the_notification_s_button_opens_the_dashboard(
    signed_in: Program, server: FaultyServer, tmp_path: Path
) -> None:
    browser = tmp_path / "xdg-open"
    # A browser would not start with a bundle's libraries.
    browser.write_text(f'#!/bin/sh\necho "$1$LD_LIBRARY_PATH" > {tmp_path}/opened\n')
    browser.chmod(0o700)
    notifications = Notifications.of(signed_in.desktop)
    server.answer = balance(900)
    signed_in.start(PATH=str(tmp_path))
    notifications.wait_for("Low")
    notifications.press("Top up")
    opened = tmp_path / "opened"
    wait_until(lambda: opened.is_file() and opened.read_text(), "the browser")
    assert opened.read_text() == "https://dashboard.deepvue.ai\n"


def test_a_locked_keyring_is_shown_without_a_prompt_and_its_unlock_noticed_without_a_click(
    signed_in: Program,
) -> None:
    desktop = signed_in.desktop
    secret_service.lock(desktop)
    signed_in.start()
    item = TrayItem.wait(desktop)
    tooltip(item, "The keyring is locked")
    assert not secret_service.prompts(desktop)
    secret_service.unlock(desktop)
    tooltip(item, "6,448 credits")


@pytest.mark.soak
def test_a_login_with_a_new_secret_ends_the_wait_after_a_refusal(
    signed_in: Program, server: FaultyServer
) -> None:
    server.answer = status(401)
    signed_in.start()
    item = TrayItem.wait(signed_in.desktop)
    tooltip(item, "Credentials refused")
    server.answer = balance(6448)
    assert signed_in.login("live_1", "r0tated-value").returncode == 0
    # The tray looks for new credentials once a minute.
    wait_until(lambda: "6,448 credits" in item.tooltip, "the balance", 2 * TIMEOUT_S)
    assert server.requests[-1].headers["x-api-key"] == "r0tated-value"


def test_the_browser_does_not_get_the_client_secret(program: Program, tmp_path: Path) -> None:
    browser = tmp_path / "xdg-open"
    browser.write_text(
        f"#!/bin/sh\n/usr/bin/env > {tmp_path}/part && /bin/mv {tmp_path}/part {tmp_path}/environ\n"
    )
    browser.chmod(0o700)
    program.start(**SIGNED_IN, PATH=str(tmp_path))
    item = TrayItem.wait(program.desktop)
    tooltip(item, "6,448 credits")
    item.click("Top up…")
    wait_until((tmp_path / "environ").is_file, "the browser")
    environ = (tmp_path / "environ").read_text()
    assert "DEEPVUE_CLIENT_ID=live_1" in environ
    assert SIGNED_IN["DEEPVUE_CLIENT_SECRET"] not in environ


def test_a_refused_unlock_changes_nothing(signed_in: Program) -> None:
    desktop = signed_in.desktop
    secret_service.lock(desktop)
    signed_in.start()
    item = TrayItem.wait(desktop)
    tooltip(item, "The keyring is locked")
    item.click("Unlock the keyring…")
    secret_service.refuse(desktop)
    tooltip(item, "The keyring is locked")
    secret_service.unlock(desktop)
    assert secret_service.stored(desktop, service="deepvue-tray", username="live_1")


def test_quitting_at_a_keyring_prompt_is_quick_and_silent(
    signed_in: Program,
) -> None:
    desktop = signed_in.desktop
    secret_service.lock(desktop)
    process = signed_in.start()
    item = TrayItem.wait(desktop)
    tooltip(item, "The keyring is locked")
    item.click("Unlock the keyring…")
    wait_until(lambda: secret_service.prompts(desktop), "a prompt")
    process.terminate()
    assert process.wait(QUIT_TIMEOUT_S) == 0
    assert signed_in.output() == ""


def test_quitting_at_the_prompt_of_a_removal_removes_nothing(signed_in: Program) -> None:
    desktop = signed_in.desktop
    desktop.start("xfwm4", "--compositor=off")
    process = signed_in.start()
    item = TrayItem.wait(desktop)
    tooltip(item, "6,448 credits")
    secret_service.lock(desktop)
    item.click("Settings…")
    desktop.focus("Settings")
    desktop.run("xdotool", "key", "alt+r")
    desktop.focus("Remove")
    desktop.run("xdotool", "key", "alt+r")
    secret_service.prompt(desktop)
    process.terminate()
    assert process.wait(TIMEOUT_S) == 0
    secret_service.unlock(desktop)
    stored = secret_service.stored(desktop, service="deepvue-tray", username="live_1")
    assert stored == ["s3cr3t-value"]
    assert signed_in.run("logout").stdout.startswith("Signed out")


def test_a_first_start_asks_for_credentials_and_the_typed_ones_sign_in(
    program: Program, server: FaultyServer
) -> None:
    desktop = program.desktop
    desktop.start("xfwm4", "--compositor=off")
    program.start()
    item = TrayItem.wait(desktop)
    desktop.focus("Connect your Deepvue wallet")
    assert "Not set up" in item.tooltip
    desktop.run("xdotool", "type", "live_1")
    desktop.run("xdotool", "key", "Tab")
    desktop.run("xdotool", "type", "s3cr3t-value")
    desktop.run("xdotool", "key", "Return")
    tooltip(item, "6,448 credits")
    assert server.requests[-1].headers["x-api-key"] == "s3cr3t-value"
    assert program.run("logout").stdout.startswith("Signed out")


def test_a_secret_service_that_cannot_be_started_is_no_keyring(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(keyring=False)
    services = Path(desktop.env["XDG_RUNTIME_DIR"], "dbus-1", "services")
    (services / "org.freedesktop.secrets.service").write_text(
        "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n"
    )
    desktop.call(BUS, "ReloadConfig")
    failed = Program(desktop, server.url).login("live_1", "s3cr3t-value")
    assert last_line(failed.stderr).startswith("No keyring")


def test_the_environment_needs_no_keyring(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    program = Program(new_desktop(keyring=False), server.url)
    program.start(DEEPVUE_CLIENT_ID="live_env", DEEPVUE_CLIENT_SECRET="env-value")
    tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    assert server.requests[-1].headers["client-id"] == "live_env"


def test_quitting_during_a_request_is_quick_and_silent(
    program: Program, server: FaultyServer
) -> None:
    server.answer = hang()
    for ask in (signal.SIGTERM, signal.SIGINT, "menu"):
        server.requests.clear()
        process = program.start(**SIGNED_IN)
        wait_until(lambda: server.requests, "a running request")
        if isinstance(ask, str):
            TrayItem.wait(program.desktop).click("Quit")
        else:
            process.send_signal(ask)
        assert process.wait(QUIT_TIMEOUT_S) == 0, ask
    assert program.output() == ""


@pytest.mark.parametrize(
    "bus",
    [{}, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}],
    ids=["with a bus", "without"],
)
def test_an_xembed_tray_shows_the_icon_with_a_session_bus_and_without(
    new_desktop: Callable[..., Desktop], server: FaultyServer, bus: dict[str, str]
) -> None:
    program = Program(new_desktop(panel="tint2"), server.url)
    process = program.start(DEEPVUE_CLIENT_ID="live_1", DEEPVUE_CLIENT_SECRET="s3cr3t-value", **bus)
    wait_until(
        lambda: '("deepvue-tray" "deepvue-tray")  22x22' in program.desktop.windows(), "the icon"
    )
    wait_until(lambda: server.requests, "a request")
    assert process.poll() is None
    assert program.output() == ""


def test_without_a_tray_a_window_shows_and_moves_to_the_tray_when_one_appears(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel=None)
    program = Program(desktop, server.url)
    program.start(DEEPVUE_CLIENT_ID="live_1", DEEPVUE_CLIENT_SECRET="s3cr3t-value")

    def window() -> str:
        return desktop.run("xdotool", "search", "--onlyvisible", "--name", "deepvue-tray").strip()

    wait_until(window, "a window without a tray")
    assert program.output().count("\n") == 1
    assert "no tray" in program.output().lower()
    desktop.start_panel("xfce4-panel")
    tooltip(TrayItem.wait(desktop), "6,448 credits")
    wait_until(lambda: not window(), "the window's end")


def test_the_demo_notifies_and_leaves_no_files(program: Program) -> None:
    notifications = Notifications.of(program.desktop)
    home = Path(program.desktop.env["HOME"])
    before = {path for path in home.rglob("*") if path.is_file()}
    process = program.start("--demo")
    item = TrayItem.wait(program.desktop)
    first = tooltip(item, "Demo", "Live", "Trial")
    wait_until(lambda: item.tooltip not in ("", first), "a falling balance")
    assert notifications.wait_for("Deepvue credits left · Trial").summary.startswith("Demo: ")
    item.click("Quit")
    assert process.wait(TIMEOUT_S) == 0
    new_files = {path for path in home.rglob("*") if path.is_file()} - before
    assert not [path for path in new_files if "deepvue" in str(path).lower()]
    assert program.output() == ""


def test_the_chart_is_drawn(program: Program) -> None:
    desktop = program.desktop
    desktop.start("xfwm4", "--compositor=off")
    program.start("--demo")
    item = TrayItem.wait(desktop)
    tooltip(item, "1,1")
    item.click("History…")
    desktop.focus("Demo · History")
    window = desktop.run("xdotool", "getwindowfocus").strip()
    wait_until(partial(has_bars, desktop, window), "the chart's bars")


def test_texts_follow_the_desktop_s_language(program: Program, server: FaultyServer) -> None:
    server.answer = balance(1234567)
    program.start(**SIGNED_IN, LC_ALL="hi_IN.UTF-8")
    tooltip(TrayItem.wait(program.desktop), "12,34,567 क्रेडिट")
