"""Alert commands that record the alerts which they get."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepvue_tray.backend.backend import Backend

_RECORD = """
import sys
from pathlib import Path
message, folder = sys.stdin.read(), Path(sys.argv[1])
with (folder / "alerts").open("a") as alerts:
    alerts.write(message)
if (folder / "reason").exists():
    sys.exit((folder / "reason").read_text())
"""


class RecordingCommand:
    """A real command that appends each alert to a file; ``reason`` makes it fail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.command = (sys.executable, "-c", _RECORD, str(folder))

    def fail(self, reason: str) -> None:
        """Let it fail with this line on its standard error."""
        (self._folder / "reason").write_text(reason)

    def succeed(self) -> None:
        """Let it succeed."""
        (self._folder / "reason").unlink(missing_ok=True)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All that it got, also when it failed."""
        path = self._folder / "alerts"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def alerts(self) -> list[str]:
        """The names of the alerts that it got."""
        return [message["alert"] for message in self.messages]


def set_alert_command(backend: Backend, command: tuple[str, ...]) -> None:
    """Save a command, as the settings window does."""
    settings = backend.accounts.settings
    changed = replace(settings, alert_command=command)
    asyncio.run(backend.save(settings, changed, start_at_login=False))
