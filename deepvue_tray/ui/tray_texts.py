"""The texts of the tray: the lines of its menu, and its tooltip."""

from collections.abc import Iterable
from datetime import datetime

from deepvue_tray.core.actions import Action
from deepvue_tray.core.forecast.runway import is_beyond_horizon
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui.formats import format_duration, format_number, format_time
from deepvue_tray.ui.texts import (
    action_label,
    caveats,
    format_balance,
    joined,
    level_text,
    prefixed,
    reading_time_text,
    runway_text,
    snooze_text,
)
from deepvue_tray.ui.translation import translate

MAX_TOOLTIP_LENGTH = 127
"""The maximum number of characters of a tooltip; Windows cuts the rest."""

MAX_NAME_LENGTH = 24
"""The maximum number of characters of a wallet's name in the menu and the tooltip."""


def refresh_label(overview: Overview, now: datetime) -> str:
    """Return the text of the refresh entry, ``Refresh (next try 08:41)`` during a pause.

    The server of each wallet that is not paused then demands one.
    """
    ends = [s.pause_until for s in overview.snapshots if not s.wallet.is_paused]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return action_label(Action.REFRESH)
    return translate("texts", "Refresh (next try {0})").format(format_time(min(known), now))


def snooze_title(overview: Overview, now: datetime) -> str:
    """Return the title of the snooze menu, with the end of a snooze that all wallets share."""
    states = {snooze_text(snapshot, now) for snapshot in overview.snapshots}
    return states.pop() if len(states) == 1 else translate("texts", "Snooze alerts")


def wallet_snooze_label(snapshot: Snapshot) -> str:
    """Return the text of the menu entry that snoozes or resumes the alerts of one wallet."""
    action = Action.RESUME if snapshot.snoozed else Action.SNOOZE_MORNING
    return prefixed(_short_name(snapshot), action_label(action))


def _shared_caveats(overview: Overview) -> list[str]:
    """Return the caveats that all wallets have, without those that are paused."""
    watched = [snapshot for snapshot in overview.snapshots if not snapshot.wallet.is_paused]
    first, *others = [caveats(snapshot) for snapshot in watched or overview.snapshots]
    return first if all(each == first for each in others) else []


def _own_caveat(snapshot: Snapshot, shared: list[str]) -> str:
    """Return the first caveat of a wallet; empty if it has only those that all share."""
    own = caveats(snapshot)
    return own[0] if own and own != shared else ""


def status_line(overview: Overview, now: datetime) -> str:
    """Return what is wrong with all wallets, ``as of 13:40 · No connection``; empty if nothing is.

    The time is that of the oldest balance.
    """
    shared = _shared_caveats(overview)
    if not shared:
        return ""
    watched = [snapshot for snapshot in overview.snapshots if not snapshot.wallet.is_paused]
    read = [each for each in watched or overview.snapshots if each.reading is not None]
    oldest = min(read, key=lambda each: each.reading.at if each.reading else now, default=None)
    return joined(reading_time_text(oldest, now) if oldest else "", *shared)


def menu_lines(
    overview: Overview, listed: Iterable[Snapshot], now: datetime, prefix: str
) -> list[str]:
    """Return a line for each of the ``listed`` wallets: ``6,448 credits, about 11 days left``.

    With several wallets it has the wallet's name and its own trouble; ``status_line`` has the
    trouble of all.
    """
    shared, lines = _shared_caveats(overview), []
    for snapshot in listed:
        balance, caveat = format_balance(snapshot), _own_caveat(snapshot, shared)
        if caveat:
            text = joined(balance, reading_time_text(snapshot, now), caveat)
        else:
            runway = runway_text(snapshot, now)
            text = joined(f"{balance}, {runway}" if runway else balance, level_text(snapshot.level))
        name = _short_name(snapshot) if overview.has_several else ""
        lines.append(prefixed(joined(prefix, name), text))
    return lines


def more_wallets_text(count: int) -> str:
    """Return that there are ``count`` wallets besides those that are listed."""
    return translate("texts", "and {0} more").format(count)


def environment_text(overview: Overview) -> str:
    """Return that other wallets are stored, but not watched because of the environment."""
    watched = {snapshot.client_id for snapshot in overview.snapshots}
    if overview.from_environment and not watched.issuperset(overview.settings.client_ids):
        return translate("texts", "Only the environment's wallet is watched")
    return ""


def tooltip_text(overview: Overview, now: datetime, prefix: str) -> str:
    """Return a summary of at most ``MAX_TOOLTIP_LENGTH`` characters.

    ``Deepvue · 6,448 credits · about 11 days left · 14:05``, or with several wallets
    ``Deepvue · Live 6,448, 11 days · Trial 120, low``. If not all fit, the worst come first.
    """
    head = prefix or "Deepvue"
    if overview.has_several:
        text = _several_text(overview, now, head)
    else:
        text = joined(head, _single_text(overview.worst, now), environment_text(overview))
    if len(text) > MAX_TOOLTIP_LENGTH:
        text = text[: MAX_TOOLTIP_LENGTH - 1] + "…"
    # Qt would take a name with a tag for HTML.
    return text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")


def _single_text(snapshot: Snapshot, now: datetime) -> str:
    if snapshot.reading is None:
        return joined(*caveats(snapshot))
    level, runway = level_text(snapshot.level), runway_text(snapshot, now)
    at = format_time(snapshot.reading.at, now)
    return joined(format_balance(snapshot), level, runway, at, *caveats(snapshot))


def _several_text(overview: Overview, now: datetime, head: str) -> str:
    shared, tail = _shared_caveats(overview), status_line(overview, now)

    def parts_of(wallets: Iterable[Snapshot]) -> list[str]:
        """Return the texts of the first wallets, at least of all that fit."""
        texts: list[str] = []
        for snapshot in wallets:
            texts.append(_wallet_text(snapshot, shared, now))
            if len(joined(head, *texts)) > MAX_TOOLTIP_LENGTH:
                break
        return texts

    text = joined(head, *parts_of(overview.snapshots), tail)
    if len(text) <= MAX_TOOLTIP_LENGTH:
        return text
    parts, count = parts_of(overview.worst_first), len(overview.snapshots)
    for shown in range(min(len(parts), count - 1), 0, -1):
        text = joined(head, *parts[:shown], more_wallets_text(count - shown), tail)
        if len(text) <= MAX_TOOLTIP_LENGTH:
            break
    return text


def _wallet_text(snapshot: Snapshot, shared: list[str], now: datetime) -> str:
    """Return a wallet in a few words: ``Live 6,448, 11 days`` or ``Trial 120, low``."""
    amount = format_number(snapshot.reading.balance) if snapshot.reading else "—"
    states = _with_commas("", level_text(snapshot.level), _own_caveat(snapshot, shared))
    return _with_commas(
        f"{_short_name(snapshot)} {amount}", states or _short_runway_text(snapshot, now)
    )


def _short_runway_text(snapshot: Snapshot, now: datetime) -> str:
    """Return how long the credits last, ``11 days``; empty without a forecast."""
    text, runway = runway_text(snapshot, now), snapshot.runway
    if snapshot.level is Level.EMPTY:
        return text
    if runway is None:
        return ""
    is_exact = now < runway.empty_at and not is_beyond_horizon(runway.empty_at, now)
    return format_duration(runway.empty_at - now) if is_exact else text


def _short_name(snapshot: Snapshot) -> str:
    name = snapshot.wallet.name
    return name if len(name) <= MAX_NAME_LENGTH else name[: MAX_NAME_LENGTH - 1] + "…"


def _with_commas(first: str, *others: str) -> str:
    """Return the parts that are not empty; all but the first begin with a small letter."""
    return ", ".join(filter(None, (first, *(each[:1].lower() + each[1:] for each in others))))
