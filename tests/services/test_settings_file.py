"""Settings are stored completely, or stay unchanged."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.settings import MAX_WALLETS, Settings, WalletSettings, problems
from deepvue_tray.services.settings_file import SettingsFile
from tests.support.platform import needs_posix_files

ASCII = st.characters(min_codepoint=33, max_codepoint=126)

wallets = st.builds(
    WalletSettings,
    client_id=st.text(ASCII, min_size=1),
    name=st.text(ASCII, min_size=1, max_size=40),
    low=st.none() | st.integers(1, 10**9),
    critical=st.none() | st.integers(1, 10**9),
    alerts=st.frozensets(st.sampled_from(Alert)),
    is_paused=st.booleans(),
).filter(lambda candidate: not problems(candidate))

before_sign_in = wallets.map(
    lambda wallet: (replace(wallet, client_id="", name="", is_paused=False),)
)
signed_in = st.lists(
    wallets,
    min_size=1,
    max_size=6,
    unique_by=(lambda wallet: wallet.client_id, lambda wallet: wallet.name.casefold()),
).map(tuple)

valid_settings = st.builds(
    Settings,
    wallets=before_sign_in | signed_in,
    number_icon=st.booleans(),
    interval=st.integers(60, 86_400).map(lambda seconds: timedelta(seconds=seconds)),
    alert_command=st.just(())
    | st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
    .map(tuple)
    .map(lambda arguments: (sys.executable, *arguments)),
    quiet_time=st.none()
    | st.lists(
        st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60)),
        min_size=2,
        max_size=2,
        unique=True,
    ).map(lambda ends: QuietTime(*ends)),
)


def save(file: SettingsFile, settings: Settings) -> None:
    file.update(lambda _stored: settings)


def single(**values: Any) -> Settings:
    """Return settings before the first sign-in."""
    return Settings(wallets=(WalletSettings(**values),))


def stored_in(path: Path) -> Any:
    return json.loads(path.read_text())


same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not yet there" / "settings.json"


def test_without_a_file_the_defaults_are_used(path: Path) -> None:
    assert SettingsFile(path).load() == Settings()


@same_folder
@given(chosen=valid_settings)
def test_saved_settings_are_loaded(path: Path, chosen: Settings) -> None:
    save(SettingsFile(path), chosen)
    assert SettingsFile(path).load() == chosen


def test_keys_of_a_newer_version_survive(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"low": 500, "sparkles": [1, 2]}')
    file = SettingsFile(path)
    save(file, file.load())
    stored = json.loads(path.read_text())
    assert (stored["low"], stored["sparkles"]) == (500, [1, 2])


@same_folder
@given(
    stored=st.dictionaries(
        st.sampled_from(["client_id", "low", "critical", "notify_low", "interval", "other"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
    )
)
def test_an_invalid_value_is_replaced_by_its_default(path: Path, stored: dict[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(stored))
    assert not any(map(problems, SettingsFile(path).load().wallets))


@pytest.mark.parametrize(
    "typed", ["notify-send", ["notify-send"], [], [""], [7], {"program": "/bin/true"}, True]
)
def test_a_stored_command_that_cannot_be_run_is_off_and_stays_until_it_is_replaced(
    path: Path, typed: object
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"alert_command": typed}))
    file = SettingsFile(path)
    assert file.load().alert_command == ()
    save(file, replace(file.load(), number_icon=True))
    assert stored_in(path)["alert_command"] == typed
    save(file, replace(file.load(), alert_command=(sys.executable, "alert.py")))
    assert stored_in(path)["alert_command"] == [sys.executable, "alert.py"]
    save(file, replace(file.load(), alert_command=()))
    assert stored_in(path)["alert_command"] is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("22:00", None),
        ("22:00", "22:00"),
        ("24:00", "07:00"),
        ("22", "07"),
        ("22:00:00", "07:00"),
        ("²²:00", "07:00"),
        (22, 7),
    ],
)
def test_without_two_different_times_of_day_there_is_no_quiet_time(
    path: Path, start: object, end: object
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"quiet_from": start, "quiet_until": end}))
    assert SettingsFile(path).load().quiet_time is None


def test_the_quiet_time_is_stored_as_a_person_writes_it(path: Path) -> None:
    save(SettingsFile(path), Settings(quiet_time=QuietTime(time(22), time(7, 30))))
    stored = stored_in(path)
    assert (stored["quiet_from"], stored["quiet_until"]) == ("22:00", "07:30")


def test_a_low_threshold_below_the_default_critical_one_switches_that_off(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"low": 100}')
    (loaded,) = SettingsFile(path).load().wallets
    assert (loaded.low, loaded.critical) == (100, None)


@same_folder
@given(content=st.binary())
def test_a_file_that_is_not_a_settings_file_is_renamed_and_not_lost(
    path: Path, content: bytes
) -> None:
    try:
        is_object = isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        is_object = False
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    if is_object:
        assert not any(map(problems, SettingsFile(path).load().wallets))
        return
    with pytest.raises(DamagedError) as caught:
        SettingsFile(path).load()
    assert Path(caught.value.detail).read_bytes() == content
    assert SettingsFile(path).load() == Settings()


def test_two_damaged_files_are_both_kept(path: Path) -> None:
    path.parent.mkdir()
    for content in ("first", "second"):
        path.write_text(content)
        with pytest.raises(DamagedError):
            SettingsFile(path).load()
    kept = {file.read_text() for file in path.parent.iterdir()}
    assert kept == {"first", "second"}


def test_a_file_damaged_while_the_program_runs_does_not_keep_settings_from_being_saved(
    path: Path,
) -> None:
    path.parent.mkdir()
    path.write_text("damaged")
    save(SettingsFile(path), single(low=700))
    assert SettingsFile(path).load().wallets[0].low == 700


def test_a_file_that_cannot_be_written_stays_unchanged(path: Path) -> None:
    file = SettingsFile(path)
    save(file, single(low=500))
    before = path.read_bytes()
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.write_text("a file where the folder was")
    with pytest.raises(StorageError, match="settings"):
        save(file, single(low=700))
    assert (path.parent.with_name("moved") / path.name).read_bytes() == before


def test_no_unfinished_file_is_left_behind(path: Path) -> None:
    save(SettingsFile(path), Settings())
    left = {entry.name for entry in path.parent.iterdir()}
    assert left == {"settings.json", ".settings.json.lock"}


@needs_posix_files
def test_a_link_to_a_damaged_file_stays_a_link(path: Path) -> None:
    target = path.parent / "dotfiles" / "settings.json"
    path.parent.mkdir()
    path.symlink_to(target)
    save(SettingsFile(path), single(low=500))
    assert (SettingsFile(path).load().wallets[0].low, path.readlink()) == (500, target)
    target.write_text("damaged")
    with pytest.raises(DamagedError, match=r"dotfiles/settings\.json\.damaged"):
        SettingsFile(path).load()
    save(SettingsFile(path), single(low=400))
    assert (SettingsFile(path).load().wallets[0].low, path.readlink()) == (400, target)


def test_a_client_id_with_a_lone_surrogate_is_ignored(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(r'{"client_id": "live_\ud800", "low": 500}')
    assert SettingsFile(path).load() == single(low=500)


def test_alerts_switched_off_by_version_0_1_stay_off(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"notify_burning": false, "notify_blind": false, "notify_low": true}')
    file = SettingsFile(path)
    kept = frozenset(Alert) - {Alert.FAST_SPENDING, Alert.NO_DATA}
    assert file.load() == single(alerts=kept)
    save(file, single(alerts=kept | {Alert.NO_DATA}))
    assert SettingsFile(path).load() == single(alerts=kept | {Alert.NO_DATA})


LIVE = WalletSettings(client_id="live_1", name="Live")
TRIAL = WalletSettings(client_id="free_1", name="Trial", low=50, critical=10, is_paused=True)
BOTH = Settings(wallets=(LIVE, TRIAL))


def write_as_older_program(path: Path, **values: object) -> None:
    """Change the file as version 1 does: it writes its own keys and preserves the others."""
    path.write_text(json.dumps(stored_in(path) | values))


def test_the_settings_of_version_1_become_the_first_wallet(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"client_id": "live_1", "low": 500, "interval": 600, "notify_low": false}')
    expected = replace(LIVE, low=500, alerts=frozenset(Alert) - {Alert.LOW})
    assert SettingsFile(path).load() == Settings(
        wallets=(expected,), interval=timedelta(minutes=10)
    )


@same_folder
@given(chosen=valid_settings)
def test_an_older_program_finds_the_first_wallet_and_its_unchanged_save_loses_nothing(
    path: Path, chosen: Settings
) -> None:
    save(SettingsFile(path), chosen)
    stored = stored_in(path)
    first = chosen.wallets[0]
    assert (stored["client_id"], stored["low"]) == (first.client_id, first.low)
    assert stored["notify_low"] == (Alert.LOW in first.alerts)
    write_as_older_program(path, client_id=first.client_id, low=first.low)
    assert SettingsFile(path).load() == chosen


def test_what_an_older_program_changes_applies_to_the_wallet_that_it_knows(path: Path) -> None:
    save(SettingsFile(path), BOTH)
    write_as_older_program(path, low=700, notify_low=False, interval=120)
    changed = replace(LIVE, low=700, alerts=frozenset(Alert) - {Alert.LOW})
    expected = Settings(wallets=(changed, TRIAL), interval=timedelta(minutes=2))
    assert SettingsFile(path).load() == expected


def test_a_wallet_that_an_older_program_signs_in_to_is_added(path: Path) -> None:
    save(SettingsFile(path), BOTH)
    write_as_older_program(path, client_id="live_2")
    added = replace(LIVE, client_id="live_2", name="Live")
    loaded = SettingsFile(path).load()
    assert loaded.client_ids == ("live_2", "live_1", "free_1")
    assert loaded.wallets[0] == added
    assert loaded.wallets[2] == TRIAL
    assert len({wallet.name for wallet in loaded.wallets}) == 3


def test_an_older_program_that_signs_in_to_a_known_wallet_changes_no_thresholds(
    path: Path,
) -> None:
    save(SettingsFile(path), BOTH)
    write_as_older_program(path, client_id="free_1", low=1000)
    assert SettingsFile(path).load() == BOTH


def test_the_wallet_that_an_older_program_signs_out_of_is_removed(path: Path) -> None:
    save(SettingsFile(path), BOTH)
    write_as_older_program(path, client_id="")
    assert SettingsFile(path).load() == Settings(wallets=(TRIAL,))
    save(SettingsFile(path), Settings(wallets=(LIVE,)))
    write_as_older_program(path, client_id="")
    assert SettingsFile(path).load() == Settings()


def test_a_list_without_the_keys_of_version_1_is_loaded(path: Path) -> None:
    path.parent.mkdir()
    save(SettingsFile(path), BOTH)
    path.write_text(json.dumps({"wallets": stored_in(path)["wallets"]}))
    assert SettingsFile(path).load() == BOTH


def test_keys_of_a_newer_version_survive_in_a_wallet_too(path: Path) -> None:
    save(SettingsFile(path), BOTH)
    stored = stored_in(path)
    stored["wallets"][1]["colour"] = "blue"
    path.write_text(json.dumps(stored))
    file = SettingsFile(path)
    file.update(lambda settings: settings.without_wallet("live_1"))
    assert stored_in(path)["wallets"][0]["colour"] == "blue"


@same_folder
@given(
    entries=st.lists(
        st.none()
        | st.dictionaries(
            st.sampled_from(["client_id", "name", "low", "paused", "notify_low"]),
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=60)
            | st.just("live_1")
            | st.lists(st.none(), max_size=1),
        ),
        max_size=60,
    )
)
def test_invalid_entries_give_valid_wallets_with_names_of_their_own(
    path: Path, entries: list[dict[str, object] | None]
) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"client_id": "live_1", "wallets": entries}))
    loaded = SettingsFile(path).load()
    names = [wallet.name.casefold() for wallet in loaded.wallets]
    assert len(set(names)) == len(names) == len(loaded.client_ids) <= MAX_WALLETS
    assert all(names)
    assert not any(map(problems, loaded.wallets))
    save(SettingsFile(path), loaded)
    assert SettingsFile(path).load() == loaded


def test_changes_of_several_processes_at_once_are_all_stored(path: Path) -> None:
    command = [sys.executable, "-c", ADD_WALLETS, str(path)]
    adders = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [adder.wait() for adder in adders] == [0, 0, 0]
    expected = {f"live_{adder}_{number}" for adder in range(3) for number in range(10)}
    assert set(SettingsFile(path).load().client_ids) == expected


ADD_WALLETS = """
import sys
from pathlib import Path
from deepvue_tray.services.settings_file import SettingsFile
file = SettingsFile(Path(sys.argv[1]))
for number in range(10):
    client_id = f"live_{sys.argv[2]}_{number}"
    file.update(lambda settings: settings.with_wallet(client_id, client_id))
"""
