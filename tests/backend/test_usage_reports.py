"""Fetching usage reports: what is asked, kept, continued and compared."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.usage_reports import UsageReports
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import ServerError, StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.spending import Period
from deepvue_tray.core.usage import Discrepancy
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history import History
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.usage_store import UsageStore
from deepvue_tray.services.wallet_api import PATH, REPORT_PATH, WalletApi
from tests.backend.home import Home, change_wallet, credentials, home_in, known
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.platform import needs_time_zones, time_zone
from tests.support.usage_reports import answer, by_path, row

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(answer()) as server:
        yield server


class Reports:
    """The reports of one wallet, at a time that the test sets."""

    def __init__(self, folder: Path, server: FaultyServer) -> None:
        self.now = NOW
        self.progress: list[tuple[int, int]] = []
        self.history = History(folder / "history.sqlite3")
        keyring = MemoryKeyring({"live_1": Secret("s3cr3t-value")})
        file = SettingsFile(folder / "settings.json")
        file.update(lambda settings: settings.with_wallet("live_1", "Live"))
        self.usage = UsageReports(
            accounts=Accounts(file, CredentialStore({}, keyring)),
            api=WalletApi(server.url),
            history=self.history,
            store=UsageStore(self.history.database),
            now=lambda: self.now,
            pause_s=0,
            recent_days=2,
        )

    def fetch(self, days: int) -> None:
        self.progress.clear()
        asyncio.run(
            self.usage.fetch(
                "live_1", days, lambda done, count: self.progress.append((done, count))
            )
        )


@pytest.fixture
def reports(tmp_path: Path, server: FaultyServer) -> Iterator[Reports]:
    reports = Reports(tmp_path, server)
    yield reports
    reports.history.close()


def days_asked(server: FaultyServer) -> list[str]:
    return [parse_qs(urlsplit(sent.path).query)["since_date"][0] for sent in server.requests]


def test_each_day_is_one_request_the_present_one_first(
    reports: Reports, server: FaultyServer
) -> None:
    reports.fetch(3)
    assert days_asked(server) == ["2026-11-20", "2026-11-19", "2026-11-18"]
    assert reports.progress == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_fetch_that_was_stopped_continues_where_it_was(
    reports: Reports, server: FaultyServer
) -> None:
    server.answers = [answer(), answer(), status(503)]
    with pytest.raises(ServerError):
        reports.fetch(4)
    server.requests.clear()
    reports.fetch(4)
    assert days_asked(server) == ["2026-11-18", "2026-11-17"]


def test_a_day_that_fails_keeps_what_was_known_of_it(
    reports: Reports, server: FaultyServer
) -> None:
    server.answers = [answer(row(NOW)), status(503)]
    reports.fetch(1)
    known = reports.usage.queries.products("live_1", 1)
    reports.now += timedelta(hours=1)
    with pytest.raises(ServerError):
        reports.fetch(1)
    assert reports.usage.queries.products("live_1", 1) == known
    assert known[0].total.calls == 1


def test_the_same_report_twice_counts_once(reports: Reports, server: FaultyServer) -> None:
    server.answer = answer(row(NOW), row(NOW - timedelta(hours=1)))
    reports.fetch(1)
    reports.now += timedelta(hours=1)
    reports.fetch(1)
    assert len(server.requests) == 2
    assert [each.total.calls for each in reports.usage.queries.products("live_1", 1)] == [2]


def store(reports: Reports, *readings: tuple[timedelta, int]) -> None:
    reports.history.merge(
        "live_1", [Reading(at=NOW - ago, balance=Decimal(left)) for ago, left in readings]
    )


def test_a_fall_of_the_balance_that_the_charges_do_not_explain_is_named(
    reports: Reports, server: FaultyServer
) -> None:
    store(reports, (timedelta(days=2), 100), (timedelta(hours=11), 90), (timedelta(hours=1), 50))
    server.answer = answer(row(NOW - timedelta(hours=2), charge=8))
    reports.fetch(1)
    assert reports.usage.queries.unexplained("live_1", 1) == Discrepancy(Decimal(8), Decimal(50))


def test_charges_that_explain_the_fall_are_not_named(
    reports: Reports, server: FaultyServer
) -> None:
    store(reports, (timedelta(days=2), 100), (timedelta(hours=1), 50))
    server.answer = answer(row(NOW - timedelta(hours=2), charge=50))
    reports.fetch(1)
    assert reports.usage.queries.unexplained("live_1", 1) is None


def test_charges_are_not_compared_with_readings_that_begin_later(
    reports: Reports, server: FaultyServer
) -> None:
    store(reports, (timedelta(hours=3), 100), (timedelta(hours=1), 50))
    server.answer = answer(row(NOW - timedelta(hours=2), charge=8))
    reports.fetch(1)
    assert reports.usage.queries.unexplained("live_1", 1) is None


def test_charges_are_not_compared_while_a_day_of_them_is_unknown(
    reports: Reports, server: FaultyServer
) -> None:
    store(reports, (timedelta(days=9), 900), (timedelta(days=4), 100), (timedelta(hours=1), 50))
    server.answer = answer(row(NOW - timedelta(hours=2), charge=50))
    reports.fetch(2)
    assert reports.usage.queries.unexplained("live_1", 7) is None
    page = reports.usage.queries.page("live_1", NOW - timedelta(days=7), NOW, NOW)
    assert page.discrepancy is None
    assert page.missing == 6


def test_charges_are_compared_with_the_balance_until_the_last_report(
    reports: Reports, server: FaultyServer
) -> None:
    store(reports, (timedelta(days=2), 100), (timedelta(hours=1), 50))
    server.answer = answer(row(NOW - timedelta(hours=2), charge=50))
    reports.fetch(1)
    store(reports, (timedelta(minutes=-30), 40))
    reports.now += timedelta(minutes=40)
    assert reports.usage.queries.unexplained("live_1", 1) is None


def test_a_page_ranks_products_and_compares_them_with_the_time_before(
    reports: Reports, server: FaultyServer
) -> None:
    by_day = {
        "2026-11-20": [row(NOW, charge=6), row(NOW, "GST", charge=2)],
        "2026-11-19": [row(NOW - timedelta(days=1), charge=3)],
        "2026-11-18": [row(NOW - timedelta(days=2), charge=4)],
        "2026-11-17": [row(NOW - timedelta(days=3), charge=2)],
    }
    server.answers = [answer(*rows) for rows in by_day.values()]
    reports.fetch(4)
    page = reports.usage.queries.page("live_1", NOW - timedelta(days=1), NOW, NOW)
    # An hour of the range is a bar, as in the chart of the balance.
    assert page.period is Period.HOUR
    pan, gst = page.products
    assert (pan.product, pan.total.spent, page.share(pan)) == ("PAN-Plus", Decimal(9), 9 / 11)
    assert page.change(pan) == 9 / 4 - 1
    assert page.change(gst) is None
    assert [[*map(int, bar.parts)] for bar in page.bars] == [[3, 0, 0], [6, 2, 0]]
    assert page.missing == 0


def test_a_range_of_hours_is_compared_with_the_same_hours_of_the_day_before(
    reports: Reports, server: FaultyServer
) -> None:
    hours = [NOW - timedelta(hours=ago) for ago in (1, 15, 25, 40)]
    server.answer = answer(*(row(at, charge=5) for at in hours))
    reports.fetch(3)
    page = reports.usage.queries.page("live_1", NOW - timedelta(hours=3), NOW, NOW)
    [pan] = page.products
    assert (int(pan.total.spent), page.change(pan)) == (5, 0)


def test_a_page_of_years_counts_each_day_in_its_month(
    reports: Reports, server: FaultyServer
) -> None:
    # A Tuesday, whose week begins in November.
    reports.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    server.answer = answer(row(reports.now, charge=5))
    reports.fetch(1)
    since = reports.now - timedelta(weeks=150)
    page = reports.usage.queries.page("live_1", since, reports.now, reports.now)
    assert page.period is Period.MONTH
    [bar] = page.bars
    assert (bar.start.month, int(bar.spent)) == (12, 5)


def test_a_page_of_days_has_a_bar_for_each_day_with_calls(
    reports: Reports, server: FaultyServer
) -> None:
    days = [NOW - timedelta(days=number) for number in range(4)]
    server.answers = [answer(row(at, charge=5)) for at in days]
    reports.fetch(4)
    page = reports.usage.queries.page("live_1", NOW - timedelta(days=7), NOW, NOW)
    assert page.period is Period.DAY
    assert [(bar.start.date(), int(bar.spent)) for bar in page.bars] == [
        (at.date(), 5) for at in reversed(days)
    ]
    assert page.missing == 4
    assert page.before is None


def test_a_page_of_everything_begins_with_the_first_report(
    reports: Reports, server: FaultyServer
) -> None:
    reports.fetch(3)
    page = reports.usage.queries.page("live_1", None, NOW, NOW)
    assert page.since.date() == (NOW - timedelta(days=2)).date()
    assert (page.products, page.bars, page.missing) == ([], [], 0)


@needs_time_zones
@pytest.mark.parametrize(("zone", "hour"), [("PST8", 4), ("NZST-12", 13)])
def test_a_page_until_now_ends_with_the_newest_report_in_every_time_zone(
    reports: Reports, server: FaultyServer, zone: str, hour: int
) -> None:
    with time_zone(zone):
        reports.now = datetime(2026, 11, 20, hour, tzinfo=UTC)
        server.answer = answer(row(reports.now, charge=5))
        reports.fetch(9)
        since = reports.now - timedelta(days=7)
        page = reports.usage.queries.page("live_1", since, reports.now, reports.now)
        assert (int(page.spent), page.missing) == (5, 0)


@pytest.mark.parametrize("days", [1, 9])
def test_a_page_of_the_time_to_come_is_empty(
    reports: Reports, server: FaultyServer, days: int
) -> None:
    server.answers = [answer(row(NOW))]
    reports.fetch(2)
    since = NOW + timedelta(days=4)
    page = reports.usage.queries.page("live_1", since, since + timedelta(days=days), NOW)
    assert (page.products, page.bars, page.missing) == ([], [], 0)


def test_products_after_the_fifth_are_one_part_of_a_bar(
    reports: Reports, server: FaultyServer
) -> None:
    server.answer = answer(*(row(NOW, f"P{number}", charge=10 - number) for number in range(8)))
    reports.fetch(1)
    [bar] = reports.usage.queries.page("live_1", NOW - timedelta(days=7), NOW, NOW).bars
    assert [*map(int, bar.parts)] == [10, 9, 8, 7, 6, 5 + 4 + 3]


def test_what_fails_and_what_is_done_is_part_of_the_state(
    reports: Reports, server: FaultyServer
) -> None:
    seen: list[tuple[int, int] | None] = []

    def on_change() -> None:
        seen.append(reports.usage.state("live_1").progress)

    server.answers = [answer(row(NOW, charge=3), row(NOW, "GST", charge=1)), status(503)]
    asyncio.run(reports.usage.try_to_fetch("live_1", 3, on_change))
    state = reports.usage.state("live_1")
    assert seen == [(0, 3), (1, 3)]
    assert isinstance(state.error, ServerError)
    assert state.progress is None
    assert state.main_product == ("PAN-Plus", 0.75)
    asyncio.run(reports.usage.try_to_fetch("live_1", 3, on_change))
    assert reports.usage.state("live_1").error is None


def test_a_fetch_can_be_stopped_and_keeps_what_it_has(
    reports: Reports, server: FaultyServer
) -> None:
    def on_change() -> None:
        if reports.usage.state("live_1").progress == (2, 9):
            reports.usage.stop("live_1")

    asyncio.run(reports.usage.try_to_fetch("live_1", 9, on_change))
    assert reports.usage.state("live_1").progress is None
    assert reports.usage.state("live_1").error is None
    server.requests.clear()
    reports.fetch(9)
    assert len(server.requests) == 7


def test_a_day_that_was_fetched_before_its_end_is_completed_after_days_without_the_program(
    reports: Reports, server: FaultyServer
) -> None:
    reports.fetch(1)
    reports.now += timedelta(days=4)
    page = reports.usage.queries.page("live_1", NOW - timedelta(hours=1), reports.now, reports.now)
    assert page.missing == 5
    server.requests.clear()
    asyncio.run(reports.usage.update("live_1"))
    assert days_asked(server) == ["2026-11-24", "2026-11-23", "2026-11-20"]
    page = reports.usage.queries.page("live_1", NOW - timedelta(hours=1), reports.now, reports.now)
    assert page.missing == 2


def test_days_until_now_are_compared_with_the_same_time_before(
    reports: Reports, server: FaultyServer
) -> None:
    # Two calls a day, of which the second one of the present day is still to come.
    days = [NOW.replace(hour=0) - timedelta(days=ago) for ago in range(14)]
    server.answers = [
        answer(
            *(row(day.replace(hour=hour), charge=5) for hour in (3, 20) if ago or hour < NOW.hour)
        )
        for ago, day in enumerate(days)
    ]
    reports.fetch(14)
    page = reports.usage.queries.page("live_1", NOW - timedelta(days=6), NOW, NOW)
    [pan] = page.products
    assert (page.period, page.change(pan)) == (Period.DAY, 0)


def test_days_that_a_person_asks_for_are_fetched_after_those_of_today(
    reports: Reports, server: FaultyServer
) -> None:
    async def fetch_both() -> None:
        await asyncio.gather(
            reports.usage.try_to_fetch("live_1", 2, lambda: None),
            reports.usage.try_to_fetch("live_1", 5, lambda: None),
        )

    asyncio.run(fetch_both())
    assert len(server.requests) == 5


def test_stopping_ends_also_a_fetch_that_waits(reports: Reports, server: FaultyServer) -> None:
    def on_change() -> None:
        reports.usage.stop("live_1")

    async def fetch_both() -> None:
        await asyncio.gather(
            reports.usage.try_to_fetch("live_1", 2, on_change),
            reports.usage.try_to_fetch("live_1", 5, lambda: None),
        )

    asyncio.run(fetch_both())
    assert len(server.requests) <= 1


def test_it_is_fetched_by_itself_once_an_hour_also_after_a_failure(
    reports: Reports, server: FaultyServer
) -> None:
    server.answer = status(503)
    assert asyncio.run(reports.usage.update("live_1"))
    asked = len(server.requests)
    reports.now += timedelta(minutes=59)
    assert not asyncio.run(reports.usage.update("live_1"))
    assert len(server.requests) == asked
    reports.now += timedelta(minutes=1)
    assert asyncio.run(reports.usage.update("live_1"))


def test_a_report_of_a_wallet_that_was_just_removed_is_not_kept(
    reports: Reports, server: FaultyServer, tmp_path: Path
) -> None:
    def on_change() -> None:
        SettingsFile(tmp_path / "settings.json").update(
            lambda settings: settings.without_wallet("live_1")
        )

    server.answer = answer(row(NOW))
    asyncio.run(reports.usage.try_to_fetch("live_1", 2, on_change))
    assert reports.usage.queries.products("live_1", 2) == []


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    server = by_path({PATH: balance(500), REPORT_PATH: answer(row(NOW))})
    with home_in(tmp_path, server) as home:
        home.now = NOW
        yield home


def test_fetching_ends_when_another_process_switches_the_report_off(home: Home) -> None:
    backend = home.session("live_1")
    change_wallet(backend, has_usage=True)

    def switched_off(settings: Settings) -> Settings:
        return replace(settings, wallets=(replace(settings.wallets[0], has_usage=False),))

    def on_change(_: object) -> None:
        SettingsFile(home.paths.settings).update(switched_off)

    overview = asyncio.run(backend.fetch_usage("live_1", 5, on_change))
    assert len(home.server.requests) == 1
    assert overview.snapshots[0].usage is None


def test_reports_that_were_deleted_with_a_wallet_are_not_shown_again(home: Home) -> None:
    backend = home.session("live_1")
    change_wallet(backend, has_usage=True)
    asyncio.run(backend.fetch_usage("live_1", 1, lambda _: None))
    usage = known(backend).usage
    assert usage
    assert usage.week
    asyncio.run(backend.sign_out("live_1", delete_history=True))
    asyncio.run(backend.sign_in(credentials("live_1")))
    change_wallet(backend, has_usage=True)
    shown = known(backend).usage
    assert shown
    assert not shown.week


def test_an_alert_about_fast_spending_knows_the_product_that_has_grown(home: Home) -> None:
    backend = home.session("live_1")
    change_wallet(backend, has_usage=True)
    asyncio.run(backend.fetch_usage("live_1", 1, lambda _: None))
    past = [
        Reading(at=NOW - n * timedelta(minutes=5), balance=Decimal(50_000 + 3 * n))
        for n in range(20 * 288)
    ]
    backend.history.merge("live_1", past)
    snapshots = [home.poll(backend, balance(50_000 - 30 * n)) for n in range(1, 5)]
    assert snapshots[-1].to_notify == (Alert.FAST_SPENDING,)
    assert [each.usage and each.usage.grown for each in snapshots] == ["", "", "", "PAN-Plus"]


def test_products_stay_known_while_the_history_cannot_be_read(home: Home) -> None:
    backend = home.session("live_1")
    change_wallet(backend, has_usage=True)
    asyncio.run(backend.fetch_usage("live_1", 1, lambda _: None))
    before = known(backend).usage
    with home.unusable_history():
        asyncio.run(backend.fetch_usage("live_1", 1, lambda _: None))
    after = known(backend).usage
    assert before
    assert after
    assert after.week == before.week != []
    assert isinstance(after.error, StorageError)
