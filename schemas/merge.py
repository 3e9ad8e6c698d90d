"""Merge policies as annotations on a record's fields: declared once, for server and clients.

`Annotated[int, MAX]` on a record's field says how two values meet. The rules themselves live in `sync/merge.py`; the
app gets the table by generation.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import BaseModel


class MergePolicy(StrEnum):
    """How a field's values from different devices meet (docs/protocol.md, Merging)."""

    IMMUTABLE = "immutable"
    LAST_WRITER = "last_writer"
    MAX = "max"
    MIN = "min"
    UNION = "union"
    COUNTER = "counter"
    SERVER = "server"
    REVIEW = "review"


@dataclass(frozen=True)
class Merge:
    """Annotation carrying the policy of one field."""

    policy: MergePolicy


IMMUTABLE: Final = Merge(MergePolicy.IMMUTABLE)
LAST_WRITER: Final = Merge(MergePolicy.LAST_WRITER)
MAX: Final = Merge(MergePolicy.MAX)
MIN: Final = Merge(MergePolicy.MIN)
UNION: Final = Merge(MergePolicy.UNION)
COUNTER: Final = Merge(MergePolicy.COUNTER)
SERVER: Final = Merge(MergePolicy.SERVER)
REVIEW: Final = Merge(MergePolicy.REVIEW)


def policies_of(model: type["BaseModel"]) -> dict[str, MergePolicy]:
    """Field name → policy. A field without one is a fault of the schema: TypeError names it."""
    found: dict[str, MergePolicy] = {}
    for name, field in model.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, Merge)]
        if len(marks) != 1:
            raise TypeError(f"{model.__name__}.{name} declares {len(marks)} merge policies; it needs exactly one")
        found[name] = marks[0].policy
    return found
