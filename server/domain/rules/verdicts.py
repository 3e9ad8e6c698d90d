"""What the rules weigh against each other: two captures of the same thing, and which of them stands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync import instants


@dataclass(frozen=True)
class Capture:
    """A completed handover as a rule sees it: when it was captured (corrected), by which clock and device, what it found."""

    handover_id: str
    at: str
    hlc: str
    device_id: str
    acceptance: str | None = None
    readings: Mapping[str, int] | None = None

    def order(self) -> tuple[int, str, str]:
        """Corrected capture time first; HLC and device settle a tie, the same on every server."""
        return instants.to_ms(self.at), self.hlc, self.device_id


@dataclass(frozen=True)
class Verdict:
    """`new_stands`: the one that came later now counts. `is_open`: a person must look. `differs`: in what they differ."""

    new_stands: bool
    is_open: bool
    differs: tuple[str, ...] = ()


def capture_of(handover: Mapping[str, Any], hlc: str) -> Capture:
    """A handover's record as a capture."""
    readings = {meter: reading["value"] for meter, reading in handover["readings"].items()}
    return Capture(handover["id"], handover["completed_at"], hlc, handover["device_id"], handover["acceptance"], readings)
