"""What people, devices and records are called, for whoever reads a trail. Neighbours: `history.py`, `page.py`, `telling.py`.

Invariants: a record is named only to whoever may see it; people's and devices' names are the company's own · a device is called
what the user called it; where we named it ourselves, in both languages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.records import RECORDS
from server.storage.store import SqlStore
from sync.visibility import buckets_of

NAMED_BY: Final = ("label", "number", "name", "zh", "version", "code")
"""The first of these fields that a record has is what it goes by."""
NAMED_AS: Final = {"customer_terms": "customer", "rental_terms": "rental", "notice_choice": "person", "roster": "device"}
"""Kinds that go by the name of the record of another kind with the same id."""
NAMED_THROUGH: Final = ("asset_id", "rental_id", "handover_id", "fault_id", "contact_id", "customer_id", "person_id", "device_id")
"""What has no name goes by that of the first record it belongs to."""
_EN: Final = {"name": "name_en", "zh": "en"}
_DEEP_MAX: Final = 3
_KEPT_MAX: Final = 5_000
"""Names kept from one snapshot to the next."""
OFFICE_BROWSER: Final = "办公室 Office"
"""How an office browser is called that does not say what it is."""


@dataclass
class Names:
    """Names of one organisation, each looked up once, as (zh, en); '' where there is none. `buckets`: what the reader may see."""

    store: SqlStore
    organisation: str
    buckets: frozenset[str] = frozenset()
    _people: dict[str, tuple[str, str]] = field(default_factory=dict)
    _devices: dict[str, tuple[str, str]] = field(default_factory=dict)
    _records: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def over(self, store: SqlStore) -> None:
        """Go on with another snapshot. What was looked up keeps its name, as long as it is little."""
        self.store = store
        if len(self._records) + len(self._people) + len(self._devices) > _KEPT_MAX:
            self._people.clear()
            self._devices.clear()
            self._records.clear()

    def expect(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read together what the names of these records will be taken from."""
        now = {_named_as(*one) for one in wanted}
        for _ in range(_DEEP_MAX + 1):
            now = {one for one in now if one[0] in RECORDS and one not in self._records}
            if not now:
                return
            self.store.expect_records(self.organisation, now)
            now = {_named_as(*further) for one in now for further in self._through(*one)}

    def _through(self, kind: str, record_id: str) -> list[tuple[str, str]]:
        """What this record may go by the name of."""
        data = self._data(kind, record_id)
        if kind != "device" and any(data.get(name) for name in NAMED_BY):
            return []
        return [(name.removesuffix("_id"), data[name]) for name in NAMED_THROUGH if isinstance(data.get(name), str)]

    def person(self, person: str) -> tuple[str, str]:
        """A person's name."""
        if person not in self._people:
            data = self._data("person", person)
            self._people[person] = (str(data.get("name", "")), str(data.get("name_en", "")))
        return self._people[person]

    def device(self, device: str) -> tuple[str, str]:
        """A device's name."""
        if device not in self._devices:
            data = self._data("device", device)
            person = self.person(data["person_id"]) if data.get("type") == "office" and data.get("person_id") else ("", "")
            self._devices[device] = in_both(str(data.get("name", "")), person)
        return self._devices[device]

    def record(self, kind: str, record_id: str, deep: int = 0) -> tuple[str, str]:
        """What a record goes by; '' when it has no name, or is not the reader's to see."""
        key = (kind, record_id)
        if key not in self._records:
            self._records[key] = self._named(kind, record_id, deep)
        return self._records[key]

    def _named(self, kind: str, record_id: str, deep: int) -> tuple[str, str]:
        if kind == "device":
            return self.device(record_id)
        if kind in NAMED_AS:
            return self.record(NAMED_AS[kind], record_id, deep + 1)
        data = self._seen(kind, record_id)
        by = next((name for name in NAMED_BY if data.get(name)), None)
        if by is not None:
            own = str(data[by])
            return own, str(data.get(_EN.get(by, ""), "") or "")
        owner = next((name for name in NAMED_THROUGH if isinstance(data.get(name), str)), None)
        if owner is None or deep >= _DEEP_MAX:
            return "", ""
        return self.record(owner.removesuffix("_id"), data[owner], deep + 1)

    def _seen(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record's content for a reader who may see it; an archived one lies where it lay."""
        stored = self.store.record(self.organisation, kind, record_id)
        if stored is None or stored.gone:
            return {}
        return stored.data if (stored.buckets or lay_in(kind, stored.data)) & self.buckets else {}

    def _data(self, kind: str, record_id: str) -> dict[str, Any]:
        stored = self.store.record(self.organisation, kind, record_id) if record_id else None
        return {} if stored is None else stored.data


def _named_as(kind: str, record_id: str) -> tuple[str, str]:
    return NAMED_AS.get(kind, kind), record_id


def lay_in(kind: str, data: dict[str, Any]) -> frozenset[str]:
    """The buckets a record that is gone or archived lay in, as far as it is remembered."""
    archived = RECORDS[kind].archived
    try:
        return buckets_of(kind, data if archived is None else {**data, archived[0]: None})
    except KeyError:
        return frozenset()


def in_both(name: str, person: tuple[str, str]) -> tuple[str, str]:
    """A device's name in zh and en. An office browser that kept the name it was given at its first login begins with its
    person's, in whatever language; anything else stands as somebody wrote it."""
    zh, en = person
    if not zh or not name.startswith(f"{zh} · "):
        return name, ""
    rest = name.removeprefix(zh)
    return f"{zh}{rest.replace(OFFICE_BROWSER, '办公室')}", f"{en or zh}{rest.replace(OFFICE_BROWSER, 'Office')}"
