"""Who did what on which device is found without looking through the journal; who opened evidence is remembered."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision = "0010"
down_revision = "0009"

_PLACE = ("at_ms", "device", "epoch", "seq")


def upgrade() -> None:
    """Make the trail's tables. The trail itself is written from the journal by the running server."""
    op.create_table(
        "trail", *_entry(), sa.Column("at_ms", Whole(), nullable=False), sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
    )  # fmt: skip
    op.create_index("trail_by_time", "trail", ["organisation", *_PLACE])
    op.create_index("trail_by_actor", "trail", ["organisation", "actor", *_PLACE])
    op.create_index("trail_by_device", "trail", ["organisation", "device", "at_ms", "epoch", "seq"])
    op.create_index("trail_by_action", "trail", ["organisation", "action", *_PLACE])
    op.create_table(
        "trail_subject",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("organisation", "kind", "id")),
        sa.Column("at_ms", Whole(), primary_key=True, autoincrement=False),
        sa.Column("device", sa.String(), primary_key=True),
        *(sa.Column(name, Whole(), primary_key=True, autoincrement=False) for name in ("epoch", "seq")),
        sa.Column("near", sa.Boolean(), nullable=False),
    )
    op.create_index("trail_subject_by_entry", "trail_subject", ["organisation", "device", "epoch", "seq"])
    op.create_table("trail_place", *_entry()[:3], sa.Column("seq", Whole(), nullable=False))
    op.create_table(
        "trail_hole", *_entry()[:3], sa.Column("first", Whole(), primary_key=True, autoincrement=False),
        sa.Column("last", Whole(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "evidence_read", sa.Column("organisation", sa.String(), primary_key=True), sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at_ms", Whole(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("actor", "device", "what", "kind", "record", "sha256")),
    )  # fmt: skip
    op.create_index("evidence_read_by_time", "evidence_read", ["organisation", "at_ms", "id"])


def _entry() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("organisation", "device")),
        *(sa.Column(name, Whole(), primary_key=True, autoincrement=False) for name in ("epoch", "seq")),
    ]
