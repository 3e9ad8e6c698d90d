"""Values that only one asset may have, and the words a search looks through, each in a table with an index of its own."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

_UNIQUE = ("tag", "serial")
_SEARCHED = ("label", "tag", "serial", "model", "colour", "bay")
"""What an asset had when this was written."""
_AT_ONCE = 500


def upgrade() -> None:
    """Make both tables and fill them from the assets that are there; of two that share a value, the first by id has it."""
    op.create_table(
        "record_key", *_text("organisation", "kind", "name", "value", key=True), *_text("id"),
    )  # fmt: skip
    op.create_table(
        "record_words", *_text("organisation", "kind", "id", key=True), *_text("depot"),
        sa.Column("archived", sa.Boolean(), nullable=False), *_text("title", "text"),
    )  # fmt: skip
    op.create_index("record_words_in_order", "record_words", ["organisation", "kind", "archived", "title", "id"])
    for rows in _assets():
        _keep(rows)


def _text(*names: str, key: bool = False) -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.String(), primary_key=True) if key else sa.Column(name, sa.String(), nullable=False) for name in names
    ]


def _assets() -> Iterator[list[Any]]:
    """All assets, some at a time, in the order of their keys."""
    after = ("", "")
    while True:
        rows = op.get_bind().execute(
            sa.text(
                "SELECT organisation, id, data FROM record WHERE kind = 'asset' AND NOT gone "
                "AND (organisation, id) > (:organisation, :id) ORDER BY organisation, id LIMIT :most"
            ),
            {"organisation": after[0], "id": after[1], "most": _AT_ONCE},
        ).all()  # fmt: skip
        if not rows:
            return
        yield list(rows)
        after = (rows[-1].organisation, rows[-1].id)


def _keep(rows: list[Any]) -> None:
    keys: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for row in rows:
        data = json.loads(bytes(row.data))
        at = {"organisation": row.organisation, "kind": "asset", "id": row.id}
        for name in _UNIQUE:
            value = "".join(_folded(data.get(name)).translate(dict.fromkeys(map(ord, "·•・‧∙."))).split())
            if value:
                keys.append({**at, "name": name, "value": value})
        texts = [_folded(data.get(name)) for name in _SEARCHED]
        words.append(
            {**at, "depot": data["depot_id"], "archived": data.get("state") == "retired", "title": texts[0],
             "text": "\n".join(text for text in texts if text)}
        )  # fmt: skip
    if keys:
        op.get_bind().execute(
            sa.text(
                "INSERT INTO record_key (organisation, kind, name, value, id) VALUES (:organisation, :kind, :name, :value, :id) "
                "ON CONFLICT DO NOTHING"
            ),
            keys,
        )  # fmt: skip
    op.get_bind().execute(
        sa.text(
            "INSERT INTO record_words (organisation, kind, id, depot, archived, title, text) "
            "VALUES (:organisation, :kind, :id, :depot, :archived, :title, :text)"
        ),
        words,
    )  # fmt: skip


def _folded(value: Any) -> str:
    return unicodedata.normalize("NFKC", str(value or "")).casefold()
