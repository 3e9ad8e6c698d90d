"""Who names an asset, a customer, a rental or a task is found without looking through all records."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"

_NAMES = {
    "asset": ("rental_id", "holder_id", "kit_id"),
    "contact": ("customer_id",),
    "signer_authority": ("customer_id",),
    "rental": ("customer_id", "assets", "swaps"),
    "task": ("asset_id", "rental_id", "customer_id"),
    "handover": ("asset_id", "rental_id", "customer_id", "task_id"),
    "damage": ("asset_id",),
    "conflict": ("subject", "asset_id", "rental_id"),
    "todo": ("subject",),
    "fault": ("asset_id", "task_id"),
    "former_tag": ("asset_id",),
}
"""What named another record when this was written."""
_AT_ONCE = 500


def upgrade() -> None:
    """Make the table and fill it from the records that are there."""
    op.create_table(
        "record_naming", *(sa.Column(name, sa.String(), primary_key=True) for name in ("organisation", "named", "kind", "id"))
    )
    for rows in _records():
        found = [
            {"organisation": row.organisation, "named": named, "kind": row.kind, "id": row.id}
            for row in rows
            for named in sorted(_named(row.kind, json.loads(bytes(row.data))))
        ]
        if found:
            op.get_bind().execute(
                sa.text("INSERT INTO record_naming (organisation, named, kind, id) VALUES (:organisation, :named, :kind, :id)"),
                found,
            )


def _records() -> Iterator[list[Any]]:
    """All records that may name another, some at a time, in the order of their keys."""
    after = ("", "", "")
    while True:
        rows = op.get_bind().execute(
            sa.text(
                "SELECT organisation, kind, id, data FROM record WHERE NOT gone "
                "AND (organisation, kind, id) > (:organisation, :kind, :id) ORDER BY organisation, kind, id LIMIT :most"
            ),
            {"organisation": after[0], "kind": after[1], "id": after[2], "most": _AT_ONCE},
        ).all()  # fmt: skip
        if not rows:
            return
        yield list(rows)
        after = (rows[-1].organisation, rows[-1].kind, rows[-1].id)


def _named(kind: str, data: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for name in _NAMES.get(kind, ()):
        value = data.get(name)
        if name == "swaps":
            found.update(str(one[at]) for one in (value or {}).values() for at in ("back", "out") if one.get(at))
        elif name == "subject":
            found.update([str(value["id"])] if value and value["kind"] in ("asset", "customer", "rental", "task") else [])
        elif isinstance(value, dict):
            found.update(value)
        elif value:
            found.add(str(value))
    return found
