"""Spreadsheets are brought in: how far each import has come, what became of its rows, and how headers were mapped before."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Three tables of their own."""
    op.create_table(
        "sheet_import", _key("organisation"), _key("id"),
        *(_text(name) for name in ("kind", "name", "stage", "by", "own")),
        _whole("at_ms"), _whole("finished_ms", nullable=True), _text("undone_by", nullable=True), _whole("file_bytes"),
        sa.Column("file_kept", sa.Boolean(), nullable=False), sa.Column("results_kept", sa.Boolean(), nullable=False),
        _text("tabs"), _text("headers"), _text("mapping", nullable=True), _text("preview", nullable=True), _text("counts"),
        _whole("done"), _whole("at_row"), _whole("seen_version"), _text("runner"), _whole("lease_ms"),
    )  # fmt: skip
    op.create_table(
        "sheet_row", _key("organisation"), _key("import_id"), sa.Column("number", Whole(), primary_key=True, autoincrement=False),
        *(_text(name) for name in ("state", "title", "record_id")), _whole("entries"), _text("before"),
        _text("cells", nullable=True), _text("faults"), _text("undo", nullable=True),
    )  # fmt: skip
    op.create_table("sheet_header", _key("organisation"), _key("kind"), _key("header"), _text("code"))


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Whole(), nullable=nullable)
