"""Who may hold what: the buckets a record lies in, and the buckets a principal may read. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from schemas.people import FIELD_ROLES, OFFICE_ROLES, Reach, Role, reach_of
from schemas.records import RECORDS, Audience, Placement


@dataclass(frozen=True)
class Viewer:
    """Whoever reads: a device, with what it is and the people it stands for.

    A shared field device sees its depot; a personal or office device sees what its person may. `all_depots` are the
    organisation's depots, needed to spell out an organisation-wide reach.
    """

    device: str
    type: str
    depot: str
    roles: frozenset[Role] = frozenset()
    depots: frozenset[str] = frozenset()
    all_depots: frozenset[str] = frozenset()


def buckets_of(kind: str, data: Mapping[str, Any]) -> frozenset[str]:
    """The buckets a record with this content lies in: none when it is archived."""
    archived = RECORDS[kind].archived
    if archived is not None and data[archived[0]] in archived[1]:
        return frozenset()
    return home_buckets(kind, data)


def home_buckets(kind: str, data: Mapping[str, Any]) -> frozenset[str]:
    """The buckets of a record's place, whether it is archived or not."""
    field = _HOME_FIELD[RECORDS[kind].placement]
    return _buckets(kind, data[field] if field else "")


_HOME_FIELD: Final = {Placement.DEVICE: "device_id", Placement.DEPOT: "depot_id", Placement.ORGANISATION: None}


@lru_cache(maxsize=4096)
def _buckets(kind: str, home_id: str) -> frozenset[str]:
    model = RECORDS[kind]
    if model.placement is Placement.DEVICE:
        return frozenset({f"device:{home_id}"})
    home = "org" if model.placement is Placement.ORGANISATION else f"depot:{home_id}"
    return frozenset(f"{home}/{audience}" for audience in model.audiences)


def buckets_for(viewer: Viewer) -> frozenset[str]:
    """The buckets a viewer may read."""
    found = {f"device:{viewer.device}"}
    if viewer.type in ("field", "client"):
        found.add(f"org/{Audience.FIELD}")
        found.add(f"depot:{viewer.depot}/{Audience.FIELD}")
    if viewer.type == "office" and viewer.roles & OFFICE_ROLES:
        found.add(f"org/{Audience.OFFICE}")
        found |= {f"depot:{depot}/{Audience.OFFICE}" for depot in office_depots(viewer)}
    return frozenset(found)


def office_depots(viewer: Viewer) -> frozenset[str]:
    """The depots an office person works with: all of them where the role reaches that far."""
    if reach_of("read.proof", viewer.roles) is Reach.ORG:
        return viewer.all_depots
    return viewer.depots


def may_use_device(roles: Iterable[Role], depots: Iterable[str], device_depot: str) -> bool:
    """Whether a person stands on the roster of a shared device: a field role (or operations, manager) and its depot."""
    wanted = FIELD_ROLES | {Role.OPERATIONS, Role.MANAGER}
    return bool(wanted & set(roles)) and device_depot in set(depots)


def is_chosen(device: Mapping[str, Any] | None, person: str) -> bool:
    """Whether a shared device's record, where it names its people one by one, names this one."""
    return device is None or device.get("roster_by", "depot") != "chosen" or bool(device.get("roster", {}).get(person))
