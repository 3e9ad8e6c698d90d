"""What of a record a device may be told: the buckets of the record's place that it may hold. Pure.

Neighbours: `visibility.py` has the rule, `losers.py` and `unit.py` ask before an outcome names what another wrote. Invariant: an
outcome says nothing of a record to a device that may not hold it.
"""

from sync.store import DeviceState, Store, StoredRecord
from sync.visibility import Viewer, buckets_for, home_buckets


def held_of(store: Store, device: DeviceState, stored: StoredRecord) -> frozenset[str]:
    """The buckets of the record's place that the device may hold."""
    person = store.record(device.organisation, "person", device.person) if device.person else None
    data = person.data if person is not None and not person.gone else {}
    roles, depots = frozenset(data.get("roles", ())), frozenset(data.get("depot_ids", ()))
    here = frozenset({stored.data["depot_id"]}) if isinstance(stored.data.get("depot_id"), str) else frozenset()
    return buckets_for(Viewer(device.id, device.type, device.depot, roles, depots, here))


def may_name(store: Store, device: DeviceState, kind: str, record_id: str) -> bool:
    """Whether a device may be told of a record that its place is its own, archived or not. The organisation's own device may."""
    stored = store.record(device.organisation, kind, record_id)
    if device.type == "system" or stored is None or stored.gone:
        return device.type == "system"
    return bool(home_buckets(kind, stored.data) & held_of(store, device, stored))
