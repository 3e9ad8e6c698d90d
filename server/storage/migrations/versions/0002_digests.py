"""Buckets get digests and horizons, and each change the hash of its content, so that a device can find what it holds wrong."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision, down_revision = "0002", "0001"

_BATCH = 500


def upgrade() -> None:
    """Add what digests are kept in, and fill it from the records that are there."""
    op.add_column("record", sa.Column("hash", sa.String(), nullable=True))
    op.create_table(
        "bucket", *_key("organisation", "bucket"), *_tally(),
        sa.Column("horizon", Whole(), nullable=False, server_default="0"),
    )  # fmt: skip
    op.create_table(
        "digest", *_key("organisation", "bucket"), sa.Column("part", Whole(), primary_key=True),
        *_tally(),
    )  # fmt: skip
    op.create_table(
        "age", *_key("organisation"), sa.Column("at_ms", Whole(), primary_key=True), sa.Column("version", Whole(), nullable=False)
    )
    _fill(op.get_bind())


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True) for name in names]


def _tally() -> list[sa.Column[int]]:
    return [sa.Column(name, Whole(), nullable=False) for name in ("count", "high", "low")]


def _fill(connection: sa.Connection) -> None:
    write = sa.text(
        "UPDATE record SET hash = :hash, wire = :wire WHERE organisation = :organisation AND kind = :kind AND id = :id"
    )
    parts: dict[tuple[str, str, int], list[int]] = {}
    for row in _records(connection):
        content = hashlib.sha256(row.data).hexdigest()[:16]
        wire = b'{"kind":"%s","id":"%s","v":%d,"h":"%s","data":%s}' % (
            row.kind.encode(), row.id.encode(), row.version, content.encode(), row.data,
        )  # fmt: skip
        key = {"organisation": row.organisation, "kind": row.kind, "id": row.id}
        connection.execute(write, {**key, "hash": content, "wire": wire})
        raw = hashlib.sha256(f"{row.kind}/{row.id}/{row.version}/{content}".encode()).digest()
        for bucket in row.buckets.split():
            tally = parts.setdefault((row.organisation, bucket, int(row.id[-2:], 16)), [0, 0])
            tally[0] += 1
            tally[1] ^= int.from_bytes(raw[:16], "big")
    whole: dict[tuple[str, str], list[int]] = {}
    for (organisation, bucket, part), (count, bits) in parts.items():
        values = {"organisation": organisation, "bucket": bucket, "part": part, "count": count, **_halves(bits)}
        connection.execute(sa.text(_INSERT.format("digest", "part, ", ":part, ")), values)
        total = whole.setdefault((organisation, bucket), [0, 0])
        total[0] += count
        total[1] ^= bits
    for (organisation, bucket), (count, bits) in whole.items():
        values = {"organisation": organisation, "bucket": bucket, "count": count, **_halves(bits)}
        connection.execute(sa.text(_INSERT.format("bucket", "", "")), values)


_INSERT = "INSERT INTO {0} (organisation, bucket, {1}count, high, low) VALUES (:organisation, :bucket, {2}:count, :high, :low)"


def _records(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """Every record that is there, a batch at a time: a statement that is still being read must not meet the writing."""
    page = sa.text(
        "SELECT organisation, kind, id, version, data, buckets FROM record WHERE gone = :gone AND "
        "(organisation, kind, id) > (:organisation, :kind, :id) ORDER BY organisation, kind, id LIMIT :batch"
    )
    after = {"organisation": "", "kind": "", "id": ""}
    while rows := connection.execute(page, {**after, "gone": False, "batch": _BATCH}).all():
        yield from rows
        after = {"organisation": rows[-1].organisation, "kind": rows[-1].kind, "id": rows[-1].id}


def _halves(bits: int) -> dict[str, int]:
    high, low = bits >> 64, bits & (2**64 - 1)
    return {"high": high - ((high >> 63) << 64), "low": low - ((low >> 63) << 64)}
