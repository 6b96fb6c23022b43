"""``usage``, as a person reads it in a terminal."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import REPORT_PATH
from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import run
from tests.support.faulty_server import FaultyServer, balance, by_client, status
from tests.support.file_keyring import FileKeyring
from tests.support.usage_reports import answer, row

NOW = datetime.now(UTC)
ROWS = (
    row(NOW, charge=3),
    row(NOW - timedelta(microseconds=1), charge=3, message="Invalid Pan Number."),
    row(NOW - timedelta(microseconds=2), "GST", charge=2),
)


@pytest.fixture
def reports(two: FaultyServer) -> FaultyServer:
    """Return a server that sends reports for both wallets, whose usage report is on."""
    wallets.sign_in(replace(LIVE, has_usage=True), replace(TRIAL, has_usage=True))
    two.answer = by_client({"live_1": answer(*ROWS), "free_tier_2": answer()})
    return two


def test_nothing_is_asked_until_the_report_is_switched_on(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("usage", **keyring.env)
    assert ran.returncode == 2
    assert ran.stderr == "The usage report is off. Switch it on with: deepvue-tray usage on\n"
    assert two.requests == []


def test_it_is_switched_on_and_off_for_one_wallet(two: FaultyServer, keyring: FileKeyring) -> None:
    ran = run("usage", "on", "--wallet", "Live", **keyring.env)
    assert ran.stdout.startswith("Live: the usage report is on. The tray requests it once an hour.")
    assert [wallet.has_usage for wallet in wallets.stored_settings().wallets] == [True, False]
    run("usage", "off", **keyring.env)
    assert [wallet.has_usage for wallet in wallets.stored_settings().wallets] == [False, False]
    assert two.requests == []


def test_products_are_listed_by_spending(reports: FaultyServer, keyring: FileKeyring) -> None:
    ran = run("usage", "--days", "1", **keyring.env)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "Live",
        "PAN-Plus  75%  6 credits  2 calls  3 credits for nothing found",
        "GST       25%  2 credits   1 call",
        "Trial",
        "no calls",
    ]
    assert len([sent for sent in reports.requests if REPORT_PATH in sent.path]) == 2


def test_the_json_object_names_wallets_and_products(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("usage", "--days", "1", "--json", "--wallet", "live_1", **keyring.env)
    assert json.loads(ran.stdout) == {
        "version": 1,
        "wallets": [
            {
                "client_id": "live_1",
                "name": "Live",
                "products": [
                    {"product": "PAN-Plus", "calls": 2, "spent": 6, "not_found": 3},
                    {"product": "GST", "calls": 1, "spent": 2, "not_found": 0},
                ],
            }
        ],
    }


def test_what_was_fetched_an_hour_ago_at_most_is_not_fetched_again(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    first = run("usage", "--days", "1", **keyring.env)
    asked = len(reports.requests)
    assert run("usage", "--days", "1", **keyring.env).stdout == first.stdout
    assert len(reports.requests) == asked


def test_a_wallet_that_fails_does_not_hide_the_other(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    reports.answer = by_client(
        {"live_1": answer(*ROWS), "free_tier_2": status(503, "Source Unavailable")}
    )
    ran = run("usage", "--days", "1", **keyring.env)
    assert ran.returncode == 1
    assert "PAN-Plus" in ran.stdout
    [line] = ran.stderr.splitlines()
    assert line.startswith("Trial: ")
    assert "Source Unavailable" in line


@pytest.mark.parametrize("days", ["0", "-1", "367", "x", "1.5", "٣"])
def test_a_number_of_days_that_is_none_is_a_usage_error(days: str) -> None:
    ran = run("usage", f"--days={days}")
    assert ran.returncode == 2
    assert "is not a number from 1 to 366" in ran.stderr


def test_status_shows_products_without_a_request_for_them(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    run("usage", "--days", "1", **keyring.env)
    reports.answer = by_client({"live_1": balance(6448), "free_tier_2": balance(900)})
    reports.requests.clear()
    lines = run("status", "--by", "product", **keyring.env).stdout.splitlines()
    assert lines[2:6] == [
        "",
        "Live, last 7 days",
        "PAN-Plus  75%  6 credits  2 calls  3 credits for nothing found",
        "GST       25%  2 credits   1 call",
    ]
    assert not [sent for sent in reports.requests if REPORT_PATH in sent.path]


def test_status_says_where_products_are_unknown(two: FaultyServer, keyring: FileKeyring) -> None:
    output = run("status", "--by", "product", "--wallet", "Live", **keyring.env).stdout
    assert "The usage report is off." in output


def test_prometheus_counts_what_each_product_cost(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    run("usage", "--days", "1", **keyring.env)
    reports.answer = by_client({"live_1": balance(6448), "free_tier_2": balance(900)})
    text = run("check", "--prometheus", **keyring.env).stdout
    assert "# TYPE deepvue_spent_credits_total counter" in text
    wallet = 'client_id="live_1",wallet="Live"'
    assert f'deepvue_spent_credits_total{{{wallet},product="PAN-Plus"}} 6' in text
    assert f'deepvue_spent_credits_total{{{wallet},product="GST"}} 2' in text
    assert text.count("deepvue_spent_credits_total{") == 2


def test_prometheus_has_the_balance_also_if_the_history_cannot_be_read(
    reports: FaultyServer, keyring: FileKeyring
) -> None:
    Paths.of_user().history.unlink(missing_ok=True)
    Paths.of_user().history.mkdir(parents=True)
    reports.answer = by_client({"live_1": balance(6448), "free_tier_2": balance(900)})
    ran = run("check", "--prometheus", **keyring.env)
    assert 'deepvue_balance_credits{client_id="live_1",wallet="Live"} 6448' in ran.stdout
    assert "history.sqlite" in ran.stderr
