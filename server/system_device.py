"""The organisation's own device: enrolments, imports and rules write their entries through it, in a chain of their own.

Neighbours: `server/http/enrolment.py`, `server/demo`. Invariants: its entries take the same way as everyone's — stored
verbatim, judged, folded — inside the caller's transaction; ids and nonces are random, its key never leaves `data/secrets`.
"""

import secrets

from schemas.actions import Action
from schemas.ids import SYSTEM_ACTOR
from schemas.protocol import SyncRequest
from server.auth.keys import KeyRing
from sync.device import Device
from sync.engine import Engine
from sync.fanout import frames
from sync.journal import derived_id, genesis
from sync.store import DeviceState, Store

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


def record_system(
    engine: Engine, store: Store, organisation: str, action: Action, now_ms: int, actor: str = SYSTEM_ACTOR
) -> list[tuple[str, bytes]]:
    """Write one entry of the system device and apply it; returns the live frames to publish after the commit.

    RuntimeError when it is not simply applied: a rule of ours that refuses our own entry is a fault, and the caller's
    transaction goes with it.
    """
    device_id = system_device_id(organisation)
    store.lock_organisation(organisation)  # its journal's end is read below: nobody else may write to it meanwhile
    state = store.device(organisation, device_id)
    if state is None:
        raise RuntimeError("the organisation has no system device")
    device = Device(
        organisation, device_id, sign=lambda text: engine.sign_text(organisation, text), random=secrets.token_bytes,
        app=APP, epoch=state.epoch, seq=state.seq, hash=state.hash,
    )  # fmt: skip
    device.record(action.action, action.model_dump(mode="json"), actor=actor, now_ms=now_ms, version=action.v)
    pushed = engine.push(store, organisation, SyncRequest.model_validate(device.request(now_ms)), now_ms)
    states = {outcome.state for outcome in pushed.outcomes}
    if states != {"applied"}:
        raise RuntimeError(f"{action.action} by the system device became {sorted(states)}")
    return frames(store, organisation, pushed.touched)
