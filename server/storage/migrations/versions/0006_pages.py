"""A bucket's pages are spliced from bytes that lie beside their places in it, and whoever asks by a file's hash has an index."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision, down_revision = "0006", "0005"

_SAYS_GONE = """'{"kind":"' || kind || '","id":"' || id || '","v":' || version || ',"gone"\\:true}'"""


def upgrade() -> None:
    """Move each record's wire form to the places it lies in; order two tables' keys by the hash; widen an index."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _put_aside("member")
    op.create_table(
        "member", *_key("organisation", "bucket", "kind", "id"),
        sa.Column("version", Whole(), nullable=False), sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("wire", sa.LargeBinary(), nullable=False),
    )  # fmt: skip
    op.execute(
        "INSERT INTO member (organisation, bucket, kind, id, version, gone, wire) "
        "SELECT m.organisation, m.bucket, m.kind, m.id, m.version, m.gone, r.wire FROM former m JOIN record r "
        "ON r.organisation = m.organisation AND r.kind = m.kind AND r.id = m.id WHERE NOT m.gone ORDER BY m.version"
    )
    gone = f"CAST({_SAYS_GONE} AS BLOB)" if sqlite else f"convert_to({_SAYS_GONE}, 'UTF8')"
    op.execute(
        "INSERT INTO member (organisation, bucket, kind, id, version, gone, wire) "  # noqa: S608 - nothing of it comes from outside
        f"SELECT organisation, bucket, kind, id, version, gone, {gone} FROM former WHERE gone"
    )
    op.execute("DROP TABLE former")
    op.create_index("member_by_version", "member", ["organisation", "bucket", "version", "kind", "id"])
    with op.batch_alter_table("record") as table:
        table.drop_column("wire")
    _order_anew("blob_declared", "organisation", "sha256", "device", "entry_id")
    op.create_index("blob_declared_by_entry", "blob_declared", ["organisation", "entry_id"])
    _order_anew("blob_held", "organisation", "sha256", "device")
    op.drop_index("blob_link_by_record", "blob_link")
    op.create_index("blob_link_by_record", "blob_link", ["organisation", "kind", "id", "sha256", "device"])


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True) for name in names]


def _put_aside(table: str) -> None:
    op.execute(f"CREATE TEMPORARY TABLE former AS SELECT * FROM {table}")  # noqa: S608 - a table of our own
    op.drop_table(table)


def _order_anew(table: str, *names: str) -> None:
    """The same rows under a key in this order."""
    _put_aside(table)
    op.create_table(table, *_key(*names))
    # Names of our own tables and columns: nothing of it comes from outside.
    op.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM former")  # noqa: S608
    op.execute("DROP TABLE former")
