"""The alert rules and the dashboard work with what ``check --prometheus`` prints."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from deepvue_tray.cli.check_metrics import metrics
from tests.cli import prometheus, wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.cli.test_check_formats import GOOD, NOW
from tests.support.command import run
from tests.support.external_program import external_program
from tests.support.faulty_server import FaultyServer, balance, by_client, status
from tests.support.file_keyring import FileKeyring

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
RULES, DASHBOARD = FOLDER / "deepvue-rules.yml", FOLDER / "deepvue-dashboard.json"


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_promtool_accepts_the_alert_rules_and_their_unit_tests() -> None:
    promtool = external_program("promtool", "prometheus")
    for command, file in (("check", RULES), ("test", FOLDER / "deepvue-rules-test.yml")):
        ran = subprocess.run(
            [promtool, command, "rules", str(file)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_alert_has_a_unit_test() -> None:
    tests = (FOLDER / "deepvue-rules-test.yml").read_text(encoding="utf-8")
    for alert in re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")):
        assert f"alertname: {alert}\n        exp_alerts:" in tests, alert


def test_every_metric_of_the_rules_and_the_dashboard_is_printed_and_none_is_deprecated() -> None:
    printed = {
        name: text
        for name, text in re.findall(r"# HELP (\w+) (.*)", metrics([GOOD], NOW))
        if not text.startswith("Deprecated")
    }
    used = re.findall(r"\bdeepvue_\w+", RULES.read_text(encoding="utf-8") + "".join(expressions()))
    assert set(used) <= set(printed)


def test_the_documentation_names_every_metric_and_every_alert() -> None:
    documented = set(
        re.findall(
            r"`((?:deepvue_|Deepvue)\w+)`", (FOLDER / "README.md").read_text(encoding="utf-8")
        )
    )
    spent = {GOOD.client_id: {"PAN-Plus": Decimal(6)}}
    printed = re.findall(r"# HELP (\w+) ", metrics([GOOD], NOW, spent))
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))
    assert documented == {*printed, *alerts}


def test_the_panels_do_not_overlap_and_take_the_chosen_data_source() -> None:
    places: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        covered = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not covered & places
        places |= covered
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_prometheus_answers_every_expression_of_the_dashboard_and_evaluates_every_rule(
    two: FaultyServer, keyring: FileKeyring, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    for client_id, left in ((LIVE.client_id, 6448), (TRIAL.client_id, 900)):
        past = [(now - timedelta(hours=hours), left + hours) for hours in range(24 * 14, 0, -1)]
        wallets.store(client_id, *past)
    two.answer = by_client({LIVE.client_id: status(503), TRIAL.client_id: balance(900)})
    file = tmp_path / "deepvue.prom"
    run("check", "--prometheus", "--output", str(file), **keyring.env)
    an_hour_ago = now.timestamp() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    with prometheus.scraping(tmp_path, RULES, tmp_path) as server:
        server.wait_for("deepvue_up")
        for expression in expressions():
            answered = server.query(expression.replace("$wallet", ".*"))
            assert {labels["wallet"] for labels in answered} == {"Live", "Trial"}, expression
        found = {rule["name"]: server.query(rule["query"]) for rule in server.rules()}
        assert {name for name, alerts in found.items() if alerts} == {
            "DeepvueLow",
            "DeepvueNoData",
            "DeepvueTextfileOld",
        }
        assert [labels["wallet"] for labels in found["DeepvueLow"]] == ["Trial"]
        assert [labels["wallet"] for labels in found["DeepvueNoData"]] == ["Live"]
        [fired] = server.wait_for('ALERTS{alertname="DeepvueLow",alertstate="firing"}')
        assert (fired["wallet"], fired["severity"]) == ("Trial", "warning")
