"""A meter that only goes up cannot show less later: both readings are kept, a person looks. Pure."""

from collections.abc import Mapping
from typing import Any

from sync import instants

Reading = Mapping[str, Any]
"""{value, at, …}"""


def contradicts(last: Reading, new: Reading) -> bool:
    """Whether two readings of one rising meter cannot both be right, in whatever order they arrived."""
    earlier, later = sorted((last, new), key=lambda reading: instants.to_ms(reading["at"]))
    return bool(later["value"] < earlier["value"])


def is_newer(last: Reading | None, new: Reading) -> bool:
    """Whether the new reading is the last one now: a late arrival never takes the place of a later capture."""
    return last is None or instants.to_ms(new["at"]) >= instants.to_ms(last["at"])
