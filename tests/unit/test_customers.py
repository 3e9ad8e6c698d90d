"""Customers, their people and what these may sign; prices and texts. On every store."""

import json
from typing import Any

from schemas.actions.custom_fields import CustomFieldDefine
from schemas.errors import ErrorCode
from schemas.people import Role
from server.domain.customers import masked
from sync.device import Recorded
from sync.journal import derived_id
from sync.visibility import buckets_of
from tests.support.stage import CheckIn, Phone, Stage

PERSON = {"name": "王小明", "phone": "13900002222", "email": "wang@example.com"}
APPLIED = ("applied", None)


def office(stage: Stage, role: Role = Role.MANAGER) -> Phone:
    return stage.phone(role, shared=False, type_="office")


def done(phone: Phone, action: str, args: dict[str, Any], **more: Any) -> Recorded:
    phone.stage.now += 1000
    made = phone.record(action, args, **more)
    phone.push()
    return made


def named(person: dict[str, str] = PERSON) -> dict[str, Any]:
    return {"private": [json.dumps(person).encode()]}


def detail(stage: Stage, made: Recorded) -> dict[str, Any]:
    entry = stage.entry(made.id)
    assert entry is not None
    return entry.detail


def everything(stage: Stage) -> str:
    return repr(stage.snapshot())


def contact_of(stage: Stage, phone: Phone) -> str:
    contact = stage.ids.new()
    args = {"id": contact, "customer_id": stage.customer, "role": "driver", "person": 0}
    assert stage.state(done(phone, "contact.define", args, **named())) == APPLIED
    return contact


def test_the_office_makes_a_customer_once(stage: Stage) -> None:
    desk, customer = office(stage, Role.SERVICE_DESK), stage.ids.new()
    args = {"id": customer, "name": "鲜果到家", "depot_id": stage.depots[0]}
    assert stage.state(done(desk, "customer.define", args)) == APPLIED
    assert stage.the("customer", customer)["name"] == "鲜果到家"
    assert stage.the("customer_terms", customer)["payment_days"] == 0
    again = done(desk, "customer.define", {**args, "name": "别的"})
    assert stage.state(again) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert stage.the("customer", customer)["name"] == "鲜果到家"


def test_own_values_reach_the_field_only_where_it_needs_them_and_never_tell_who_a_person_is(stage: Stage) -> None:
    desk = office(stage)
    for code, needed in (("gate_code", True), ("invoice", False)):
        own = {"belongs_to": "customer", "code": code, "zh": code, "en": code, "type": "text", "in_field": needed}
        stage.do(CustomFieldDefine.model_validate({"custom_field_id": stage.ids.new(), **own}))
    made = stage.ids.new()
    about = {"id": made, "name": "鲜果到家", "depot_id": stage.depots[0], "custom": {"gate_code": "东门", "invoice": "月结"}}
    assert stage.state(done(desk, "customer.define", about)) == APPLIED
    assert stage.the("customer", made)["custom"] == {"gate_code": "东门"}
    assert stage.the("customer_terms", made)["custom_office"] == {"invoice": "月结"}
    assert "月结" not in json.dumps(stage.the("customer", made), ensure_ascii=False)
    assert not any("field" in bucket for bucket in buckets_of("customer_terms", stage.the("customer_terms", made)))
    changed = {"customer_id": made, "custom": {"invoice": "季结", "gate_code": None}}
    assert stage.state(done(desk, "customer.edit", changed)) == APPLIED
    assert (stage.the("customer", made)["custom"], stage.the("customer_terms", made)["custom_office"]) == (
        {},
        {"invoice": "季结"},
    )
    for personal in ("电话 13800001111", "33010619900307123X", "wang@example.cn"):
        entry = done(desk, "customer.edit", {"customer_id": made, "custom": {"invoice": personal}})
        assert stage.state(entry) == ("refused", ErrorCode.CUSTOM_VALUE_WRONG)
        assert detail(stage, entry)["fault"] == "personal"
    assert stage.the("customer_terms", made)["custom_office"] == {"invoice": "季结"}


def test_whether_the_field_needs_it_is_said_once(stage: Stage) -> None:
    field, desk = stage.ids.new(), office(stage, Role.MANAGER)
    said = {"custom_field_id": field, "belongs_to": "customer", "code": "a", "zh": "甲", "en": "A", "type": "text"}
    stage.do(CustomFieldDefine.model_validate(said))
    entry = done(desk, "custom_field.define", {**said, "in_field": True})
    assert (stage.state(entry)[0], detail(stage, entry)["fields"]) == ("refused", ["in_field"])


def test_a_customer_moves_to_another_depot_with_everybody_and_everything(stage: Stage) -> None:
    desk, (here, there) = office(stage), stage.depots
    contact = contact_of(stage, desk)
    grant = {"id": stage.ids.new(), "contact_id": contact, "role": "driver", "may": ["check_out"]}
    done(desk, "authority.grant", grant)
    move = {"customer_id": stage.customer, "depot_id": there}
    early = done(desk, "customer.edit", move)
    assert detail(stage, early) == {"step": "move", "missing": ["rentals_ended"]}, "a rental is under way here"
    done(desk, "rental.cancel", {"rental_id": stage.rental, "reason": "x"})
    assert stage.state(done(desk, "customer.edit", move)) == APPLIED
    lies = {
        "customer": stage.customer,
        "customer_terms": stage.customer,
        "contact": contact,
        "signer_authority": str(grant["id"]),
    }
    for kind, record in lies.items():
        assert stage.the(kind, record)["depot_id"] == there, kind
        stored = stage.stored(kind, record)
        assert stored is not None
        assert {bucket.split("/")[0] for bucket in stored.buckets} == {f"depot:{there}"}
    assert here != there
    assert stage.state(done(desk, "customer.edit", {**move, "depot_id": stage.ids.new()})) == (
        "refused",
        ErrorCode.RECORD_UNKNOWN,
    )


def test_a_person_is_named_in_a_private_part_only(stage: Stage) -> None:
    desk, customer, contact = office(stage), stage.ids.new(), stage.ids.new()
    args = {"id": customer, "name": "个人客户 7F3A", "depot_id": stage.depots[0], "type": "person"}
    bare = done(desk, "customer.define", args)
    assert (stage.state(bare), detail(stage, bare)["missing"]) == (("refused", ErrorCode.STEP_NOT_READY), ["person"])
    made = done(desk, "customer.define", {**args, "person": 0, "contact_id": contact}, **named())
    assert stage.state(made) == APPLIED
    assert b"13900002222" not in made.body
    assert "王小明".encode() not in made.body
    assert stage.the("customer", customer)["shown_as"] == "王**"
    known = stage.the("contact", contact)
    assert (known["name"], known["phone"], known["role"]) == ("王小明", "13900002222", "self")
    assert buckets_of("contact", known) == {f"depot:{stage.depots[0]}/office"}, "no field device holds it"
    for said in ({"name": "王小明"}, {"name_en": "Wang Xiaoming"}):
        typed = done(desk, "customer.edit", {"customer_id": customer, **said})
        assert stage.state(typed) == ("refused", ErrorCode.STEP_NOT_READY)


def test_a_customer_has_the_companys_own_fields_and_only_fitting_values(stage: Stage) -> None:
    admin, desk = office(stage, Role.ADMINISTRATOR), office(stage, Role.SERVICE_DESK)
    for kind, code in (("customer", "branch"), ("rental", "order")):
        args = {
            "custom_field_id": stage.ids.new(),
            "belongs_to": kind,
            "code": code,
            "zh": "自己的",
            "en": "Own",
            "type": "number",
        }
        assert stage.state(done(admin, "custom_field.define", args)) == APPLIED
    customer = stage.ids.new()
    made = {"id": customer, "name": "鲜果到家", "depot_id": stage.depots[0], "custom": {"branch": 7}}
    assert stage.state(done(desk, "customer.define", made)) == APPLIED
    assert stage.the("customer_terms", customer)["custom_office"] == {"branch": 7}
    changed = done(desk, "customer.edit", {"customer_id": customer, "custom": {"branch": 8}})
    assert stage.state(changed) == APPLIED
    for wrong in ({"branch": "eight"}, {"order": 1}):
        refused = done(desk, "customer.edit", {"customer_id": customer, "custom": wrong})
        assert stage.state(refused) == ("refused", ErrorCode.CUSTOM_VALUE_WRONG)
    assert stage.the("customer_terms", customer)["custom_office"] == {"branch": 8}
    done(desk, "customer.edit", {"customer_id": customer, "custom": {"branch": None}})
    assert stage.the("customer_terms", customer)["custom_office"] == {}


def test_making_a_customer_is_not_the_right_to_rate_or_block_it(stage: Stage) -> None:
    desk = office(stage, Role.SERVICE_DESK)
    args = {"id": stage.ids.new(), "name": "新", "depot_id": stage.depots[0], "tier": "good", "blocked": True}
    made = done(desk, "customer.define", args)
    assert stage.state(made) == ("refused", ErrorCode.STEP_NOT_READY)
    assert detail(stage, made)["missing"] == ["customer.terms", "customer.block"]


def test_who_is_the_customer_in_person_stays_so(stage: Stage) -> None:
    desk, contact = office(stage), stage.ids.new()
    args = {"id": contact, "customer_id": stage.customer, "role": "self", "person": 0}
    assert detail(stage, done(desk, "contact.define", args, **named()))["missing"] == ["role"]
    other = contact_of(stage, desk)
    assert detail(stage, done(desk, "contact.edit", {"contact_id": other, "role": "self"}))["missing"] == ["role"]
    assert stage.state(done(desk, "contact.edit", {"contact_id": other, "role": "owner"})) == APPLIED


def test_two_people_edit_one_customer(stage: Stage) -> None:
    """Different fields merge; of the same field one wins and the other is told."""
    one, two = office(stage), office(stage, Role.SERVICE_DESK)
    first = one.record("customer.edit", {"customer_id": stage.customer, "name": "甲"})
    stage.now += 1000
    second = two.record("customer.edit", {"customer_id": stage.customer, "name": "乙", "name_en": "B"})
    two.push()
    one.push()
    assert (stage.state(second), stage.state(first)) == (APPLIED, ("merged", None))
    assert detail(stage, first)["lost"] == {f"customer/{stage.customer}": ["name"]}
    customer = stage.the("customer", stage.customer)
    assert (customer["name"], customer["name_en"]) == ("乙", "B")


def test_credit_terms_set_twice_are_for_a_person_to_decide(stage: Stage) -> None:
    one, two = office(stage), office(stage, Role.FINANCE)
    for phone, limit in ((one, 100), (two, 200)):
        done(phone, "customer.terms", {"customer_id": stage.customer, "credit_limit_fen": limit})
    assert stage.the("customer_terms", stage.customer)["credit_limit_fen"] == 100
    assert [one["state"] for one in stage.all("conflict")] == ["open"]
    beyond = done(one, "customer.terms", {"customer_id": stage.customer, "credit_limit_fen": 10**15})
    assert stage.state(beyond) == ("parked", ErrorCode.ENTRY_UNREADABLE)


def test_blocked_with_reason_and_notice_which_the_field_does_not_hold(stage: Stage) -> None:
    manager = office(stage)
    said = {"customer_id": stage.customer, "blocked": True, "reason": "三次逾期", "notice": "请先结清欠款。"}
    done(manager, "customer.block", said)
    terms, customer = stage.the("customer_terms", stage.customer), stage.the("customer", stage.customer)
    assert customer["blocked"]
    assert (terms["block_reason"], terms["block_notice"], terms["block_by"]) == ("三次逾期", "请先结清欠款。", manager.actor)
    assert "三次逾期" not in json.dumps(customer, ensure_ascii=False)
    assert not {bucket for bucket in buckets_of("customer_terms", terms) if bucket.endswith("/field")}
    done(manager, "customer.block", {"customer_id": stage.customer, "blocked": False, "reason": "已结清"})
    assert stage.the("customer_terms", stage.customer)["block_reason"] == "已结清"
    assert not stage.the("customer", stage.customer)["blocked"]


def test_who_may_sign_and_the_field_sees_a_masked_name(stage: Stage) -> None:
    desk = office(stage)
    contact, authority = contact_of(stage, desk), stage.ids.new()
    granted = {"id": authority, "contact_id": contact, "role": "driver", "may": ["check_out", "check_in"]}
    assert stage.state(done(desk, "authority.grant", granted)) == APPLIED
    known = stage.the("signer_authority", authority)
    assert (known["shown_as"], known["customer_id"], known["state"]) == ("王**", stage.customer, "active")
    assert "小明" not in json.dumps(known, ensure_ascii=False)
    done(desk, "contact.edit", {"contact_id": contact, "person": 0}, **named({"name": "John Smith"}))
    assert stage.the("signer_authority", authority)["shown_as"] == "J*** S***"
    done(desk, "contact.end", {"contact_id": contact, "reason": "离职"})
    assert stage.the("signer_authority", authority)["state"] == "ended"
    late = done(desk, "authority.grant", {**granted, "id": stage.ids.new()})
    assert stage.state(late) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert detail(stage, late) == {"machine": "contact", "state": "ended", "step": "grant", "legal": []}


def signed_by(phone: Phone, authority: str, rental: str | None) -> tuple[CheckIn, str]:
    """A return whose customer was picked out of master data, and the id of the signature's projection."""
    handover = CheckIn(phone, rental=rental)
    handover.start()
    signature = phone.stage.ids.new()
    args = {
        "signature_id": signature, "party": "customer", "decision": "agree", "role": "driver", "authority": "entrusted",
        "authority_id": authority, "language": "zh", "document_sha256": handover.document.sha256, "strokes": 0,
    }  # fmt: skip
    handover.add("signature.capture", args, blobs=[handover.document], private=[b'{"strokes":[]}'])
    phone.push()
    return handover, derived_id("signer", signature)


def test_a_known_signer_is_named_by_the_office_and_erased_with_the_contact(stage: Stage) -> None:
    desk, admin, phone = office(stage), office(stage, Role.ADMINISTRATOR), stage.phone()
    contact, authority = contact_of(stage, desk), stage.ids.new()
    done(desk, "authority.grant", {"id": authority, "contact_id": contact, "role": "driver", "may": ["check_in"]})
    handover, signer = signed_by(phone, authority, stage.rental)
    found = stage.the("signer", signer)
    assert (found["name"], found["phone"], found["contact_id"]) == ("王小明", "13900002222", contact)
    assert [one["authority_id"] for one in stage.the("handover", handover.id)["signatures"].values()] == [authority]
    assert "小明" not in json.dumps(stage.the("handover", handover.id), ensure_ascii=False)
    done(admin, "contact.erase", {"contact_id": contact, "reason": "本人要求"})
    assert stage.record("signer", signer) is None
    assert "王小明" not in everything(stage)


def test_somebody_elses_signer_lends_no_name_and_costs_no_signature(stage: Stage) -> None:
    desk, phone = office(stage), stage.phone()
    other, contact, authority = stage.ids.new(), stage.ids.new(), stage.ids.new()
    done(desk, "customer.define", {"id": other, "name": "鲜果到家", "depot_id": stage.depots[0]})
    done(desk, "contact.define", {"id": contact, "customer_id": other, "role": "driver", "person": 0}, **named())
    done(desk, "authority.grant", {"id": authority, "contact_id": contact, "role": "driver", "may": ["check_in"]})
    for wrong in (authority, stage.ids.new()):
        handover, signer = signed_by(phone, wrong, stage.rental)
        assert stage.record("signer", signer) is None
        assert len(stage.the("handover", handover.id)["signatures"]) == 1


def test_erasing_a_contact_takes_every_trace_of_the_person(stage: Stage) -> None:
    desk, admin = office(stage), office(stage, Role.ADMINISTRATOR)
    contact, authority = contact_of(stage, desk), stage.ids.new()
    done(desk, "authority.grant", {"id": authority, "contact_id": contact, "role": "driver", "may": ["check_out"]})
    done(desk, "contact.edit", {"contact_id": contact, "person": 0}, **named({"name": "王小明", "phone": "13900003333"}))
    assert "王小明" in everything(stage)
    assert stage.state(done(admin, "contact.erase", {"contact_id": contact, "reason": "本人要求"})) == APPLIED
    for trace in ("王小明", "王**", "13900002222", "13900003333", "wang@example.com"):
        assert trace not in everything(stage)
    assert stage.record("contact", contact) is None
    entries = stage.write(lambda store: store.entries(stage.id, desk.id, 0, 1, 99))
    parts = [part for entry in entries for part in stage.write(lambda store, entry=entry: store.private_parts(entry))]  # type: ignore[misc]
    assert parts == [None, None]
    assert stage.the("signer_authority", authority)["state"] == "ended"


def test_a_name_is_masked() -> None:
    assert [masked(name) for name in ("王小明", "王", "欧阳小明明", "Li", "John Smith", "")] == [
        "王**", "王*", "欧***", "L***", "J*** S***", "",
    ]  # fmt: skip


# --- prices and texts -----------------------------------------------------------------------------------------------------
def plan_of(stage: Stage, **more: Any) -> dict[str, Any]:
    tiers = [{"from_days": 1, "fen": 30_000}, {"from_days": 7, "fen": 25_000}]
    return {"id": stage.ids.new(), "zh": "厢式货车日租", "unit": "day", "tiers": tiers, "deposit_fen": 500_000, **more}


def test_a_price_plan_is_made_edited_retired(stage: Stage) -> None:
    finance = office(stage, Role.FINANCE)
    plan = plan_of(stage)
    assert stage.state(done(finance, "price_plan.define", plan)) == APPLIED
    assert stage.state(done(finance, "price_plan.define", plan)) == ("refused", ErrorCode.STATE_ILLEGAL)
    assert stage.state(done(finance, "price_plan.edit", {"plan_id": plan["id"], "deposit_fen": 300_000})) == APPLIED
    known = stage.the("price_plan", plan["id"])
    assert (known["deposit_fen"], known["tiers"]) == (300_000, plan["tiers"])
    done(finance, "price_plan.retire", {"plan_id": plan["id"], "retired": True, "reason": "换价"})
    late = done(finance, "price_plan.edit", {"plan_id": plan["id"], "zh": "x"})
    assert (stage.state(late), detail(stage, late)["legal"]) == (("refused", ErrorCode.STATE_ILLEGAL), ["restore"])


def test_tiers_begin_with_the_first_day_and_rise(stage: Stage) -> None:
    finance = office(stage, Role.FINANCE)
    for days in ([2], [1, 7, 3], [1, 1]):
        tiers = [{"from_days": day, "fen": 1} for day in days]
        made = done(finance, "price_plan.define", plan_of(stage, tiers=tiers))
        assert stage.state(made) == ("refused", ErrorCode.STEP_NOT_READY)


def test_a_text_is_published_newer_than_the_last_and_never_edited(stage: Stage) -> None:
    manager, first = office(stage), stage.ids.new()
    text = {"use": "check_in", "version": "9", "zh": "第一条\n第二条", "en": "One\nTwo"}
    assert stage.state(done(manager, "contract_text.publish", {**text, "id": first})) == APPLIED
    assert stage.the("contract_text", first)["published_by"] == manager.actor
    for record_id, version in ((first, "10"), (stage.ids.new(), "9"), (stage.ids.new(), "8")):
        made = done(manager, "contract_text.publish", {**text, "id": record_id, "version": version})
        assert stage.state(made)[0] == "refused"
    assert stage.state(done(manager, "contract_text.publish", {**text, "id": stage.ids.new(), "version": "10"})) == APPLIED
    assert stage.the("contract_text", first)["version"] == "9"
