"""The metrics of ``check`` in Prometheus' text-based exposition format, version 0.0.4.

Names and units follow Prometheus' conventions: base units, and timestamps instead of times since or
until. docs/check.md describes each metric.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from deepvue_tray.core.forecast.runway import Runway, is_beyond_horizon
from deepvue_tray.core.snapshot import Level, Snapshot

_DAY_S = timedelta(days=1).total_seconds()


class _Metric(NamedTuple):
    name: str
    help: str
    values: Mapping[str, object]
    """By the value of ``label``; an empty one means no label."""
    label: str = ""
    kind: str = "gauge"


def metrics(
    snapshots: Sequence[Snapshot],
    now: datetime,
    spent: Mapping[str, Mapping[str, Decimal]] = MappingProxyType({}),
) -> str:
    """Return the metrics of the polled wallets; unknown values are left out.

    ``spent`` are the credits spent on each product since the first usage report, by client ID.
    """
    # A metric's samples must follow each other, so they are collected by its name.
    samples: dict[str, list[str]] = {}
    known: dict[str, _Metric] = {}
    for snapshot in snapshots:
        if snapshot.wallet.is_paused:
            continue
        products = spent.get(snapshot.client_id, {})
        for metric in (*_gauges(snapshot, now), _spending(products)):
            known[metric.name] = metric
            samples.setdefault(metric.name, []).extend(_samples(metric, snapshot))
    return "".join(
        f"# HELP deepvue_{name} {known[name].help}\n"
        f"# TYPE deepvue_{name} {known[name].kind}\n{''.join(lines)}"
        for name, lines in samples.items()
        if lines
    )


def _samples(metric: _Metric, snapshot: Snapshot) -> Iterator[str]:
    wallet = {"client_id": snapshot.client_id, "wallet": snapshot.wallet.name}
    for label, value in metric.values.items():
        labels = wallet | ({metric.label: label} if label else {})
        text = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"deepvue_{metric.name}{{{text}}} {value}\n"


def _spending(spent: Mapping[str, Decimal]) -> _Metric:
    return _Metric(
        "spent_credits_total",
        "Credits spent on a product since the first usage report.",
        {product: f"{amount:f}" for product, amount in spent.items()},
        "product",
        "counter",
    )


def _gauges(snapshot: Snapshot, now: datetime) -> Iterator[_Metric]:
    reading, limits = snapshot.reading, snapshot.wallet
    yield _Metric("up", "Whether the last attempt succeeded.", {"": int(not snapshot.trouble)})
    yield _Metric(
        "level",
        "1 for the level of the last reading by the thresholds, 0 for the others.",
        {level.value: int(level is snapshot.level) for level in Level},
        "level",
    )
    if reading:
        yield _Metric(
            "balance_credits", "Credits left at the last reading.", {"": f"{reading.balance:f}"}
        )
        yield _Metric(
            "reading_timestamp_seconds",
            "Time of the last reading, since 1970.",
            {"": round(reading.at.timestamp(), 3)},
        )
    if snapshot.runway:
        yield from _forecast_gauges(snapshot.runway, now)
    yield _Metric(
        "threshold_credits",
        "The wallet is low (warning) or critical at or below this.",
        _by_severity(limits.low, limits.critical),
        "severity",
    )
    yield _Metric(
        "threshold_runway_seconds",
        "The wallet is low (warning) or critical if it may last no longer than this.",
        _by_severity(limits.low_days, limits.critical_days, _DAY_S),
        "severity",
    )


def _forecast_gauges(runway: Runway, now: datetime) -> Iterator[_Metric]:
    ends = (
        ("", "the median of the forecast", runway.empty_at),
        ("_earliest", "the wallet lasts longer in nine cases of ten", runway.earliest),
        ("_latest", "the wallet lasts shorter in nine cases of ten", runway.latest),
    )
    for end, meaning, at in ends:
        yield _Metric(
            f"empty{end}_timestamp_seconds",
            f"Time when the wallet is empty, since 1970: {meaning}; +Inf: in a year or later.",
            {"": "+Inf" if is_beyond_horizon(at, now) else round(at.timestamp())},
        )
    for end, meaning, at in ends:
        yield _Metric(
            f"runway{end}_seconds",
            f"Deprecated, use deepvue_empty{end}_timestamp_seconds - time(): {meaning}.",
            {"": round((at - now).total_seconds())},
        )
    yield _Metric(
        "burn_credits_per_second",
        "Mean spending of the last week.",
        {"": runway.burn_rate / _DAY_S},
    )


def _by_severity(warning: int | None, critical: int | None, unit: float = 1) -> dict[str, object]:
    limits = {"warning": warning, "critical": critical}
    return {name: f"{limit * unit:.0f}" for name, limit in limits.items() if limit is not None}


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
