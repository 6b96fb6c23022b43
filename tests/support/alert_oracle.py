"""Expected notifications, computed only from the table of alerts in docs/alerts.md.

The oracle does not use the program's rules, state or files. Its input is the server's responses,
and when the machine was awake, the disk was full, and the program was killed. If a kill leaves open
whether something was stored, the oracle follows both possibilities until one is ruled out.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

HOUR = 3_600_000
DAY = 24 * HOUR
"""Milliseconds, as all times in this module."""

NOTICED_WITHIN = 60_000
"""How late the program may notice that the machine woke up, in milliseconds."""

OFF = -math.inf
"""A threshold that is switched off."""

Thresholds = tuple[tuple[str, float, float], ...]
"""The credits and the days of each alert, the worst first."""

DEFAULTS: Thresholds = (("critical", 250, 2), ("low", 1000, 7))
MILDER = {"low": ["low"], "critical": ["low", "critical"], "empty": ["low", "critical", "empty"]}


@dataclass(frozen=True, slots=True)
class Memory:
    """The state of a program that never loses it."""

    thresholds: Thresholds = DEFAULTS
    last: tuple[int, float] | None = None
    """Time and balance of the last good response."""
    before: float | None = None
    """The balance of the response before that."""
    notified: frozenset[str] = frozenset()
    """Alerts that were notified and may not be repeated yet."""
    top_up_pending: bool = False
    row: int = 0
    """How many responses in a row had fast spending; negative: usual spending."""
    fast_spending_at: int | None = None
    """When fast spending was last notified."""

    def after_response(self, now: int, balance: float, days: float | None, fast: bool) -> "Memory":
        notified = set(self.notified) - {"rejected", "no_data"}
        last = balance if self.last is None else self.last[1]
        returned = self.before is not None and last < balance <= self.before
        rose = balance - last >= max(1, last / 100) and not returned
        row = max(self.row, 0) + 1 if fast else min(self.row, 0) - 1
        for alert, floor, least in self.thresholds:
            is_far = days >= least * 1.1 if days is not None else least == OFF
            safe = is_far and balance >= floor * 1.1
            if rose or (safe and not returned):
                notified.discard(alert)
        if rose or (balance > 0 and not returned):
            notified.discard("empty")
        if row <= -2:
            notified.discard("fast_spending")
        return replace(
            self,
            last=(now, balance),
            before=None if self.last is None else last,
            notified=frozenset(notified),
            top_up_pending=self.top_up_pending or rose,
            row=max(-2, min(row, 2)),
        )

    def to_notify(self, now: int, balance: float, days: float | None) -> set[str]:
        """Return the alerts to notify after a good response."""
        worst = "empty" if balance <= 0 else ""
        for alert, floor, least in self.thresholds:
            if not worst and (balance <= floor or (days is not None and days <= least)):
                worst = alert
        alerts = {worst} - {""} - self.notified
        if self.top_up_pending:
            alerts.add("top_up")
        # If the clock was set back to before the last one, a day counts as over.
        rested = self.fast_spending_at is None or not now - DAY < self.fast_spending_at <= now
        if self.row == 2 and rested and "fast_spending" not in self.notified:
            alerts.add("fast_spending")
        return alerts

    def after_notification(self, alert: str, now: int) -> "Memory":
        if alert == "top_up":
            return replace(self, top_up_pending=False)
        notified = self.notified | set(MILDER.get(alert, [alert]))
        return replace(
            self,
            notified=notified,
            fast_spending_at=now if alert == "fast_spending" else self.fast_spending_at,
        )

    def after_polls(self, polls: Sequence["Poll"]) -> "Memory":
        """Return the memory after these polls and their notifications."""
        memory = self
        for poll in polls:
            if poll.balance is not None:
                memory = memory.after_response(poll.now, poll.balance, poll.days, poll.fast)
            for alert in poll.notified:
                memory = memory.after_notification(alert, poll.now)
        return memory


@dataclass(slots=True)
class Poll:
    """One poll and its known outcome."""

    now: int
    """The time of day on the machine."""
    true_now: int
    """The time on a clock that cannot be set."""
    balance: float | None = None
    """None after a failure."""
    refused: bool = False
    days: float | None = None
    """The early end of the program's forecast."""
    fast: bool = False
    """Whether the program detected fast spending."""
    shown: bool = False
    """Whether the program showed the outcome before it was killed."""
    written: bool = False
    """Whether the program could write to the disk."""
    to_notify: Sequence[str] = ()
    """The alerts that the program raised."""
    accepted: bool = True
    """Whether the desktop accepted notifications."""
    notified: Sequence[str] = ()
    """The alerts that reached the person, in order."""
    saved: int = 0
    """How many of these the program is known to have stored as notified."""


class Oracle:
    """Checks each poll of one wallet, and collects wrong notifications in ``wrong``.

    It tracks what the program can know, and separately what the person knows, whose memory survives
    kills and full disks: ``repeated`` are alerts that the person had seen already, ``withheld`` are
    alerts that the person missed because the program had lost its state.
    """

    def __init__(self, thresholds: Thresholds = DEFAULTS) -> None:
        self._nothing = Memory(thresholds)
        self.wrong: list[str] = []
        self.expected: Counter[str] = Counter()
        self.repeated: list[str] = []
        self.withheld: list[str] = []
        self._memories = self._stored = frozenset({self._nothing})
        self._person = self._nothing
        self._readable = True
        self._unread: list[Poll] = []
        self._awake_since = self._last_good = 0

    def woke(self, true_now: int) -> None:
        """Record that the machine woke up, or that its clock was set."""
        self._awake_since = true_now

    def started(self, true_now: int, loaded: tuple[int, float] | None, readable: bool) -> None:
        """Record that the program started, and the last reading that it loaded."""
        self._awake_since = true_now
        self._readable = readable
        self._unread.clear()
        if not readable:
            self._memories = frozenset({self._nothing})
            return
        same = frozenset(memory for memory in self._stored if memory.last == loaded)
        # After the clock was set back, the newest reading by time is not the latest response.
        self._memories = self._stored = same or self._stored

    def check(self, poll: Poll) -> None:
        """Check the alerts that the program raised after one poll."""
        if poll.written and not self._readable:
            self._readable = True
            self._memories = frozenset(memory.after_polls(self._unread) for memory in self._stored)
        raised = set(poll.to_notify)
        matching: dict[Memory, set[str]] = {}
        other: dict[Memory, set[str]] = {}
        for memory in self._memories:
            after = self._after(memory, poll)
            must, may = self._to_notify(after, poll)
            matches = not poll.shown or must <= raised <= must | may
            (matching if matches else other)[after] = must | (may & raised)
        if not matching:
            self.wrong.append(f"raised {raised}, expected {[*other.values()]}: {poll} {other}")
        complete = poll.shown and poll.accepted and len(poll.notified) == len(poll.to_notify)
        self.expected.update(
            next(iter((matching or other).values())) if complete else poll.notified
        )
        self._update_person(poll)
        self._remember(frozenset(matching or other), poll)
        if poll.balance is not None and poll.shown:
            self._last_good = poll.true_now
        if not self._readable:
            self._unread.append(poll)

    def _update_person(self, poll: Poll) -> None:
        if not poll.shown:
            return
        self._person = self._after(self._person, poll)
        must, may = self._to_notify(self._person, poll)
        self.repeated += sorted(set(poll.notified) - must - may)
        self.withheld += sorted(must - set(poll.to_notify))
        for alert in {*poll.notified, *(must - set(poll.to_notify))}:
            self._person = self._person.after_notification(alert, poll.now)

    def _remember(self, memories: frozenset[Memory], poll: Poll) -> None:
        steps = [memories]
        for alert in poll.notified:
            steps.append(
                frozenset(memory.after_notification(alert, poll.now) for memory in steps[-1])
            )
        self._memories = steps[-1]
        if not poll.written:
            return
        if not poll.shown:
            steps.insert(0, self._stored)
        self._stored = frozenset().union(*steps[poll.saved :])

    def _after(self, memory: Memory, poll: Poll) -> Memory:
        if poll.balance is None:
            return memory
        return memory.after_response(poll.now, poll.balance, poll.days, poll.fast)

    def _to_notify(self, memory: Memory, poll: Poll) -> tuple[set[str], set[str]]:
        """Return the alerts that must be notified, and those that may be."""
        if poll.balance is not None:
            return memory.to_notify(poll.now, poll.balance, poll.days), set()
        if poll.refused:
            return {"rejected"} - memory.notified, set()
        unseen = poll.true_now - max(self._awake_since, self._last_good)
        if unseen < HOUR or memory.notified & {"no_data", "rejected"}:
            return set(), set()
        return ({"no_data"}, set()) if unseen >= HOUR + NOTICED_WITHIN else (set(), {"no_data"})
