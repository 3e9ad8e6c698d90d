"""What is kept aside is decided by a manager: the decision stands beside it, and by how much its device's clock was off."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Add both; what lies there is undecided."""
    op.add_column("quarantine", sa.Column("skew_ms", Whole(), nullable=True))
    op.add_column("quarantine", sa.Column("decision", sa.String(), nullable=True))
