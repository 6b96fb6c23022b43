"""The time of day in which only the worst alerts notify."""

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class QuietTime:
    """A local time of day, which may pass midnight; the two times differ."""

    start: time
    """Naive, local."""
    end: time
    """The first time that is not quiet any more; naive, local."""

    def includes(self, now: datetime) -> bool:
        """Return whether an aware time is within it."""
        local = now.astimezone().time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end
