"""The entries that take one row of an import back: what was new leaves again, what was changed is as it was before.

Neighbours: `undo.py` takes a whole import back, `run.py` a row of which only a part went in; `server/domain/sheets.py` decides
whether a record may go. Invariant: nothing is taken out of the journal, each compensation is an entry of its own.
"""

from schemas.actions import Action
from schemas.actions.sheets import RecordRetract
from server.imports.sheets.kinds import KINDS, contact_id, entry_id
from server.imports.sheets.own import folded
from server.imports.sheets.state import Import, Result
from server.system_device import SystemEntry
from sync.store import StoredRecord


def retract(one: Import, result: Result) -> RecordRetract:
    """What takes the new record of a row back."""
    made = [entry_id(one.id, result.number, number) for number in range(result.entries)]
    contact = contact_id(one.id, result.number) if one.kind == "customer" else None
    said = {"kind": one.kind, "record_id": result.record_id, "entries": made, "contact_id": contact}
    return RecordRetract.model_validate(said)


def compensation(one: Import, result: Result, stored: StoredRecord) -> list[SystemEntry]:
    """The entries by which nothing of the row stands any more. `stored`: its record as it is now."""
    seen = {result.record_id: stored.version}
    actions: list[Action] = (
        [retract(one, result)]
        if result.state == "new"
        else KINDS[one.kind].edit(result.record_id, stored.data, folded(result.before or {}))
    )
    return [SystemEntry(entry_id(one.id, result.number, at, undo=True), action, seen) for at, action in enumerate(actions)]
