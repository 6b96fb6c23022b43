"""A command is refused before it is stored if it cannot be run."""

import sys

import pytest

from deepvue_tray.core.alert_command import identity_of, problem_with

PROGRAM = sys.executable


@pytest.mark.parametrize(
    "command",
    [
        [],
        [PROGRAM],
        [PROGRAM, "", "two words", "₹ नमस्ते", "line\nbreak"],
        [PROGRAM, *"x" * 99],
        [PROGRAM, "x" * (10_000 - len(PROGRAM))],
    ],
)
def test_a_program_with_an_absolute_path_and_any_arguments_is_a_command(
    command: list[str],
) -> None:
    assert problem_with(command) == ""


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["notify-send"], "absolute path"),
        (["./notify"], "absolute path"),
        (["~/notify"], "absolute path"),
        ([""], "absolute path"),
        ([" "], "absolute path"),
        (["", PROGRAM], "absolute path"),
        ([PROGRAM, *"x" * 100], "100 parts"),
        ([PROGRAM, "x" * 10_000], "10,000 characters"),
        ([PROGRAM, "a\0b"], "NUL"),
        ([PROGRAM + "\0"], "NUL"),
        ([PROGRAM, "\ud800"], "surrogates"),
    ],
)
def test_the_reason_why_a_command_cannot_be_run_is_told(command: list[str], reason: str) -> None:
    assert reason in problem_with(command)


@pytest.mark.parametrize("program", [r"C:\alert.bat", r"C:\alert.CMD", r"C:\alert.bat. "])
def test_on_windows_a_batch_file_is_refused(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import PureWindowsPath

    monkeypatch.setattr("deepvue_tray.core.alert_command.PurePath", PureWindowsPath)
    monkeypatch.setattr("sys.platform", "win32")
    assert "batch file" in problem_with([program])
    assert problem_with([r"C:\Windows\System32\curl.exe", "alert.bat"]) == ""


def test_commands_with_the_same_words_in_other_parts_are_told_apart() -> None:
    commands = (["/a", "b c"], ["/a", "b", "c"], ["/a"], ["/ab"])
    assert len({identity_of(command) for command in commands}) == len(commands)
    assert "s3cr3t" not in identity_of(["/a", "s3cr3t"])
