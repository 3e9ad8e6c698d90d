"""Every field of every record that holds ids is either known to name a record an import may take back, or known not to."""

from typing import Any

import pytest

from schemas.records import RECORDS
from schemas.references import MIRRORED, NAMED, REFERENCES, holds_ids, named_in

ANOTHERS = frozenset({
    # depots, people, devices, price plans
    "depot_id", "depot_ids", "home_depot_id", "actor_id", "assignee_id", "owner_id", "person_id", "concerned", "people", "roster",
    "approved_by", "block_by", "closed_by", "decided_by", "found_by", "made_by", "opened_by", "published_by", "replaced_by",
    "reported_by", "used_by", "device_id", "replaces", "price_plan_id", "contact_id", "custodian_id", "receiver_id",
    "from_depot_id", "to_depot_id",
    # entries, and what lies in them
    "entries", "entry_id", "attempts", "sightings", "photos", "signatures", "signature_id", "sides",
    # handovers, damages and faults, which name the asset themselves
    "baseline", "baseline_id", "last_handover_id", "last_return_id", "done_by_handover", "handover_id", "supplement_of",
    "supplements", "extra", "damages", "damage_ids", "open_damages", "cluster", "clustered_with", "fault_id", "fault_ids",
})  # fmt: skip
"""Fields with ids of something an import never enters."""


def fields_with_ids(kind: str) -> list[str]:
    model = RECORDS[kind].model_fields
    return [name for name, field in model.items() if name != "id" and holds_ids(field.annotation, tuple(field.metadata))]


@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_a_field_with_ids_names_what_an_import_enters_or_something_else(kind: str) -> None:
    for name in fields_with_ids(kind):
        known = [name in REFERENCES.get(kind, ()), name in ANOTHERS, name in MIRRORED]
        assert known.count(True) == 1, f"{kind}.{name}: does it name one of {NAMED}? See schemas/references.py"


def test_a_field_called_after_a_kind_holds_ids() -> None:
    for kind, model in RECORDS.items():
        for name, field in model.model_fields.items():
            if any(name.endswith(f"{one}_id") or name.endswith(f"{one}_ids") for one in NAMED):
                assert holds_ids(field.annotation, tuple(field.metadata)), f"{kind}.{name}"


@pytest.mark.parametrize(
    ("kind", "data", "named"),
    [
        ("contact", {"customer_id": "c", "entries": {"e": {}}}, {"c"}),
        ("asset", {"kit_id": "k", "rental_id": None, "kit_members": {"m": {}}, "depot_id": "d"}, {"k"}),
        ("rental", {"customer_id": "c", "assets": {"a": {}}, "swaps": {"s": {"back": "b", "out": "o", "by": "p"}}}, {*"caob"}),
        ("task", {"asset_id": "a", "rental_id": "r", "customer_id": None, "fault_ids": ["f"]}, {"a", "r"}),
        ("todo", {"subject": {"kind": "task", "id": "t"}}, {"t"}),
        ("todo", {"subject": {"kind": "device", "id": "t"}}, set()),
        ("todo", {"subject": None}, set()),
        ("fault", {"asset_id": "a", "task_id": "t"}, {"a", "t"}),
        ("depot", {"id": "d"}, set()),
        ("task", None, set()),
    ],
)
def test_whom_a_record_names(kind: str, data: dict[str, Any] | None, named: set[str]) -> None:
    assert named_in(kind, data) == named
