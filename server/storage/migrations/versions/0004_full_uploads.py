"""A device remembers its last full upload, so that grace at the gate can be measured."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Add where and when nothing of a device was missing last."""
    op.add_column("device", sa.Column("clear_seq", Whole(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("clear_ms", Whole(), nullable=False, server_default="0"))
