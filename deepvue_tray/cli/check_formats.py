"""The output of ``check`` in three formats.

- One line as in the Monitoring Plugins' guidelines: text, a vertical bar, performance data.
- One JSON object, documented in docs/check.md; incompatible changes increment SCHEMA.
- Metrics in Prometheus' text-based exposition format, version 0.0.4.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

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
    """Return a snapshot's status; UNKNOWN after a failed attempt."""
    return Status.UNKNOWN if snapshot.trouble else _STATUS[snapshot.level]


def plugin_line(snapshot: Snapshot, now: datetime) -> str:
    """Return the plugin's line: ``DEEPVUE OK - 6448 credits, about 11 days left | …``."""
    parts = [str(snapshot.trouble)] if snapshot.trouble else []
    if snapshot.reading and snapshot.trouble:
        parts.append(
            f"Last known: {_format_balance(snapshot.reading)} at {timestamp(snapshot.reading.at)}"
        )
    elif snapshot.reading:
        parts.append(f"{_format_balance(snapshot.reading)}, {_format_runway(snapshot, now)}")
    if snapshot.storage:
        parts.append(str(snapshot.storage))
    # A vertical bar would start the performance data.
    text = " ".join(". ".join(part.rstrip(".") for part in parts).replace("|", "/").split())
    line = f"DEEPVUE {status_of(snapshot).name} - {text}"
    data = "" if snapshot.trouble else f" | {' '.join(_performance(snapshot, now))}"
    return f"{line}{data}\n"


def json_object(snapshot: Snapshot, now: datetime) -> str:
    """Return the JSON object, on one line."""
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.settings
    content = {
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
    return json.dumps(content) + "\n"


def metrics(snapshot: Snapshot, now: datetime) -> str:
    """Return the metrics; unknown values are left out."""
    return "".join(
        f"# HELP deepvue_{gauge.name} {gauge.help}\n# TYPE deepvue_{gauge.name} gauge\n"
        + "".join(
            f"deepvue_{gauge.name}{{{_format_labels(snapshot.client_id, severity)}}} {value}\n"
            for severity, value in gauge.values.items()
        )
        for gauge in _gauges(snapshot, now)
        if gauge.values
    )


class _Gauge(NamedTuple):
    name: str
    help: str
    values: Mapping[str, object]
    """By the label ``severity``; an empty one means no label."""


def _gauges(snapshot: Snapshot, now: datetime) -> Iterator[_Gauge]:
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.settings
    yield _Gauge("up", "Whether the last attempt succeeded.", {"": int(not snapshot.trouble)})
    if reading:
        yield _Gauge(
            "balance_credits", "Credits left at the last reading.", {"": f"{reading.balance:f}"}
        )
        yield _Gauge(
            "reading_timestamp_seconds",
            "Time of the last reading, since 1970.",
            {"": round(reading.at.timestamp(), 3)},
        )
    if runway:
        for name, about, at in (
            (
                "runway_seconds",
                "Time until the wallet is empty, median; a year means a year or more.",
                runway.empty_at,
            ),
            (
                "runway_earliest_seconds",
                "The wallet lasts longer than this in nine cases of ten.",
                runway.earliest,
            ),
            (
                "runway_latest_seconds",
                "The wallet lasts shorter than this in nine cases of ten;"
                " a year means a year or more.",
                runway.latest,
            ),
        ):
            yield _Gauge(name, about, {"": round((at - now).total_seconds())})
        yield _Gauge(
            "burn_credits_per_second",
            "Mean spending of the last week.",
            {"": runway.burn_rate / _DAY.total_seconds()},
        )
    yield _Gauge(
        "threshold_credits",
        "The wallet is low (warning) or critical at or below this.",
        _by_severity(limits.low, limits.critical),
    )
    yield _Gauge(
        "threshold_runway_seconds",
        "The wallet is low (warning) or critical if it may last no longer than this.",
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


def _format_balance(reading: Reading) -> str:
    amount = f"{rounded_for_display(reading.balance):f}"
    return f"{amount} credit{'' if reading.balance == 1 else 's'}"


def _format_runway(snapshot: Snapshot, now: datetime) -> str:
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
        warning, critical = _format_limit(limits.low), _format_limit(limits.critical)
        yield f"balance={reading.balance:f};{warning};{critical};0"
    if runway:
        early, middle, late = (round((at - now).total_seconds()) for at in _ends(runway))
        warning, critical = (
            _format_limit(days, _DAY.total_seconds())
            for days in (limits.low_days, limits.critical_days)
        )
        yield f"runway_early={early}s;{warning};{critical};0"
        yield f"runway={middle}s;;;0"
        yield f"runway_late={late}s;;;0"


def _format_limit(threshold: int | None, unit: float = 1) -> str:
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


def _format_labels(client_id: str, severity: str) -> str:
    escaped = client_id.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'client_id="{escaped}"' + (f',severity="{severity}"' if severity else "")
