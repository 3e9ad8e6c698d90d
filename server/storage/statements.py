"""The store's SQL, built once: building a statement anew costs more than SQLite needs to run it.

Neighbours: `store.py` runs them with named parameters. Invariants: nothing here is one database's own — SQLite and
PostgreSQL read the same `ON CONFLICT`; every statement but the list of organisations is bound to one organisation.
"""

from typing import Any, Final

from sqlalchemy import (
    FromClause,
    Table,
    TextClause,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)  # fmt: skip
from sqlmodel import SQLModel

from schemas.limits import SEARCH_WORDS_MAX
from server.storage import tables
from server.storage.among import among
from server.storage.asked import prepare
from server.storage.spliced import spliced

assert tables, "importing the tables registers them"
T: Final = SQLModel.metadata.tables
ORGANISATION, DEVICE, EPOCH = T["organisation"], T["device"], T["epoch"]
JOURNAL, PRIVATE, WAIT, LOSS, QUARANTINE = T["journal"], T["private_part"], T["wait"], T["declared_loss"], T["quarantine"]
KEY, WORDS, NAMING = T["record_key"], T["record_words"], T["record_naming"]
RECORD, MEMBER, BUCKET, DIGEST, AGE = T["record"], T["member"], T["bucket"], T["digest"], T["age"]
BLOB, DECLARED, HELD_BLOB, LINK, RECEIPT = T["blob"], T["blob_declared"], T["blob_held"], T["blob_link"], T["receipt"]
MISSING_BLOB = T["blob_missing"]
AT_ONCE: Final = 500
"""How many keys one question names."""


def by(table: FromClause, *names: str) -> list[Any]:
    """Conditions: each named column equals the parameter of its name."""
    return [table.c[name] == bindparam(name) for name in names]


def insertion(table: Table) -> TextClause:
    """Insert a whole row, the first with its key. Parameters: every column."""
    names = [column.name for column in table.columns]
    # Names of our own tables and columns, here and below: nothing of them comes from outside.
    return text(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})")  # noqa: S608


def upsert(table: Table) -> TextClause:
    """Insert a whole row, or overwrite the one with the same key. Parameters: every column."""
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key.columns]
    rest = [name for name in names if name not in keys]
    action = "DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in rest) if rest else "DO NOTHING"
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) {action}"
    )


def shift(table: Table) -> TextClause:
    """Join a count and 128 bits (as two halves) to a row, or begin it. XOR is written as every database can:
    (a | b) - (a & b)."""
    keys = [column.name for column in table.primary_key.columns]
    names = [*keys, "count", "high", "low"]
    xor = ", ".join(
        f"{half} = ({table.name}.{half} | excluded.{half}) - ({table.name}.{half} & excluded.{half})" for half in ("high", "low")
    )
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET count = {table.name}.count + excluded.count, {xor}"
    )


_ENTRY: Final = ("organisation", "device", "epoch", "seq")
_JUDGED: Final = ("entry_id", "action", "state", "code", "version", "detail", "repeat_of")

ADD_ORGANISATION: Final = insert(ORGANISATION)
ALL_ORGANISATIONS: Final = select(ORGANISATION.c.id).order_by(ORGANISATION.c.id)
VERSION: Final = select(ORGANISATION.c.version).where(*by(ORGANISATION, "id"))
VERSION_LOCKED: Final = VERSION.with_for_update()
SET_VERSION: Final = text("UPDATE organisation SET version = :version WHERE id = :id")

ONE_DEVICE: Final = select(DEVICE).where(*by(DEVICE, "organisation", "id"))
ALL_DEVICES: Final = select(DEVICE).where(*by(DEVICE, "organisation")).order_by(DEVICE.c.id)
PUT_DEVICE: Final = upsert(DEVICE)
EPOCHS: Final = (
    select(EPOCH.c.epoch, EPOCH.c.base_seq, EPOCH.c.genesis).where(*by(EPOCH, "organisation", "device")).order_by(EPOCH.c.epoch)
)
ADD_EPOCH: Final = insert(EPOCH)

ADD_ENTRY: Final = insertion(JOURNAL)
ADD_PRIVATE: Final = insertion(PRIVATE)
ENTRIES: Final = (
    select(JOURNAL)
    .where(*by(JOURNAL, "organisation", "device", "epoch"))
    .where(JOURNAL.c.seq >= bindparam("first"), JOURNAL.c.seq <= bindparam("last"))
    .order_by(JOURNAL.c.seq)
    .limit(bindparam("limit"))
)
ENTRY_AT: Final = select(JOURNAL).where(*by(JOURNAL, *_ENTRY))
ENTRIES_BY_ID: Final = (
    select(JOURNAL).where(*by(JOURNAL, "organisation"), JOURNAL.c.repeat_of.is_(False)).where(among(JOURNAL.c.entry_id, "ids"))
)
ENTRY_BY_ID: Final = select(JOURNAL).where(*by(JOURNAL, "organisation", "entry_id"), JOURNAL.c.repeat_of.is_(False))
COPIES_OF: Final = select(JOURNAL).where(*by(JOURNAL, "organisation", "entry_id"))
SAVE_JUDGEMENT: Final = text(
    f"UPDATE journal SET {', '.join(f'{name} = :{name}' for name in _JUDGED)} "  # noqa: S608
    f"WHERE {' AND '.join(f'{name} = :{name}' for name in _ENTRY)}"
)
HELD: Final = (
    select(JOURNAL.c.seq)
    .where(*by(JOURNAL, "organisation", "device", "epoch"), JOURNAL.c.state == text("'held'"))
    .order_by(JOURNAL.c.seq)
)
_AGE: Final = (JOURNAL.c.received_ms, JOURNAL.c.device, JOURNAL.c.epoch, JOURNAL.c.seq)
PARKED: Final = (
    select(JOURNAL)
    .where(*by(JOURNAL, "organisation"), JOURNAL.c.state == text("'parked'"), JOURNAL.c.repeat_of.is_(false()))
    .where(among(JOURNAL.c.code, "codes"))
    .where(tuple_(*_AGE) > tuple_(*map(bindparam, ("after_ms", "after_device", "after_epoch", "after_seq"))))
    .order_by(*_AGE)
    .limit(bindparam("limit"))
)
PRIVATE_OF: Final = select(PRIVATE.c.salted).where(*by(PRIVATE, *_ENTRY)).order_by(PRIVATE.c.number)
DROP_PRIVATE: Final = (
    update(PRIVATE)
    .where(PRIVATE.c.organisation == bindparam("in_organisation"), PRIVATE.c.salted.in_(bindparam("parts", expanding=True)))
    .values(salted=None)
)

DROP_HELD: Final = delete(JOURNAL).where(*by(JOURNAL, *_ENTRY), JOURNAL.c.state == "held")
DROP_PRIVATE_OF: Final = delete(PRIVATE).where(*by(PRIVATE, *_ENTRY))

ADD_WAIT: Final = upsert(WAIT)
WAITING_FOR: Final = (
    select(WAIT.c.needed, WAIT.c.device, WAIT.c.epoch, WAIT.c.seq)
    .where(*by(WAIT, "organisation"))
    .where(among(WAIT.c.needed, "ids"))
)
DROP_WAITS: Final = text("DELETE FROM wait WHERE organisation = :in_organisation AND needed = :for_id")
ADD_LOSS: Final = insert(LOSS)
LACKS_DECLARED: Final = (
    select(LOSS.c.seq)
    .where(*by(LOSS, "organisation"))
    .where(
        ~exists().where(
            JOURNAL.c.organisation == LOSS.c.organisation, JOURNAL.c.device == LOSS.c.device,
            JOURNAL.c.seq == LOSS.c.seq, JOURNAL.c.hash == LOSS.c.hash,
        )
    )
    .limit(1)
)  # fmt: skip
LOSSES: Final = select(LOSS.c.seq, LOSS.c.hash).where(*by(LOSS, "organisation", "device", "epoch"))
UNFILLED: Final = (
    select(LOSS.c.seq)
    .where(*by(LOSS, "organisation", "device", "epoch"))
    .where(
        ~exists().where(
            JOURNAL.c.organisation == LOSS.c.organisation, JOURNAL.c.device == LOSS.c.device,
            JOURNAL.c.epoch == LOSS.c.epoch, JOURNAL.c.seq == LOSS.c.seq,
        )
    )
    .order_by(LOSS.c.seq.desc())
    .limit(bindparam("limit"))
)  # fmt: skip
PUT_QUARANTINE: Final = upsert(QUARANTINE)
ALL_QUARANTINE: Final = select(QUARANTINE).where(*by(QUARANTINE, "organisation"))
_ASIDE: Final = QUARANTINE.c
KEPT_ASIDE: Final = (
    select(_ASIDE.epoch, _ASIDE.seq, _ASIDE.hash, _ASIDE.body, _ASIDE.reason, _ASIDE.at_ms, _ASIDE.skew_ms, _ASIDE.decision)
    .where(*by(QUARANTINE, "organisation", "device"))
    .order_by(_ASIDE.epoch, _ASIDE.seq, _ASIDE.hash)
)
ASIDE_AT: Final = KEPT_ASIDE.where(*by(QUARANTINE, "epoch", "seq"))
ASIDE_PAGE: Final = KEPT_ASIDE.where(
    tuple_(_ASIDE.epoch, _ASIDE.seq, _ASIDE.hash)
    > tuple_(bindparam("after_epoch"), bindparam("after_seq"), bindparam("after_hash"))
).limit(bindparam("limit"))
DECIDE_ASIDE: Final = text(
    "UPDATE quarantine SET decision = :decision "
    "WHERE organisation = :organisation AND device = :device AND epoch = :epoch AND seq = :seq AND hash = :hash"
)
QUARANTINED: Final = (
    select(func.count()).select_from(QUARANTINE).where(*by(QUARANTINE, "organisation", "device"), _ASIDE.decision.is_(None))
)
DECIDABLE: Final = QUARANTINED.where(_ASIDE.reason != "damaged")

ONE_RECORD: Final = select(RECORD).where(*by(RECORD, "organisation", "kind", "id"))
RECORDS_BY_ID: Final = select(RECORD).where(*by(RECORD, "organisation", "kind")).where(among(RECORD.c.id, "ids"))
PUT_RECORD: Final = upsert(RECORD)
PUT_MEMBER: Final = upsert(MEMBER)
ALL_RECORDS: Final = select(RECORD).where(*by(RECORD, "organisation", "kind"), RECORD.c.gone.is_(False)).order_by(RECORD.c.id)
BUCKET_HEAD: Final = select(func.max(MEMBER.c.version)).where(*by(MEMBER, "organisation", "bucket"))
_RANGE: Final = (*by(MEMBER, "organisation", "bucket"), MEMBER.c.version > bindparam("after"))
_FIRST: Final = MEMBER.alias("first")
_LAST_WITHIN: Final = (
    select(_FIRST.c.version)
    .where(*by(_FIRST, "organisation", "bucket"), _FIRST.c.version > bindparam("after"), _FIRST.c.version <= bindparam("up_to"))
    .order_by(_FIRST.c.version)
    .offset(bindparam("limit") - 1)
    .limit(1)
    .scalar_subquery()
)
SPAN: Final = select(func.count(), func.max(MEMBER.c.version), func.sum(func.length(MEMBER.c.wire))).where(
    *_RANGE, MEMBER.c.version <= func.coalesce(_LAST_WITHIN, bindparam("up_to"))
)
"""Of the first `limit` changes and the rest of the last version: how many, up to where, how many bytes."""
SIZES: Final = (
    select(MEMBER.c.version, func.length(MEMBER.c.wire))
    .where(*_RANGE, MEMBER.c.version <= bindparam("up_to"))
    .order_by(MEMBER.c.version)
)
_ORDERED: Final = (
    select(MEMBER.c.version, MEMBER.c.wire)
    .where(*_RANGE, MEMBER.c.version <= bindparam("up_to"))
    .order_by(MEMBER.c.version, MEMBER.c.kind, MEMBER.c.id)
)
_IN_ORDER: Final = _ORDERED.subquery()
SPLICED: Final = select(func.count(), spliced(_IN_ORDER.c.wire))
_FIRST_FEW: Final = _ORDERED.limit(bindparam("limit")).subquery()
FEW: Final = select(
    func.count(), func.max(_FIRST_FEW.c.version), func.sum(func.length(_FIRST_FEW.c.wire)), spliced(_FIRST_FEW.c.wire)
)
"""The first `limit` changes: how many, up to where, how many bytes, and the bytes. When there are fewer, this is a page."""
_NEWER: Final = MEMBER.alias("newer")
LEFT_BEFORE: Final = (
    select(MEMBER.c.bucket, MEMBER.c.kind, MEMBER.c.id, MEMBER.c.version)
    .where(*by(MEMBER, "organisation"), MEMBER.c.gone.is_(True), MEMBER.c.version <= bindparam("up_to"))
    .where(
        exists().where(
            _NEWER.c.organisation == MEMBER.c.organisation,
            _NEWER.c.bucket == MEMBER.c.bucket,
            _NEWER.c.version > MEMBER.c.version,
        )
    )
    .order_by(MEMBER.c.version, MEMBER.c.bucket, MEMBER.c.kind, MEMBER.c.id)
    .limit(bindparam("limit"))
)
ONE_KEY: Final = select(KEY.c.id).where(*by(KEY, "organisation", "kind", "name", "value"))
PUT_KEY: Final = upsert(KEY)
DROP_KEY: Final = text(
    "DELETE FROM record_key WHERE organisation = :organisation AND kind = :kind AND name = :name AND value = :value"
)
NAMING_IT: Final = select(NAMING.c.kind, NAMING.c.id).where(*by(NAMING, "organisation", "named"))
PUT_NAMING: Final = upsert(NAMING)
DROP_NAMING: Final = text(
    "DELETE FROM record_naming WHERE organisation = :organisation AND named = :named AND kind = :kind AND id = :id"
)
PUT_WORDS: Final = upsert(WORDS)
ONE_WORDS: Final = select(WORDS.c.title).where(*by(WORDS, "organisation", "kind", "id"))
SEARCH: Final = (
    select(WORDS.c.title, WORDS.c.id)
    .where(*by(WORDS, "organisation", "kind", "archived"))
    .where(tuple_(WORDS.c.title, WORDS.c.id) > tuple_(bindparam("title"), bindparam("after")))
    .where(*(WORDS.c.text.like(bindparam(f"like{number}"), escape="\\") for number in range(SEARCH_WORDS_MAX)))
    .order_by(WORDS.c.title, WORDS.c.id)
    .limit(bindparam("limit"))
)
SEARCH_IN_DEPOTS: Final = SEARCH.where(among(WORDS.c.depot, "depots"))
DROP_MEMBER: Final = text(
    "DELETE FROM member WHERE organisation = :organisation AND bucket = :bucket AND kind = :kind AND id = :id "
    "AND version = :version"
)
RAISE_HORIZON: Final = text(
    "INSERT INTO bucket (organisation, bucket, count, high, low, horizon) VALUES (:organisation, :bucket, 0, 0, 0, :horizon) "
    "ON CONFLICT (organisation, bucket) DO UPDATE SET horizon = excluded.horizon WHERE bucket.horizon < excluded.horizon"
)
PUT_AGE: Final = upsert(AGE)
AGE_BEFORE: Final = (
    select(AGE.c.at_ms, AGE.c.version)
    .where(*by(AGE, "organisation"), AGE.c.at_ms <= bindparam("at"))
    .order_by(AGE.c.at_ms.desc())
    .limit(1)
)
DROP_AGES: Final = delete(AGE).where(*by(AGE, "organisation"), AGE.c.at_ms < bindparam("before"))
SHIFT_BUCKET: Final = shift(BUCKET)
SHIFT_PART: Final = shift(DIGEST)
_HEAD: Final = (
    select(func.max(MEMBER.c.version))
    .where(MEMBER.c.organisation == BUCKET.c.organisation, MEMBER.c.bucket == BUCKET.c.bucket)
    .scalar_subquery()
)
BUCKETS: Final = (
    select(BUCKET.c.bucket, BUCKET.c.count, BUCKET.c.high, BUCKET.c.low, BUCKET.c.horizon, _HEAD.label("head"))
    .where(*by(BUCKET, "organisation"))
    .where(among(BUCKET.c.bucket, "buckets"))
)
DIGEST_PARTS: Final = select(DIGEST).where(*by(DIGEST, "organisation", "bucket")).order_by(DIGEST.c.part)
MEMBERS: Final = (
    select(MEMBER.c.version, MEMBER.c.wire)
    .where(*by(MEMBER, "organisation", "bucket"), MEMBER.c.gone.is_(False))
    .where(func.substr(MEMBER.c.id, 35, 2).in_(bindparam("ends", expanding=True)))
    .order_by(MEMBER.c.kind, MEMBER.c.id)
)

ONE_BLOB: Final = select(BLOB).where(*by(BLOB, "organisation", "sha256"))
BLOBS_BY_HASH: Final = select(BLOB).where(*by(BLOB, "organisation")).where(among(BLOB.c.sha256, "hashes"))
HOLDERS_OF: Final = (
    select(HELD_BLOB.c.device, HELD_BLOB.c.sha256)
    .where(*by(HELD_BLOB, "organisation"))
    .where(among(HELD_BLOB.c.sha256, "hashes"))
)
PUT_BLOB: Final = upsert(BLOB)
BLOBS_IN_STATE: Final = select(BLOB.c.sha256).where(*by(BLOB, "organisation", "state")).order_by(BLOB.c.sha256)
DECLARE: Final = upsert(DECLARED)
DECLARERS: Final = select(DECLARED.c.device).where(*by(DECLARED, "organisation", "sha256")).distinct().order_by(DECLARED.c.device)
DECLARED_BY: Final = select(DECLARED.c.sha256).where(*by(DECLARED, "organisation", "device", "sha256"))
DECLARED_BLOBS: Final = (
    select(BLOB)
    .join(DECLARED, (DECLARED.c.organisation == BLOB.c.organisation) & (DECLARED.c.sha256 == BLOB.c.sha256))
    .where(*by(DECLARED, "organisation", "entry_id"))
    .order_by(BLOB.c.sha256)
)
HOLD: Final = upsert(HELD_BLOB)
HOLDS: Final = select(HELD_BLOB.c.sha256).where(*by(HELD_BLOB, "organisation", "device", "sha256"))
PUT_LINK: Final = upsert(LINK)
_SHOWN: Final = exists().where(
    HELD_BLOB.c.organisation == LINK.c.organisation,
    HELD_BLOB.c.sha256 == LINK.c.sha256,
    HELD_BLOB.c.device == LINK.c.device,
)
LINKS: Final = (
    select(LINK.c.kind, LINK.c.id).where(*by(LINK, "organisation", "sha256")).distinct().order_by(LINK.c.kind, LINK.c.id)
)
SHOWN_LINKS: Final = LINKS.where(_SHOWN)
LINKS_OF: Final = (
    select(LINK.c.id, LINK.c.sha256, LINK.c.device).where(*by(LINK, "organisation", "kind")).where(among(LINK.c.id, "ids"))
)
ADD_MISSING: Final = upsert(MISSING_BLOB)
DROP_MISSING: Final = text(
    "DELETE FROM blob_missing WHERE organisation = :organisation AND device = :device AND sha256 = :sha256"
)
MISSING: Final = (
    select(MISSING_BLOB.c.sha256)
    .where(*by(MISSING_BLOB, "organisation", "device"))
    .order_by(MISSING_BLOB.c.sha256)
    .limit(bindparam("limit"))
)
MISSING_COUNT: Final = select(func.count()).select_from(MISSING_BLOB).where(*by(MISSING_BLOB, "organisation", "device"))

PUT_RECEIPT: Final = upsert(RECEIPT)
NEWEST_RECEIPT: Final = (
    select(RECEIPT.c.receipt)
    .where(*by(RECEIPT, "organisation", "device"))
    .order_by(RECEIPT.c.epoch.desc(), RECEIPT.c.n.desc())
    .limit(1)
)

prepare(list(globals().values()))
