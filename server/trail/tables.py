"""The trail's tables: a line per entry, what each is about, what it wrote, how far the journal is written into it, what was read.

They validate nothing and never travel. Neighbours: `projection.py` fills the first five from the journal, `reads.py` the last.
Invariants: all but `evidence_read` can be made again from the journal · nothing personal: ids, names of actions, times.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.storage.types import Whole

_PLACE = ("at_ms", "device", "epoch", "seq")


class TrailRow(SQLModel, table=True):
    """One entry: who (`actor`, '' where its body cannot be read), what, and when it happened (corrected where its clock was off).
    What became of it stands in the journal."""

    __tablename__ = "trail"
    __table_args__ = (
        Index("trail_by_time", "organisation", *_PLACE),
        Index("trail_by_actor", "organisation", "actor", *_PLACE),
        Index("trail_by_device", "organisation", "device", "at_ms", "epoch", "seq"),
        Index("trail_by_action", "organisation", "action", *_PLACE),
    )

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    at_ms: int = Field(sa_type=Whole)
    actor: str
    action: str


class TrailSubjectRow(SQLModel, table=True):
    """A record an entry is about. `near`: not itself, but what it was done to belongs to it (the asset of a handover)."""

    __tablename__ = "trail_subject"
    __table_args__ = (Index("trail_subject_by_entry", "organisation", "device", "epoch", "seq"),)

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at_ms: int = Field(primary_key=True, sa_type=Whole)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    near: bool


class TrailFieldRow(SQLModel, table=True):
    """An entry that had effect gave this field (`item`: of a field that is a map, the item; else '') of a record a value.
    `version`: the commit it took effect in, which no two of them share."""

    __tablename__ = "trail_field"

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=Whole)
    at_ms: int = Field(sa_type=Whole)
    device: str
    epoch: int = Field(sa_type=Whole)
    seq: int = Field(sa_type=Whole)


class TrailPlaceRow(SQLModel, table=True):
    """Up to which number one epoch of a device's journal is in the trail."""

    __tablename__ = "trail_place"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(sa_type=Whole)


class TrailHoleRow(SQLModel, table=True):
    """Numbers (`first` to `last`) that were not there, or without effect, when the trail went over them. Later they may be."""

    __tablename__ = "trail_hole"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    first: int = Field(primary_key=True, sa_type=Whole)
    last: int = Field(sa_type=Whole)


class EvidenceReadRow(SQLModel, table=True):
    """Somebody opened evidence. `what`: see `schemas/trail.py:ReadWhat`; `kind` and `record` name the record it belongs to, as
    far as one is known; `sha256` the file."""

    __tablename__ = "evidence_read"
    __table_args__ = (Index("evidence_read_by_time", "organisation", "at_ms", "id"),)

    organisation: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at_ms: int = Field(sa_type=Whole)
    actor: str = ""
    device: str = ""
    what: str
    kind: str = ""
    record: str = ""
    sha256: str = ""
