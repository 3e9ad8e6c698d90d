"""Gate vectors: what is known of something that is to leave, the rules as an organisation has them, and what the gate says.

Neighbours: `make.py` writes the file; `server/domain/rules/gate.py` is asked, `field_app/src/core/leaving.ts` measured against
it.
"""

from typing import Any, Final

from schemas.gate import PATH_TESTS
from server.domain.gates import rule_id
from server.domain.rules.gate import gate, in_force

NOW: Final = "2026-11-22T08:00:00.000Z"
_ASSET: Final[dict[str, Any]] = {
    "state": "available", "locked": False, "inspection_due_at": "2027-03-01T00:00:00Z", "service_due_at": None,
    "battery_health_pct": 93, "odometer_km": 48_210, "accessories_missing": {}, "depot_id": "here", "kit_id": None,
    "kit_members": {}, "service_due_km": None, "service_due_hours": None, "readings": {},
}  # fmt: skip
_RENTAL: Final[dict[str, Any]] = {
    "state": "approved", "id": "r1", "deposit_ok": True, "insurance_ok": True, "due_at": "2026-12-22T00:00:00Z",
    "assets": {"kit": {"state": "reserved"}, "lens": {"state": "reserved"}, "body": {"state": "out"}},
}  # fmt: skip
_CUSTOMER: Final[dict[str, Any]] = {"blocked": False, "tier": "normal"}
_SEVERE: Final = {"id": "d1", "state": "open", "severity": "severe_damage", "clustered_with": None}
_MINOR: Final = {"id": "d2", "state": "open", "severity": "minor_damage"}
_REPAIRED: Final = {"id": "d3", "state": "repaired", "severity": "severe_damage"}
_JOINED: Final = {"id": "d4", "state": "open", "severity": "severe_damage", "clustered_with": "d1"}


_KIT: Final[dict[str, Any]] = {"kit_members": {"lens": {"label": "镜头"}, "body": {"label": "机身"}}}


def _member(id_: str, **more: Any) -> dict[str, Any]:
    there = {"id": id_, "label": {"lens": "镜头 24-70", "body": "机身 A"}[id_], "state": "available", "locked": False}
    return {**there, "depot_id": "here", "rental_id": None, **more}


_BOTH: Final = [_member("lens"), _member("body", state="out", rental_id="r1")]
_KIT_ITSELF: Final = {"id": "kit", "label": "套装一", "state": "available"}


def _own(code: str, path: str, test: str, *, figure: int | None = None, values: tuple[str, ...] = ()) -> dict[str, Any]:
    """A rule as the office's form makes it."""
    when = [{"path": path, "test": test, "values": list(values)}]
    return _changed(code, when=when, level="stop", figure=figure, zh="停", en="Stop")


def _each_comparison() -> list[dict[str, Any]]:
    """Every comparison of everything a rule may read, met and not met: what the office's form can say."""
    given: dict[str, tuple[Any, ...]] = {
        "is_true": (True, False, None), "is_false": (True, False, None), "in": ("x", "y", None),
        "past": ("2026-11-21T00:00:00Z", "2026-11-30T00:00:00Z", None, "no time"),
        "below": (4, 5, 6, None), "above": (4, 5, 6, None),
    }  # fmt: skip
    found = []
    for path, tests in PATH_TESTS.items():
        kind, field = path.split(".")
        for test in tests if kind in ("customer", "rental", "asset") else ():
            for value in given.get(test, ()):
                own = _own(f"own_{field}", path, test, figure=5 if test in ("below", "above", "past") else None, values=("x",))
                record: dict[str, Any] = {kind: {field: value}}
                found.append(_case(f"own rule: {path} {test} of {value}", records=[own], **record))
    return found


def _services() -> list[dict[str, Any]]:
    """A service by what a meter shows: not near, at it, past it, by a reading taken just now, within an own figure, unknown."""
    hours = {"hours": {"value": 1_200, "at": NOW}}
    soon = _changed("service_km_reached", figure=500, level="stop")
    return [
        _case("service by distance, not yet", asset={"service_due_km": 48_211}),
        _case("service by distance, reached", asset={"service_due_km": 48_210}),
        _case("service by distance, passed", asset={"service_due_km": 40_000}),
        _case("service by distance, by the reading of now", asset={"service_due_km": 48_300}, readings={"odometer": 48_301}),
        _case("a reading of now below the known one", asset={"service_due_km": 48_210}, readings={"odometer": 5}),
        _case("service by distance, near and a stop", asset={"service_due_km": 48_700}, records=[soon]),
        _case("service by distance, not near", asset={"service_due_km": 48_711}, records=[soon]),
        _case("the odometer's reading is newer", asset={"service_due_km": 48_215, "readings": {"odometer": {"value": 48_215}}}),
        _case("service by hours, not yet", asset={"service_due_hours": 1_201, "readings": hours}),
        _case("service by hours, reached", asset={"service_due_hours": 1_200, "readings": hours}),
        _case("service by hours, nobody has read them", asset={"service_due_hours": 1_200}),
        _case("service by hours, read now", asset={"service_due_hours": 1_200}, readings={"hours": 1_250}),
        _case("service by date, distance and hours at once", asset={"service_due_at": "2026-11-01T00:00:00Z",
              "service_due_km": 48_000, "service_due_hours": 900, "readings": hours}),
    ]  # fmt: skip


def _case(name: str, *, asset: dict[str, Any] | None = None, rental: dict[str, Any] | None = None,
          customer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # fmt: skip
    """A case is what a clean hand-over has, with what is said; `without` names records that are not there."""
    without = more.pop("without", ())
    known: dict[str, Any] = {
        "asset": {**_ASSET, **(asset or {})},
        "rental": None if "rental" in without else {**_RENTAL, **(rental or {})},
        "customer": None if "customer" in without else {**_CUSTOMER, **(customer or {})},
        "damages": [], "limits": {}, "readings": {}, "kit": None, "members": [],
    }  # fmt: skip
    records = more.pop("records", [])
    return {"name": name, "known": {**known, **more}, "records": records, "now": NOW}


def _changed(code: str, **said: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("when", "level", "active", "figure", "zh", "en"))
    return {"code": code, **empty, **said}


_OWN: Final = _changed(
    "watch_tier", when=[{"path": "customer.tier", "test": "in", "values": ["watch"]}], level="warn", zh="重点关注客户", en="Watch"
)
_LATE: Final = _changed(
    "a_week_left", when=[{"path": "rental.due_at", "test": "past", "values": []}], level="warn", figure=40, zh="快到期", en="Soon"
)
_FAR: Final = _changed(
    "too_far", when=[{"path": "asset.odometer_km", "test": "above", "values": []}], level="stop", figure=48_209, zh="远", en="Far"
)


def _cases() -> list[dict[str, Any]]:
    limits = {"battery": 30, "fuel": 5}
    return [
        _case("clean"),
        _case("customer blocked", customer={"blocked": True}),
        _case("asset locked", asset={"locked": True}),
        _case("asset retired", asset={"state": "retired"}),
        _case("asset out", asset={"state": "out"}),
        _case("asset blocked by its damage", asset={"state": "blocked"}, damages=[_SEVERE]),
        _case("asset not inspected", asset={"state": "returned"}),
        _case("rental cancelled", rental={"state": "cancelled"}),
        _case("rental a draft", rental={"state": "draft"}),
        _case("rental over", rental={"state": "closed"}),
        _case("deposit missing", rental={"deposit_ok": False}),
        _case("insurance missing", rental={"insurance_ok": False}),
        _case("insurance run out", rental={"insured_until": "2026-11-22T00:00:00Z"}),
        _case("insured still", rental={"insured_until": "2026-11-23T00:00:00Z"}),
        _case("deposit unknown, insurance missing", rental={"deposit_ok": None, "insurance_ok": False}),
        _case("an older rental says neither", rental={"deposit_ok": None, "insurance_ok": None}),
        _case("no rental, no customer", without=("rental", "customer")),
        _case("severe damage open", damages=[_MINOR, _SEVERE, _REPAIRED, _JOINED]),
        _case("minor damage only", damages=[_MINOR, _REPAIRED]),
        _case("inspection overdue by a millisecond", asset={"inspection_due_at": "2026-11-22T07:59:59.999Z"}),
        _case("inspection due this very moment", asset={"inspection_due_at": NOW}),
        _case("inspection due, read with days ahead", asset={"inspection_due_at": "2026-11-25T07:00:00Z"},
              records=[_changed("inspection_overdue", figure=3)]),
        _case("no inspection planned", asset={"inspection_due_at": None}),
        *_services(),
        _case("service overdue", asset={"service_due_at": "2026-11-01T00:00:00Z"}),
        _case("battery below", asset={"battery_health_pct": 79}),
        _case("battery at the figure", asset={"battery_health_pct": 80}),
        _case("battery unknown", asset={"battery_health_pct": None}),
        _case("battery with another figure", asset={"battery_health_pct": 88},
              records=[_changed("battery_health_low", figure=90)]),
        _case("accessories missing", asset={"accessories_missing": {"spare_key": {}, "charging_cable": {}}}),
        _case("a kit with its members", asset=_KIT, members=_BOTH),
        _case("a kit without a member on its rental", asset=_KIT, members=_BOTH,
              rental={"assets": {"lens": {"state": "reserved"}}}),
        _case("a kit whose member is out elsewhere", asset=_KIT,
              members=[_BOTH[0], _member("body", state="out", rental_id="r9")]),
        _case("a kit with members unfit, elsewhere", asset=_KIT,
              members=[_member("lens", depot_id="there"), _member("body", locked=True)]),
        _case("a kit whose members this device does not know", asset=_KIT),
        _case("a kit without a rental", asset=_KIT, members=[_member("lens"), _member("body", state="blocked")],
              without=("rental", "customer")),
        _case("a kit whose rule stops", asset=_KIT, records=[_changed("kit_incomplete", level="stop")]),
        _case("a member with its kit", asset={"kit_id": "kit"}, kit=_KIT_ITSELF),
        _case("a member alone", asset={"kit_id": "kit"}, kit=_KIT_ITSELF, rental={"assets": {}}),
        _case("a member whose kit is back", asset={"kit_id": "kit"}, kit=_KIT_ITSELF,
              rental={"assets": {"kit": {"state": "returned"}}}),
        _case("a member of a retired kit", asset={"kit_id": "kit"}, kit={**_KIT_ITSELF, "state": "retired"},
              rental={"assets": {}}),
        _case("a member without a rental", asset={"kit_id": "kit"}, kit=_KIT_ITSELF, without=("rental",)),
        _case("meters too low", limits=limits, readings={"battery": 29, "fuel": 4, "odometer": 1}),
        _case("meters low enough or not read", limits=limits, readings={"battery": 30}),
        _case("a rule switched off", customer={"blocked": True}, records=[_changed("customer_blocked", active=False)]),
        _case("a rule that only warns", customer={"blocked": True}, records=[_changed("customer_blocked", level="warn")]),
        _case("rules of one's own", customer={"tier": "watch"}, records=[_FAR, _OWN, _LATE]),
        _case("everything at once", customer={"blocked": True}, rental={"state": "cancelled", "deposit_ok": False},
              asset={"locked": True, "state": "returned", "battery_health_pct": 12, "accessories_missing": {"spare_key": {}}},
              damages=[_SEVERE], limits=limits, readings={"battery": 1}),
        *_each_comparison(),
    ]  # fmt: skip


def vectors() -> dict[str, Any]:
    """Cases with what the gate says, and ids of rules."""
    found = []
    for case in _cases():
        known = case["known"]
        word = gate(
            known["asset"], known["rental"], known["customer"], known["damages"], in_force(case["records"]), case["now"],
            limits=known["limits"], readings=known["readings"], kit=known["kit"], members=known["members"],
        )  # fmt: skip
        found.append({**case, "says": word})
    organisation = "0197f3a0-0000-7000-8000-000000000000"
    ids = [{"organisation": organisation, "code": code, "id": rule_id(organisation, code)} for code in ("asset_locked", "own")]
    return {"ids": ids, "cases": found}
