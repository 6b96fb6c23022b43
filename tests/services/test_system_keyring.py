"""A failing keyring loses nothing, reports the reason, and blocks nothing."""

import asyncio
import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest

from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    DeepvueError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
)
from deepvue_tray.services import keyring_child, system_keyring
from deepvue_tray.services.system_keyring import SystemKeyring
from tests.support.file_keyring import CHECKOUT, FileKeyring
from tests.support.timeouts import TIMEOUT_S

SILENT = (sys.executable, "-c", "import sys; sys.stdin.read()")
"""A process that never reports that it is loaded."""

needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX has named pipes")


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.support.failing_keyring.Keyring")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return monkeypatch


def test_if_no_process_can_be_started_the_error_has_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_keyring, "_COMMAND", ("/nowhere/python",))
    with pytest.raises(KeyringRefusedError, match="no process for it: "):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=False))


@pytest.mark.parametrize(
    ("failure", "error_class"),
    [
        ("locked", KeyringLockedError),
        ("uninitialised", NoKeyringError),
        ("missing", NoKeyringError),
        ("refuses", KeyringRefusedError),
        ("dies", KeyringRefusedError),
    ],
)
def test_each_failure_has_its_own_error_and_none_quotes_the_secret(
    fail: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    failure: str,
    error_class: type[DeepvueError],
) -> None:
    fail.setenv("FAILING_KEYRING", failure)
    with pytest.raises(error_class) as caught:
        asyncio.run(SystemKeyring().set("live_1", Secret("s3cr3t-value")))
    assert "s3cr3t-value" not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(error_class):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=True))
    assert capfd.readouterr() == ("", "")


def test_a_missing_keyring_has_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with pytest.raises(NoKeyringError):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=True))


def test_a_background_read_of_the_keychain_shows_no_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behaves as macOS, where the dialog would come again with each poll."""
    may_ask = True

    class Security:
        def SecKeychainSetUserInteractionAllowed(self, allowed: bool) -> None:  # noqa: N802 - Apple's name
            nonlocal may_ask
            may_ask = allowed

    class Keychain:
        def get_password(self, service: str, username: str) -> str:
            if not may_ask:
                raise keyring.errors.KeyringError("errSecInteractionNotAllowed")
            return "s3cr3t-value"

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(
        keyring_child, "ctypes", SimpleNamespace(CDLL=lambda _: Security()), raising=False
    )
    monkeypatch.setattr(keyring, "get_keyring", Keychain)
    assert keyring_child.answer("get", ["live_1"], None) == {"secrets": {"live_1": "s3cr3t-value"}}
    assert keyring_child.answer("peek", ["live_1"], None) == {"failure": "locked"}


def test_a_process_that_does_not_load_is_not_called_a_locked_keyring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_keyring, "_COMMAND", SILENT)
    monkeypatch.setattr(system_keyring, "LOAD_TIMEOUT_S", 0.0)
    with pytest.raises(KeyringRefusedError, match="does not start"):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=False))


def test_a_package_beside_the_program_does_not_replace_a_standard_module(
    fail: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("dataclasses", "typing"):
        (tmp_path / f"{module}.py").write_text("raise ImportError('the one from PyPI')")
    fail.setattr(system_keyring, "_FOUND_IN", str(tmp_path))
    fail.setenv("FAILING_KEYRING", "locked")
    with pytest.raises(KeyringLockedError):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=True))


@needs_fifo
def test_a_keyring_that_does_not_reply_without_a_prompt_times_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring = FileKeyring(tmp_path)
    for name, value in keyring.locked.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(system_keyring, "PEEK_TIMEOUT_S", 0.0)
    monkeypatch.delattr(system_keyring, "PROMPT_TIMEOUT_S")  # there is no prompt
    with pytest.raises(KeyringLockedError, match="does not answer"):
        asyncio.run(SystemKeyring().get(["live_1"], prompt=False))


@needs_fifo
def test_a_prompt_ends_when_the_call_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring = FileKeyring(tmp_path)
    for name, value in keyring.locked.items():
        monkeypatch.setenv(name, value)

    async def cancel_at_the_prompt() -> None:
        call = asyncio.create_task(SystemKeyring().get(["live_1"], prompt=True))
        child, stderr = await asyncio.to_thread(keyring.wait_for_prompt)
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
        stderr.close()

    asyncio.run(cancel_at_the_prompt())


class LoadedAndSilent(ThreadPoolExecutor):
    """Runs nothing: the first call returns a line at once, and the second never returns."""

    def __init__(self) -> None:
        super().__init__()
        self._is_loaded = False

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        call: Future[Any] = Future()
        if not self._is_loaded:
            call.set_result(b"\n")
        self._is_loaded = True
        return call


def test_a_cancelled_call_ends_in_whichever_step_of_the_loop_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_keyring, "_COMMAND", SILENT)
    monkeypatch.setattr(system_keyring, "PROMPT_TIMEOUT_S", TIMEOUT_S)

    async def cancel_after(steps: int) -> None:
        asyncio.get_running_loop().set_default_executor(LoadedAndSilent())
        call = asyncio.create_task(SystemKeyring().get(["live_1"], prompt=True))
        for _ in range(steps):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    for steps in range(12):
        asyncio.run(cancel_after(steps))
