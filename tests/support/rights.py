"""Things to act on in each depot, and right arguments for every action: what the table of rights is walked with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schemas.actions.basedata import CustomerDefine, TaskDefine
from schemas.actions.custom_fields import CustomFieldDefine
from schemas.actions.customers import AuthorityGrant, ContactDefine
from schemas.actions.devices import DeviceRevoke
from schemas.actions.pricing import PricePlanDefine
from schemas.actions.rentals import RentalWalkIn, ReservedLine
from schemas.people import Role
from schemas.protocol import SyncRequest
from schemas.records.rentals import PriceTier
from server.domain.gates import rule_id
from sync.conflicts import conflict_id
from sync.journal import derived_id
from tests.support.faults import Faults
from tests.support.house import House
from tests.support.looked_after import Todos
from tests.support.planned import Planned
from tests.support.stage import CheckIn, Phone, Stage, blob, files_of
from tests.support.stocktake import StockTakes

AT = "2027-01-15T08:00:00.000Z"
Made = dict[str, Callable[[], dict[str, Any]]]


class Rollback(Exception):
    pass


def transferring(phone: Phone, asset: str, receiver: str, place: int) -> CheckIn:
    """A transfer with everything its completion demands."""
    made = CheckIn(phone, asset=asset, type_="transfer")
    made.hand_on(receiver, place)
    made.photo("front")
    made.photo("rear")
    made.reading()
    made.sign("staff")
    return made


class Scene:
    """Things to act on, in each depot: an open handover, complete ones to close, a damage, a signer, a device."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.vans = (stage.van, stage.other_van)
        self.open: list[str] = []
        self.ready: list[dict[str, CheckIn]] = []
        self.transfers: list[CheckIn] = []
        self.damages: list[str] = []
        self.signers: list[str] = []
        self.devices: list[str] = []
        self.conflicts: list[str] = []
        self.refused: list[str] = []
        for place in (0, 1):
            phone = stage.phone(place=place)
            handover = CheckIn(phone, asset=self.vans[place])
            handover.start()
            self.damages.append(handover.damage())
            signature = stage.ids.new()
            handover.sign("customer", signature)
            self.open.append(handover.id)
            self.signers.append(derived_id("signer", signature))
            self.devices.append(phone.id)
            both = {kind: CheckIn(phone, asset=self.vans[place], type_=kind).captured() for kind in ("check_in", "check_out")}
            receiver = stage.people[Role.DRIVER, 1 - place]
            self.transfers.append(transferring(phone, self.vans[place], receiver, 1 - place))
            self.ready.append(both)
            assert {outcome.state for outcome in phone.push().outcomes} == {"applied"}
            self._contradict(place, handover)
        self._plan()
        self.house = House(stage)
        self.planned = Planned(stage)
        self.faults = Faults(stage, self.vans)
        self.stock = StockTakes(stage)
        self.gapped = [self._gapped(place) for place in (0, 1)]
        self.aside = [self._aside(place) for place in (0, 1)]
        self.incidents = [self._incident(place) for place in (0, 1)]

    def _gapped(self, place: int) -> str:
        """A device of whose journal the first two entries are missing."""
        phone = self.stage.phone(place=place)
        for _ in range(3):
            CheckIn(phone, asset=self.vans[place]).start()
        request = phone.request()
        self.stage.push({**request, "entries": request["entries"][2:]})
        return phone.id

    def _incident(self, place: int) -> str:
        """An open incident: a device has mended what it held."""
        phone = self.stage.phone(place=place)
        self.stage.push({**phone.request(), "repairs": [{"bucket": "org/field", "version": 1, "parts": [1]}]})
        return str(next(one["id"] for one in self.stage.incidents("divergence") if one["device_id"] == phone.id))

    def _aside(self, place: int) -> dict[str, Any]:
        """A revoked device that has sent one entry since."""
        phone = self.stage.phone(place=place)
        self.stage.do(DeviceRevoke(device_id=phone.id))
        CheckIn(phone, asset=self.vans[place]).start()
        assert [outcome.state for outcome in phone.push().outcomes] == ["quarantined"]
        sent = {"epoch": 0, "seq": 1, "hash": phone.journal.hashes[1]}
        return {"device_id": phone.id, "entries": [sent], "reason": "x"}

    def _plan(self) -> None:
        """A customer, a rental and a task in each depot."""
        stage, new, at = self.stage, self.stage.ids.new, "2027-01-15T08:00:00.000Z"
        self.todos = Todos(stage)
        self.customers, self.rentals, self.tasks = [stage.customer, new()], [stage.rental, new()], [new(), new()]
        self.retired, self.custom_field = [new(), new()], new()
        stage.do(
            *(stage.asset(self.retired[place], place, tag=f"R-{place}", state="retired") for place in (0, 1)),
            CustomFieldDefine(
                custom_field_id=self.custom_field, belongs_to="asset", code="owner", zh="车主", en="Owner", type="text"
            ),
            CustomerDefine(id=self.customers[1], name="客户", depot_id=stage.depots[1]),
            stage.rental_of(self.rentals[1], [stage.other_van], place=1),
            *(
                TaskDefine(
                    id=self.tasks[place], type="collect", depot_id=stage.depots[place], asset_id=self.vans[place], due_at=at
                )
                for place in (0, 1)
            ),
        )
        self._let()

    def _let(self) -> None:
        """A contact who may sign, a price plan, a spare van, and rentals in every state a step needs, in each depot."""
        stage, new = self.stage, self.stage.ids.new
        self.plan, self.contacts, self.authorities = new(), [new(), new()], [new(), new()]
        self.spares = [new(), new()]
        self.rentals_in = {state: [new(), new()] for state in ("draft", "out", "returned")}
        stage.do(PricePlanDefine(id=self.plan, zh="价", unit="day", tiers=[PriceTier(from_days=1, fen=100)]))
        for place in (0, 1):
            stage.do(
                ContactDefine(id=self.contacts[place], customer_id=self.customers[place], person=0),
                AuthorityGrant(id=self.authorities[place], contact_id=self.contacts[place], role="driver", may=["check_out"]),
                stage.asset(self.spares[place], place),
            )
            for state, ids in self.rentals_in.items():
                define = stage.rental_of(ids[place], [self.vans[place]], place=place)
                stage.do(define.model_copy(update={"state": state, "customer_id": self.customers[place]}))
        self.walked_in = [new(), new()]
        for place in (0, 1):
            lines = {self.spares[place]: ReservedLine()}
            stage.do(RentalWalkIn(id=self.walked_in[place], number="W", customer_id=self.customers[place], assets=lines,
                                  due_at="2027-03-01T00:00:00.000Z"))  # fmt: skip
        for place in (0, 1):
            stage.write(lambda store, place=place: self._hand_over(store, place))  # type: ignore[misc]

    def _hand_over(self, store: Any, place: int) -> None:
        """The lines of the rentals that are out and returned, as handovers would leave them."""
        for state in ("out", "returned"):
            stored = store.record(self.stage.id, "rental", self.rentals_in[state][place])
            lines = {self.vans[place]: {"state": state}}
            store.put_record(self.stage.id, replace(stored, data={**stored.data, "assets": lines}), frozenset())

    def _contradict(self, place: int, handover: CheckIn) -> None:
        """Another device disagrees about the damage, and tries what it may not."""
        handover.phone = self.stage.phone(place=place)
        handover.damage(self.damages[place], "severe_damage")
        self.refused.append(handover.phone.record("device.revoke", {"device_id": self.devices[place]}).id)
        assert [outcome.state for outcome in handover.phone.push().outcomes] == ["conflict", "refused"]
        self.conflicts.append(conflict_id(self.stage.id, "field", ("damage", self.damages[place], "severity")))

    def args(self, action: str, place: int) -> dict[str, Any]:
        """Arguments that would be right for whoever may do it in that depot."""
        made = {
            **self._field(place),
            **self._devices(place),
            **self._office(place),
            **self._base(place),
            **self.todos.args(place),
            **self.faults.args(place),
            **self.stock.args(place),
            **self.house.args(self.stage.depots[place], self.devices[place]),
        }
        return made[action]()

    def _field(self, place: int) -> Made:
        """What the field records."""
        new, on, ready = self.stage.ids.new, {"handover_id": self.open[place]}, self.ready[place]
        complete, at, depot = {"acceptance": "intact", "entries": []}, AT, self.stage.depots[1 - place]
        return {
            "handover.start": lambda: {"handover_id": new(), "type": "check_in", "asset_id": self.vans[place]},
            "handover.abandon": lambda: {**on, "reason": "x"},
            "photo.add": lambda: {**on, "photo_id": new(), "slot": "front", "how": "still", "source": "camera", "width": 1,
                                  "height": 1},
            "photo.waive": lambda: {**on, "slot": "front", "reason": "x"},
            "photo.retract": lambda: {**on, "photo_id": new()},
            "reading.record": lambda: {**on, "meter": "odometer", "value": 1},
            "damage.record": lambda: {**on, "damage_id": new(), "view": "left", "part": "door", "x": 1, "y": 1, "type": "dent",
                                      "severity": "minor_damage"},
            "damage.retract": lambda: {**on, "damage_id": self.damages[place]},
            "accessory.report": lambda: {**on, "accessory": "key", "state": "missing"},
            "signature.capture": lambda: {**on, "signature_id": new(), "party": "staff", "decision": "agree", "role": "staff",
                                          "language": "zh", "document_sha256": "0" * 64},
            "checkout.complete": lambda: {**complete, "handover_id": ready["check_out"].id,
                                          "document_sha256": ready["check_out"].document.sha256},
            "return.complete": lambda: {**complete, "handover_id": ready["check_in"].id,
                                        "document_sha256": ready["check_in"].document.sha256,
                                        "confirmed": {"first_at": at, "second_at": at}},
            "transfer.start": lambda: {"transfer_id": new(), "asset_id": self.vans[place], "to_depot_id": depot,
                                       "receiver_id": self.stage.people[Role.FINANCE, 1 - place]},
            "transfer.complete": lambda: {**complete, "handover_id": self.transfers[place].id, "signature_id": new(),
                                          "language": "zh", "document_sha256": self.transfers[place].document.sha256,
                                          "image_sha256": blob(f"{self.transfers[place].id}/staff").sha256},
        }  # fmt: skip

    def _devices(self, place: int) -> Made:
        """What is said of devices, their journals and what contradicts itself."""
        stage, new, depot, at = self.stage, self.stage.ids.new, self.stage.depots[place], AT
        return {
            "device.invite": lambda: {"invitation_id": new(), "code_sha256": "0" * 64, "depot_id": depot, "name": "名",
                                      "expires_at": at},
            "device.revoke": lambda: {"device_id": self.devices[place]},
            "device.wipe": lambda: {"device_id": self.devices[place]},
            "quarantine.admit": lambda: self.aside[place],
            "quarantine.dismiss": lambda: self.aside[place],
            "device.lost": lambda: {"device_id": self.devices[place], "reason": "x"},
            "gap.release": lambda: {"device_id": self.gapped[place], "epoch": 0, "until": 2, "reason": "x"},
            "incident.close": lambda: {"incident_id": self.incidents[place], "note": "x"},
            "organisation.policy": lambda: {"organisation_id": stage.id, "gate_policy": "grace"},
            "gate_rule.edit": lambda: {"rule_id": rule_id(stage.id, "asset_locked"), "code": "asset_locked", "level": "warn"},
            "device.enrol": lambda: {"device_id": new(), "depot_id": depot, "name": "名", "type": "field"},
            "person.erase": lambda: {"signer_id": self.signers[place], "reason": "x"},
            "conflict.decide": lambda: {"conflict_id": self.conflicts[place], "choice": "side", "side": 1, "reason": "x"},
            "entry.ratify": lambda: {"entry_id": self.refused[place], "reason": "x"},
            "entry.reject": lambda: {"entry_id": self.refused[place], "reason": "x"},
        }  # fmt: skip

    def _office(self, place: int) -> Made:
        """The office's word on assets, customers, rentals, tasks."""
        new = self.stage.ids.new
        return {
            "asset.lock": lambda: {"asset_id": self.vans[place], "locked": True, "reason": "x"},
            "asset.edit": lambda: {"asset_id": self.vans[place], "bay": "B-2", "empty": "kit_id"},
            "asset.retire": lambda: {"asset_id": self.vans[place], "reason": "x"},
            "asset.restore": lambda: {"asset_id": self.retired[place], "reason": "x"},
            "custom_field.define": lambda: {"custom_field_id": new(), "belongs_to": "asset", "code": f"c{new()[-8:]}",
                                            "zh": "色", "en": "Colour", "type": "choice",
                                            "choices": [{"id": "red", "zh": "红", "en": "Red"}]},
            "custom_field.retire": lambda: {"custom_field_id": self.custom_field},
            "customer.block": lambda: {"customer_id": self.customers[place], "blocked": True, "reason": "x"},
            **self._customer_args(place),
            **self._rental_args(place),
            **self.planned.args(self.tasks, place),
            "record.retract": lambda: self.planned.written(self.tasks[place]),
        }  # fmt: skip

    def _base(self, place: int) -> Made:
        """Base data."""
        stage, new, depot, at = self.stage, self.stage.ids.new, self.stage.depots[place], AT
        named = {"id": new(), "name": "名"}
        return {
            "organisation.define": lambda: {"id": stage.id, "name": "名"},
            "depot.define": lambda: named,
            "person.define": lambda: {**named, "roles": ["driver"], "depot_ids": {depot: True}},
            "pack.define": lambda: {"id": new(), "code": "machine", "zh": "机", "en": "M", "diagram": "m", "slots": [],
                                    "meters": [], "accessories": [], "damage_types": []},
            "asset.define": lambda: {"id": new(), "label": "x", "tag": new(), "pack": "vehicle", "home_depot_id": depot,
                                     "depot_id": depot},
            "task.define": lambda: {"id": new(), "type": "collect", "depot_id": depot, "asset_id": self.vans[place],
                                    "due_at": at},
            "contract_text.define": lambda: {"id": new(), "version": "1", "use": "check_in", "zh": "文", "en": "t"},
        }  # fmt: skip

    def _customer_args(self, place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        new, customer, contact = self.stage.ids.new, self.customers[place], self.contacts[place]
        return {
            "customer.define": lambda: {"id": new(), "name": "名", "depot_id": self.stage.depots[place]},
            "customer.edit": lambda: {"customer_id": customer, "name": "名"},
            "customer.walk_in": lambda: {
                "id": new(),
                "name": "名",
                "depot_id": self.stage.depots[place],
                "person": 0,
                "contact_id": new(),
            },
            "customer.terms": lambda: {"customer_id": customer, "payment_days": 30},
            "contact.define": lambda: {"id": new(), "customer_id": customer, "person": 0},
            "contact.edit": lambda: {"contact_id": contact, "role": "owner"},
            "contact.end": lambda: {"contact_id": contact, "reason": "x"},
            "contact.erase": lambda: {"contact_id": contact, "reason": "x"},
            "authority.grant": lambda: {"id": new(), "contact_id": contact, "role": "driver", "may": ["check_out"]},
            "authority.end": lambda: {"authority_id": self.authorities[place], "reason": "x"},
        }

    def _rental_args(self, place: int) -> dict[str, Callable[[], dict[str, Any]]]:
        """A rental approved, a draft, one out and one returned are there to act on."""
        stage, new, van, customer = self.stage, self.stage.ids.new, self.vans[place], self.customers[place]
        rental, late = {"rental_id": self.rentals[place]}, "2027-03-01T00:00:00.000Z"
        of = {state: {"rental_id": self.rentals_in[state][place]} for state in self.rentals_in}
        return {
            "rental.cancel": lambda: {**rental, "reason": "x"},
            "rental.define": lambda: {"id": new(), "number": "1", "customer_id": customer, "depot_id": stage.depots[place],
                                      "starts_at": "2027-01-15T08:00:00.000Z", "due_at": late, "state": "draft"},
            "rental.edit": lambda: {**rental, "note": "x"},
            "rental.approve": lambda: {**of["draft"], "note": "x"},
            "rental.ratify": lambda: {"rental_id": self.walked_in[place]},
            "rental.extend": lambda: {**rental, "due_at": late, "reason": "x"},
            "rental.close": lambda: of["returned"],
            "rental.swap": lambda: {**of["out"], "swap_id": new(), "back_asset_id": van, "out_asset_id": self.spares[place],
                                    "reason": "x"},
            "rental.deposit": lambda: {**rental, "step": "ask", "amount_fen": 100},
            "rental.insurance": lambda: {**rental, "step": "require"},
            "rental.walk_in": lambda: {"id": new(), "number": "1", "customer_id": customer, "due_at": late,
                                       "assets": {van: {"state": "reserved"}}},
            "price_plan.define": lambda: {"id": new(), "zh": "价", "unit": "day", "tiers": [{"from_days": 1, "fen": 100}]},
            "price_plan.edit": lambda: {"plan_id": self.plan, "zh": "价"},
            "price_plan.retire": lambda: {"plan_id": self.plan, "retired": True, "reason": "x"},
            "contract_text.publish": lambda: {"id": new(), "use": "check_in", "version": "9", "zh": "文", "en": "t"},
        }  # fmt: skip

    def outcome(self, phone: Phone, action: str, args: dict[str, Any]) -> tuple[str, str | None]:
        """What would become of the entry; nothing of it stays."""
        twin = phone.copy()
        seen = dict.fromkeys(
            [
                *self.vans,
                self.custom_field,
                *self.open,
                *self.damages,
                *self.customers,
                *self.tasks,
                *self.rentals,
                *self.contacts,
                *self.todos.seen,
                self.plan,
                self.stage.id,
                *self.house.seen,
            ],
            10**6,
        )
        twin.record(action, args, seen=seen, blobs=files_of(action, f"p/{action}"))
        message = SyncRequest.model_validate(twin.request())
        found: list[tuple[str, str | None]] = []

        def job(store: Any) -> None:
            pushed = self.stage.engine.push(store, self.stage.id, message, self.stage.now)
            found.extend((outcome.state, outcome.code) for outcome in pushed.outcomes)
            raise Rollback

        with pytest.raises(Rollback):
            self.stage.write(job)
        assert len(found) == 1
        return found[0]
