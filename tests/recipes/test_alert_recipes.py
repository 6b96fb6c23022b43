"""The scripts of docs/alert-recipes.md deliver an alert, as they stand there."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deepvue_tray.backend.alert_message import alert_message, made_up_message
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.command import COMMAND, NO_KEYRING
from tests.support.external_program import external_program
from tests.support.faulty_server import FaultyServer, Request, balance, http, status
from tests.support.mail_server import MailServer
from tests.support.platform import needs_linux
from tests.support.timeouts import TIMEOUT_S

DOCUMENT = Path(__file__).parents[2] / "docs" / "alert-recipes.md"

TITLE = """900 Deepvue credits left · -n "Live's" $HOME `id` \\n <!channel> & %s {{x}} 試用"""
BODY = "Low: about 8 days left (Fri 4 Dec)."

ADDRESSES = {
    "ntfy": "https://ntfy.sh",
    "Slack": "https://hooks.slack.com",
    "Teams": "https://YOUR-WORKFLOW",
    "Healthchecks": "https://hc-ping.com",
    "Alertmanager": "http://127.0.0.1:9093",
    "Windows, or without jq and curl": "https://ntfy.sh",
}
"""What each script sends to by HTTP, as the document has it."""

LIVE = WalletSettings(client_id="live_1", name="Live")

pytestmark = pytest.mark.checkout


def script(folder: Path, heading: str, address: str = "", *, number: int = 0) -> Path:
    """Write a script of the document as a person would, with an address of their own."""
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.M)
    [section] = (text for text in sections if text.startswith(f"{heading}\n"))
    scripts: list[str] = re.findall(r"```(?:sh|python)\n(.*?)```", section, re.DOTALL)
    text = scripts[number]
    if address:
        assert text.count(ADDRESSES[heading]) == 1
        text = text.replace(ADDRESSES[heading], address)
    path = folder / "deepvue-alert"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o700)
    return path


def message(kind: str, wallet: WalletSettings) -> str:
    """Return what the command gets."""
    now = datetime.now(UTC)
    if kind == "test":
        return made_up_message(wallet, TITLE, BODY, now)
    reading = Reading(at=now, balance=Decimal(900))
    return alert_message(Alert(kind), Snapshot(wallet=wallet, reading=reading), TITLE, BODY, now)


def run(
    path: Path, home: Path, kind: str = "low", wallet: WalletSettings = LIVE
) -> subprocess.CompletedProcess[bytes]:
    """Run a script with an alert, as deepvue-tray does; ``home`` is the home folder."""
    python = [sys.executable] if "python3" in path.read_text(encoding="utf-8") else []
    return subprocess.run(
        [*python, str(path)],
        input=message(kind, wallet).encode(),
        env=os.environ | {"HOME": str(home)},
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(http(200, b"OK")) as server:
        yield server


@pytest.fixture
def tools() -> None:
    for name in ("jq", "curl"):
        external_program(name, name)


def received(server: FaultyServer, folder: Path, heading: str, kind: str = "low") -> Request:
    """Return what the server receives from a script."""
    ran = run(script(folder, heading, server.url), folder, kind)
    assert (ran.returncode, ran.stderr) == (0, b"")
    [request] = server.requests
    return request


@needs_linux
@pytest.mark.parametrize(("kind", "priority"), [("low", 3), ("critical", 4), ("empty", 5)])
def test_ntfy_shows_the_title_and_the_body_with_a_priority(
    tools: None, server: FaultyServer, tmp_path: Path, kind: str, priority: int
) -> None:
    request = received(server, tmp_path, "ntfy", kind)
    assert (request.method, request.path) == ("POST", "/")
    assert json.loads(request.body) == {
        "topic": "YOUR-TOPIC",
        "title": TITLE,
        "message": BODY,
        "priority": priority,
    }


def test_ntfy_shows_the_title_and_the_body_from_python(
    server: FaultyServer, tmp_path: Path
) -> None:
    request = received(server, tmp_path, "Windows, or without jq and curl")
    assert (request.method, request.path) == ("POST", "/")
    shown = {"topic": "YOUR-TOPIC", "title": TITLE, "message": BODY}
    assert json.loads(request.body) == shown


@needs_linux
def test_slack_shows_the_title_and_the_body_without_calling_a_channel(
    tools: None, server: FaultyServer, tmp_path: Path
) -> None:
    request = received(server, tmp_path, "Slack")
    assert (request.method, request.path) == ("POST", "/services/YOUR/WEBHOOK")
    assert request.headers["content-type"] == "application/json"
    title = TITLE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert json.loads(request.body) == {"text": f"{title}\n{BODY}"}


@needs_linux
def test_teams_shows_the_title_and_the_body_on_an_adaptive_card(
    tools: None, server: FaultyServer, tmp_path: Path
) -> None:
    request = received(server, tmp_path, "Teams")
    assert (request.method, request.path) == ("POST", "/")
    assert request.headers["content-type"] == "application/json"
    posted = json.loads(request.body)
    assert posted["type"] == "message"
    [attachment] = posted["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.2")
    assert [block["type"] for block in card["body"]] == ["RichTextBlock"] * 2
    assert [block["inlines"][0]["text"] for block in card["body"]] == [TITLE, BODY]


@needs_linux
@pytest.mark.parametrize(
    ("kind", "path"),
    [("low", "fail"), ("rejected", "fail"), ("top_up", "0"), ("test", "log")],
)
def test_healthchecks_gets_a_failure_until_credits_are_added(
    tools: None, server: FaultyServer, tmp_path: Path, kind: str, path: str
) -> None:
    request = received(server, tmp_path, "Healthchecks", kind)
    assert (request.method, request.path) == ("POST", f"/YOUR-UUID/{path}")
    assert request.body.decode() == f"{TITLE}\n{BODY}"


@needs_linux
@pytest.mark.parametrize(("left", "code"), [(6448, 0), (900, 1)])
def test_healthchecks_gets_the_exit_status_of_each_check(
    tools: None, server: FaultyServer, tmp_path: Path, left: int, code: int
) -> None:
    path = script(tmp_path, "Healthchecks", server.url, number=1)
    program = tmp_path / "deepvue-tray"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    program.chmod(0o700)
    with FaultyServer(balance(left)) as wallets:
        own = {
            "DEEPVUE_BASE_URL": wallets.url,
            "DEEPVUE_CLIENT_ID": "live_1",
            "DEEPVUE_CLIENT_SECRET": "s3cr3t-value",
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
        }
        subprocess.run([str(path)], env=os.environ | NO_KEYRING | own, check=True)
    [request] = server.requests
    assert (request.method, request.path) == ("POST", f"/YOUR-UUID/{code}")
    assert request.body.startswith(b"DEEPVUE ")


@needs_linux
def test_apprise_sends_the_title_and_the_body_with_a_type(
    tools: None, server: FaultyServer, tmp_path: Path
) -> None:
    external_program("apprise", "apprise")
    configure_apprise(tmp_path, server)
    ran = run(script(tmp_path, "Apprise"), tmp_path)
    assert (ran.returncode, ran.stderr) == (0, b"")
    [request] = server.requests
    sent = json.loads(request.body)
    assert (sent["title"], sent["message"], sent["type"]) == (TITLE, BODY, "warning")


def configure_apprise(home: Path, server: FaultyServer) -> None:
    (home / ".config").mkdir()
    address = server.url.replace("http://", "json://")
    (home / ".config" / "apprise.conf").write_text(f"{address}\n")


@needs_linux
def test_a_mail_has_the_title_as_its_subject(tmp_path: Path) -> None:
    with MailServer() as server:
        configure_msmtp(tmp_path, server)
        ran = run(script(tmp_path, "Mail"), tmp_path)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert server.recipients == ["<YOU@example.com>"]
    [mail] = server.mails
    assert (mail["Subject"], mail["To"]) == (TITLE, "YOU@example.com")
    assert mail.get_content().strip() == BODY


def configure_msmtp(home: Path, server: MailServer) -> None:
    external_program("msmtp", "msmtp")
    account = f"account default\nhost 127.0.0.1\nport {server.port}\nfrom you@example.com\n"
    (home / ".msmtprc").write_text(account)


class Alertmanager:
    """Debian's Alertmanager, which notifies nobody."""

    def __init__(self, folder: Path) -> None:
        program = external_program("prometheus-alertmanager", "prometheus-alertmanager")
        (folder / "alertmanager.yml").write_text("route: {receiver: x}\nreceivers: [{name: x}]\n")
        self.process = subprocess.Popen(
            [
                program,
                f"--config.file={folder}/alertmanager.yml",
                f"--storage.path={folder}/alertmanager",
                "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:0",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        found = (re.search(r"Listening on.* address=(\S+)", line) for line in self.process.stderr)
        self.url = next(f"http://{match[1]}" for match in found if match)

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that are not resolved, as Alertmanager's own client shows them."""
        amtool = external_program("amtool", "prometheus-alertmanager")
        query = [amtool, f"--alertmanager.url={self.url}", "--output=json", "alert", "query"]
        shown: list[dict[str, Any]] = json.loads(subprocess.check_output(query))
        return shown


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    started = Alertmanager(tmp_path)
    with started.process as process:
        yield started
        process.terminate()
        process.communicate()


@needs_linux
def test_alertmanager_has_the_alert_for_a_day(
    tools: None, alertmanager: Alertmanager, tmp_path: Path
) -> None:
    path = script(tmp_path, "Alertmanager", alertmanager.url)
    ran = run(path, tmp_path, wallet=replace(LIVE, name='Li"ve'))
    assert (ran.returncode, ran.stderr) == (0, b"")
    [shown] = alertmanager.alerts()
    assert shown["labels"] == {
        "alertname": "DeepvueWallet",
        "alert": "low",
        "wallet": 'Li"ve',
        "client_id": "live_1",
        "severity": "warning",
    }
    assert shown["annotations"] == {"summary": TITLE, "description": BODY}
    starts, ends = (datetime.fromisoformat(shown[name]) for name in ("startsAt", "endsAt"))
    assert timedelta(hours=23) < ends - starts < timedelta(hours=25)


@needs_linux
def test_added_credits_end_the_alerts_about_the_balance_in_alertmanager(
    tools: None, alertmanager: Alertmanager, tmp_path: Path
) -> None:
    path = script(tmp_path, "Alertmanager", alertmanager.url)
    for kind in ("low", "empty", "no_data"):
        run(path, tmp_path, kind)
    severities = {
        each["labels"]["alert"]: each["labels"]["severity"] for each in alertmanager.alerts()
    }
    assert severities == {"low": "warning", "empty": "critical", "no_data": "warning"}
    ran = run(path, tmp_path, "top_up")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert [each["labels"]["alert"] for each in alertmanager.alerts()] == ["no_data"]


@needs_linux
@pytest.mark.parametrize("heading", ADDRESSES)
def test_a_refused_alert_ends_with_the_reason_but_not_the_address(
    tools: None, server: FaultyServer, tmp_path: Path, heading: str
) -> None:
    server.answer = status(404)
    ran = run(script(tmp_path, heading, server.url), tmp_path)
    assert ran.returncode > 0
    reason = ran.stderr.decode().splitlines()[-1]
    assert "404" in reason
    assert server.url not in reason


@needs_linux
def test_a_failure_of_apprise_ends_with_the_reason(
    tools: None, server: FaultyServer, tmp_path: Path
) -> None:
    external_program("apprise", "apprise")
    configure_apprise(tmp_path, server)
    server.answer = status(404)
    ran = run(script(tmp_path, "Apprise"), tmp_path)
    assert ran.returncode > 0
    assert "404" in ran.stderr.decode().splitlines()[-1]


@needs_linux
def test_a_mail_that_cannot_be_sent_ends_with_the_reason(tmp_path: Path) -> None:
    with MailServer() as server:
        configure_msmtp(tmp_path, server)
    ran = run(script(tmp_path, "Mail"), tmp_path)
    assert ran.returncode > 0
    assert ran.stderr.decode().splitlines()[-1].startswith("msmtp: ")


@needs_linux
@pytest.mark.parametrize("heading", ADDRESSES)
def test_other_users_do_not_see_the_address_among_the_arguments_of_a_program(
    tools: None, server: FaultyServer, tmp_path: Path, heading: str
) -> None:
    arguments: list[str] = []

    async def note(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        arguments.extend(arguments_of_programs_at(tmp_path))
        async for piece in http(200, b"OK")(server, writer):
            yield piece

    server.answer = note
    received(server, tmp_path, heading)
    assert str(tmp_path / "deepvue-alert") in arguments
    assert [each for each in arguments if server.url in each] == []


def arguments_of_programs_at(home: Path) -> Iterator[str]:
    """Yield the arguments of every running program whose home folder is ``home``."""
    for process in Path("/proc").glob("[0-9]*"):
        # A process of another user, or one that ends meanwhile.
        with suppress(OSError):
            if f"HOME={home}\0".encode() in (process / "environ").read_bytes():
                yield from (process / "cmdline").read_text().split("\0")
