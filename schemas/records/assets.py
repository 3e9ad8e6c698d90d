"""Assets and the category packs that say what their handovers need."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from schemas.ids import Uuid
from schemas.merge import LAST_WRITER, MAX, SERVER
from schemas.records.base import Audience, Placement, Record

AssetState = Literal["available", "out", "returned", "blocked", "retired"]
PackCode = Literal["vehicle", "camera_kit", "machine"]
DiagramView = Literal["front", "left", "right", "rear", "top"]


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


class Pack(Record):
    """Category pack (品类包): shot list, meters, accessories, damage types."""

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


class Asset(Record):
    """One rentable thing with its own QR tag.

    `depot_id` is the depot answerable for it now. `readings` holds the last value per meter, as
    `{meter: {value, at, handover_id, entry, before}}` (`before`: the one
    it took the place of); `baseline` points at the handover whose photos are the ones to compare with,
    `last_return_id` at the check-in that counts as its last return; `locked`: the office lets it not leave.
    """

    kind: ClassVar[str] = "asset"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    label: Annotated[str, LAST_WRITER]
    tag: Annotated[str, LAST_WRITER]
    pack: Annotated[PackCode, LAST_WRITER]
    model: Annotated[str, LAST_WRITER] = ""
    colour: Annotated[str, LAST_WRITER] = ""
    serial: Annotated[str, LAST_WRITER] = ""
    home_depot_id: Annotated[Uuid, LAST_WRITER]
    depot_id: Annotated[Uuid, LAST_WRITER]
    bay: Annotated[str, LAST_WRITER] = ""
    state: Annotated[AssetState, SERVER] = "available"
    rental_id: Annotated[Uuid | None, SERVER] = None
    holder_id: Annotated[Uuid | None, SERVER] = None
    odometer_km: Annotated[int, MAX] = 0
    readings: Annotated[dict[str, Any], SERVER] = {}
    baseline: Annotated[Uuid | None, SERVER] = None
    last_handover_id: Annotated[Uuid | None, SERVER] = None
    last_return_id: Annotated[Uuid | None, SERVER] = None
    locked: Annotated[bool, SERVER] = False
    inspection_due_at: Annotated[str | None, LAST_WRITER] = None
    last_handover_at: Annotated[str | None, SERVER] = None
