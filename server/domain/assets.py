"""Assets: defined, edited, retired and restored, locked and released by the office.

Neighbours: `custody.py` (what handovers make of one), `custom_fields.py`, `sync/lookup.py` (values only one has). Invariants: an
asset that is out is neither retired nor moved: it is where its handover says · of a tag, serial, VIN or plate there is one in
the organisation, retired assets included · a kit has no kit above it, and knows its members · a tag that was changed stays the
asset's former one.
"""

from calendar import monthrange
from collections.abc import Mapping
from typing import Any, Final

from schemas.actions.assets import AssetEdit, AssetLock, AssetRestore, AssetRetire
from schemas.actions.basedata import AssetDefine
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from server.domain.custody import pack_of
from server.domain.custom_fields import check_custom
from server.domain.faults import keep_former, tag_fits, tag_is_free
from server.domain.rules import service
from sync import instants
from sync.unit import Handlers, Refusal, Unit

STEPS: Final[Mapping[str, frozenset[str]]] = {
    "asset.retire": frozenset({"available", "returned", "blocked"}),
    "asset.restore": frozenset({"retired"}),
    "asset.move": frozenset({"available", "returned", "blocked"}),
}
"""From which states an asset may take a step of the office; all others are handovers' (`custody.py`)."""
BY_MONTHS: Final = {"service_due_at": "service_months", "inspection_due_at": "inspection_months"}
"""The field of a due date → that of its interval."""


def define(unit: Unit, args: AssetDefine) -> None:
    """A new asset; the system device (demo, imports) also writes one that is there as its arguments stand."""
    values: dict[str, Any] = args.model_dump(mode="json", exclude={"id"})
    known = unit.get("asset", args.id)
    if known is None and unit.body.actor != SYSTEM_ACTOR:  # by a person, at the desk or with a sheet
        values |= _first_dues(unit, values)
    if unit.device.type != "system":
        if known is not None or args.state != "available":
            raise Refusal(ErrorCode.STATE_ILLEGAL, state=known["state"] if known else args.state)
        unit.need("depot", args.home_depot_id)
        _check_pack(unit, args.pack)
    check_custom(unit, "asset", args.custom)
    _check_kit(unit, args.id, args.kit_id)
    unit.only("asset", args.id, values)
    tag_fits(args.tag)
    tag_is_free(unit, args.id, args.tag)
    before = dict(known or {})
    unit.write("asset", args.id, values, create=True)
    keep_former(unit, args.id, before.get("tag"), "")
    _follow_kit(unit, args.id, before)


def edit(unit: Unit, args: AssetEdit) -> None:
    """The fields that were given are what they are now."""
    asset = unit.need("asset", args.asset_id)
    if args.depot_id is not None and args.depot_id != asset["depot_id"]:
        _check_step("asset.move", asset)
    for depot in (args.depot_id, args.home_depot_id):
        if depot is not None:
            unit.need("depot", depot)
    if args.pack is not None and args.pack != asset["pack"]:
        _check_pack(unit, args.pack)
    check_custom(unit, "asset", args.custom)
    _check_kit(unit, args.asset_id, args.kit_id)
    unit.only("asset", args.asset_id, args.model_dump(mode="json"))
    tag_fits(args.tag)
    tag_is_free(unit, args.asset_id, args.tag)
    before = dict(asset)
    unit.apply_effects(args)
    _dues_of_new_intervals(unit, args)
    keep_former(unit, args.asset_id, before["tag"], "")
    _follow_kit(unit, args.asset_id, before)


def retire(unit: Unit, args: AssetRetire) -> None:
    """It leaves the fleet and every replica; search finds it."""
    _check_step("asset.retire", unit.need("asset", args.asset_id))
    unit.apply_effects(args)


def restore(unit: Unit, args: AssetRestore) -> None:
    """It is in the fleet again."""
    _check_step("asset.restore", unit.need("asset", args.asset_id))
    unit.apply_effects(args)


def lock(unit: Unit, args: AssetLock) -> None:
    """It may not leave, or may again. What left before stays out; what leaves all the same is a breach."""
    unit.need("asset", args.asset_id)
    unit.apply_effects(args)


def _check_step(step: str, asset: Mapping[str, Any]) -> None:
    if asset["state"] not in STEPS[step]:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state=asset["state"], step=step, asset_id=asset["id"])


def _check_kit(unit: Unit, asset_id: str, kit_id: str | None) -> None:
    """A kit is in no kit itself, and what has members becomes nobody's: of two entries that cross, the one that arrives later
    is refused."""
    if kit_id is None:
        return
    kit = unit.need("asset", kit_id)
    if kit_id == asset_id or kit.get("kit_id") is not None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="kit", id=kit_id)
    if (unit.get("asset", asset_id) or {}).get("kit_members"):
        raise Refusal(ErrorCode.STATE_ILLEGAL, state="kit", id=asset_id)


def _follow_kit(unit: Unit, asset_id: str, before: Mapping[str, Any]) -> None:
    """The kit it left and the one it joined know it; both are what the record says now, whoever's word stands."""
    asset = unit.need("asset", asset_id)
    if asset.get("kit_id") == before.get("kit_id"):
        return
    leave_kit(unit, asset_id, before.get("kit_id"))
    joined = unit.get("asset", asset.get("kit_id"))
    if joined is not None:
        members = {**(joined.get("kit_members") or {}), asset_id: {"label": asset["label"]}}
        unit.write("asset", joined["id"], {"kit_members": members})


def leave_kit(unit: Unit, asset_id: str, kit_id: str | None = None) -> None:
    """The kit (None: the one it says it is in) does not count it among its members any more."""
    kit = unit.get("asset", kit_id or (unit.get("asset", asset_id) or {}).get("kit_id"))
    if kit is not None:
        members = {one: said for one, said in (kit.get("kit_members") or {}).items() if one != asset_id}
        unit.write("asset", kit["id"], {"kit_members": members})


def _check_pack(unit: Unit, code: str) -> None:
    """Refusal(RECORD_UNKNOWN) for a pack the organisation does not have."""
    if not pack_of(unit, {"pack": code}):
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="pack", id=code)


def _first_dues(unit: Unit, values: Mapping[str, Any]) -> dict[str, Any]:
    """When a new asset is first due, where nobody said: after its own interval, else its pack's."""
    pack = pack_of(unit, values)
    return {**first_dates(values, pack, {}, unit.at), **service.first_readings(values, pack)}


def first_dates(asset: Mapping[str, Any], pack: Mapping[str, Any], last: Mapping[str, str], now: str) -> dict[str, str]:
    """The due dates of an asset that has none and an interval in months, its own or its pack's: counted from when it was last
    done (`last`: the due's field → that instant), else from now."""
    found: dict[str, str] = {}
    for due, every in BY_MONTHS.items():
        months = asset.get(every) or pack.get(every)
        if months and asset.get(due) is None:
            found[due] = months_after(last.get(due, now), months)
    return found


def _dues_of_new_intervals(unit: Unit, args: AssetEdit) -> None:
    """An interval given to an asset that is due at nothing yet counts from now."""
    asset = unit.need("asset", args.asset_id)
    said = {name: getattr(args, name) for name in ("service_months", "service_km", "service_hours", "inspection_months")}
    values: dict[str, Any] = {name: due for name, due in service.first_readings({**asset, **said}, {}).items()
                              if getattr(args, name) is None and args.empty != name}  # fmt: skip
    values |= first_dates({**said, **{due: asset.get(due) for due in BY_MONTHS}}, {}, {}, unit.at)
    if values:
        unit.follow("asset", args.asset_id, values)


def months_after(at: str, months: int) -> str:
    """The same moment of the day so many months later; the last day of a month that is too short."""
    year, month = int(at[:4]), int(at[5:7]) - 1 + months
    year, month = year + month // 12, month % 12 + 1
    day = min(int(at[8:10]), monthrange(year, month)[1])
    return instants.to_text(instants.to_ms(f"{year:04d}-{month:02d}-{day:02d}{at[10:]}"))


HANDLERS: Final[Handlers] = {
    (AssetDefine.action, AssetDefine.v): define,
    (AssetEdit.action, AssetEdit.v): edit,
    (AssetRetire.action, AssetRetire.v): retire,
    (AssetRestore.action, AssetRestore.v): restore,
    (AssetLock.action, AssetLock.v): lock,
}
