"""Alert commands that record the alerts which they get."""

import json
import sys
from pathlib import Path
from typing import Any

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
