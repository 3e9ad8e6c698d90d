"""Where people and robots are reached, sealed; and the outbox of what goes to them."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Two tables, empty."""
    op.create_table(
        "notice_address", *_key("organisation", "holder", "channel"), sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_ms", Whole(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "notice_outbox", *_key("organisation", "todo", "target", "channel"), sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", Whole(), nullable=False), sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=False), sa.Column("next_ms", Whole(), nullable=False),
        sa.Column("created_ms", Whole(), nullable=False), sa.Column("sent_ms", Whole(), nullable=True),
    )  # fmt: skip
    due = sa.text("state IN ('waiting', 'sending')")
    op.create_index("notice_outbox_due", "notice_outbox", ["next_ms"], sqlite_where=due, postgresql_where=due)
    op.create_index("notice_outbox_by_time", "notice_outbox", ["organisation", "created_ms"])


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True) for name in names]
