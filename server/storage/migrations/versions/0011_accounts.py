"""When a password and a PIN were set, a password that must be changed, an invitation to choose one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    """Add them; what is there counts as set before anybody left."""
    for name in ("password_at", "pin_at"):
        op.add_column("account", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name in ("temporary_until", "join_until"):
        op.add_column("account", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("join_sha256", sa.String(), nullable=True))
    op.create_index("ix_account_join_sha256", "account", ["join_sha256"])
