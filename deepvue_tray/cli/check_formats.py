"""The output of ``check`` in three formats.

- As in the Monitoring Plugins' guidelines: text, a vertical bar, performance data; then a line for
  each of several wallets.
- One JSON object, documented in docs/check.md: its schema says whether it is one wallet, or a list.
- Metrics in Prometheus' text-based exposition format, version 0.0.4.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from deepvue_tray.cli.texts import runway_text
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import Reading, as_number, rounded_for_display
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.services.readings_csv import timestamp

WALLET_SCHEMA, LIST_SCHEMA = 1, 2
"""The schemas of the JSON object of one wallet, and of the list of several."""

_LABEL_ESCAPES = str.maketrans({"'": "''", "=": "%3D", "|": "%7C", "%": "%25"})
"""The guidelines double a quote, and do not allow the other characters in labels."""

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


_SEVERITIES = (Status.OK, Status.UNKNOWN, Status.WARNING, Status.CRITICAL)
"""From best to worst: a wallet that could not be read must not hide one that is low."""


def status_of(snapshot: Snapshot) -> Status:
    """Return a snapshot's status; UNKNOWN after a failed attempt, or without one."""
    if snapshot.trouble or snapshot.wallet.is_paused:
        return Status.UNKNOWN
    return _STATUS[snapshot.level]


def worst_status(snapshots: Sequence[Snapshot]) -> Status:
    """Return the status of the worst polled wallet; UNKNOWN if none was polled."""
    polled = _polled(snapshots)
    return status_of(_worst(polled)) if polled else Status.UNKNOWN


def _worst(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Return the snapshot with the worst status; of equal ones, the one that may end first."""

    def rank(snapshot: Snapshot) -> tuple[int, float]:
        earliest = snapshot.runway.earliest.timestamp() if snapshot.runway else math.inf
        return -_SEVERITIES.index(status_of(snapshot)), earliest

    return min(snapshots, key=rank)


def _polled(snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
    return [snapshot for snapshot in snapshots if not snapshot.wallet.is_paused]


def plugin_text(snapshots: Sequence[Snapshot], now: datetime) -> str:
    """Return the plugin's line, and of several wallets a line for each after it.

    The first line has all performance data: ``DEEPVUE OK - 6448 credits, about 11 days left | …``.
    """
    if len(snapshots) == 1:
        [snapshot] = snapshots
        text = _one_line(_summary(snapshot, now))
        return _plugin_line(status_of(snapshot), text, _performance(snapshot, now))
    polled = _polled(snapshots)
    data = chain.from_iterable(
        _performance(snapshot, now, f"{snapshot.wallet.name} ") for snapshot in polled
    )
    text = f"all {len(snapshots)} wallets are paused"
    if polled:
        ok = sum(status_of(snapshot) is Status.OK for snapshot in polled)
        text = f"{_named_summary(_worst(polled), now)} ({ok} of {len(polled)} wallets ok)"
    lines = (
        f"PAUSED - {_one_line(snapshot.wallet.name)}\n"
        if snapshot.wallet.is_paused
        else f"{status_of(snapshot).name} - {_named_summary(snapshot, now)}\n"
        for snapshot in snapshots
    )
    return _plugin_line(worst_status(snapshots), text, data) + "".join(lines)


def _plugin_line(status: Status, text: str, data: Iterable[str]) -> str:
    return " | ".join(filter(None, (f"DEEPVUE {status.name} - {text}", " ".join(data)))) + "\n"


def _named_summary(snapshot: Snapshot, now: datetime) -> str:
    return _one_line(f"{snapshot.wallet.name}: {_summary(snapshot, now)}")


def _summary(snapshot: Snapshot, now: datetime) -> str:
    parts = [str(snapshot.trouble)] if snapshot.trouble else []
    if snapshot.wallet.is_paused:
        parts = ['The wallet is paused. Switch on "Watch this wallet" in Settings.']
    if snapshot.reading and parts:
        parts.append(
            f"Last known: {_format_balance(snapshot.reading)} at {timestamp(snapshot.reading.at)}"
        )
    elif snapshot.reading:
        parts.append(f"{_format_balance(snapshot.reading)}, {runway_text(snapshot, now)}")
    if snapshot.storage:
        parts.append(str(snapshot.storage))
    return ". ".join(part.rstrip(".") for part in parts)


def _one_line(text: str) -> str:
    # A vertical bar would start the performance data.
    return " ".join(text.replace("|", "/").split())


def json_text(snapshots: Sequence[Snapshot], now: datetime) -> str:
    """Return one JSON object on one line: a wallet, or the list of several polled ones."""
    if len(snapshots) == 1:
        content = {"schema": WALLET_SCHEMA, **_json_wallet(snapshots[0], now)}
    else:
        content = {
            "schema": LIST_SCHEMA,
            "status": worst_status(snapshots).name,
            "wallets": [
                {"name": snapshot.wallet.name, **_json_wallet(snapshot, now)}
                for snapshot in _polled(snapshots)
            ],
        }
    return json.dumps(content) + "\n"


def _json_wallet(snapshot: Snapshot, now: datetime) -> dict[str, object]:
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.wallet
    return {
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


def metrics(snapshots: Sequence[Snapshot], now: datetime) -> str:
    """Return the metrics of the polled wallets; unknown values are left out."""
    # A metric's samples must follow each other, so they are collected by its name.
    samples: dict[str, list[str]] = {}
    helps: dict[str, str] = {}
    for snapshot in _polled(snapshots):
        for gauge in _gauges(snapshot, now):
            helps[gauge.name] = gauge.help
            samples.setdefault(gauge.name, []).extend(
                f"deepvue_{gauge.name}{{{_format_labels(snapshot, severity)}}} {value}\n"
                for severity, value in gauge.values.items()
            )
    return "".join(
        f"# HELP deepvue_{name} {helps[name]}\n# TYPE deepvue_{name} gauge\n{''.join(lines)}"
        for name, lines in samples.items()
        if lines
    )


class _Gauge(NamedTuple):
    name: str
    help: str
    values: Mapping[str, object]
    """By the label ``severity``; an empty one means no label."""


def _gauges(snapshot: Snapshot, now: datetime) -> Iterator[_Gauge]:
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.wallet
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


FORMATS: Mapping[str, Callable[[Sequence[Snapshot], datetime], str]] = {
    "plugin": plugin_text,
    "json": json_text,
    "prometheus": metrics,
}


def _format_balance(reading: Reading) -> str:
    amount = f"{rounded_for_display(reading.balance):f}"
    return f"{amount} credit{'' if reading.balance == 1 else 's'}"


def _performance(snapshot: Snapshot, now: datetime, prefix: str = "") -> Iterator[str]:
    """Yield the performance data; none if there is no new reading. A prefix begins each label."""
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.wallet
    if snapshot.trouble or limits.is_paused:
        return

    def label(name: str) -> str:
        return f"'{(prefix + name).translate(_LABEL_ESCAPES)}'" if prefix else name

    if reading:
        warning, critical = _format_limit(limits.low), _format_limit(limits.critical)
        yield f"{label('balance')}={reading.balance:f};{warning};{critical};0"
    if runway:
        early, middle, late = (round((at - now).total_seconds()) for at in _ends(runway))
        warning, critical = (
            _format_limit(days, _DAY.total_seconds())
            for days in (limits.low_days, limits.critical_days)
        )
        yield f"{label('runway_early')}={early}s;{warning};{critical};0"
        yield f"{label('runway')}={middle}s;;;0"
        yield f"{label('runway_late')}={late}s;;;0"


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


def _format_labels(snapshot: Snapshot, severity: str) -> str:
    labels = {"client_id": snapshot.client_id, "wallet": snapshot.wallet.name}
    if severity:
        labels["severity"] = severity
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
