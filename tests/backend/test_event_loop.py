"""Calls in threads return their results, and do not delay the end of the loop."""

import asyncio
import signal
import sys
import threading

import pytest

from deepvue_tray.backend import event_loop
from tests.support.command import COMMAND
from tests.support.platform import needs_linux

if sys.platform == "linux":
    from tests.support.silent_name_server import without_names

CREDENTIALS = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}


def test_a_call_in_a_thread_returns_its_result_or_raises_its_error() -> None:
    async def main() -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(lambda: 7)

    assert event_loop.run(main()) == 7


def test_the_loop_ends_although_a_call_in_a_thread_does_not() -> None:
    began, released, ended = threading.Event(), threading.Event(), threading.Event()

    def block() -> None:
        began.set()
        released.wait(30)
        ended.set()

    async def main() -> None:
        call = asyncio.create_task(asyncio.to_thread(block))
        await asyncio.to_thread(began.wait)
        call.cancel()

    event_loop.run(main())
    assert not ended.is_set()
    released.set()


@pytest.mark.soak
@needs_linux
def test_check_ends_at_its_deadline_although_the_name_server_does_not_respond() -> None:
    with without_names(*COMMAND, "check", env=CREDENTIALS) as program:
        status, output = program.end()
    assert status == 3
    assert output.startswith("DEEPVUE UNKNOWN - No answer in time (15 seconds). ")


@needs_linux
def test_an_interrupted_login_does_not_wait_for_a_name_server_either() -> None:
    login = (*COMMAND, "login", "--client-id", "live_1")
    with without_names(*login, env={}, typed="s3cr3t-value\n") as program:
        program.send(signal.SIGINT)
        assert program.end() == (130, "")


@needs_linux
def test_the_tray_quits_although_the_name_server_does_not_respond() -> None:
    with without_names(*COMMAND, "--background", env=CREDENTIALS) as program:
        program.send(signal.SIGTERM)
        assert program.end() == (0, "")
