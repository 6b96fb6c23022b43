"""The metrics of ``check`` in Prometheus' text-based exposition format, version 0.0.4.

Names and units follow Prometheus' conventions: base units, and timestamps instead of times since or
until. docs/check.md describes each metric.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from deepvue_tray.core.forecast.runway import Runway, is_beyond_horizon
from deepvue_tray.core.snapshot import Level, Snapshot

_DAY_S = timedelta(days=1).total_seconds()


class _Gauge(NamedTuple):
    name: str
    help: str
    values: Mapping[str, object]
    """By the value of ``label``; an empty one means no label."""
    label: str = ""


def metrics(snapshots: Sequence[Snapshot], now: datetime) -> str:
    """Return the metrics of the polled wallets; unknown values are left out."""
    # A metric's samples must follow each other, so they are collected by its name.
    samples: dict[str, list[str]] = {}
    helps: dict[str, str] = {}
    for snapshot in snapshots:
        if snapshot.wallet.is_paused:
            continue
        for gauge in _gauges(snapshot, now):
            helps[gauge.name] = gauge.help
            samples.setdefault(gauge.name, []).extend(_samples(gauge, snapshot))
    return "".join(
        f"# HELP deepvue_{name} {helps[name]}\n# TYPE deepvue_{name} gauge\n{''.join(lines)}"
        for name, lines in samples.items()
        if lines
    )


def _samples(gauge: _Gauge, snapshot: Snapshot) -> Iterator[str]:
    wallet = {"client_id": snapshot.client_id, "wallet": snapshot.wallet.name}
    for label, value in gauge.values.items():
        labels = wallet | ({gauge.label: label} if label else {})
        text = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"deepvue_{gauge.name}{{{text}}} {value}\n"


def _gauges(snapshot: Snapshot, now: datetime) -> Iterator[_Gauge]:
    reading, limits = snapshot.reading, snapshot.wallet
    yield _Gauge("up", "Whether the last attempt succeeded.", {"": int(not snapshot.trouble)})
    yield _Gauge(
        "level",
        "1 for the level of the last reading by the thresholds, 0 for the others.",
        {level.value: int(level is snapshot.level) for level in Level},
        "level",
    )
    if reading:
        yield _Gauge(
            "balance_credits", "Credits left at the last reading.", {"": f"{reading.balance:f}"}
        )
        yield _Gauge(
            "reading_timestamp_seconds",
            "Time of the last reading, since 1970.",
            {"": round(reading.at.timestamp(), 3)},
        )
    if snapshot.runway:
        yield from _forecast_gauges(snapshot.runway, now)
    yield _Gauge(
        "threshold_credits",
        "The wallet is low (warning) or critical at or below this.",
        _by_severity(limits.low, limits.critical),
        "severity",
    )
    yield _Gauge(
        "threshold_runway_seconds",
        "The wallet is low (warning) or critical if it may last no longer than this.",
        _by_severity(limits.low_days, limits.critical_days, _DAY_S),
        "severity",
    )


def _forecast_gauges(runway: Runway, now: datetime) -> Iterator[_Gauge]:
    ends = (
        ("", "the median of the forecast", runway.empty_at),
        ("_earliest", "the wallet lasts longer in nine cases of ten", runway.earliest),
        ("_latest", "the wallet lasts shorter in nine cases of ten", runway.latest),
    )
    for end, meaning, at in ends:
        yield _Gauge(
            f"empty{end}_timestamp_seconds",
            f"Time when the wallet is empty, since 1970: {meaning}; +Inf: in a year or later.",
            {"": "+Inf" if is_beyond_horizon(at, now) else round(at.timestamp())},
        )
    for end, meaning, at in ends:
        yield _Gauge(
            f"runway{end}_seconds",
            f"Deprecated, use deepvue_empty{end}_timestamp_seconds - time(): {meaning}.",
            {"": round((at - now).total_seconds())},
        )
    yield _Gauge(
        "burn_credits_per_second",
        "Mean spending of the last week.",
        {"": runway.burn_rate / _DAY_S},
    )


def _by_severity(warning: int | None, critical: int | None, unit: float = 1) -> dict[str, object]:
    limits = {"warning": warning, "critical": critical}
    return {name: f"{limit * unit:.0f}" for name, limit in limits.items() if limit is not None}


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
