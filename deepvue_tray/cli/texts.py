"""The texts that several commands print, in English; times are local."""

from datetime import datetime, timedelta

from deepvue_tray.core.duration import Unit, rough
from deepvue_tray.core.forecast.runway import Runway, is_beyond_horizon
from deepvue_tray.core.reading import Reading, rounded_for_display
from deepvue_tray.core.snapshot import Level, Snapshot


def balance_text(reading: Reading) -> str:
    """Return ``6,448 credits``."""
    noun = "credit" if reading.balance == 1 else "credits"
    return f"{rounded_for_display(reading.balance):,f} {noun}"


def reading_text(reading: Reading) -> str:
    """Return ``6,448 credits at 14:05``."""
    return f"{balance_text(reading)} at {reading.at.astimezone():%H:%M}"


def runway_text(snapshot: Snapshot, now: datetime) -> str:
    """Return how long the credits last: ``about 11 days left``."""
    runway = snapshot.runway
    if snapshot.level is Level.EMPTY:
        return "empty"
    if runway is None:
        return "forecast after a day of use"
    if runway.empty_at <= now:
        return "may be empty by now"
    if is_beyond_horizon(runway.empty_at, now):
        return "more than a year left"
    return f"about {duration_text(runway.empty_at - now)} left"


def runway_range_text(runway: Runway, now: datetime) -> str:
    """Return the 80 % range of the runway, ``9 to 14 days``; empty if both ends are equal."""
    shortest = max(runway.earliest - now, timedelta(0))
    if is_beyond_horizon(runway.latest, now):
        return f"at least {duration_text(shortest)}"
    longest = runway.latest - now
    (count, unit), (last_count, last_unit) = rough(shortest), rough(longest)
    if (count, unit) == (last_count, last_unit):
        return ""
    start = str(count) if unit is last_unit else duration_text(shortest)
    return f"{start} to {duration_text(longest)}"


def duration_text(duration: timedelta) -> str:
    """Return a duration rounded to one unit: ``11 days``."""
    count, unit = rough(duration)
    return f"{count} {unit.value}{'' if count == 1 else 's'}"


def end_text(at: datetime, now: datetime) -> str:
    """Return the local day of a forecast, ``Fri 4 Dec``, with the time if it is near."""
    is_near = rough(at - now)[1] in (Unit.MINUTE, Unit.HOUR)
    return day_text(at, now) + (f"{at.astimezone(): %H:%M}" if is_near else "")


def day_text(at: datetime, now: datetime) -> str:
    """Return the local day, ``Fri 4 Dec``, with the year unless it is the current year."""
    local = at.astimezone()
    year = "" if local.year == now.astimezone().year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}"


def time_text(at: datetime, now: datetime) -> str:
    """Return the local time, ``14:05``, with the day unless it is the day of ``now``."""
    local = at.astimezone()
    is_today = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if is_today else f"{day_text(at, now)}, {local:%H:%M}"
