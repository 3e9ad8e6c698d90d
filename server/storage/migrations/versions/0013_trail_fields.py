"""What stood in a field before an entry is found by the field, without reading all the record's entries again."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    """Make the table. The running server writes the trail anew from the journal, in the background and with this table; until it
    has come to the end, whoever looks is told that something is still missing."""
    op.create_table(
        "trail_field",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("organisation", "kind", "id", "field", "item")),
        sa.Column("version", Whole(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", Whole(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        *(sa.Column(name, Whole(), nullable=False) for name in ("epoch", "seq")),
    )
    op.execute(sa.text("DELETE FROM trail_hole"))
    op.execute(sa.text("DELETE FROM trail_place"))
