"""Base data: written by the organisation's system device (demo, imports) until the office edits it itself."""

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from schemas.actions.base import Action, Instant, Name, Text, Zone
from schemas.ids import Uuid
from schemas.people import Role
from schemas.records.assets import AssetState, Choice, Meter, PackCode, Slot
from schemas.records.customers import RentalState
from schemas.records.organisation import GatePolicy
from schemas.records.tasks import TaskType


class Define(Action):
    """Base: the arguments are the fields of the record `record` with the same `id`, written as they stand."""

    model_config = ConfigDict(extra="forbid", strict=False)

    record: ClassVar[str]

    id: Uuid


class OrganisationDefine(Define):
    """Name, zone and policies of the organisation."""

    action: ClassVar[str] = "organisation.define"
    record: ClassVar[str] = "organisation"

    name: Name
    name_en: Text = ""
    zone: Zone = "Asia/Shanghai"
    gate_policy: GatePolicy = "strict"


class DepotDefine(Define):
    """One depot."""

    action: ClassVar[str] = "depot.define"
    record: ClassVar[str] = "depot"

    name: Name
    name_en: Text = ""
    address: Text = ""


class PersonDefine(Define):
    """One member of staff: name, roles, depots."""

    action: ClassVar[str] = "person.define"
    record: ClassVar[str] = "person"

    name: Name
    name_en: Text = ""
    roles: list[Role] = Field(max_length=8)
    depot_ids: dict[Uuid, bool]
    active: bool = True


class PackDefine(Define):
    """One category pack."""

    action: ClassVar[str] = "pack.define"
    record: ClassVar[str] = "pack"

    code: PackCode
    zh: Name
    en: Name
    diagram: Name
    slots: list[Slot] = Field(max_length=40)
    meters: list[Meter] = Field(max_length=10)
    accessories: list[Choice] = Field(max_length=60)
    damage_types: list[Choice] = Field(max_length=40)


class AssetDefine(Define):
    """One asset as it stands at the start: also its state and last readings."""

    action: ClassVar[str] = "asset.define"
    record: ClassVar[str] = "asset"

    label: Name
    tag: Name
    pack: PackCode
    model: Text = ""
    colour: Text = ""
    serial: Text = ""
    home_depot_id: Uuid
    depot_id: Uuid
    bay: Text = ""
    state: AssetState = "available"
    odometer_km: int = Field(default=0, ge=0)
    inspection_due_at: Instant | None = None


class CustomerDefine(Define):
    """One customer."""

    action: ClassVar[str] = "customer.define"
    record: ClassVar[str] = "customer"

    name: Name
    name_en: Text = ""
    depot_id: Uuid
    type: Literal["company", "person"] = "company"
    tier: Literal["good", "normal", "watch"] = "normal"
    blocked: bool = False


class ContractTextDefine(Define):
    """One version of a text to sign."""

    action: ClassVar[str] = "contract_text.define"
    record: ClassVar[str] = "contract_text"

    version: Name
    use: Literal["check_in", "check_out"]
    zh: Text
    en: Text


class RentalDefine(Define):
    """One rental; `asset_ids` become its assets in the state `reserved` until they are handed over."""

    action: ClassVar[str] = "rental.define"
    record: ClassVar[str] = "rental"

    number: Name
    customer_id: Uuid
    depot_id: Uuid
    asset_ids: list[Uuid] = Field(max_length=100)
    starts_at: Instant
    due_at: Instant
    zone: Zone = "Asia/Shanghai"
    state: RentalState = "approved"
    km_included: int | None = Field(default=None, ge=0)


class TaskDefine(Define):
    """One task."""

    action: ClassVar[str] = "task.define"
    record: ClassVar[str] = "task"

    type: TaskType
    depot_id: Uuid
    asset_id: Uuid
    rental_id: Uuid | None = None
    customer_id: Uuid | None = None
    due_at: Instant
    zone: Zone = "Asia/Shanghai"
    bay: Text = ""
    note: Text = ""
    assignee_id: Uuid | None = None
    state: Literal["open", "done", "cancelled"] = "open"
