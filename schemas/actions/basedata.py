"""Base data: written by the organisation's system device (demo, imports) until the office edits it itself."""

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from schemas import limits
from schemas.actions.assets import EDITED, Accessories, Hours, Kilometres, Months, Percent
from schemas.actions.base import Action, CustomValues, Instant, Moment, Name, PrivateIndex, Text, Zone
from schemas.actions.customers import Fen
from schemas.actions.rentals import Lines
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.people import Role
from schemas.records.assets import AssetState, Check, Choice, Meter, PackCode, Slot
from schemas.records.organisation import GatePolicy
from schemas.records.rentals import RentalState
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
    """One depot. From the office: under an id that is new."""

    action: ClassVar[str] = "depot.define"
    record: ClassVar[str] = "depot"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("depot", "$id", {"name": "$name", "name_en": "$name_en", "address": "$address"}, create=True),
    )

    name: Name
    name_en: Text = ""
    address: Text = ""


class PersonDefine(Define):
    """One member of staff: name, roles, depots. From the office: under an id that is new, active."""

    action: ClassVar[str] = "person.define"
    record: ClassVar[str] = "person"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "person",
            "$id",
            {"name": "$name", "name_en": "$name_en", "roles": "$roles", "depot_ids": "$depot_ids", "active": "$active"},
            create=True,
        ),
    )

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
    checklist: list[Check] = Field(default=[], max_length=limits.TASK_CHECKS_MAX)
    service_months: Months | None = None
    service_km: Kilometres | None = None
    service_hours: Hours | None = None
    inspection_months: Months | None = None


class AssetDefine(Define):
    """One asset as it stands at the start: also its state and last readings. The office defines what is new, and available;
    without due dates of its own they follow from the pack's intervals."""

    action: ClassVar[str] = "asset.define"
    record: ClassVar[str] = "asset"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect("asset", "$id", {name: f"${name}" for name in (*EDITED, "state", "odometer_km")}, create=True),
    )

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
    odometer_km: Kilometres = 0
    inspection_due_at: Instant | None = None
    plate: Text = ""
    vin: Text = ""
    battery_health_pct: Percent | None = None
    service_due_at: Instant | None = None
    service_due_km: Kilometres | None = None
    service_due_hours: Hours | None = None
    service_months: Months | None = None
    service_km: Kilometres | None = None
    service_hours: Hours | None = None
    inspection_months: Months | None = None
    accessories: Accessories = Field(default={})
    kit_id: Uuid | None = None
    custom: CustomValues = Field(default={})


class CustomerDefine(Define):
    """One customer. By the office: a new id only.

    Of a customer who is a person, `name` is a label without the name (个人客户 7F3A); name, phone and e-mail travel as the
    private part `person` and become the contact `contact_id` (role `self`).
    """

    action: ClassVar[str] = "customer.define"
    record: ClassVar[str] = "customer"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "customer",
            "$id",
            {
                "name": "$name",
                "name_en": "$name_en",
                "depot_id": "$depot_id",
                "type": "$type",
                "tier": "$tier",
                "custom": "$custom",
            },
            create=True,
        ),
    )

    name: Name
    name_en: Text = ""
    depot_id: Uuid
    type: Literal["company", "person"] = "company"
    tier: Literal["good", "normal", "watch"] = "normal"
    blocked: bool = False
    person: PrivateIndex | None = None
    contact_id: Uuid | None = None
    custom: CustomValues = Field(default={})


class ContractTextDefine(Define):
    """One version of a text to sign."""

    action: ClassVar[str] = "contract_text.define"
    record: ClassVar[str] = "contract_text"

    version: Name
    use: Literal["check_in", "check_out"]
    zh: Text
    en: Text


class RentalDefine(Define):
    """One rental; `asset_ids` become its assets in the state `reserved` until they are handed over. By the office: a new id only,
    and a draft. `assets` says the same as a map, which the device that wrote it can show at once.
    """

    action: ClassVar[str] = "rental.define"
    record: ClassVar[str] = "rental"
    subject: ClassVar[tuple[str, str] | None] = ("depot", "depot_id")
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "rental",
            "$id",
            {
                "number": "$number",
                "customer_id": "$customer_id",
                "depot_id": "$depot_id",
                "assets": "$assets",
                "starts_at": "$starts_at",
                "due_at": "$due_at",
                "zone": "$zone",
                "state": "$state",
                "km_included": "$km_included",
                "note": "$note",
                "custom": "$custom",
            },
            create=True,
        ),
        Effect("rental_terms", "$id", {"depot_id": "$depot_id", "price_plan_id": "$price_plan_id"}, create=True),
    )

    number: Name
    customer_id: Uuid
    depot_id: Uuid
    asset_ids: list[Uuid] = Field(default_factory=list, max_length=100)
    assets: Lines = Field(default_factory=dict)
    starts_at: Moment
    due_at: Moment
    zone: Zone = "Asia/Shanghai"
    state: RentalState = "approved"
    km_included: int | None = Field(default=None, ge=0)
    note: Text = ""
    price_plan_id: Uuid | None = None
    deposit_fen: Fen = 0
    insurance_required: bool = False
    custom: CustomValues = Field(default={})


class TaskDefine(Define):
    """One task."""

    action: ClassVar[str] = "task.define"
    record: ClassVar[str] = "task"

    type: TaskType
    depot_id: Uuid
    asset_id: Uuid | None = None
    rental_id: Uuid | None = None
    customer_id: Uuid | None = None
    due_at: Instant
    zone: Zone = "Asia/Shanghai"
    bay: Text = ""
    note: Text = ""
    assignee_id: Uuid | None = None
    state: Literal["open", "done", "cancelled"] = "open"
