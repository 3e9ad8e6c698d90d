"""What the alert rules look at, kept in memory: read once in pages, then only what has changed since.

Neighbours: `causes.py` evaluates it, `server/jobs/alerts.py` refreshes it outside the writer. Invariants: nothing here is the
truth — whoever writes looks again inside the transaction · a round costs what has changed, not what there is · no personal data
is kept: of a contact only whether it has an address.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from schemas.records import Audience
from server.calm import Patient
from server.notify.causes import Kept, Lent
from server.storage.changed import PAGE, page
from sync import instants

_KINDS: Final = ("asset", "contact", "rental", "todo")


class _Reading(msgspec.Struct):
    value: int


class _Asset(msgspec.Struct):
    label: str
    depot_id: str
    pack: str
    odometer_km: int = 0
    battery_health_pct: int | None = None
    service_due_at: str | None = None
    service_due_km: int | None = None
    service_months: int | None = None
    service_km: int | None = None
    service_due_hours: int | None = None
    service_hours: int | None = None
    readings: dict[str, _Reading] = {}


class _Rental(msgspec.Struct):
    number: str
    depot_id: str
    customer_id: str
    due_at: str
    state: str = "draft"


class _Contact(msgspec.Struct):
    customer_id: str
    depot_id: str
    email: str = ""
    state: str = "active"


class _Subject(msgspec.Struct):
    kind: str
    id: str


class _Todo(msgspec.Struct):
    depot_id: str
    subject: _Subject | None = None
    rule: str | None = None
    occasion: str = ""
    state: str = "open"
    kept_open: bool = False
    closed_at: str | None = None
    opened_at: str = ""


class _Change(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"")


_CHANGES: Final = msgspec.json.Decoder(_Change)
_SHAPES: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    "asset": msgspec.json.Decoder(_Asset), "rental": msgspec.json.Decoder(_Rental),
    "contact": msgspec.json.Decoder(_Contact), "todo": msgspec.json.Decoder(_Todo),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenTodo:
    """An open to-do of a rule."""

    id: str
    depot: str
    rule: str
    subject: str
    occasion: str
    kept_open: bool


@dataclass
class Watch:
    """One organisation as the rules see it. `ended`: when the newest to-do of a rule over an asset was closed."""

    organisation: str
    cursors: dict[str, int] = field(default_factory=dict)
    rentals: dict[str, Lent] = field(default_factory=dict)
    assets: dict[str, Kept] = field(default_factory=dict)
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    todos: dict[str, OpenTodo] = field(default_factory=dict)
    ended: dict[tuple[str, str], int] = field(default_factory=dict)
    changed: dict[str, bool] = field(default_factory=dict)
    """To-dos that changed since somebody last took them, in order."""

    async def refresh(self, database: Patient, depots: Sequence[str]) -> int:
        """Read what has changed in these depots; returns how many changes that were."""
        read = 0
        for depot in depots:
            bucket = f"depot:{depot}/{Audience.OFFICE}"
            rows = await database.read(partial(page, self.organisation, bucket, _KINDS, self.cursors.get(bucket, 0)))
            while rows:
                for row in rows:
                    self._take(depot, *row[1:])
                read += len(rows)
                self.cursors[bucket] = rows[-1][0]
                full = len(rows) >= PAGE
                rows = await database.read(partial(page, self.organisation, bucket, _KINDS, rows[-1][0])) if full else []
        return read

    def reachable(self) -> frozenset[str]:
        """Customers with somebody who has an e-mail address."""
        return frozenset(customer for _, customer in self.contacts.values())

    def _take(self, depot: str, kind: str, record_id: str, gone: bool, wire: bytes) -> None:
        if gone:
            self._drop(depot, kind, record_id)
            return
        data = _SHAPES[kind].decode(_CHANGES.decode(wire).data)
        if isinstance(data, _Asset):
            self._take_asset(record_id, data)
        elif isinstance(data, _Rental):
            self._take_rental(record_id, data)
        elif isinstance(data, _Contact):
            if data.email and data.state == "active":
                self.contacts[record_id] = (data.depot_id, data.customer_id)
            else:
                self.contacts.pop(record_id, None)
        else:
            self._take_todo(record_id, data)

    def _take_asset(self, record_id: str, one: _Asset) -> None:
        looked_at = (one.battery_health_pct, one.service_due_at, one.service_due_km, one.service_due_hours)
        if all(value is None for value in looked_at):
            self.assets.pop(record_id, None)
            return
        self.assets[record_id] = Kept(
            record_id, one.depot_id, one.label, one.pack, one.battery_health_pct, one.service_due_at, one.service_due_km,
            one.odometer_km, one.service_months, one.service_km, one.service_due_hours,
            one.readings["hours"].value if "hours" in one.readings else None, one.service_hours,
        )  # fmt: skip

    def _take_rental(self, record_id: str, one: _Rental) -> None:
        if one.state != "out":
            self.rentals.pop(record_id, None)
            return
        due_ms = instants.to_ms(one.due_at)
        self.rentals[record_id] = Lent(record_id, one.depot_id, one.number, one.customer_id, one.due_at, due_ms)

    def _take_todo(self, record_id: str, one: _Todo) -> None:
        self.changed[record_id] = True
        if one.rule is None or one.subject is None:
            return
        if one.state == "open":
            self.todos[record_id] = OpenTodo(
                record_id, one.depot_id, one.rule, one.subject.id, one.occasion, one.kept_open
            )  # fmt: skip
            return
        self.todos.pop(record_id, None)
        if one.subject.kind == "asset" and one.closed_at is not None:
            key = (one.rule, one.subject.id)
            self.ended[key] = max(self.ended.get(key, 0), instants.to_ms(one.closed_at))

    def _drop(self, depot: str, kind: str, record_id: str) -> None:
        """It has left this depot; one that came to another stays known."""
        if kind == "contact":
            if self.contacts.get(record_id, ("", ""))[0] == depot:
                del self.contacts[record_id]
            return
        rooms: dict[str, dict[str, Any]] = {"asset": self.assets, "rental": self.rentals, "todo": self.todos}
        held = rooms[kind]
        if record_id in held and held[record_id].depot == depot:
            del held[record_id]
