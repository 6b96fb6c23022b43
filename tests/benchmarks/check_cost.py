"""The time of ``deepvue-tray check``, compared with a plain script that polls the same wallet.

    python -m tests.benchmarks.check_cost

The script imports httpx, truststore and keyring, reads the secret from the same real keyring, and
prints the balance. ``check`` also stores the reading and prints the runway, which the first run
computes from eight weeks of five-minute readings. Both run in a virtual environment made for the
benchmark.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import History
from tests.benchmarks.table import Row, show
from tests.benchmarks.tray_cost import own_environment
from tests.desktop.conftest import Program
from tests.desktop.session import Desktop
from tests.support.faulty_server import FaultyServer, balance

RUNS = 15

PLAIN = """
import ssl, sys
import httpx, keyring, truststore
secret = keyring.get_password("deepvue-tray", "live_1")
with httpx.Client(verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
    headers = {"client-id": "live_1", "x-api-key": secret}
    response = client.get(sys.argv[1] + "/v1/internal/wallet-balance", headers=headers)
print(response.json()["current_balance"])
"""


def fill(history: History) -> None:
    now = datetime.now(UTC)
    count = timedelta(weeks=8) // timedelta(minutes=5)
    history.merge(
        "live_1",
        (
            Reading(at=now - n * timedelta(minutes=5), balance=Decimal(6448 + 2 * n))
            for n in range(count, 0, -1)
        ),
    )
    history.close()


def timed(desktop: Desktop, url: str, command: Sequence[str]) -> float:
    """Run a program that must print the balance; return its run time in seconds."""
    env = desktop.env | {"DEEPVUE_BASE_URL": url}
    start = time.perf_counter()
    result = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    assert "6448" in result.stdout, result.stderr
    return seconds


def rows() -> Iterator[Row]:
    """Run both in turn, so that other load on the machine affects both."""
    with (
        own_environment() as python,
        tempfile.TemporaryDirectory() as folder,
        FaultyServer(balance(6448)) as server,
        Desktop(Path(folder), panel=None) as desktop,
    ):
        assert Program(desktop, server.url).login("live_1", "s3cr3t-value").returncode == 0
        data = Path(desktop.env["HOME"], ".local", "share", "deepvue-tray")
        fill(History(data / "history.sqlite"))
        commands = {
            "plain": [python, "-c", PLAIN, server.url],
            "check": [python, "-m", "deepvue_tray", "check"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(1000 * timed(desktop, server.url, command))
    check, plain = statistics.median(times["check"]), statistics.median(times["plain"])
    yield Row("check, start to end", "ms", check, plain, "a plain script", "≤ 1.3")


if __name__ == "__main__":
    show(rows())
