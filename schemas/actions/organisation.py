"""The organisation's own policies, set by its managers."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas import limits
from schemas.actions.assets import Hours, Kilometres
from schemas.actions.base import Action
from schemas.effects import Effect
from schemas.ids import Uuid
from schemas.records.organisation import GatePolicy


class OrganisationPolicy(Action):
    """How the upload gate is kept. Hours and entries count from a device's last full upload, `files_hours` from a capture."""

    action: ClassVar[str] = "organisation.policy"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "organisation",
            "$organisation_id",
            {
                "gate_policy": "$gate_policy",
                "grace_hours": "$grace_hours",
                "grace_entries": "$grace_entries",
                "files_hours": "$files_hours",
            },
        ),
    )

    organisation_id: Uuid
    gate_policy: GatePolicy
    grace_hours: Annotated[int, Field(ge=1, le=limits.GATE_GRACE_HOURS_MAX)] = limits.GATE_GRACE_HOURS
    grace_entries: Annotated[int, Field(ge=1, le=limits.GATE_GRACE_ENTRIES_MAX)] = limits.GATE_GRACE_ENTRIES
    files_hours: Annotated[int, Field(ge=1, le=limits.GATE_FILES_HOURS_MAX)] = limits.GATE_FILES_HOURS


PlanDays = Annotated[int, Field(ge=1, le=limits.PLAN_DAYS_MAX)]


class OrganisationPlanning(Action):
    """The figures by which tasks come by themselves: how long a repair may take, how early an inspection is planned, by days
    and by what the meter shows, after how many days overdue a recovery is proposed. What is given changes."""

    action: ClassVar[str] = "organisation.planning"
    effects: ClassVar[tuple[Effect, ...]] = (
        Effect(
            "organisation",
            "$organisation_id",
            {
                "repair_days": "$repair_days",
                "inspect_ahead_days": "$inspect_ahead_days",
                "recover_after_days": "$recover_after_days",
                "service_ahead_km": "$service_ahead_km",
                "service_ahead_hours": "$service_ahead_hours",
            },
        ),
    )

    organisation_id: Uuid
    repair_days: PlanDays | None = None
    inspect_ahead_days: PlanDays | None = None
    recover_after_days: PlanDays | None = None
    service_ahead_km: Kilometres | None = None
    service_ahead_hours: Hours | None = None
