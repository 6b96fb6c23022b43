"""Settings are stored completely, or stay unchanged."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.settings import Settings, problems
from deepvue_tray.services.settings_file import SettingsFile
from tests.support.platform import needs_posix_files

valid_settings = st.builds(
    Settings,
    client_id=st.text(st.characters(min_codepoint=33, max_codepoint=126)),
    low=st.none() | st.integers(1, 10**9),
    critical=st.none() | st.integers(1, 10**9),
    alerts=st.frozensets(st.sampled_from(Alert)),
    interval=st.integers(60, 86_400).map(lambda seconds: timedelta(seconds=seconds)),
).filter(lambda candidate: not problems(candidate))

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not yet there" / "settings.json"


def test_without_a_file_the_defaults_are_used(path: Path) -> None:
    assert SettingsFile(path).load() == Settings()


@same_folder
@given(chosen=valid_settings)
def test_saved_settings_are_loaded(path: Path, chosen: Settings) -> None:
    SettingsFile(path).save(chosen)
    assert SettingsFile(path).load() == chosen


def test_keys_of_a_newer_version_survive(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"low": 500, "sparkles": [1, 2]}')
    file = SettingsFile(path)
    file.save(file.load())
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
    assert not problems(SettingsFile(path).load())


def test_a_low_threshold_below_the_default_critical_one_switches_that_off(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"low": 100}')
    loaded = SettingsFile(path).load()
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
        assert not problems(SettingsFile(path).load())
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
    SettingsFile(path).save(Settings(low=700))
    assert SettingsFile(path).load().low == 700


def test_a_file_that_cannot_be_written_stays_unchanged(path: Path) -> None:
    file = SettingsFile(path)
    file.save(Settings(low=500))
    before = path.read_bytes()
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.write_text("a file where the folder was")
    with pytest.raises(StorageError, match="settings"):
        file.save(Settings(low=700))
    assert (path.parent.with_name("moved") / path.name).read_bytes() == before


def test_no_unfinished_file_is_left_behind(path: Path) -> None:
    SettingsFile(path).save(Settings())
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


@needs_posix_files
def test_a_link_to_a_damaged_file_stays_a_link(path: Path) -> None:
    target = path.parent / "dotfiles" / "settings.json"
    path.parent.mkdir()
    path.symlink_to(target)
    SettingsFile(path).save(Settings(low=500))
    assert (SettingsFile(path).load().low, path.readlink()) == (500, target)
    target.write_text("damaged")
    with pytest.raises(DamagedError, match=r"dotfiles/settings\.json\.damaged"):
        SettingsFile(path).load()
    SettingsFile(path).save(Settings(low=400))
    assert (SettingsFile(path).load().low, path.readlink()) == (400, target)


def test_a_client_id_with_a_lone_surrogate_is_ignored(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(r'{"client_id": "live_\ud800", "low": 500}')
    assert SettingsFile(path).load() == Settings(low=500)


def test_alerts_switched_off_by_version_0_1_stay_off(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"notify_burning": false, "notify_blind": false, "notify_low": true}')
    file = SettingsFile(path)
    kept = frozenset(Alert) - {Alert.FAST_SPENDING, Alert.NO_DATA}
    assert file.load().alerts == kept
    file.save(replace(file.load(), alerts=kept | {Alert.NO_DATA}))
    assert SettingsFile(path).load().alerts == kept | {Alert.NO_DATA}
