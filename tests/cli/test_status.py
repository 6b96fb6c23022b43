"""``status``, as a person reads it in a terminal."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.cli.columns import aligned
from deepvue_tray.cli.texts import runway_range_text
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.services.paths import Paths
from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import run
from tests.support.faulty_server import FaultyServer, balance, by_client, status
from tests.support.file_keyring import FileKeyring

ACCOUNT = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
NOW = datetime.now(UTC)


def a_fortnight(client_id: str, left: int, per_hour: int) -> None:
    """Store hourly readings until now."""
    hours = range(24 * 14, 0, -1)
    readings = [(NOW - timedelta(hours=hour), left + per_hour * hour) for hour in hours]
    wallets.store(client_id, *readings)


def test_two_wallets_are_listed_with_aligned_columns(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("status", **keyring.env)
    assert (ran.returncode, ran.stderr) == (0, "")
    live, trial = ran.stdout.splitlines()
    assert live.startswith(
        "Live   6,448 credits  ok   forecast after a day of use  0 spent today  as of "
    )
    assert trial.startswith(
        "Trial    900 credits  low  forecast after a day of use  0 spent today  as of "
    )
    assert sorted(request.headers["client-id"] for request in two.requests) == [
        "free_tier_2",
        "live_1",
    ]


def test_a_single_wallet_is_listed_without_its_name(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.sign_in(LIVE)
    assert run("status", **keyring.env).stdout.startswith(
        "6,448 credits  ok  forecast after a day of use  "
    )


def test_the_runway_has_its_date(two: FaultyServer, keyring: FileKeyring) -> None:
    a_fortnight("live_1", 6448, 10)
    line, _ = run("status", **keyring.env).stdout.splitlines()
    day = (NOW + timedelta(days=6448 / 240)).astimezone()
    # Steady spending has no range.
    assert f"  about 27 days left, {day:%a} {day.day} {day:%b}  " in line


@pytest.mark.parametrize(
    ("earliest", "latest", "text"),
    [
        (9, 14, "9 to 14 days"),
        (1, 4, "24 hours to 4 days"),
        (90, 92, ""),
        (9, 366, "at least 9 days"),
    ],
)
def test_the_range_is_shown_unless_the_runway_says_the_same(
    earliest: int, latest: int, text: str
) -> None:
    ends = [NOW + timedelta(days=days) for days in (earliest, earliest + 1, latest)]
    runway = Runway(earliest=ends[0], empty_at=ends[1], latest=ends[2], burn_rate=1)
    assert runway_range_text(runway, NOW) == text


def test_spending_is_that_of_today(two: FaultyServer, keyring: FileKeyring) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    wallets.store("live_1", *((midnight - timedelta(minutes=m), 7999 + m) for m in (60, 1)))
    line, _ = run("status", **keyring.env).stdout.splitlines()
    assert "  1,552 spent today  " in line


def test_one_wallet_can_be_chosen_by_name_or_client_id(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    for chosen in ("trial", "free_tier_2"):
        ran = run("status", "--wallet", chosen, **keyring.env)
        assert ran.stdout.startswith("Trial  900 credits  low  ")
        assert ran.stdout.count("\n") == 1
    assert {request.headers["client-id"] for request in two.requests} == {"free_tier_2"}


def test_an_unknown_wallet_is_a_usage_error_that_lists_the_known_ones(two: FaultyServer) -> None:
    ran = run("status", "--wallet", "Test")
    assert (ran.returncode, ran.stdout, two.requests) == (2, "", [])
    assert "No wallet Test; known: Live, Trial." in ran.stderr


def test_a_wallet_that_cannot_be_asked_keeps_its_last_balance_and_has_one_line_of_trouble(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.store("free_tier_2", (datetime(2026, 3, 2, 14, 5, tzinfo=UTC), 800))
    two.answer = by_client({"live_1": balance(6448), "free_tier_2": status(503, "a\nb")})
    ran = run("status", **keyring.env)
    assert ran.returncode == 1
    _, trial, trouble = ran.stdout.splitlines()
    assert trial.startswith("Trial    800 credits  low  ")
    assert "as of Mon 2 Mar" in trial
    assert trouble.startswith("Trial: The server has a problem (")


def test_a_wallet_without_any_reading_has_a_dash(two: FaultyServer, keyring: FileKeyring) -> None:
    two.answer = status(503)
    ran = run("status", **keyring.env)
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[:2] == ["Live   —  unknown", "Trial  —  unknown"]


def test_cached_asks_neither_the_keyring_nor_the_server(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.store("live_1", (NOW, 5000))
    ran = run("status", "--cached", **keyring.locked)
    assert (ran.returncode, ran.stderr, two.requests) == (0, "", [])
    live, trial = ran.stdout.splitlines()
    assert live.startswith("Live   5,000 credits  ok  ")
    assert trial == "Trial              —  unknown"


def test_a_paused_wallet_is_not_asked(two: FaultyServer, keyring: FileKeyring) -> None:
    wallets.sign_in(LIVE, replace(TRIAL, is_paused=True))
    wallets.store("free_tier_2", (NOW, 800))
    for chosen in ([], ["--wallet", "Trial"]):
        ran = run("status", *chosen, **keyring.env)
        assert ran.returncode == 0
        assert "800 credits  paused  " in ran.stdout.splitlines()[-1]
    assert {request.headers["client-id"] for request in two.requests} == {"live_1"}


def test_the_environment_s_wallet_is_the_only_one_and_it_is_said(two: FaultyServer) -> None:
    ran = run("status", **ACCOUNT)
    assert ran.returncode == 0
    line, source = ran.stdout.splitlines()
    assert line.startswith("6,448 credits  ok  ")
    assert "the environment names it" in source
    assert "No wallet Trial" in run("status", "--wallet", "Trial", **ACCOUNT).stderr


def test_white_space_around_the_environment_s_client_id_makes_no_other_wallet(
    two: FaultyServer,
) -> None:
    assert run("status", **ACCOUNT | {"DEEPVUE_CLIENT_ID": " live_1\n"}).returncode == 0
    assert wallets.count_readings("live_1") == 1


def test_without_a_wallet_the_error_has_the_remedy() -> None:
    for option in ([], ["--cached"]):
        ran = run("status", *option)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr.startswith("Not set up. ")


def test_a_history_that_cannot_be_read_leaves_the_balance(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    Paths.of_user().history.mkdir(parents=True)
    live, trial, *troubles = run("status", **keyring.env).stdout.splitlines()
    assert live.startswith("Live   6,448 credits  ok")
    assert "spent" not in live + trial
    assert [line.partition(" (")[0] for line in troubles] == [
        "Live: A file could not be used",
        "Trial: A file could not be used",
    ]


def test_names_that_a_settings_file_holds_cannot_break_the_columns(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    Paths.of_user().settings.write_text(
        '{"version": 2, "client_id": "live_1", "wallets": ['
        '{"client_id": "live_1", "name": "a\\nb \\"c\\" it\'s"},'
        '{"client_id": "free_tier_2", "name": "試用"}]}'
    )
    live, trial = run("status", **keyring.env).stdout.splitlines()
    assert live.startswith('a b "c" it\'s  6,448 credits  ')
    assert trial.startswith("試用            900 credits  ")


@given(st.lists(st.tuples(*[st.text(st.characters(categories=["L", "M", "Nd"]))] * 3), min_size=1))
def test_every_cell_of_a_column_ends_at_the_same_place(rows: list[tuple[str, str, str]]) -> None:
    def places(text: str) -> int:
        wide = {"W": 2, "F": 2}
        return sum(
            wide.get(unicodedata.east_asian_width(character), 1)
            for character in text
            if unicodedata.category(character) not in ("Mn", "Me")
        )

    ends = {places(line[: line.rindex("|")]) for line in aligned([(*row, "|") for row in rows])}
    assert len(ends) == 1


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_wallet_has_one_line(two: FaultyServer, keyring: FileKeyring, count: int) -> None:
    seven = [replace(LIVE, client_id=f"live_{n}", name=f"Number {n}") for n in range(1, 8)]
    wallets.sign_in(*seven[:count])
    ran = run("status", "--cached", **keyring.env)
    assert (ran.returncode, ran.stdout.count("\n")) == (0, count)
    assert ("Number" in ran.stdout) is (count > 1)
