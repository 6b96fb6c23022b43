"""What ``check`` says of a snapshot, in three formats.

- One line as in the Monitoring Plugins' guidelines: text, then performance data after a bar.
- One JSON object; docs/check.md describes it, and SCHEMA counts its incompatible changes.
- Metrics in Prometheus' text-based exposition format, version 0.0.4.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum

from deepvue_tray.core.duration import rough
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import Reading, as_number, rounded_for_display
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.services.readings_csv import timestamp

SCHEMA = 1

_DAY = timedelta(days=1)


class Status(IntEnum):
    """The exit status of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_STATUS = {
    Level.UNKNOWN: Status.UNKNOWN,
    Level.OK: Status.OK,
    Level.LOW: Status.WARNING,
    Level.CRITICAL: Status.CRITICAL,
    Level.EMPTY: Status.CRITICAL,
}


def status_of(snapshot: Snapshot) -> Status:
    """Return what a snapshot means to a monitor: a failed attempt tells nothing."""
    return Status.UNKNOWN if snapshot.trouble else _STATUS[snapshot.level]


def plugin_line(snapshot: Snapshot, now: datetime) -> str:
    """Return the plugin's line: ``DEEPVUE OK - 6448 credits, about 11 days left | …``."""
    said = [str(snapshot.trouble)] if snapshot.trouble else []
    if snapshot.reading and snapshot.trouble:
        said.append(f"Last known: {_balance(snapshot.reading)} at {timestamp(snapshot.reading.at)}")
    elif snapshot.reading:
        said.append(f"{_balance(snapshot.reading)}, {_runway(snapshot, now)}")
    if snapshot.storage:
        said.append(str(snapshot.storage))
    # A bar begins the performance data.
    text = " ".join(". ".join(part.rstrip(".") for part in said).replace("|", "/").split())
    line = f"DEEPVUE {status_of(snapshot).name} - {text}"
    data = "" if snapshot.trouble else f" | {' '.join(_performance(snapshot, now))}"
    return f"{line}{data}\n"


def json_object(snapshot: Snapshot, now: datetime) -> str:
    """Return the JSON object, on one line."""
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.settings
    told = {
        "schema": SCHEMA,
        "status": status_of(snapshot).name,
        "level": snapshot.level.value,
        "condition": snapshot.condition.value,
        "client_id": snapshot.client_id,
        "balance": as_number(reading.balance) if reading else None,
        "at": timestamp(reading.at) if reading else None,
        "full": None if snapshot.peak is None else as_number(snapshot.peak),
        "runway": _json_runway(runway, now) if runway else None,
        "thresholds": {
            "warning": limits.low,
            "critical": limits.critical,
            "warning_days": limits.low_days,
            "critical_days": limits.critical_days,
        },
        "trouble": _json_trouble(snapshot.trouble),
        "storage": _json_trouble(snapshot.storage),
    }
    return json.dumps(told) + "\n"


def metrics(snapshot: Snapshot, now: datetime) -> str:
    """Return the metrics; what is not known has none."""
    return "".join(
        f"# HELP deepvue_{name} {about}\n# TYPE deepvue_{name} gauge\n"
        + "".join(
            f"deepvue_{name}{{{_labels(snapshot.client_id, severity)}}} {value}\n"
            for severity, value in values.items()
        )
        for name, about, values in _gauges(snapshot, now)
        if values
    )


_Gauge = tuple[str, str, Mapping[str, object]]
"""Its name, what it says, and its values by severity; an empty one for that which has none."""


def _gauges(snapshot: Snapshot, now: datetime) -> Iterator[_Gauge]:
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.settings
    yield "up", "Whether the last attempt brought a balance.", {"": int(not snapshot.trouble)}
    if reading:
        yield "balance_credits", "Credits left at the last reading.", {"": f"{reading.balance:f}"}
        reading_time_text = round(reading.at.timestamp(), 3)
        yield "reading_timestamp_seconds", "When that was, since 1970.", {"": reading_time_text}
    if runway:
        for name, about, at in zip(
            ("runway_seconds", "runway_earliest_seconds", "runway_latest_seconds"),
            (
                "Time until the wallet is empty, in the median; a year means a year or more.",
                "It lasts longer than this in nine cases of ten.",
                "It lasts shorter than this in nine cases of ten; a year means a year or more.",
            ),
            (runway.empty_at, runway.earliest, runway.latest),
            strict=True,
        ):
            yield name, about, {"": round((at - now).total_seconds())}
        burn = runway.burn_rate / _DAY.total_seconds()
        yield "burn_credits_per_second", "Mean spending of the last week.", {"": burn}
    yield (
        "threshold_credits",
        "The wallet is low (warning) or critical at or below this.",
        _by_severity(limits.low, limits.critical),
    )
    yield (
        "threshold_runway_seconds",
        "The wallet is low (warning) or critical where it may last no longer than this.",
        _by_severity(limits.low_days, limits.critical_days, _DAY.total_seconds()),
    )


def _by_severity(warning: int | None, critical: int | None, unit: float = 1) -> dict[str, object]:
    limits = {"warning": warning, "critical": critical}
    return {name: f"{limit * unit:.0f}" for name, limit in limits.items() if limit is not None}


FORMATS: Mapping[str, Callable[[Snapshot, datetime], str]] = {
    "plugin": plugin_line,
    "json": json_object,
    "prometheus": metrics,
}


def _balance(reading: Reading) -> str:
    amount = f"{rounded_for_display(reading.balance):f}"
    return f"{amount} credit{'' if reading.balance == 1 else 's'}"


def _runway(snapshot: Snapshot, now: datetime) -> str:
    if snapshot.level is Level.EMPTY:
        return "empty"
    if snapshot.runway is None:
        return "gathering data"
    left = snapshot.runway.empty_at - now
    if left >= HORIZON:
        return "more than a year left"
    count, unit = rough(left)
    return f"about {count} {unit.value}{'' if count == 1 else 's'} left"


def _performance(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.settings
    if reading:
        yield f"balance={reading.balance:f};{_limit(limits.low)};{_limit(limits.critical)};0"
    if runway:
        early, middle, late = (round((at - now).total_seconds()) for at in _ends(runway))
        warning, critical = (
            _limit(days, _DAY.total_seconds()) for days in (limits.low_days, limits.critical_days)
        )
        yield f"runway_early={early}s;{warning};{critical};0"
        yield f"runway={middle}s;;;0"
        yield f"runway_late={late}s;;;0"


def _limit(threshold: int | None, unit: float = 1) -> str:
    return "" if threshold is None else f"{threshold * unit:.0f}"


def _ends(runway: Runway) -> tuple[datetime, datetime, datetime]:
    return runway.earliest, runway.empty_at, runway.latest


def _json_runway(runway: Runway, now: datetime) -> dict[str, str | float | None]:
    named = zip(("earliest", "empty_at", "latest"), _ends(runway), strict=True)
    moments = {name: timestamp(at) if at - now < HORIZON else None for name, at in named}
    return {**moments, "burn_per_day": round(runway.burn_rate, 3)}


def _json_trouble(trouble: DeepvueError | None) -> dict[str, str] | None:
    if trouble is None:
        return None
    return {"title": trouble.title, "detail": trouble.detail, "remedy": trouble.remedy}


def _labels(client_id: str, severity: str) -> str:
    escaped = client_id.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'client_id="{escaped}"' + (f',severity="{severity}"' if severity else "")
