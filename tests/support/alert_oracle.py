"""What a person must be told, worked out from the README's table of alerts alone.

It knows nothing of the program's own rules, state or files: only what was answered, when the
machine was awake, what could be written, and when the program died. Where a death leaves open
whether something was written, it goes on with both possibilities until one is ruled out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

HOUR = 3_600_000
DAY = 24 * HOUR
"""Milliseconds, as all times here."""

NOTICED_WITHIN = 60_000
"""How late the program may notice that the machine woke up."""

THRESHOLDS = {"low": (1000, 7), "critical": (250, 2)}
"""Credits and days, the defaults."""
MILDER = {"low": ["low"], "critical": ["low", "critical"], "empty": ["low", "critical", "empty"]}


@dataclass(frozen=True, slots=True)
class Mind:
    """What a program that forgets nothing would know."""

    last: tuple[int, float] | None = None
    """The last good answer: when, and the balance."""
    before: float | None = None
    """The balance of the one before."""
    spoken: frozenset[str] = frozenset()
    """Told, and nothing has happened since that would make it news."""
    owes_added: bool = False
    row: int = 0
    """How many answers in a row were of fast spending; below zero, of usual spending."""
    burned: int | None = None
    """When fast spending was told of last."""

    def after_answer(self, now: int, balance: float, days: float | None, fast: bool) -> "Mind":
        spoken = set(self.spoken) - {"rejected", "blind"}
        last = balance if self.last is None else self.last[1]
        returned = self.before is not None and last < balance <= self.before
        rose = balance - last >= max(1, last / 100) and not returned
        row = max(self.row, 0) + 1 if fast else min(self.row, 0) - 1
        for alert, (floor, least) in THRESHOLDS.items():
            safe = balance >= floor * 1.1 and days is not None and days >= least * 1.1
            if rose or (safe and not returned):
                spoken.discard(alert)
        if rose or (balance > 0 and not returned):
            spoken.discard("empty")
        if row <= -2:
            spoken.discard("burning")
        return replace(
            self,
            last=(now, balance),
            before=None if self.last is None else last,
            spoken=frozenset(spoken),
            owes_added=self.owes_added or rose,
            row=max(-2, min(row, 2)),
        )

    def due(self, now: int, balance: float, days: float | None) -> set[str]:
        """Return what is to be told after a good answer."""
        worst = "empty" if balance <= 0 else ""
        for alert in ("critical", "low"):
            floor, least = THRESHOLDS[alert]
            if not worst and (balance <= floor or (days is not None and days <= least)):
                worst = alert
        due = {worst} - {""} - self.spoken
        if self.owes_added:
            due.add("top_up")
        # A clock that was set back to before the last one counts as a day gone.
        rested = self.burned is None or not now - DAY < self.burned <= now
        if self.row == 2 and rested and "burning" not in self.spoken:
            due.add("burning")
        return due

    def having_told(self, alert: str, now: int) -> "Mind":
        if alert == "top_up":
            return replace(self, owes_added=False)
        spoken = self.spoken | set(MILDER.get(alert, [alert]))
        return replace(self, spoken=spoken, burned=now if alert == "burning" else self.burned)

    def having_lived(self, looks: Sequence["Look"]) -> "Mind":
        """Return what is known after these looks and what was told at each."""
        mind = self
        for poll in looks:
            if poll.balance is not None:
                mind = mind.after_answer(poll.now, poll.balance, poll.days, poll.fast)
            for alert in poll.told:
                mind = mind.having_told(alert, poll.now)
        return mind


@dataclass(slots=True)
class Look:
    """One request and what became of it, as far as it came to be known."""

    now: int
    """By the clock on the wall."""
    true_now: int
    """By a clock that nobody set."""
    balance: float | None = None
    """None after a failure."""
    refused: bool = False
    days: float | None = None
    """How long the balance lasts at least, as the program's forecast says."""
    fast: bool = False
    """Whether spending is fast, as the program measures it."""
    shown: bool = False
    """Whether the program lived to show the outcome."""
    written: bool = False
    """Whether it could write to the disk."""
    due: Sequence[str] = ()
    """What it raised."""
    taken: bool = True
    """Whether the desktop took notifications."""
    told: Sequence[str] = ()
    """What reached the person, in order."""
    kept: int = 0
    """How many of these it is known to have remembered."""


class Oracle:
    """Follows the answers, and collects in ``wrong`` what was told amiss.

    Beside what the program can know it keeps what the person knows, whom no death and no full disk
    makes forget: ``repeated`` are alerts that were no news to them, ``withheld`` are news that the
    program could not know of.
    """

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.expected: Counter[str] = Counter()
        self.repeated: list[str] = []
        self.withheld: list[str] = []
        self._minds = self._stored = frozenset({Mind()})
        self._person = Mind()
        self._readable = True
        self._unread: list[Look] = []
        self._awake_since = self._last_good = 0

    def woke(self, true_now: int) -> None:
        """Take note that the machine woke, or that its clock was set."""
        self._awake_since = true_now

    def started(self, true_now: int, recalled: tuple[int, float] | None, readable: bool) -> None:
        """Take note that the program started, and what it says was the last reading."""
        self._awake_since = true_now
        self._readable = readable
        self._unread.clear()
        if not readable:
            self._minds = frozenset({Mind()})
            return
        same = frozenset(mind for mind in self._stored if mind.last == recalled)
        # After a clock was set back, the last reading by its time is not the last that came.
        self._minds = self._stored = same or self._stored

    def looked(self, poll: Look) -> None:
        """Judge what was raised after one request."""
        if poll.written and not self._readable:
            self._readable = True
            self._minds = frozenset(mind.having_lived(self._unread) for mind in self._stored)
        raised = set(poll.due)
        fits: dict[Mind, set[str]] = {}
        amiss: dict[Mind, set[str]] = {}
        for mind in self._minds:
            after = self._after(mind, poll)
            must, may = self._due(after, poll)
            fitting = not poll.shown or must <= raised <= must | may
            (fits if fitting else amiss)[after] = must | (may & raised)
        if not fits:
            self.wrong.append(f"raised {raised}, expected {[*amiss.values()]}: {poll} {amiss}")
        complete = poll.shown and poll.taken and len(poll.told) == len(poll.due)
        self.expected.update(next(iter((fits or amiss).values())) if complete else poll.told)
        self._tell_person(poll)
        self._remember(frozenset(fits or amiss), poll)
        if poll.balance is not None and poll.shown:
            self._last_good = poll.true_now
        if not self._readable:
            self._unread.append(poll)

    def _tell_person(self, poll: Look) -> None:
        if not poll.shown:
            return
        self._person = self._after(self._person, poll)
        must, may = self._due(self._person, poll)
        self.repeated += sorted(set(poll.told) - must - may)
        self.withheld += sorted(must - set(poll.due))
        for alert in {*poll.told, *(must - set(poll.due))}:
            self._person = self._person.having_told(alert, poll.now)

    def _remember(self, minds: frozenset[Mind], poll: Look) -> None:
        steps = [minds]
        for alert in poll.told:
            steps.append(frozenset(mind.having_told(alert, poll.now) for mind in steps[-1]))
        self._minds = steps[-1]
        if not poll.written:
            return
        if not poll.shown:
            steps.insert(0, self._stored)
        self._stored = frozenset().union(*steps[poll.kept :])

    def _after(self, mind: Mind, poll: Look) -> Mind:
        if poll.balance is None:
            return mind
        return mind.after_answer(poll.now, poll.balance, poll.days, poll.fast)

    def _due(self, mind: Mind, poll: Look) -> tuple[set[str], set[str]]:
        """Return what must be told, and what may be."""
        if poll.balance is not None:
            return mind.due(poll.now, poll.balance, poll.days), set()
        if poll.refused:
            return {"rejected"} - mind.spoken, set()
        unseen = poll.true_now - max(self._awake_since, self._last_good)
        if unseen < HOUR or mind.spoken & {"blind", "rejected"}:
            return set(), set()
        return ({"blind"}, set()) if unseen >= HOUR + NOTICED_WITHIN else (set(), {"blind"})
