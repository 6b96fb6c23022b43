"""Prometheus and a plugin runner, as Debian ships them, accept the output of ``check``."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import COMMAND, run
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.file_keyring import FileKeyring

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "check.md"
PLUGINS = "/usr/lib/nagios/plugins"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    with FaultyServer(balance(6448)) as server:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")
        monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", "s3cr3t-value")
        yield server


def consumer(name: str, package: str) -> str:
    """Return a program's path; without it the test is skipped, and fails in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:{PLUGINS}")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"apt-get install {package}")
    return found


def consume(*command: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("left", [6448, 12.5, 0, -3])
def test_promtool_accepts_the_metrics(server: FaultyServer, left: float) -> None:
    promtool = consumer("promtool", "prometheus")
    server.answer = balance(left)
    checked = consume(promtool, "check", "metrics", text=run("check", "--prometheus").stdout)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_accepts_the_metrics_of_a_failure(server: FaultyServer) -> None:
    promtool = consumer("promtool", "prometheus")
    run("check")
    server.answer = status(503)
    text = run("check", "--prometheus").stdout
    assert "deepvue_balance_credits" in text
    checked = consume(promtool, "check", "metrics", text=text)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("name", ["Trial", 'It\'s a "test", 50 % = 1 | 2', r"Bücher \ 試用"])
def test_promtool_accepts_the_metrics_of_several_wallets(
    two: FaultyServer, keyring: FileKeyring, name: str
) -> None:
    promtool = consumer("promtool", "prometheus")
    wallets.sign_in(LIVE, replace(TRIAL, name=name))
    text = run("check", "--prometheus", **keyring.env).stdout
    assert text.count("deepvue_up{") == 2
    checked = consume(promtool, "check", "metrics", text=text)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_accepts_the_documented_alert_rules(tmp_path: Path) -> None:
    promtool = consumer("promtool", "prometheus")
    [rules] = re.findall(r"```yaml\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    path = tmp_path / "rules.yml"
    path.write_text(rules)
    checked = consume(promtool, "check", "rules", str(path), text="")
    assert checked.returncode == 0, checked.stderr
    assert "2 rules found" in checked.stdout


@pytest.mark.parametrize(("left", "swapped"), [(6448, 2), (900, 0), (100, 1), (None, 3)], ids=str)
def test_a_plugin_runner_understands_every_status(
    server: FaultyServer, left: int | None, swapped: int
) -> None:
    # The runner maps the status of a plugin to its own: all must be different.
    negate = consumer("negate", "monitoring-plugins-basic")
    server.answer = status(503) if left is None else balance(left)
    turn = ["--ok=CRITICAL", "--warning=OK", "--critical=WARNING"]
    ran = consume(negate, *turn, *COMMAND, "check", text="")
    assert ran.returncode == swapped
    assert ran.stdout.startswith("DEEPVUE ")


def test_a_plugin_runner_understands_the_worst_of_several_wallets(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    negate = consumer("negate", "monitoring-plugins-basic")
    ran = consume(
        *("env", *(f"{name}={value}" for name, value in keyring.env.items())),
        *(negate, "--warning=OK", "--ok=CRITICAL", "--substitute", *COMMAND, "check"),
        text="",
    )
    assert ran.returncode == 0
    first, *lines = ran.stdout.splitlines()
    assert first.startswith("DEEPVUE OK - Trial: 900 credits, ")
    assert len(lines) == 2
