"""All wallets at one moment, which every view shows."""

from dataclasses import dataclass, field

from deepvue_tray.core.errors import Condition
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Level, Snapshot

_REFUSED = {Condition.REJECTED, Condition.INACTIVE}
_LEVEL_RANKS = {Level.EMPTY: 1, Level.CRITICAL: 2, Level.LOW: 3}
_TROUBLE_RANK, _OK_RANK, _PAUSED_RANK = 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The settings, and a snapshot for each wallet."""

    settings: Settings = field(default_factory=Settings)
    """The settings in force."""
    snapshots: tuple[Snapshot, ...] = (Snapshot(),)
    """At least one, in the order of the views."""
    from_environment: bool = False
    """Whether the environment holds credentials; then its wallet is the only one."""

    @property
    def worst(self) -> Snapshot:
        """The wallet that needs the person most; of equal ones the first."""
        return min(self.snapshots, key=_rank)

    @property
    def worst_first(self) -> list[Snapshot]:
        """The wallets, those that need the person most first."""
        return sorted(self.snapshots, key=_rank)

    @property
    def has_several(self) -> bool:
        """Whether there is more than one wallet, so that views name each."""
        return len(self.snapshots) > 1

    @property
    def refreshing(self) -> bool:
        """Whether an attempt to read any wallet is in progress."""
        return any(snapshot.refreshing for snapshot in self.snapshots)

    def snapshot(self, client_id: str) -> Snapshot | None:
        """Return the snapshot of a wallet, or None if it is not among these."""
        return next((s for s in self.snapshots if s.client_id == client_id), None)


def _rank(snapshot: Snapshot) -> int:
    """Return a number that is lower for what is worse: refused, empty, critical, low, trouble."""
    if snapshot.wallet.is_paused:
        return _PAUSED_RANK
    if snapshot.condition in _REFUSED:
        return 0
    return _LEVEL_RANKS.get(snapshot.level, _TROUBLE_RANK if snapshot.trouble else _OK_RANK)
