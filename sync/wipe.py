"""The end of a wipe: a device says that it has destroyed what it held. Pure.

`device.wipe` sets the state `wiping`: the device pulls nothing, each answer commands `wipe`, what it sends is stored and judged
as ever. It destroys what it has only when a receipt proves all of it, and says so afterwards: then it is empty, whatever the
server has. Neighbours: `server/http/wipe.py`; the phone's side is `field_app/src/core/wipe.ts`. Invariant: what is missing of a
wiped device is named (it went back to a backup, or the server did), never passed over.
"""

from collections.abc import Callable
from typing import Any

from schemas.errors import ErrorCode
from schemas.protocol import WipedRequest
from sync.fold import GAP_RANGES_MAX
from sync.incidents import write_incident
from sync.journal import holes
from sync.judge import engine_stamp
from sync.store import DeviceState, Store
from sync.unit import RecordWriter, Touched

Verify = Callable[[str, str, bytes, str], bool]


class WipeRefused(Exception):
    """Nothing was changed."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code = code


def wiped_text(organisation: str, said: WipedRequest) -> bytes:
    """What the device signed."""
    return f"handover-wiped-v1\n{organisation}\n{said.device}\n{said.epoch}\n{said.seq}\n{said.hash}".encode()


def acknowledge(store: Store, verify: Verify, organisation: str, said: WipedRequest, now_ms: int) -> Touched:
    """Take the word of a device that it is empty; said again, it changes nothing. What is missing of it here is named in the
    incident. WipeRefused when the signature does not hold, or nobody asked for it."""
    touched = Touched()
    version = store.lock_organisation(organisation)
    device = store.device(organisation, said.device)
    if device is None:
        raise WipeRefused(ErrorCode.DEVICE_UNKNOWN)
    if not verify(device.key_x, device.key_y, wiped_text(organisation, said), said.signature):
        raise WipeRefused(ErrorCode.SIGNATURE_INVALID)
    if device.state == "wiped":
        return touched
    if device.state not in ("wiping", "revoked"):  # it may have been shut out after it was asked
        raise WipeRefused(ErrorCode.FORBIDDEN)
    device.state = "wiped"
    store.put_device(device)
    writer = RecordWriter(store, organisation, version + 1, touched)
    stamp = engine_stamp(writer.version, now_ms)
    values = {"state": "wiped", "pending": {"entries": 0, "blobs": 0, "bytes": 0}}
    if store.record(organisation, "device", device.id) is not None:
        writer.write("device", device.id, values, stamp, create=False)
    detail = {"epoch": device.epoch, "proven_seq": device.seq, **_missing(store, device, said)}
    write_incident(writer, device, "wiped", f"{device.epoch}/{device.seq}", detail, now_ms)
    store.set_organisation_version(organisation, writer.version)
    return touched


def _missing(store: Store, device: DeviceState, said: WipedRequest) -> dict[str, Any]:
    """What nobody can send any more: `missing`, ranges of numbers, and `files`, how many; only what there is of them. One that
    went back to a backup knows less than is here, and owes nothing for it."""
    held = store.held_seqs(device.organisation, device.id, device.epoch)
    last = max([*held, said.seq if said.epoch == device.epoch else 0])
    numbers = holes(device.seq + 1, last, held)
    _, files = store.missing_blobs(device.organisation, device.id, 1)
    found: dict[str, Any] = {"missing": [list(span) for span in numbers[:GAP_RANGES_MAX]]} if numbers else {}
    return {**found, "files": files} if files else found
