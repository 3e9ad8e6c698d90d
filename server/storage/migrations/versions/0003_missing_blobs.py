"""What a device has declared and not sent stands in a table of its own, and the few held and parked entries in indexes of
their own, so that a receipt costs the same however long a journal is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Add both, and fill the table from what was declared."""
    op.create_table(
        "blob_missing", *(sa.Column(name, sa.String(), primary_key=True) for name in ("organisation", "device", "sha256"))
    )
    op.execute(
        "INSERT INTO blob_missing (organisation, device, sha256) "
        "SELECT DISTINCT d.organisation, d.device, d.sha256 FROM blob_declared d "
        "JOIN blob b ON b.organisation = d.organisation AND b.sha256 = d.sha256 "
        "WHERE b.state = 'awaited' OR (b.state = 'received' AND NOT EXISTS (SELECT 1 FROM blob_held h "
        "WHERE h.organisation = d.organisation AND h.device = d.device AND h.sha256 = d.sha256))"
    )
    op.drop_index("journal_by_state", "journal")
    _index("journal_held", ["organisation", "device", "epoch", "seq"], "state = 'held'")
    _index("journal_parked", ["organisation", "code"], "state = 'parked'")


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "journal", columns, sqlite_where=where, postgresql_where=where)
