"""The engine's tables, described by SQLModel. Never wire models: a table class validates nothing.

Every row belongs to one organisation, which leads every key. Bodies are BLOBs: the exact bytes a device wrote. Whoever
changes a table adds a migration (`migrations`).
"""

from typing import Any

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from server.storage.types import Whole


def _where(condition: str) -> dict[str, Any]:
    """A partial index, on either database: few rows of many."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class OrganisationRow(SQLModel, table=True):
    """One organisation and its commit counter, taken under this row's lock."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    version: int = Field(default=0, sa_type=Whole)


class DeviceRow(SQLModel, table=True):
    """A device's key and proven journal end."""

    __tablename__ = "device"

    organisation: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    type: str
    depot: str
    person: str | None = None
    state: str
    key_x: str
    key_y: str
    epoch: int = Field(sa_type=Whole)
    seq: int = Field(sa_type=Whole)
    hash: str
    last_seen_ms: int = Field(default=0, sa_type=Whole)
    clear_seq: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})
    clear_ms: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})


class EpochRow(SQLModel, table=True):
    """Where each epoch of a device's journal starts."""

    __tablename__ = "epoch"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    base_seq: int = Field(sa_type=Whole)
    genesis: str


class JournalRow(SQLModel, table=True):
    """One entry, verbatim, with what became of it."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_by_entry", "organisation", "entry_id"),
        Index("journal_held", "organisation", "device", "epoch", "seq", **_where("state = 'held'")),
        Index("journal_parked", "organisation", "code", **_where("state = 'parked'")),
    )

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    hash: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_ms: int = Field(sa_type=Whole)
    skew_ms: int | None = Field(default=None, sa_type=Whole)
    entry_id: str | None = None
    action: str = ""
    state: str
    code: str | None = None
    version: int | None = Field(default=None, sa_type=Whole)
    detail: str = "{}"
    repeat_of: bool = False


class PrivateRow(SQLModel, table=True):
    """One private part: 16 bytes of salt, then the bytes. NULL once erased."""

    __tablename__ = "private_part"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    number: int = Field(primary_key=True, sa_type=Whole)
    salted: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class WaitRow(SQLModel, table=True):
    """A parked entry that waits for another."""

    __tablename__ = "wait"

    organisation: str = Field(primary_key=True)
    needed: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)


class LossRow(SQLModel, table=True):
    """An entry its device declared unreadable; the chain goes on over its hash."""

    __tablename__ = "declared_loss"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    hash: str
    at_ms: int = Field(sa_type=Whole)


class QuarantineRow(SQLModel, table=True):
    """What a revoked device or an abandoned epoch sent: kept aside for a manager. `decision` is the JSON of what was decided,
    NULL until then."""

    __tablename__ = "quarantine"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    seq: int = Field(primary_key=True, sa_type=Whole)
    hash: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reason: str
    at_ms: int = Field(sa_type=Whole)
    skew_ms: int | None = Field(default=None, sa_type=Whole)
    decision: str | None = None


class RecordRow(SQLModel, table=True):
    """One record: its content, its merge memory."""

    __tablename__ = "record"

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(sa_type=Whole)
    gone: bool = False
    hash: str | None = None
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    meta: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    buckets: str = ""


class MemberRow(SQLModel, table=True):
    """A record's place in a bucket, or (`gone`) that it has left; either way `wire`, the ready-made bytes of the `Change` that
    says so. They lie here and not with the record: a page is read along its bucket, without a look-up for each record."""

    __tablename__ = "member"
    __table_args__ = (Index("member_by_version", "organisation", "bucket", "version", "kind", "id"),)

    organisation: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(sa_type=Whole)
    gone: bool = False
    wire: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class KeyRow(SQLModel, table=True):
    """Whose a value is that no two records of a kind may have (`sync/lookup.py`); `value` as it counts."""

    __tablename__ = "record_key"

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    id: str


class WordsRow(SQLModel, table=True):
    """What the server's search knows of a record, folded (`sync/lookup.py`); lists are in the order of `title` and id."""

    __tablename__ = "record_words"
    __table_args__ = (Index("record_words_in_order", "organisation", "kind", "archived", "title", "id"),)

    organisation: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    depot: str
    archived: bool = False
    title: str
    text: str


class NamingRow(SQLModel, table=True):
    """That a record names another one (`schemas/references.py`): only while it is there and does."""

    __tablename__ = "record_naming"

    organisation: str = Field(primary_key=True)
    named: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)


class BucketRow(SQLModel, table=True):
    """A bucket as a whole: its digest (the XOR of its records' items in two halves) and up to which version it may have
    forgotten what left it."""

    __tablename__ = "bucket"

    organisation: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    count: int = Field(default=0, sa_type=Whole)
    high: int = Field(default=0, sa_type=Whole)
    low: int = Field(default=0, sa_type=Whole)
    horizon: int = Field(default=0, sa_type=Whole, sa_column_kwargs={"server_default": "0"})


class DigestRow(SQLModel, table=True):
    """The digest of one of a bucket's sub-ranges."""

    __tablename__ = "digest"

    organisation: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    part: int = Field(primary_key=True, sa_type=Whole)
    count: int = Field(default=0, sa_type=Whole)
    high: int = Field(default=0, sa_type=Whole)
    low: int = Field(default=0, sa_type=Whole)


class AgeRow(SQLModel, table=True):
    """At which version an organisation stood at a moment: what tells how old a version is."""

    __tablename__ = "age"

    organisation: str = Field(primary_key=True)
    at_ms: int = Field(primary_key=True, sa_type=Whole)
    version: int = Field(sa_type=Whole)


class BlobRow(SQLModel, table=True):
    """One file of one organisation."""

    __tablename__ = "blob"

    organisation: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=Whole)
    type: str
    role: str
    state: str
    code: str | None = None


class BlobDeclaredRow(SQLModel, table=True):
    """Which entry of which device declared a blob."""

    __tablename__ = "blob_declared"
    __table_args__ = (Index("blob_declared_by_entry", "organisation", "entry_id"),)

    organisation: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True)


class BlobHeldRow(SQLModel, table=True):
    """Which device has shown that it has a blob's bytes, by sending all of them."""

    __tablename__ = "blob_held"

    organisation: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    device: str = Field(primary_key=True)


class BlobMissingRow(SQLModel, table=True):
    """What entries of a device declared and that device has not sent, and may send."""

    __tablename__ = "blob_missing"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)


class BlobLinkRow(SQLModel, table=True):
    """Which record answers for a blob, by the word of which device: whoever sees the record may see the blob, once that
    device has shown that it has it."""

    __tablename__ = "blob_link"
    __table_args__ = (Index("blob_link_by_record", "organisation", "kind", "id", "sha256", "device"),)

    organisation: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    device: str = Field(primary_key=True)


class ReceiptRow(SQLModel, table=True):
    """The newest signed receipt for each proven end of a journal."""

    __tablename__ = "receipt"

    organisation: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=Whole)
    n: int = Field(primary_key=True, sa_type=Whole)
    receipt: str
    at_ms: int = Field(sa_type=Whole)
