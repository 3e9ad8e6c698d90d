"""What an import looks things up in: depots, packs, and the records of a few kinds by the names people call them.

Neighbours: `words.py` and `plan.py` ask, `run.py` keeps it fresh between batches. Invariants: a name is compared without
regard to case, width and blanks; everything of the organisation is known here, what a person may touch is `may_touch`; no
record is held whole, only its names and its depot.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, select
from sqlmodel import SQLModel

from schemas.people import Reach, Role, reach_of
from server.domain.planning import BY_HANDOVER, OPEN
from server.storage import tables
from server.storage.among import among
from server.storage.asked import asked, prepare
from server.storage.store import SqlStore
from sync import lookup
from sync.store import Store, StoredRecord

assert tables, "importing the tables registers them"
_MEMBER: Final = SQLModel.metadata.tables["member"]
_RECORD: Final = SQLModel.metadata.tables["record"]
_SINCE: Final = (
    select(_MEMBER.c.kind, _MEMBER.c.id)
    .where(_MEMBER.c.organisation == bindparam("organisation"), _MEMBER.c.version > bindparam("after"))
    .where(among(_MEMBER.c.bucket, "buckets"))
    .distinct()
)
PAGE: Final = (
    select(_RECORD.c.id, _RECORD.c.data, _RECORD.c.buckets)
    .where(_RECORD.c.organisation == bindparam("organisation"), _RECORD.c.kind == bindparam("kind"))
    .where(_RECORD.c.gone.is_(False), _RECORD.c.id > bindparam("after"))
    .order_by(_RECORD.c.id)
    .limit(bindparam("limit"))
)
"""Records of a kind, in the order of their ids, so many at a time."""
prepare([_SINCE, PAGE])
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "asset": ("tag", "serial", "vin", "plate", "label"),
    "customer": ("name", "name_en", "self"),
    "rental": ("number",),
    "task": ("line", "same"),
    "person": ("name_en", "name"),
    "price_plan": ("en", "zh"),
    "device": ("name",),
}
"""By which of its fields a record of a kind is found; `line` and `same` are put together of several."""
_ANY_NAME: Final = frozenset({"customer", "person", "price_plan", "device"})
"""Kinds whose names are alike: what fits any of them is meant. Of the others the first name that fits counts."""
_CALLED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "zh": {"customer": ("self", "name", "name_en"), "person": ("name", "name_en"), "price_plan": ("zh", "en")},
    "en": {"customer": ("self", "name_en", "name"), "person": ("name_en", "name"), "price_plan": ("en", "zh")},
}
"""By which of its names a record is shown, the first it has and that is its alone; of other kinds the last of NAMES."""
_NUMBERS: Final = frozenset({"tag", "serial", "vin", "plate"})
"""Compared as the organisation's unique numbers are (`sync/lookup.py`)."""
_BLANKS: Final = re.compile(r"\s+")


_SAME_WORDS_MAX: Final = 20_000
"""So many words are remembered as they are compared: a sheet says the same ones in every row."""


@lru_cache(_SAME_WORDS_MAX)
def plain(text: str) -> str:
    """A name as it is compared."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


@lru_cache(_SAME_WORDS_MAX)
def compared(name: str, text: str) -> str:
    """A value of that name as it is compared."""
    return lookup.plain(text) if name in _NUMBERS else plain(text)


def task_key(values: Mapping[str, Any]) -> str:
    """What makes two tasks the same: type, asset and the minute they are due."""
    return f"{values.get('type')} {values.get('asset_id')} {str(values.get('due_at') or '')[:16]}"


def task_line(values: Mapping[str, Any]) -> str | None:
    """Of an open task that a handover ends, what makes it the only one: type, rental and asset; None of any other."""
    if values.get("type") not in BY_HANDOVER or not values.get("rental_id") or values.get("state", "open") not in OPEN:
        return None
    return f"{values['type']} {values['rental_id']} {values.get('asset_id')}"


@dataclass
class Names:
    """One kind's records by their names."""

    kind: str
    found: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    of: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    depot: dict[str, str] = field(default_factory=dict)

    def put(self, record_id: str, data: Mapping[str, Any]) -> None:
        """A record as it is now."""
        self.drop(record_id)
        values = {**data, "same": task_key(data), "line": task_line(data)} if self.kind == "task" else data
        names = tuple((name, compared(name, str(values.get(name) or ""))) for name in NAMES[self.kind] if values.get(name))
        for name, value in names:
            self.found.setdefault(name, {}).setdefault(value, set()).add(record_id)
        self.of[record_id] = names
        self.shown[record_id] = tuple(str(values[name]) for name, _ in names)
        self.depot[record_id] = str(data.get("depot_id") or "")

    def drop(self, record_id: str) -> None:
        """A record that is there no more."""
        for name, value in self.of.pop(record_id, ()):
            self.found[name][value].discard(record_id)
        self.shown.pop(record_id, None)
        self.depot.pop(record_id, None)

    def called(self, record_id: str, lang: str) -> str | None:
        """The name that leads back to it alone, as it is written, in that language where it has one; None for one not here."""
        texts = {name: text for (name, _), text in zip(self.of.get(record_id, ()), self.shown.get(record_id, ()), strict=True)}
        ordered = _CALLED[lang].get(self.kind) or tuple(reversed(NAMES[self.kind]))
        there = [texts[name] for name in ordered if name in texts]
        return next((text for text in there if self.meant(text) == {record_id}), there[0] if there else None)

    def meant(self, text: str, may: Callable[[str], bool] = lambda _: True) -> set[str]:
        """The ids of those that are called so, of whom one may speak; by its id each alone."""
        names = NAMES[self.kind]
        for group in (names,) if self.kind in _ANY_NAME else ((name,) for name in names):
            found = {one for name in group for one in self.by(name, text) if may(one)}
            if found:
                return found
        record_id = text.casefold()
        return {record_id} if record_id in self.of and may(record_id) else set()

    def by(self, name: str, value: str) -> set[str]:
        """The ids of those called so."""
        return self.found.get(name, {}).get(compared(name, value), set()) if value else set()


@dataclass
class Known:
    """Everything a row may name. `own`: the caller's depots, None for all of them; `by`: who imports, with his `roles` and
    `places`, the depots he works at."""

    organisation: str
    zone: ZoneInfo
    version: int
    own: frozenset[str] | None
    depots: dict[str, tuple[str, str]]
    packs: dict[str, tuple[str, str]]
    kinds: dict[str, Names]
    by: str | None = None
    roles: frozenset[Role] = frozenset()
    places: frozenset[str] = frozenset()

    def may(self, action: str, depot: str) -> bool:
        """Whether the importer might do this by hand there."""
        reach = reach_of(action, self.roles)
        return reach is Reach.ORG or (reach is Reach.DEPOT and depot in self.places)

    def meet(self, store: Store) -> None:
        """The importer's roles and depots as they are now."""
        stored = None if self.by is None else store.record(self.organisation, "person", self.by)
        data = {} if stored is None or stored.gone or not stored.data["active"] else stored.data
        self.roles = frozenset(Role(one) for one in data.get("roles", ()))
        self.places = frozenset(depot for depot, there in data.get("depot_ids", {}).items() if there)

    def may_touch(self, depot: str) -> bool:
        """Whether a depot is one of the caller's."""
        return self.own is None or depot in self.own

    def names(self, kind: str) -> Names:
        """One kind's names."""
        return self.kinds[kind]

    def refresh(self, store: SqlStore) -> None:
        """Take in what others have changed since; the store's transaction is the present."""
        version = store.organisation_version(self.organisation)
        if version == self.version:
            return
        self.meet(store)
        if version < self.version:  # what was read before was never committed
            again = learn(store, self.organisation, self.own, self.kinds, by=self.by)
            self.kinds, self.depots, self.packs, self.version = again.kinds, again.depots, again.packs, again.version
            return
        buckets = [f"depot:{depot}/office" for depot in self.depots] + ["org/office"]
        where = {"organisation": self.organisation, "after": self.version, "buckets": buckets}
        rows = asked(store.connection, _SINCE, where).all()
        store.expect_records(self.organisation, [(row.kind, row.id) for row in rows if row.kind in self.kinds])
        for row in rows:
            if row.kind == "contact" and "customer" in self.kinds:
                self._again_self(store.record(self.organisation, "contact", row.id))
            elif row.kind in self.kinds:
                self._again(row.kind, row.id, store.record(self.organisation, row.kind, row.id))
            elif row.kind == "depot":
                self.depots = depots_of(store, self.organisation)
        self.version = version

    def _again_self(self, contact: StoredRecord | None) -> None:
        names = self.kinds["customer"]
        if contact is not None and contact.data.get("role") == "self" and contact.data["customer_id"] in names.of:
            names.found.setdefault("self", {}).setdefault(plain(contact.data.get("name", "")), set()).add(
                contact.data["customer_id"]
            )

    def _again(self, kind: str, record_id: str, record: StoredRecord | None) -> None:
        if record is None or record.gone:
            self.kinds[kind].drop(record_id)
        else:
            self.kinds[kind].put(record_id, record.data)


def depots_of(store: Store, organisation: str) -> dict[str, tuple[str, str]]:
    """Depot → (name, English name or the same)."""
    return {
        one.id: (one.data["name"], one.data.get("name_en") or one.data["name"]) for one in store.records(organisation, "depot")
    }


def zone_of(store: Store, organisation: str) -> ZoneInfo:
    """The organisation's time zone."""
    record = store.record(organisation, "organisation", organisation)
    return ZoneInfo(record.data["zone"] if record is not None and not record.gone else "Asia/Shanghai")


def learn(
    store: SqlStore,
    organisation: str,
    own: Collection[str] | None,
    kinds: Iterable[str],
    *,
    only_own: bool = False,
    by: str | None = None,
) -> Known:
    """Read what is known now of these kinds; `only_own`: nothing of other depots; `by`: who imports."""
    found: dict[str, Names] = {}
    for kind in kinds:
        names = found[kind] = Names(kind)
        selves = _selves(store, organisation) if kind == "customer" and not only_own else {}
        for record_id, data, _ in pages(store, organisation, kind):
            data["self"] = selves.get(record_id)
            if not only_own or own is None or data.get("depot_id") is None or data["depot_id"] in own:
                names.put(record_id, data)
    packs = {one.data["code"]: (one.data["zh"], one.data["en"]) for one in store.records(organisation, "pack")}
    known = Known(
        organisation, zone_of(store, organisation), store.organisation_version(organisation),
        None if own is None else frozenset(own), depots_of(store, organisation), packs, found, by,
    )  # fmt: skip
    known.meet(store)
    return known


def _selves(store: SqlStore, organisation: str) -> dict[str, str]:
    """Customer who is a person → that person's name, which lies in a record of its own."""
    contacts = (data for _, data, _ in pages(store, organisation, "contact"))
    return {one["customer_id"]: one.get("name", "") for one in contacts if one.get("role") == "self"}


def pages(store: SqlStore, organisation: str, kind: str) -> Iterable[tuple[str, dict[str, Any], frozenset[str]]]:
    """(id, content, buckets) of every record of a kind that is not gone, a thousand read at a time and none kept."""
    after = ""
    while True:
        where = {"organisation": organisation, "kind": kind, "after": after, "limit": 1000}
        rows = asked(store.connection, PAGE, where).all()
        for row in rows:
            yield row.id, msgspec.json.decode(row.data), frozenset(row.buckets.split())
        if len(rows) < 1000:
            return
        after = rows[-1].id
