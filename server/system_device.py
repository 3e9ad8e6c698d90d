"""The organisation's own device: enrolments, imports and rules write their entries through it, in a chain of their own.

Neighbours: `server/http/enrolment.py`, `server/demo`. Invariants: its entries take the same way as everyone's — stored
verbatim, judged, folded — inside the caller's transaction; ids and nonces are random, its key never leaves `data/secrets`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas import limits
from schemas.actions import Action
from schemas.ids import SYSTEM_ACTOR
from schemas.protocol import BlobRef, SyncRequest
from server.auth.keys import KeyRing
from sync.device import Device
from sync.engine import Engine
from sync.fanout import frames, note_ends
from sync.journal import derived_id, genesis
from sync.pushed import Pushed
from sync.store import DeviceState, Expected, Store

APP = "server"


def system_device_id(organisation: str) -> str:
    """The id of the organisation's system device."""
    return derived_id("system-device", organisation)


def add_system_device(store: Store, keys: KeyRing, organisation: str, depot: str) -> None:
    """Enrol the system device of a new organisation. `depot`: where its line stands on the devices page."""
    device_id = system_device_id(organisation)
    key = keys.of(organisation).public_keys()[0]
    start = genesis(organisation, device_id)
    store.put_device(DeviceState(organisation, device_id, "system", depot, None, "active", key.x, key.y, 0, 0, start))
    store.add_epoch(organisation, device_id, 0, 0, start)


def record_system_all(
    engine: Engine, store: Store, organisation: str, actions: Sequence[Action], now_ms: int, actor: str = SYSTEM_ACTOR
) -> Pushed:
    """Write entries of the system device in one push and apply them; what the commit owes afterwards is settled by the caller
    (`server/owed.py`).

    RuntimeError when one is not simply applied: a rule of ours that refuses our own entry is a fault, and the caller's
    transaction goes with it.
    """
    device = _at_its_end(engine, store, organisation)
    for action in actions:
        device.record(action.action, action.model_dump(mode="json"), actor=actor, now_ms=now_ms, version=action.v)
    return _push(engine, store, organisation, device, now_ms, sorted({action.action for action in actions}))


def record_system(
    engine: Engine, store: Store, organisation: str, action: Action, now_ms: int, actor: str = SYSTEM_ACTOR,
    blobs: Sequence[BlobRef] = (), private: Sequence[bytes] = (), seen: Mapping[str, int] | None = None,
) -> list[tuple[str, bytes]]:  # fmt: skip
    """Write one entry of the system device and apply it; returns the live frames to publish after the commit. `blobs`: files it
    declares, which the caller has put in their place; `private`: its private parts, salted here; `seen`: the versions of records
    it was derived from.

    RuntimeError as in `record_system_all`.
    """
    device = _at_its_end(engine, store, organisation)
    device.record(action.action, action.model_dump(mode="json"), actor=actor, now_ms=now_ms, version=action.v,
                  blobs=blobs, private=private, seen=seen or {})  # fmt: skip
    return frames(store, organisation, _push(engine, store, organisation, device, now_ms, [action.action]).touched)


def _at_its_end(engine: Engine, store: Store, organisation: str) -> Device:
    """The system device, ready to write behind its journal's last entry."""
    device_id = system_device_id(organisation)
    store.lock_organisation(organisation)  # its journal's end is read below: nobody else may write to it meanwhile
    state = store.device(organisation, device_id)
    if state is None:
        raise RuntimeError("the organisation has no system device")
    return Device(
        organisation, device_id, sign=lambda text: engine.sign_text(organisation, text), random=secrets.token_bytes,
        app=APP, epoch=state.epoch, seq=state.seq, hash=state.hash,
    )  # fmt: skip


def _push(engine: Engine, store: Store, organisation: str, device: Device, now_ms: int, names: Sequence[str]) -> Pushed:
    pushed = engine.push(store, organisation, SyncRequest.model_validate(device.request(now_ms)), now_ms)
    states = {outcome.state for outcome in pushed.outcomes}
    if states != {"applied"}:
        raise RuntimeError(f"{' '.join(names)} by the system device became {sorted(states)}")
    note_ends(store, organisation, pushed.touched)
    return pushed


@dataclass(frozen=True)
class SystemEntry:
    """One entry to be written with an id of its own, so that writing it again changes nothing. `seen`: the versions of records
    its author had before him."""

    id: str
    action: Action
    seen: Mapping[str, int] = field(default_factory=dict)
    private: tuple[bytes, ...] = ()


def record_system_many(
    engine: Engine, store: Store, organisation: str, entries: Sequence[SystemEntry], now_ms: int, actor: str
) -> tuple[Pushed | None, dict[str, str]]:
    """Write entries of the system device, at most a push full, and apply them; what the caller's transaction owes then
    (`server/owed.py`), and by entry how it ended: `applied`, or the code of what forbade it. One refused does not touch the
    others. An entry that is there already is left out of both; None: all of them were."""
    assert len(entries) <= limits.PUSH_ENTRIES_MAX, "no more than one push holds"
    store.lock_organisation(organisation)
    state = store.device(organisation, system_device_id(organisation))
    if state is None:
        raise RuntimeError("the organisation has no system device")
    device = Device(
        organisation, state.id, sign=lambda text: engine.sign_text(organisation, text), random=secrets.token_bytes,
        app=APP, epoch=state.epoch, seq=state.seq, hash=state.hash,
    )  # fmt: skip
    by_seq: dict[int, str] = {}
    store.expect(organisation, Expected(entries={entry.id for entry in entries}))
    for entry in entries:
        if store.entry_by_id(organisation, entry.id) is None:
            action = entry.action
            args = action.model_dump(mode="json", exclude_unset=True)
            recorded = device.record(
                action.action, args, actor=actor, now_ms=now_ms, version=action.v, seen=entry.seen, private=entry.private,
                entry_id=entry.id,
            )  # fmt: skip
            by_seq[recorded.seq] = entry.id
    if not by_seq:
        return None, {}
    push = device.push(now_ms, bytes_max=limits.REQUEST_BYTES_MAX)
    pushed = engine.push(store, organisation, SyncRequest.model_validate(push.request), now_ms)
    note_ends(store, organisation, pushed.touched)
    ended = {
        one.seq: "applied" if one.state in ("applied", "merged", "conflict") else one.code or one.state for one in pushed.outcomes
    }
    return pushed, {entry_id: str(ended[seq]) for seq, entry_id in by_seq.items()}
