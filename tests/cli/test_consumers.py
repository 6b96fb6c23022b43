"""Nagios, Icinga, Prometheus and a plugin runner from Debian accept the output of ``check``."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import nagios, wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import COMMAND, run
from tests.support.external_program import external_program, user_and_group
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.file_keyring import FileKeyring
from tests.support.platform import needs_posix_files


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    with FaultyServer(balance(6448)) as server:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")
        monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", "s3cr3t-value")
        yield server


def consume(*command: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("left", [6448, 12.5, 0, -3])
def test_promtool_accepts_the_metrics(server: FaultyServer, left: float) -> None:
    promtool = external_program("promtool", "prometheus")
    server.answer = balance(left)
    checked = consume(promtool, "check", "metrics", text=run("check", "--prometheus").stdout)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_accepts_the_metrics_of_a_failure(server: FaultyServer) -> None:
    promtool = external_program("promtool", "prometheus")
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
    promtool = external_program("promtool", "prometheus")
    wallets.sign_in(LIVE, replace(TRIAL, name=name))
    text = run("check", "--prometheus", **keyring.env).stdout
    assert text.count("deepvue_up{") == 2
    checked = consume(promtool, "check", "metrics", text=text)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@needs_posix_files
def test_nagios_shows_the_state_the_line_the_details_and_the_thresholds(
    server: FaultyServer, tmp_path: Path
) -> None:
    server.answer = balance(900)
    services = {"default": "", "details": "-v -w 500: -c off -t 50", "mistake": "-w ~:500"}
    found = nagios.results(tmp_path, services)
    assert found["default"] == nagios.Result(
        state="WARNING",
        output="DEEPVUE WARNING - 900 credits, forecast after a day of use",
        long_output="",
        performance_data="balance=900;@0:1000;@0:250;0",
    )
    details = found["details"]
    assert (details.state, details.performance_data) == ("OK", "balance=900;@0:500;;0")
    assert r"\n  low: at or below 500 credits or 7 days\n" in details.long_output
    mistake = found["mistake"]
    assert mistake.state == "UNKNOWN"
    assert mistake.output.startswith("DEEPVUE UNKNOWN - argument -w/--warning: '~:500' is neither ")
    assert mistake.long_output + mistake.performance_data == ""


@needs_posix_files
def test_icinga_2_drops_ranges_and_keeps_plain_thresholds(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    icinga = external_program("icinga2", "icinga2-bin")
    for name, value in zip(("ICINGA2_USER", "ICINGA2_GROUP"), user_and_group(), strict=True):
        monkeypatch.setenv(name, value)

    def parsed(*options: str) -> dict[str, object]:
        _, _, data = run("check", *options).stdout.strip().partition(" | ")
        ran = consume(icinga, "console", "--eval", f'parse_performance_data("{data}")', text="")
        value: dict[str, object] = json.loads(ran.stdout)
        return value

    simple = parsed("--simple-perfdata")
    assert (simple["label"], simple["value"], simple["min"]) == ("balance", 6448, 0)
    assert (simple["warn"], simple["crit"]) == (1000, 250)
    assert parsed() == simple | {"warn": None, "crit": None}


@pytest.mark.parametrize(("left", "swapped"), [(6448, 2), (900, 0), (100, 1), (None, 3)], ids=str)
def test_a_plugin_runner_understands_every_status(
    server: FaultyServer, left: int | None, swapped: int
) -> None:
    # The runner maps the status of a plugin to its own: all must be different.
    negate = external_program("negate", "monitoring-plugins-basic")
    server.answer = status(503) if left is None else balance(left)
    turn = ["--ok=CRITICAL", "--warning=OK", "--critical=WARNING"]
    ran = consume(negate, *turn, *COMMAND, "check", text="")
    assert ran.returncode == swapped
    assert ran.stdout.startswith("DEEPVUE ")


def test_a_plugin_runner_understands_the_worst_of_several_wallets(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    negate = external_program("negate", "monitoring-plugins-basic")
    ran = consume(
        *("env", *(f"{name}={value}" for name, value in keyring.env.items())),
        *(negate, "--warning=OK", "--ok=CRITICAL", "--substitute", *COMMAND, "check"),
        text="",
    )
    assert ran.returncode == 0
    first, *lines = ran.stdout.splitlines()
    assert first.startswith("DEEPVUE OK - Trial: 900 credits, ")
    assert len(lines) == 2
