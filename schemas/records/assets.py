"""Assets and the category packs that say what their handovers need."""

from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, MAX, SERVER, UNION
from schemas.records.base import Audience, Placement, Record

AssetState = Literal["available", "out", "returned", "blocked", "retired"]
PackCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
"""A pack's code, by which assets name it: `vehicle`, `camera_kit`, `machine` are shipped, others are an organisation's own."""
DiagramView = Literal["front", "left", "right", "rear", "top", "cab", "engine"]
DiagramCode = Literal["van", "car", "truck", "kit", "machine"]
"""The drawings there are. A pack that names another one has none: its damages are placed by the shot list."""
DIAGRAMS: Final[tuple[str, ...]] = get_args(DiagramCode)


class Slot(BaseModel):
    """One place in a pack's shot list."""

    model_config = ConfigDict(extra="forbid")

    id: str
    zh: str
    en: str
    required: bool = True
    hint_zh: str = ""
    hint_en: str = ""
    view: DiagramView | None = None


class Meter(BaseModel):
    """One reading a pack demands; `unit` is shown, `max` bounds what may be typed, below `min_out` nothing leaves."""

    model_config = ConfigDict(extra="forbid")

    id: str
    zh: str
    en: str
    unit: str
    max: int
    slot: str | None = None
    monotonic: bool = False
    min_out: int | None = None


class Choice(BaseModel):
    """One item of a pack's fixed lists (accessory, damage type)."""

    model_config = ConfigDict(extra="forbid")

    id: str
    zh: str
    en: str


class Check(BaseModel):
    """One line of a pack's checklist."""

    model_config = ConfigDict(extra="forbid")

    id: str
    zh: str
    en: str
    required: bool = True


class WearRule(BaseModel):
    """What counts as wear and is free: a type of damage (None: any) on a part (None: anywhere) up to a size and severity."""

    model_config = ConfigDict(extra="forbid")

    id: str
    zh: str
    en: str
    part: str | None = None
    type: str | None = None
    size_mm_max: Annotated[int, Field(ge=0, le=10_000)] | None = None
    severity_max: Literal["minor_damage", "severe_damage"] = "minor_damage"


class Pack(Record):
    """Category pack (品类包): shot list, meters, accessories, damage types; how often its assets are serviced and inspected
    (None: not by the calendar, not by distance, not by hours of work). `since` {`slot:…`, `meter:…`: version} says from which
    version on something is demanded that was not from the start; `former` {list: {id: item}} keeps what is no longer in one."""

    kind: ClassVar[str] = "pack"
    placement: ClassVar[Placement] = Placement.ORGANISATION
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    code: Annotated[PackCode, LAST_WRITER]
    zh: Annotated[str, LAST_WRITER]
    en: Annotated[str, LAST_WRITER]
    diagram: Annotated[str, LAST_WRITER]
    slots: Annotated[list[Slot], LAST_WRITER]
    meters: Annotated[list[Meter], LAST_WRITER]
    accessories: Annotated[list[Choice], LAST_WRITER]
    damage_types: Annotated[list[Choice], LAST_WRITER]
    checklist: Annotated[list[Check], LAST_WRITER] = []
    wear: Annotated[list[WearRule], LAST_WRITER] = []
    since: Annotated[dict[str, int], SERVER] = {}
    former: Annotated[dict[str, Any], SERVER] = {}
    service_months: Annotated[int | None, LAST_WRITER] = None
    service_km: Annotated[int | None, LAST_WRITER] = None
    service_hours: Annotated[int | None, LAST_WRITER] = None
    inspection_months: Annotated[int | None, LAST_WRITER] = None


class Asset(Record):
    """One rentable thing with its own QR tag.

    `depot_id` is the depot answerable for it now, `custodian_id` the colleague it was last transferred to, until a customer has
    it or had it. `readings` holds the last value per meter, as
    `{meter: {value, at, handover_id, entry, before}}` (`before`: the one
    it took the place of); `baseline` points at the handover whose photos are the ones to compare with,
    `last_return_id` at the check-in that counts as its last return; `locked`: the office lets it not leave.
    `open_damages`: damage id → severity of what is not repaired; `accessories_missing`:
    accessory → {handover_id, at} of what was missing at the last handover.
    `service_months`, `service_km`, `service_hours`, `inspection_months`: its own intervals (None: the pack's); the next service
    is due at `service_due_at`, `service_due_km` or `service_due_hours`, whichever comes first; `accessories`: what belongs to
    it by the pack's ids (false: it is missing); `kit_id`: the asset it leaves together with, which is the kit (套装);
    `kit_members`: of a kit, the assets that name it, {id: {label}}, kept by the server;
    `custom`: values of the organisation's own fields, by their code. A retired one lies in no bucket: search finds it.
    """

    kind: ClassVar[str] = "asset"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)
    unique: ClassVar[tuple[str, ...]] = ("tag", "serial", "vin", "plate")
    searched: ClassVar[tuple[str, ...]] = ("label", "tag", "plate", "vin", "serial", "model", "colour", "bay")
    archived: ClassVar[tuple[str, frozenset[str]] | None] = ("state", frozenset({"retired"}))

    label: Annotated[str, LAST_WRITER]
    tag: Annotated[str, LAST_WRITER]
    pack: Annotated[PackCode, LAST_WRITER]
    model: Annotated[str, LAST_WRITER] = ""
    colour: Annotated[str, LAST_WRITER] = ""
    serial: Annotated[str, LAST_WRITER] = ""
    plate: Annotated[str, LAST_WRITER] = ""
    vin: Annotated[str, LAST_WRITER] = ""
    home_depot_id: Annotated[Uuid, LAST_WRITER]
    depot_id: Annotated[Uuid, LAST_WRITER]
    bay: Annotated[str, LAST_WRITER] = ""
    state: Annotated[AssetState, SERVER] = "available"
    rental_id: Annotated[Uuid | None, SERVER] = None
    holder_id: Annotated[Uuid | None, SERVER] = None
    custodian_id: Annotated[Uuid | None, SERVER] = None
    odometer_km: Annotated[int, MAX] = 0
    readings: Annotated[dict[str, Any], SERVER] = {}
    baseline: Annotated[Uuid | None, SERVER] = None
    last_handover_id: Annotated[Uuid | None, SERVER] = None
    last_return_id: Annotated[Uuid | None, SERVER] = None
    locked: Annotated[bool, SERVER] = False
    open_damages: Annotated[dict[Uuid, str], SERVER] = {}
    accessories_missing: Annotated[dict[str, Any], SERVER] = {}
    inspection_due_at: Annotated[str | None, LAST_WRITER] = None
    last_handover_at: Annotated[str | None, SERVER] = None
    battery_health_pct: Annotated[int | None, LAST_WRITER] = None
    service_due_at: Annotated[str | None, LAST_WRITER] = None
    service_due_km: Annotated[int | None, LAST_WRITER] = None
    service_due_hours: Annotated[int | None, LAST_WRITER] = None
    service_months: Annotated[int | None, LAST_WRITER] = None
    service_km: Annotated[int | None, LAST_WRITER] = None
    service_hours: Annotated[int | None, LAST_WRITER] = None
    inspection_months: Annotated[int | None, LAST_WRITER] = None
    accessories: Annotated[dict[str, bool], UNION] = {}
    kit_id: Annotated[Uuid | None, LAST_WRITER] = None
    kit_members: Annotated[dict[Uuid, Any], SERVER] = {}
    custom: Annotated[dict[str, Any], UNION] = {}
