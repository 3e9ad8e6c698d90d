"""The steps from an older database to today's, taken by alembic.

Neighbours: `migrations` (the package) says when, under its lock. Invariant: loaded only when there is a step to take — a server
that finds its database up to date never pays for it.
"""

from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from server.storage.database import UnknownSchema
from server.storage.migrations import FIRST, FORMER_USER_VERSION, VERSIONS


def upgrade(connection: Connection) -> None:
    """Take every step that is missing. UnknownSchema as `migrate` says."""
    script = ScriptDirectory(str(VERSIONS.parent))
    present = _present(connection, script)
    if present == script.get_current_head():
        return

    def steps(_revision: Any, _context: Any) -> list[RevisionStep]:
        return script._upgrade_revs("head", present)  # type: ignore[arg-type]

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


def _present(connection: Connection, script: ScriptDirectory) -> str | None:
    """The revision the database stands at; None when it is empty."""
    known = {revision.revision for revision in script.walk_revisions()}
    heads = MigrationContext.configure(connection).get_current_heads()
    if heads:
        if len(heads) > 1 or heads[0] not in known:
            raise UnknownSchema(f"{', '.join(heads)} > {script.get_current_head()}")
        return str(heads[0])
    if not inspect(connection).get_table_names():
        return None
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version == FORMER_USER_VERSION:
            MigrationContext.configure(connection).stamp(script, FIRST)
            return FIRST
        raise UnknownSchema(f"user_version {version} ≠ {FORMER_USER_VERSION}")
    raise UnknownSchema("tables without a revision")
