"""What every record has: a kind, a place in the buckets, and a merge policy on each field."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE


class Audience(StrEnum):
    """The second half of a bucket's name: who may hold what lies in it."""

    FIELD = "field"
    OFFICE = "office"
    FINANCE = "finance"


class Placement(StrEnum):
    """Where a record lies."""

    ORGANISATION = "organisation"  # org/<audience>
    DEPOT = "depot"  # depot:<depot_id>/<audience>; the record has a field depot_id
    DEVICE = "device"  # device:<device_id>; the record has a field device_id


class Record(BaseModel):
    """Base of all records. A record lies in its buckets whole: no field is filtered on the way."""

    model_config = ConfigDict(extra="forbid")

    kind: ClassVar[str]
    placement: ClassVar[Placement]
    audiences: ClassVar[tuple[Audience, ...]]
    unique: ClassVar[tuple[str, ...]] = ()
    """Fields of which no two records of the kind may hold the same value (`sync/lookup.py`); empty ones do not count."""
    searched: ClassVar[tuple[str, ...]] = ()
    """Fields the server's search looks through, the first of them the title; none: the kind is not searched."""
    archived: ClassVar[tuple[str, frozenset[str]] | None] = None
    """A field and its values that take a record out of every bucket: it stays on the server, found by search."""

    id: Annotated[Uuid, IMMUTABLE]
