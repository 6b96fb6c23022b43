"""A window opens as large as a person left it, whatever happened to the file."""

from pathlib import Path

import pytest

from deepvue_tray.services.window_sizes import WindowSizes


def test_a_size_is_there_at_the_next_start_and_those_of_other_windows_stay(tmp_path: Path) -> None:
    path = tmp_path / "state" / "windows.json"
    WindowSizes(path).put("history", (900, 500))
    WindowSizes(path).put("other", (300, 200))
    assert WindowSizes(path).get("history") == (900, 500)
    WindowSizes(path).put("history", (800, 400))
    assert WindowSizes(path).get("history") == (800, 400)
    assert WindowSizes(path).get("other") == (300, 200)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\xff",
        "[]",
        "[" * 100_000,
        '{"history": null}',
        '{"history": [900]}',
        '{"history": [900, "500"]}',
        '{"history": [900, 5.5]}',
        '{"history": [900, 0]}',
        '{"history": [-900, 500]}',
        '{"history": [99999999999, 500]}',
    ],
)
def test_what_is_no_size_is_unknown_and_a_new_one_replaces_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "windows.json"
    path.write_text(text)
    sizes = WindowSizes(path)
    assert sizes.get("history") is None
    sizes.put("history", (900, 500))
    assert sizes.get("history") == (900, 500)


def test_a_folder_that_cannot_be_written_costs_the_size_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sizes = WindowSizes(tmp_path / "file" / "windows.json")
    sizes.put("history", (900, 500))
    assert sizes.get("history") is None
