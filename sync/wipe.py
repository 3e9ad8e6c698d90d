"""The end of a wipe: a device says that it has destroyed what it held. Pure.

`device.wipe` sets the state `wiping`: the device pulls nothing, each answer commands `wipe`, what it sends is stored and judged
as ever. It acknowledges only when everything it has is proven; here that is checked against what the server has. Neighbours:
`server/http/wipe.py`; the phone's side is `field_app/src/core/wipe.ts`. Invariant: `wiped` is never said of a device of which
anything is missing.
"""

from collections.abc import Callable

from schemas.errors import ErrorCode
from schemas.protocol import WipedRequest
from sync.incidents import write_incident
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
    """Take the word of a device that it is empty; said again, it changes nothing. WipeRefused when the signature does not
    hold, nobody asked for it, or something of the device is missing here."""
    touched = Touched()
    version = store.lock_organisation(organisation)
    device = store.device(organisation, said.device)
    if device is None:
        raise WipeRefused(ErrorCode.DEVICE_UNKNOWN)
    if not verify(device.key_x, device.key_y, wiped_text(organisation, said), said.signature):
        raise WipeRefused(ErrorCode.SIGNATURE_INVALID)
    if device.state == "wiped":
        return touched
    if device.state != "wiping":
        raise WipeRefused(ErrorCode.FORBIDDEN)
    held = store.held_seqs(organisation, device.id, device.epoch)
    _, missing = store.missing_blobs(organisation, device.id, 1)
    if not _is_here(store, device, said) or held or missing:
        raise WipeRefused(ErrorCode.UPLOAD_INCOMPLETE)
    device.state = "wiped"
    store.put_device(device)
    writer = RecordWriter(store, organisation, version + 1, touched)
    stamp = engine_stamp(writer.version, now_ms)
    values = {"state": "wiped", "pending": {"entries": 0, "blobs": 0, "bytes": 0}}
    if store.record(organisation, "device", device.id) is not None:
        writer.write("device", device.id, values, stamp, create=False)
    detail = {"epoch": device.epoch, "proven_seq": device.seq}
    write_incident(writer, device, "wiped", f"{device.epoch}/{device.seq}", detail, now_ms)
    store.set_organisation_version(organisation, writer.version)
    return touched


def _is_here(store: Store, device: DeviceState, said: WipedRequest) -> bool:
    """Whether all that the device had is part of the stored journal. One that went back to a backup knows less than is here."""
    if (said.epoch, said.seq, said.hash) == (device.epoch, device.seq, device.hash):
        return True
    entry = store.entry_at(device.organisation, device.id, said.epoch, said.seq)
    return said.epoch == device.epoch and said.seq < device.seq and entry is not None and entry.hash == said.hash
