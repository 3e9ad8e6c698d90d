"""Judging one stored entry: read it, check who may, let its handler act, and say what became of it.

Storing comes before judging (law 1): whatever happens here, the entry stays. Every ending is an outcome:
applied · merged · conflict · refused · parked. A handler that raises costs nothing but time.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from schemas import limits
from schemas.actions import Action
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.people import AUTH_OF, OFFICE_ONLY, Reach, Role, reach_of
from sync import conflicts, hlc, instants
from sync.annex import is_annex
from sync.basis import is_anything_gone, waiting_for_nothing
from sync.body import Body, read_body
from sync.foresight import foresee
from sync.journal import derived_id, private_hash
from sync.merge import Stamp
from sync.occurred import occurred_at
from sync.policy import breach_of, policy_of
from sync.store import BEFORE_ALL, DeviceState, JournalEntry, Store
from sync.unit import Handlers, RecordWriter, Refusal, Touched, Unit, Unreadable, Waiting
from sync.upcast import VOCABULARY, Vocabulary
from sync.visibility import is_chosen, may_use_device

RETOLD: Final = frozenset({"parked", "refused", "quarantined"})
"""States that were said of an entry and may be so no more: what it became is told even when it is plain."""
UNSETTLED: Final = frozenset({"held", "parked", "quarantined"})
OnFault = Callable[[JournalEntry, Exception], None]


class _Next(NamedTuple):
    """What is to be judged, and whose right stands in for its actor's."""

    entry: JournalEntry
    right: conflicts.StandIn | None


@dataclass
class Judge:
    """Judges entries inside one transaction of one organisation. `version` is the newest commit number taken, `erased` the
    blobs whose bytes must leave the disk once this is committed. `checked`: what the store cannot keep of one entry's effects
    undoes that entry alone, at the cost of speed."""

    store: Store
    organisation: str
    handlers: Handlers
    version: int
    touched: Touched
    on_fault: OnFault
    checked: bool = False
    erased: list[str] = field(default_factory=list)
    dropped: bool = False
    stand_in: conflicts.StandIn | None = None
    vocabulary: Vocabulary = VOCABULARY
    _bodies: dict[str, Body] = field(default_factory=dict)
    breaches: list[tuple[int, str]] = field(default_factory=list)
    ratified: list[tuple[JournalEntry, conflicts.StandIn | None]] = field(default_factory=list)
    """What is to be judged next: ratified ones with whose right stands in, admitted ones as what they are."""
    freed: list[tuple[str, int]] = field(default_factory=list)
    """Devices whose held entries may be judged now, and when that was said."""
    given_up: bool = False
    """A number was declared lost or released in this transaction."""
    _gone: bool | None = None

    def foresee(self, entries: Iterable[JournalEntry]) -> None:
        """Tell the store what judging these entries, which are new, will ask for."""
        for entry in entries:
            with suppress(Unreadable):
                self._bodies[entry.hash] = _body(entry)
        self.store.expect(self.organisation, foresee(self._bodies.values()))

    def judge(self, device: DeviceState, entry: JournalEntry) -> None:
        """Give the entry its outcome, write it, and judge what waited for it."""
        queue: list[_Next] = []
        present: _Next | None = _Next(entry, conflicts.stood_in(self.store, entry))
        while present is not None:
            judged, self.stand_in = present
            stood = judged.state
            owner = device if judged is entry else self.store.device(self.organisation, judged.device)
            assert owner is not None, "what is stored is its device's"
            self._judge_one(owner, judged)
            # At once, before what stands in the queue already: that may say a word on the same entry.
            queue[:0] = [_Next(one, right) for one, right in self.ratified]
            self.ratified = []
            # Only what stands otherwise now can change another's outcome: so entries that need one another come to an end.
            is_news = judged.state not in UNSETTLED and judged.state != stood
            if judged.entry_id is not None and is_news and not judged.repeat_of:
                queue += [_Next(one, None) for one in self.store.take_waiting(self.organisation, judged.entry_id)]
            present = self._next(queue)
        self.stand_in = None

    def judge_again(self, entry: JournalEntry) -> None:
        """Judge what was parked when it was chosen, unless what went before it has settled it meanwhile."""
        present = self._present(entry)
        device = self.store.device(self.organisation, entry.device)
        if present.state == "parked" and device is not None:
            self.judge(device, present)

    def _next(self, queue: list[_Next]) -> _Next | None:
        """The next in the queue that is still to be judged, as it is now: one that waited for two may have been judged since it
        was put there."""
        while queue:
            entry, right = queue.pop(0)
            present = self._present(entry)
            if right is not None or present.state == "quarantined" or _may_be_judged_again(present):
                return _Next(present, right or conflicts.stood_in(self.store, present))
        return None

    def _present(self, entry: JournalEntry) -> JournalEntry:
        present = self.store.entry_at(self.organisation, entry.device, entry.epoch, entry.seq)
        assert present is not None, "what is stored stays"
        return present

    def _judge_one(self, device: DeviceState, entry: JournalEntry) -> None:
        state_before = entry.state
        entry.code, entry.detail, entry.version = None, {}, None
        try:
            body, private = self._read(entry)
            if not self._is_repeat(entry, body):
                with self.store.savepoint(checked=self.checked):
                    unit = self._apply(device, entry, body, private)
                self._carry(unit)
        except Refusal as refusal:
            entry.state, entry.code = "refused", refusal.code
            entry.detail.update(refusal.detail)
            self._hope(entry, body)
            conflicts.note_refusal(self, device, entry)
        except Waiting as waiting:
            entry.state, entry.code, entry.detail = (
                "parked",
                ErrorCode.ENTRY_WAITS,
                {"waits_for": waiting.needed},
            )
            self.store.add_wait(self.organisation, entry, waiting.needed)
        except Unreadable as unreadable:
            entry.state, entry.code, entry.detail = "parked", unreadable.code, unreadable.detail
        except Exception as fault:  # law 1: a bug in a handler costs nothing but time
            self.on_fault(entry, fault)
            entry.state, entry.code, entry.detail, entry.version = "parked", ErrorCode.ENTRY_SERVER_ERROR, {}, None
        if is_annex(entry.epoch):
            entry.detail["admitted"] = True
        if self.stand_in is not None:
            entry.detail["ratified_by"] = self.stand_in.actor
            if entry.state in ("refused", "parked"):
                entry.detail["ratified_in"] = self.stand_in.entry
        self.store.save_judgement(entry)
        if entry.state != "applied" or state_before in RETOLD or "conflict" in entry.detail:
            self.write_outcome(device, entry)

    def park(self, device: DeviceState, entry: JournalEntry, code: ErrorCode) -> None:
        """Park an entry without looking into it: its number is consumed, what stands behind it goes on."""
        entry.state, entry.code = "parked", code
        self.store.save_judgement(entry)
        self.write_outcome(device, entry)

    def note(self, device: DeviceState, entry: JournalEntry, detail: dict[str, Any]) -> None:
        """Add to what is said of an entry that has been judged."""
        entry.detail = {**entry.detail, **detail}
        self.store.save_judgement(entry)
        self.write_outcome(device, entry)

    def _apply(self, device: DeviceState, entry: JournalEntry, body: Body, private: list[bytes | None]) -> Unit:
        self._await_needs(entry, body)
        args = self._read_args(body)
        handler = self.handlers.get((args.action, args.v)) if args is not None else None
        if args is None or handler is None:
            raise Unreadable(ErrorCode.ACTION_UNKNOWN, {"action": body.action, "v": body.v})
        self.version += 1
        writer = RecordWriter(self.store, self.organisation, self.version, self.touched)
        unit = Unit(writer, entry, body, device, occurred_at(entry, body), private, json.loads)
        self._check_right(unit, args)
        handler(unit, args)
        self._note_grace(unit)
        entry.version = self.version
        if unit.conflicts:
            entry.state, entry.detail["conflicts"] = "conflict", unit.conflicts
        elif unit.lost:
            entry.state, entry.detail["lost"] = "merged", unit.lost
        else:
            entry.state = "applied"
        conflicts.settle(self, unit)
        return unit

    def _carry(self, unit: Unit) -> None:
        """What follows from an entry beyond its records, once the store has kept them."""
        entry = unit.entry
        self.erased += unit.erased
        self.dropped |= unit.dropped
        if "gate_breach" in entry.detail and not is_annex(entry.epoch):
            self.breaches.append((entry.seq, entry.detail["gate_breach"]))
        self.freed += [(freed, entry.received_ms) for freed in unit.freed]
        self.given_up |= bool(unit.freed)
        self.ratified += [(admitted, None) for admitted in unit.admitted]
        self.ratified += conflicts.ratified(unit)

    def _note_grace(self, unit: Unit) -> None:
        """An entry written while the gate stood open by grace: flagged when that was more than the policy allows."""
        if unit.body.gate != "grace":
            return
        policy = policy_of(self.store, self.organisation)
        why = breach_of(policy, unit.device, unit.entry.seq, instants.to_ms(unit.at))
        if why is not None:
            unit.entry.detail["gate_breach"] = why

    def _read_args(self, body: Body) -> Action | None:
        """The arguments in the action's newest version; None when nobody knows that action or version."""
        try:
            return self.vocabulary.read(body.action, body.v, body.args)
        except ValidationError as errors:
            raise Unreadable(ErrorCode.ENTRY_UNREADABLE, _where(errors, "args")) from None

    def _read(self, entry: JournalEntry) -> tuple[Body, list[bytes | None]]:
        """The body, its private parts matched against the hashes it holds."""
        body = self._bodies.pop(entry.hash, None) or _body(entry)
        if body.seq != entry.seq or (body.epoch > entry.epoch and not is_annex(entry.epoch)):
            raise Unreadable(ErrorCode.ENTRY_UNREADABLE, {"at": "seq"})
        private = self.store.private_parts(entry)
        hashes = [private_hash(part) if part is not None else None for part in private]
        if len(hashes) != len(body.private) or any(a not in (None, b) for a, b in zip(hashes, body.private, strict=True)):
            raise Unreadable(ErrorCode.ENTRY_PRIVATE_MISMATCH, {})
        return body, private

    def _is_repeat(self, entry: JournalEntry, body: Body) -> bool:
        """Whether the id is already taken: by the same bytes (a repeat without effect) or by others (parked).

        A new entry's blobs are declared here, outside the part that may be undone: evidence is awaited whatever the
        verdict.
        """
        entry.action = body.action.replace("\0", "")  # PostgreSQL keeps none in a text
        known = self.store.entry_by_id(self.organisation, body.id)
        if known is not None and (known.device, known.epoch, known.seq) != (
            entry.device,
            entry.epoch,
            entry.seq,
        ):
            if known.body != entry.body or known.device != entry.device:
                raise Unreadable(ErrorCode.ENTRY_ID_REUSED, {"id": body.id})
            entry.repeat_of, entry.entry_id = True, body.id
            entry.state, entry.code, entry.version, entry.detail = known.state, known.code, known.version, dict(known.detail)
            if None in self.store.private_parts(known):  # erased since: what comes again is erased, too
                self.store.save_judgement(entry)
                self.store.drop_private(self.organisation, body.id)
                self.dropped = True
            return True
        if entry.entry_id is None:
            entry.entry_id = body.id
            for blob in body.blobs:
                self.store.declare_blob(self.organisation, entry.device, entry, blob)
        return False

    def _await_needs(self, entry: JournalEntry, body: Body) -> None:
        for needed in body.needs:
            if needed == body.id:
                continue  # nothing comes before itself
            known = self.store.entry_by_id(self.organisation, needed)
            settled = known is not None and known.state not in UNSETTLED
            if not settled and (self.stand_in is not None or (known is None and self._is_anything_gone())):
                entry.detail["basis_lost"] = True
            elif known is None or not settled:
                raise Waiting(needed)
            elif known.state == "refused":
                entry.detail["basis_refused"] = True

    def _hope(self, entry: JournalEntry, body: Body) -> None:
        """Refused while something it builds on has no effect: should that turn up after all, or be ratified, the entry is judged
        again."""
        for needed in body.needs if _lacks_basis(entry) else ():
            known = self.store.entry_by_id(self.organisation, needed)
            if known is None or known.state in UNSETTLED or known.state == "refused":
                self.store.add_wait(self.organisation, entry, needed)

    def _is_anything_gone(self) -> bool:
        if self._gone is None:
            self._gone = is_anything_gone(self.store, self.organisation)
        return self._gone

    def end_waiting(self) -> None:
        """Something was declared lost, or released: who waits for what nobody here knows waits no longer."""
        self._gone = None
        for entry in waiting_for_nothing(self.store, self.organisation, BEFORE_ALL, limits.WAITING_RETRIED_MAX):
            self.judge_again(entry)

    def _check_right(self, unit: Unit, args: Action) -> None:
        """Whether this person may do this, here, on this device. Refusal otherwise: kept, a manager may ratify."""
        device, actor, action = unit.device, unit.body.actor, type(args).action
        if self.stand_in is not None:
            conflicts.check_stand_in(self.stand_in, action, self._depot_of(unit, args) if type(args).subject else None)
            return
        if unit.body.auth not in AUTH_OF[device.type]:
            raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=action, auth=unit.body.auth)
        if action in OFFICE_ONLY and device.type not in ("office", "system"):
            raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=action, device=device.type)
        if device.type == "system":
            roles, depots = frozenset({Role.SYSTEM}), frozenset[str]()
        else:
            roles, depots = self._person(unit, device, actor)
        reach = reach_of(action, roles)
        if reach is None:
            raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=action)
        if type(args).subject is None or device.type == "system":
            return
        depot = self._depot_of(unit, args)
        # A field device acts where it stands, however far its user's own rights go.
        here = device.type not in ("field", "client") or depot == device.depot
        if not here or (reach is Reach.DEPOT and depot not in depots):
            raise Refusal(ErrorCode.ACTION_FORBIDDEN, action=action, depot=depot)

    def _person(self, unit: Unit, device: DeviceState, actor: str) -> tuple[frozenset[Role], frozenset[str]]:
        person = unit.get("person", actor)
        bound_to_other = device.person is not None and device.person != actor
        if actor == SYSTEM_ACTOR or person is None or not person["active"] or bound_to_other:
            raise Refusal(ErrorCode.ACTOR_NOT_ON_DEVICE, actor=actor)
        roles = _roles(tuple(person["roles"]))
        depots = frozenset(depot for depot, there in person["depot_ids"].items() if there)
        if device.person is None and not (
            may_use_device(roles, depots, device.depot) and is_chosen(unit.get("device", device.id), actor)
        ):
            raise Refusal(ErrorCode.ACTOR_NOT_ON_DEVICE, actor=actor)
        return roles, depots

    def _depot_of(self, unit: Unit, args: Action) -> str:
        kind, name = type(args).subject or ("", "")
        if kind == "depot":  # of what is made here and has no record yet
            return str(unit.need(kind, getattr(args, name))["id"])
        removed = unit.removed(kind, getattr(args, name))
        depot: str = (removed.data if removed else unit.need(kind, getattr(args, name)))["depot_id"]
        return depot

    def write_outcome(self, device: DeviceState, entry: JournalEntry) -> None:
        """An outcome other than plain `applied` is a record in the device's own bucket, since it can change."""
        if entry.repeat_of:
            return
        self.version += 1
        writer = RecordWriter(self.store, self.organisation, self.version, self.touched)
        values: dict[str, Any] = {
            "device_id": device.id, "epoch": entry.epoch, "seq": entry.seq, "action": entry.action,
            "state": entry.state, "code": entry.code, "detail": entry.detail,
        }  # fmt: skip
        from_engine = engine_stamp(self.version, entry.received_ms)
        writer.write("outcome", outcome_id(entry), values, from_engine, create=True)


@lru_cache(maxsize=256)
def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)


def _body(entry: JournalEntry) -> Body:
    """The parsed body of a stored entry. Unreadable says where the fault lies."""
    if len(entry.body or b"") > limits.ENTRY_BODY_BYTES_MAX:
        raise Unreadable(ErrorCode.ENTRY_UNREADABLE, {"at": "body", "fault": "too_large"})
    at = "args"
    try:
        body, at = read_body(entry.body or b""), "at"
        instants.to_ms(body.at)
    except ValidationError as errors:
        raise Unreadable(ErrorCode.ENTRY_UNREADABLE, _where(errors)) from None
    except (ValueError, OverflowError):
        raise Unreadable(ErrorCode.ENTRY_UNREADABLE, {"at": at}) from None
    return body


def _lacks_basis(entry: JournalEntry) -> bool:
    return bool(entry.detail.get("basis_lost") or entry.detail.get("basis_refused"))


def _may_be_judged_again(entry: JournalEntry) -> bool:
    """Whether what it waited for may change its outcome. A rejected one stays refused: the first word stands."""
    return entry.state == "parked" or (entry.state == "refused" and _lacks_basis(entry) and "rejected" not in entry.detail)


def _where(errors: ValidationError, *prefix: str) -> dict[str, Any]:
    """Where the first fault lies and of what kind; never the value, which may be personal."""
    first = errors.errors(include_input=False, include_context=False, include_url=False)[0]
    return {"at": ".".join([*prefix, *(str(step) for step in first["loc"])])[:200], "fault": first["type"]}


def engine_stamp(version: int, at_ms: int) -> Stamp:
    """The stamp of what the engine itself writes (outcomes, incidents, device states)."""
    return Stamp(version, hlc.encode(max(0, at_ms), 0), "engine", "engine", version)


def outcome_id(entry: JournalEntry) -> str:
    """The id of an entry's outcome record, the same at every judging."""
    return derived_id("outcome", entry.device, str(entry.epoch), str(entry.seq))
