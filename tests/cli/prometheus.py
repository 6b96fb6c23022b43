"""A real Prometheus that scrapes a real node exporter with a folder of metrics."""

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.support.external_program import external_program
from tests.support.timeouts import TIMEOUT_S

_CONFIGURATION = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: node
    static_configs: [targets: ['{exporter}']]
"""

Sample = Mapping[str, str]
"""The labels of a result."""


class Prometheus:
    """A running server."""

    def __init__(self, address: str) -> None:
        self._address = address

    def query(self, expression: str) -> Sequence[Sample]:
        """Return the labels of each result of an expression."""
        result = self._get("query", query=expression)["result"]
        return [found["metric"] for found in result]

    def rules(self) -> Sequence[Mapping[str, Any]]:
        """Return the alert rules; each has a ``name`` and a ``query``."""
        [group] = self._get("rules")["groups"]
        rules: Sequence[Mapping[str, Any]] = group["rules"]
        return rules

    def wait_for(self, expression: str) -> Sequence[Sample]:
        """Wait until an expression has results, and return them."""
        end = time.monotonic() + TIMEOUT_S
        while not (found := self.query(expression)):
            assert time.monotonic() < end, expression
            time.sleep(0.05)
        return found

    def _get(self, path: str, **parameters: str) -> Any:
        url = f"http://{self._address}/api/v1/{path}?{urlencode(parameters)}"
        with urlopen(url, timeout=TIMEOUT_S) as response:
            return json.load(response)["data"]


@contextmanager
def scraping(textfiles: Path, rules: Path, folder: Path) -> Iterator[Prometheus]:
    """Run both programs, with alert rules, until the context ends; data is in ``folder``."""
    with ExitStack() as stack:
        exporter = stack.enter_context(
            _listening(
                external_program("prometheus-node-exporter", "prometheus-node-exporter"),
                "--collector.disable-defaults",
                "--collector.textfile",
                f"--collector.textfile.directory={textfiles}",
            )
        )
        configuration = folder / "prometheus.yml"
        configuration.write_text(_CONFIGURATION.format(rules=rules, exporter=exporter))
        address = stack.enter_context(
            _listening(
                external_program("prometheus", "prometheus"),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                ready="Server is ready",
            )
        )
        yield Prometheus(address)


@contextmanager
def _listening(*command: str, ready: str = "Listening on") -> Iterator[str]:
    """Run a program on a free port of loopback until the context ends; return its address.

    ``ready`` is the text in its log, at or after its address, that says it answers.
    """
    with subprocess.Popen(
        [*command, "--web.listen-address=127.0.0.1:0"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            log = ""
            for line in process.stderr:
                log += line
                if ready in line:
                    break
            found = re.search(r'msg="?Listening on"? address=(\S+)', log)
            assert found, log
            yield found[1]
        finally:
            process.terminate()
            # Without a reader, a full pipe would keep it from ending.
            process.stderr.read()
