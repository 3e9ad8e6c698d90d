"""Patterns of what a path or a query may hold.

Neighbours: the modules of this folder put them into their parameters; `schemas/ids.py` has the shapes, which pydantic reads.
Invariant: a value has the shape from its first to its last character: to Python's own reader, which is asked here, `$` lets a
line end through.
"""

from typing import Final

from schemas.ids import SHA256_PATTERN, UUID_PATTERN


def whole(pattern: str) -> str:
    """The same shape, with nothing behind it."""
    return rf"\A(?:{pattern})\Z"


UUID_WHOLE: Final = whole(UUID_PATTERN)
SHA256_WHOLE: Final = whole(SHA256_PATTERN)
NUMBER_WHOLE: Final = whole("0|[1-9][0-9]{0,12}")
"""A number as it is written once only: no sign, no zero before it."""
