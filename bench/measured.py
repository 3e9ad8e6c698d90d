"""What a workload came to: plain figures, no judgement.

Neighbours: the workloads make them, `report.py` sets them beside each other and the targets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Usage:
    """A server process at one moment: bytes it holds, the most it has held, seconds of processor so far."""

    memory: int
    peak: int
    cpu: float


@dataclass(frozen=True)
class Measured:
    """`count` things in `seconds`; `each`: single times in seconds, where they are of interest; `usage` of the server
    afterwards; `facts`: what else is worth knowing, by name (the unit last); `said`: lines for the eye."""

    count: int
    seconds: float
    each: tuple[float, ...] = ()
    usage: Usage | None = None
    facts: dict[str, float] = field(default_factory=dict)
    said: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds

    def percentile_ms(self, share: float) -> float | None:
        """The time below which this share of the single times lies, ms."""
        if not self.each:
            return None
        return share_of(self.each, share) * 1000


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def share_of(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
