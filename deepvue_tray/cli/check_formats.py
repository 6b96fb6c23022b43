"""The output of ``check`` for people and scripts; that for Prometheus is in ``check_metrics``.

- As in the Monitoring Plugins' guidelines: text, a vertical bar, performance data; then the long
  output, with a line for each of several wallets.
- One JSON object, documented in docs/check.md: its schema says whether it is one wallet, or a list.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import chain

from deepvue_tray.backend.alert_message import runway_times
from deepvue_tray.cli.product_formats import product_objects
from deepvue_tray.cli.texts import runway_text
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.runway import Runway, is_beyond_horizon
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


def plugin_text(
    snapshots: Sequence[Snapshot],
    now: datetime,
    *,
    has_ranges: bool = True,
    has_details: bool = False,
) -> str:
    """Return the plugin's line, and of several wallets a line for each after it.

    The first line has all performance data: ``DEEPVUE OK - 6448 credits, about 11 days left | …``.
    Thresholds in it are ranges, or plain numbers without ``has_ranges``. ``has_details`` adds the
    wallets' values to the long output.
    """

    def details(snapshot: Snapshot) -> str:
        lines = _details(snapshot, now) if has_details else ()
        return "".join(f"  {_one_line(line)}\n" for line in lines)

    if len(snapshots) == 1:
        [snapshot] = snapshots
        text = _one_line(_summary(snapshot, now))
        data = _performance(snapshot, now, has_ranges=has_ranges)
        return _plugin_line(status_of(snapshot), text, data) + details(snapshot)
    polled = _polled(snapshots)
    data = chain.from_iterable(
        _performance(snapshot, now, f"{snapshot.wallet.name} ", has_ranges=has_ranges)
        for snapshot in polled
    )
    text = f"all {len(snapshots)} wallets are paused"
    if polled:
        ok = sum(status_of(snapshot) is Status.OK for snapshot in polled)
        text = f"{_named_summary(_worst(polled), now)} ({ok} of {len(polled)} wallets ok)"
    lines = (
        f"PAUSED - {_one_line(snapshot.wallet.name)}\n"
        if snapshot.wallet.is_paused
        else f"{status_of(snapshot).name} - {_named_summary(snapshot, now)}\n{details(snapshot)}"
        for snapshot in snapshots
    )
    return _plugin_line(worst_status(snapshots), text, data) + "".join(lines)


def _plugin_line(status: Status, text: str, data: Iterable[str]) -> str:
    return " | ".join(filter(None, (f"DEEPVUE {status.name} - {text}", " ".join(data)))) + "\n"


def _named_summary(snapshot: Snapshot, now: datetime) -> str:
    return _one_line(f"{snapshot.wallet.name}: {_summary(snapshot, now)}")


def _details(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """Yield the lines of a wallet's long output; times are UTC."""
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.wallet
    yield f"wallet: {limits.name}, client ID {snapshot.client_id}"
    if reading:
        yield f"read: {_format_balance(reading)} at {timestamp(reading.at)}"
    if runway:
        earliest, empty_at, latest = (
            "in a year or later" if is_beyond_horizon(at, now) else timestamp(at)
            for at in _ends(runway)
        )
        yield f"empty: {empty_at}, earliest {earliest}, latest {latest}"
        yield f"spending: {runway.burn_rate:.0f} credits a day"
    yield f"low: {_thresholds_text(limits.low, limits.low_days)}"
    yield f"critical: {_thresholds_text(limits.critical, limits.critical_days)}"


def _thresholds_text(balance: int | None, days: int | None) -> str:
    parts = [f"{balance} credits"] if balance is not None else []
    parts += [f"{days} days"] if days is not None else []
    return f"at or below {' or '.join(parts)}" if parts else "off"


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
    usage = snapshot.usage
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
        **({"products": product_objects(usage.week)} if usage else {}),
    }


def _format_balance(reading: Reading) -> str:
    amount = f"{rounded_for_display(reading.balance):f}"
    return f"{amount} credit{'' if reading.balance == 1 else 's'}"


def _performance(
    snapshot: Snapshot, now: datetime, prefix: str = "", *, has_ranges: bool
) -> Iterator[str]:
    """Yield the performance data; none if there is no new reading. A prefix begins each label."""
    reading, runway, limits = snapshot.reading, snapshot.runway, snapshot.wallet
    if snapshot.trouble or limits.is_paused:
        return

    def label(name: str) -> str:
        return f"'{(prefix + name).translate(_LABEL_ESCAPES)}'" if prefix else name

    start = "@0:" if has_ranges else ""
    if reading and reading.balance >= 0:
        thresholds = _format_thresholds(start, limits.low, limits.critical)
        yield f"{label('balance')}={reading.balance:f};{thresholds};0"
    elif reading:
        # The ranges include what is below zero, and so it is not the minimum.
        thresholds = _format_thresholds(start.replace("0", "~"), limits.low, limits.critical)
        yield f"{label('balance')}={reading.balance:f};{thresholds}"
    if runway:
        early, middle, late = (round((at - now).total_seconds()) for at in _ends(runway))
        thresholds = _format_thresholds(
            start, limits.low_days, limits.critical_days, _DAY.total_seconds()
        )
        yield f"{label('runway_early')}={early}s;{thresholds};0"
        yield f"{label('runway')}={middle}s;;;0"
        yield f"{label('runway_late')}={late}s;;;0"


def _format_thresholds(
    start: str, warning: int | None, critical: int | None, unit: float = 1
) -> str:
    return ";".join(
        "" if threshold is None else f"{start}{threshold * unit:.0f}"
        for threshold in (warning, critical)
    )


def _ends(runway: Runway) -> tuple[datetime, datetime, datetime]:
    return runway.earliest, runway.empty_at, runway.latest


def _json_runway(runway: Runway, now: datetime) -> dict[str, str | float | None]:
    return {**runway_times(runway, now), "burn_per_day": round(runway.burn_rate, 3)}


def _json_trouble(trouble: DeepvueError | None) -> dict[str, str] | None:
    if trouble is None:
        return None
    return {"title": trouble.title, "detail": trouble.detail, "remedy": trouble.remedy}
