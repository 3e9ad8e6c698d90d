"""Evidence: what is declared of a handover, what has arrived, and what an arriving blob changes. Pure."""

from dataclasses import replace

from schemas.errors import ErrorCode
from sync.incidents import write_incident
from sync.judge import engine_stamp
from sync.store import BlobState, Store
from sync.unit import RecordWriter, Touched


def evidence(blobs: list[BlobState]) -> dict[str, int]:
    """The counts behind “awaiting 3 of 6 photos”. What was erased had arrived."""
    states = [blob.state for blob in blobs]
    return {
        "declared": len(states),
        "received": states.count("received") + states.count("erased"),
        "rejected": states.count("rejected"),
    }


def blob_arrived(
    store: Store, organisation: str, device: str, sha256: str, state: str, code: ErrorCode | None, now_ms: int
) -> Touched:
    """A device has sent a blob whole and it was examined: `received`, or `rejected` with a code. The records that answer
    for it count anew.

    An erased blob stays erased, and a received one received: the same bytes were found good once, and whose they are may have let
    go of them, so no later word of anybody takes them back. Unknown blobs (not declared by any entry yet) are only remembered as
    the device's.
    """
    touched = Touched()
    version = store.lock_organisation(organisation) + 1
    known = store.blob(organisation, sha256)
    if known is not None and known.state == "received":
        state, code = "received", None
    news = known is not None and known.state not in (state, "erased")
    if state == "received" and not store.holds_blob(organisation, device, sha256):
        store.hold_blob(organisation, device, sha256)
        news = True
    if known is None or not news:
        return touched
    if known.state != "erased":
        store.put_blob(organisation, replace(known, state=state, code=code))
    writer = RecordWriter(store, organisation, version, touched)
    stamp = engine_stamp(writer.version, now_ms)
    for kind, record_id in store.blob_links(organisation, sha256):
        if kind == "handover":
            counts = evidence(store.linked_blobs(organisation, kind, record_id))
            writer.write(kind, record_id, {"evidence": counts}, stamp, create=False)
    if state == "rejected":
        for declarer in store.declarers(organisation, sha256):
            owner = store.device(organisation, declarer)
            if owner is not None:
                write_incident(writer, owner, "rejected_blob", sha256, {"sha256": sha256, "code": code}, now_ms)
    store.set_organisation_version(organisation, writer.version)
    return touched
