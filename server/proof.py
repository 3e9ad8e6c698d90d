"""What the server can prove of a handover, from the stored bytes, at the moment it is asked.

Neighbours: `server/http/proof.py` shows it to the office, `server/cli.py` prints it. Invariants: every hash is recomputed
from the stored body; nothing here believes a state column where bytes can be read; a journal is read page by page.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from schemas.limits import SEQ_MAX
from schemas.protocol import HandoverProof, Pending, ProofBlob, ProofEntry, Receipt
from server.auth.keys import OrganisationKeys
from sync import instants
from sync.annex import UNKNOWN_START
from sync.body import read_body
from sync.journal import ChainCheck, Link, holes, verify
from sync.occurred import is_time_suspect
from sync.released import still_missing
from sync.store import DeviceState, JournalEntry, Store
from sync.walk import walk

UNREADABLE: Final = "unreadable"
"""In the place of an entry's own time where its body names none."""


@dataclass(frozen=True)
class DeviceChain:
    """A device's whole journal, verified epoch by epoch from its first entry to its proven end, its annexes first; over the
    numbers in `released`, which a manager has given up or which stand before what he admitted, nothing can be verified."""

    checked: int
    broken_at: int | None
    total: int
    released: tuple[tuple[int, int], ...] = ()


def verify_device(store: Store, device: DeviceState) -> DeviceChain:
    """Recompute the chain of every epoch from the stored bytes."""
    checked, total = 0, 0
    given_up: list[tuple[int, int]] = []
    epochs = store.epochs(device.organisation, device.id)
    for index, (epoch, base_seq, start) in enumerate(epochs):
        last = device.seq if index == len(epochs) - 1 else SEQ_MAX
        declared = store.losses(device.organisation, device.id, epoch)
        losses = {seq: chain_hash for seq, chain_hash in declared.items() if seq <= last}  # beyond a gap: not in the chain yet
        links = _links(walk(store, device.organisation, device.id, epoch, base_seq + 1, last), losses)
        missing = still_missing(store, device.organisation, device.id, epoch)
        if start == UNKNOWN_START:
            result, missing = _verify_unknown(links)
        else:
            result = verify(start, base_seq, links, missing)
        given_up += missing
        checked += result.checked
        total = result.last_seq
        newest = index == len(epochs) - 1
        if result.broken_at is not None and (newest or not _is_hold(store, device, epoch, result.broken_at)):
            return DeviceChain(checked, result.broken_at, total, tuple(given_up))
        if newest and (result.last_seq, result.last_hash) != (device.seq, device.hash):
            return DeviceChain(checked, result.last_seq + 1, total, tuple(given_up))
    return DeviceChain(checked, None, total, tuple(given_up))


def _verify_unknown(links: Iterator[Link]) -> tuple[ChainCheck, list[tuple[int, int]]]:
    """An annex of which nobody knows what it follows from: its first hash is taken as given, the rest is recomputed."""
    first = next(links)  # an annex is made with its first entry
    return verify(first.hash, first.seq, links), [(first.seq - 1, first.seq - 1)]


def prove(store: Store, keys: OrganisationKeys, organisation: str, handover_id: str) -> HandoverProof | None:
    """The proof of one handover, or None when there is no such handover."""
    record = store.record(organisation, "handover", handover_id)
    if record is None or record.gone:
        return None
    device = store.device(organisation, record.data["device_id"])
    if device is None:
        return None
    entries = _entries_of(store, organisation, record.data)
    chain = verify_device(store, device)
    receipt, covers = _receipt(store, keys, device, entries)
    seen = store.record(organisation, "device", device.id)
    held = store.held_seqs(organisation, device.id, device.epoch)
    seqs = [entry.seq for entry in entries]
    return HandoverProof(
        handover=handover_id,
        device=device.id,
        device_name=seen.data["name"] if seen else "",
        epoch=device.epoch,
        n=max(seqs, default=0),
        total=max(device.seq, *seqs, 0),  # what was admitted may be all there is, with numbers of its own
        chain="verified" if chain.broken_at is None else "broken",
        broken_at=chain.broken_at,
        checked_entries=chain.checked,
        first_seq=min(seqs, default=0),
        last_seq=max(seqs, default=0),
        entries=[_proof_entry(entry) for entry in entries],
        blobs=_blobs(store, organisation, handover_id),
        receipt=receipt,
        receipt_covers=covers,
        gaps=holes(device.seq + 1, held[-1], held) if held else [],
        released=list(chain.released),
        pending=_not_here(Pending.model_validate(seen.data["pending"]), len(held)) if seen else Pending(),
    )


def _not_here(announced: Pending, held: int) -> Pending:
    """What the device announced as not proven to it, less what is here and held behind a gap."""
    return announced.model_copy(update={"entries": max(0, announced.entries - held)})


def _links(entries: Iterable[JournalEntry], losses: dict[int, str]) -> Iterator[Link]:
    """Entries and declared losses, ascending; a number that was declared lost and came after all counts as it came."""
    declared = sorted(losses, reverse=True)
    for entry in entries:
        while declared and declared[-1] <= entry.seq:
            seq = declared.pop()
            if seq < entry.seq:
                yield Link(seq, losses[seq], None)
        yield Link(entry.seq, entry.hash, entry.body)
    yield from (Link(seq, losses[seq], None) for seq in reversed(declared))


def _is_hold(store: Store, device: DeviceState, epoch: int, broken_at: int) -> bool:
    """Whether an abandoned epoch merely ends before a gap: what stood behind it was held and never applied."""
    declared = broken_at in store.losses(device.organisation, device.id, epoch)
    return not declared and store.entry_at(device.organisation, device.id, epoch, broken_at) is None


def _entries_of(store: Store, organisation: str, handover: dict[str, Any]) -> list[JournalEntry]:
    """The handover's entries, in whatever epoch and from whatever device: those that speak of it in the journals of the
    devices that took part. Of an entry sent twice, the copy that took effect."""
    ids = {item["entry"] for name in ("photos", "readings", "signatures") for item in handover[name].values()}
    named = [store.entry_by_id(organisation, entry_id) for entry_id in sorted(ids)]
    devices = {handover["device_id"], handover["proof"].get("device_id", handover["device_id"])}
    devices |= {entry.device for entry in named if entry is not None}
    found: dict[bytes, JournalEntry] = {}
    for device in sorted(devices):
        for epoch, base_seq, _ in store.epochs(organisation, device):
            for entry in walk(store, organisation, device, epoch, base_seq + 1):
                if not _speaks_of(entry, handover["id"]):
                    continue
                known = found.get(entry.body or b"")
                if known is None or known.entry_id is None or known.repeat_of:
                    found[entry.body or b""] = entry
    return sorted(found.values(), key=lambda entry: (entry.received_ms, entry.device, entry.epoch, entry.seq))


def _speaks_of(entry: JournalEntry, handover_id: str) -> bool:
    """Whether the entry belongs to the handover. One that cannot be read but names it does."""
    body = entry.body or b""
    if handover_id.encode() not in body:
        return False
    try:
        args = json.loads(body)["args"]
        return bool((args["transfer_id"] if "transfer_id" in args else args["handover_id"]) == handover_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return True


def _proof_entry(entry: JournalEntry) -> ProofEntry:
    claimed = _claimed_at(entry)
    return ProofEntry(
        seq=entry.seq, epoch=entry.epoch, id=entry.entry_id, action=entry.action, at=claimed,
        received_at=instants.to_text(entry.received_ms), hash=entry.hash, state=entry.state,
        clock_suspect=is_time_suspect(entry, claimed),
    )  # fmt: skip


def _claimed_at(entry: JournalEntry) -> str:
    """The entry's own time, as its device wrote it; of a body that is none, what it calls so, if that is a time at all."""
    try:
        return read_body(entry.body or b"").at
    except (ValueError, RecursionError):
        pass
    try:
        claimed = str(json.loads(entry.body or b"")["at"])
        instants.to_ms(claimed)
        return claimed if claimed.endswith("Z") else UNREADABLE
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return UNREADABLE


def _blobs(store: Store, organisation: str, handover_id: str) -> list[ProofBlob]:
    return [
        ProofBlob(sha256=blob.sha256, size=blob.size, type=blob.type, role=blob.role, state=blob.state, code=blob.code)
        for blob in store.linked_blobs(organisation, "handover", handover_id)
    ]


def _receipt(store: Store, keys: OrganisationKeys, device: DeviceState, entries: list[JournalEntry]) -> tuple[str | None, bool]:
    """The newest receipt, and whether its seal holds and it covers every one of the entries."""
    token = store.newest_receipt(device.organisation, device.id)
    if token is None:
        return None, False
    try:
        receipt = Receipt.model_validate_json(keys.verify_receipt(token))
    except ValueError:
        return token, False
    return token, all(0 <= entry.epoch < receipt.epoch or _is_within(entry, receipt) for entry in entries)


def _is_within(entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether a receipt covers an entry of its own epoch. None ever covers an annex."""
    return entry.epoch == receipt.epoch and entry.seq <= receipt.n
