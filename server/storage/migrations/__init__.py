"""Migrations: how the tables of a database that exists become those of this version, on SQLite and PostgreSQL alike.

Run whenever a database is opened, in one transaction: SQLite's writing one, PostgreSQL's under an advisory lock, so that
of many processes one does it and the others find it done. Neighbours: `server/storage/tables.py`, `server/auth/tables.py`
and `server/blobs/tables.py` describe the tables as they should be; `tests/contract/test_migrations.py` holds that both
say the same, on both databases, and that a folder of the first version keeps what is in it.

**To change a table:** change its class in a `tables.py`, then add `versions/NNNN_what.py`, NNNN one higher than the last:

    '''What changes and why, in one sentence.'''

    import sqlalchemy as sa
    from alembic import op

    from server.storage.types import Whole

    revision, down_revision = "0002", "0001"


    def upgrade() -> None:
        '''Add what a digest is kept in.'''
        op.add_column("record", sa.Column("digest", sa.String(), nullable=True))
        op.create_table("digest", sa.Column("organisation", sa.String(), primary_key=True), …)

An `int` that may pass 2³¹ (versions, milliseconds, numbers of entries, sizes) is `sa_type=Whole` in the class and `Whole()`
here. Altering a column that exists needs `with op.batch_alter_table("record") as table:`, since SQLite copies the table.
Rows are moved with `op.get_bind()` and plain statements, never with today's classes.

Invariants: a revision that has been released is never edited; there is one head; there is no way back (`downgrade`): a
backup is. A database that names a revision unknown here was written by a newer version: it is refused, untouched.
"""

import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

FIRST: Final = "0001"
"""The tables as they were when migrations began."""
FORMER_USER_VERSION: Final = 1
"""`PRAGMA user_version` of a SQLite file written before migrations, and holding the tables of `FIRST`."""
VERSIONS: Final = Path(__file__).parent / "versions"
KEPT_BY_REVISIONS: Final = 2
"""`PRAGMA user_version` since: the program of before refuses such a file by its own rule."""
_LOCK_KEY: Final = 0x48414E44  # "HAND"
_one_at_a_time = threading.Lock()  # alembic's `op` stands for the migration under way, in the whole process


def migrate(connection: Connection) -> None:
    """Bring the database behind this connection up to date, inside its open transaction.

    UnknownSchema when a newer version wrote it or its tables are none of ours; nothing is changed then.
    """
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    if not _is_newest(connection):
        from server.storage.migrations.steps import upgrade  # noqa: PLC0415 - alembic is needed for this alone, and stays loaded

        with _one_at_a_time:
            upgrade(connection)
    if sqlite and connection.exec_driver_sql("PRAGMA user_version").scalar_one() != KEPT_BY_REVISIONS:
        connection.exec_driver_sql(f"PRAGMA user_version = {KEPT_BY_REVISIONS}")


def _is_newest(connection: Connection) -> bool:
    """Whether the database stands at the newest revision; their files are numbered in order."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [newest]
