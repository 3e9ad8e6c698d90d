"""The seven laws, checked by somebody who does not believe the engine: from what the screen said, and from stored bytes.

Neighbours: `world.py` shows every answer and every frame that leaves the server, and asks for judgement in the end. Invariants:
what is expected is worked out here anew, from bodies, hashes and declared placements; states the engine keeps are only believed
where they are themselves the thing that is checked.
"""

import base64
import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any

from schemas.records import RECORDS, Placement
from sync.journal import derived_id
from sync.store import JournalEntry
from tests.sim.faults import Fault
from tests.sim.losers import HISTORY_MAX, check_conflicts, check_losers
from tests.sim.server import EFFECTIVE

if TYPE_CHECKING:
    from tests.sim.phone import Phone, Saved
    from tests.sim.world import World


def link(before: str, seq: int, body: bytes) -> str:
    """The chain hash, written down a second time from docs/protocol.md."""
    raw = b"hv1" + bytes.fromhex(before) + struct.pack(">Q", seq) + hashlib.sha256(body).digest()
    return hashlib.sha256(raw).hexdigest()


class Laws:
    """Watches one world. `violations` are sentences that begin with the law's name."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.node = world.node
        self.violations: list[str] = []
        self.destroyed: set[str] = set()
        self.destroyed_files: set[str] = set()
        self.forgotten: set[str] = set()
        self.erased: dict[str, set[str]] = {}
        self.unknowable: set[str] = set()
        self.gone_back: set[str] = set()
        self._before: set[bytes] = set()
        self._files_before: set[str] = set()
        self._verified: dict[tuple[str, int], tuple[int, str]] = {}

    def broken(self, law: str, *what: object) -> None:
        self.violations.append(" ".join([law, *(str(one) for one in what)])[:300])

    # --- what the simulation itself destroyed -----------------------------------------------------------------------------
    def destroy(self, entry_id: str) -> None:
        self.destroyed.add(entry_id)

    def stored_bodies(self) -> set[bytes]:
        """Every body that lies on the server, in whatever state; the quarantine's, too."""
        found = {entry.body or b"" for entry in self.node.journal()}
        for state in self.node.devices():
            for aside in self.node.store.kept_aside(self.node.organisation, state.id):
                found.add(json.loads(aside.body)["body"].encode())
        return found

    def destroy_unsent(self, phone: "Phone") -> None:
        """Its store is gone or goes back: what only it had is destroyed."""
        stored = self.stored_bodies()
        self.destroyed |= {one.id for one in phone.saved if one.body not in stored}
        for one in phone.saved:
            self.destroyed_files |= {sha256 for sha256 in one.files if sha256 not in self.node.vault}

    def before_restore(self) -> None:
        self._before, self._files_before = self.stored_bodies(), set(self.node.vault)
        for images in erased_by(self.node.journal()).values():
            self.destroyed_files |= images  # gone for good, though the backup may not know why

    def after_restore(self) -> None:
        """What the server had and has no more is destroyed, unless the device still has it (`judge` looks)."""
        self._verified.clear()
        gone = self._before - self.stored_bodies()
        self.forgotten |= {one.id for phone in self.everybody() for one in phone.saved if one.body in gone}
        self.destroyed_files |= self._files_before - set(self.node.vault)

    def everybody(self) -> "list[Phone]":
        return [*self.world.phones, *self.world.gone]

    def unsent(self, phone: "Phone") -> frozenset[str]:
        """Ids of what the person was told is saved and the server does not have; what only lies aside there counts while the
        device has it."""
        stored = {entry.body for entry in self.node.journal()}
        if aside := self.stored_bodies() - stored:
            stored |= aside - {one.body for one in phone.memory.outbox} if phone.memory is not None else aside
        return frozenset(
            one.id for one in phone.saved if one.body not in stored and one.id not in self.destroyed | self.forgotten
        )

    # --- every answer -------------------------------------------------------------------------------------------------------
    def answer(self, device: str, raw: bytes) -> None:
        said = json.loads(raw)
        allowed = self.allowed(device)
        for page in said["pages"]:
            self._bucket(device, page["bucket"], page["changes"], allowed)
        try:
            receipt = self.node.receipt(said["receipt"])
        except ValueError:
            self.broken("receipt", "does not verify", device)
            return
        if receipt.device != device or receipt.organisation != self.node.organisation:
            self.broken("receipt", "is another's", device)
        self._receipt(device, receipt.epoch, receipt.n, receipt.h)
        for first, last in receipt.held:
            for seq in range(first, last + 1):
                if self.node.store.entry_at(self.node.organisation, device, receipt.epoch, seq) is None:
                    self.broken("receipt", "calls held what is not stored", device, seq)
        for sha256 in self.declared(device, receipt.epoch, receipt.n) if not receipt.missing_count else ():
            if sha256 not in self.node.vault and sha256 not in self.node.aside and not self._is_erased(sha256):
                self.broken("receipt", "misses no file though one is not there", device, sha256)

    def _is_erased(self, sha256: str) -> bool:
        """Whether a file's bytes went by an erasure: those of a drawn image only, once the office has asked for it."""
        return any(sha256 in images for images in erased_by(self.node.journal()).values())

    def declared(self, device: str, epoch: int, n: int) -> set[str]:
        """Files that entries up to `n` of this journal declare, of those that could be read."""
        found: set[str] = set()
        for known, base, _ in self.node.store.epochs(self.node.organisation, device):
            for entry in self.node.store.entries(self.node.organisation, device, known, base + 1, n):
                if known <= epoch and entry.state in EFFECTIVE:
                    found |= {blob["sha256"] for blob in json.loads(entry.body or b"")["blobs"]}
        return found

    def frame(self, device: str, raw: bytes) -> None:
        said = json.loads(raw)
        self._bucket(device, said["bucket"], said["changes"], self.allowed(device))

    def allowed(self, device: str) -> set[str]:
        """The buckets a device may read, from its own row and its kind alone. Whoever has an office device here is a manager."""
        state = self.node.store.device(self.node.organisation, device)
        if state is None or state.state != "active":
            return set()
        if state.type == "office":
            return {"org/office", f"device:{device}", *(f"depot:{depot}/office" for depot in self.world.company.depots)}
        return {"org/field", f"depot:{state.depot}/field", f"device:{device}"}

    def _bucket(self, device: str, bucket: str, changes: list[dict[str, Any]], allowed: set[str]) -> None:
        if bucket not in allowed:
            self.broken("L7", device, "was given the bucket", bucket)
        for change in changes:
            data = change.get("data")
            if data is not None and bucket not in placed(change["kind"], data):
                self.broken("L7", "a", change["kind"], "that does not lie there came in", bucket)

    def _receipt(self, device: str, epoch: int, n: int, chain: str) -> None:
        """Everything up to `n` is committed, and gives this hash."""
        store, organisation = self.node.store, self.node.organisation
        start = next(((base, hash_) for known, base, hash_ in store.epochs(organisation, device) if known == epoch), None)
        if start is None:
            self.broken("receipt", "of an epoch that is not stored", device, epoch)
            return
        at, before = self._verified.get((device, epoch), start)
        if n < at:
            at, before = start
        lost = store.losses(organisation, device, epoch)
        given_up = False
        for seq in range(at + 1, n + 1):
            entry = store.entry_at(organisation, device, epoch, seq)
            if entry is None and seq not in lost:
                # What a device still has of a released gap it must keep all the same: `_nothing_lost` looks.
                given_up = self._is_released(device, epoch, seq)
                if given_up:
                    continue
                self.broken("receipt", "covers what is not stored", device, epoch, seq)
                return
            if entry is not None and not given_up and link(before, seq, entry.body or b"") != entry.hash:
                self.broken("L3", "a stored body does not give its hash", device, epoch, seq)
            before, given_up = entry.hash if entry is not None else lost[seq], False
        if given_up:
            self.broken("receipt", "ends inside a released gap", device, epoch, n)
        if before != chain and n >= start[0]:
            self.broken("receipt", "names another hash than the stored bytes give", device, epoch, n)
        self._verified[device, epoch] = (n, before)

    # --- in the end -----------------------------------------------------------------------------------------------------------
    def judge(self) -> None:
        journal = self.node.journal()
        self.erased = erased_by(journal)
        self._nothing_lost(journal)
        self._once(journal)
        self._undone(journal)
        self._erased()
        self._chains()
        self._replicas()
        self._losers(journal)
        check_losers(self, journal)
        check_conflicts(self)
        self._gate()
        self._rest(journal)

    def _nothing_lost(self, journal: list[JournalEntry]) -> None:
        """L1: byte for byte in the journal or the quarantine, private parts and files with it, or declared."""
        stored = self.stored_bodies()
        by_body: dict[bytes, list[JournalEntry]] = {}
        for entry in journal:
            by_body.setdefault(entry.body or b"", []).append(entry)
        for phone in self.everybody():
            here = {row.body for row in phone.disk.kept.entries} if phone not in self.world.gone else set()
            for one in phone.saved:
                if one.body not in stored:
                    self._account_for(phone, one, here)
                elif one.body in by_body:
                    self._parts(one, by_body[one.body])
                    self._files(phone, one)

    def _account_for(self, phone: "Phone", one: "Saved", here: set[bytes]) -> None:
        """An entry the server does not have. What its device still has must come, or come again after the server went back to a
        backup; of one that may not speak any more, with its file, unless that was refused. Of what is nowhere, only what the
        simulation itself destroyed or made the server forget may be missing; and every device that can still speak has declared
        it, and the office reads of it. Not asked of what a device wrote after the backup it went back to: it does not know of
        that itself."""
        silent = phone.stuck or phone.revoked
        if one.body in here:
            if not silent or phone.id not in self.world.watched.refusals:
                self.broken("L1", "still on its device, and never came:", phone.id, one.seq, one.id)
            return
        if one.id not in self.destroyed | self.forgotten:
            self.broken("L1", "nowhere:", phone.id, one.seq, one.id)
            return
        if silent or phone in self.world.gone or one.id in self.unknowable:
            return
        if not self._is_told_of(phone.id, one.seq):
            self.broken("L1", "gone, and nobody was told:", phone.id, one.seq, one.id)

    def _is_told_of(self, device: str, seq: int) -> bool:
        """Whether a number is declared lost and an incident names it, or a manager gave it up."""
        store, organisation = self.node.store, self.node.organisation
        if any(self._is_released(device, epoch, seq) for epoch, _, _ in store.epochs(organisation, device)):
            return True
        incidents = [one.data for one in store.records(organisation, "incident") if one.data["device_id"] == device]
        named = any(one["type"] == "declared_loss" and one["detail"]["seq"] == seq for one in incidents)
        return named and seq in self._lost_of(device)

    def _is_released(self, device: str, epoch: int, seq: int) -> bool:
        """Whether a manager gave up a number of an epoch."""
        return any(
            one["first"] <= seq <= one["last"]
            for gap in self.node.store.records(self.node.organisation, "released_gap")
            if (gap.data["device_id"], gap.data["epoch"]) == (device, epoch)
            for one in gap.data["gaps"]
        )

    def went_back(self, phone: "Phone") -> None:
        """A device stands where its backup was made: of what it wrote since it does not even know the number."""
        self.gone_back.add(phone.id)
        end = phone.disk.kept.meta.get("end", {"seq": 0})["seq"]
        self.unknowable |= {one.id for one in phone.saved if one.seq > end}

    def _lost_of(self, device: str) -> set[int]:
        store, organisation = self.node.store, self.node.organisation
        return {seq for epoch, _, _ in store.epochs(organisation, device) for seq in store.losses(organisation, device, epoch)}

    def _parts(self, one: "Saved", copies: list[JournalEntry]) -> None:
        if one.id in self.erased:
            return
        if not any(tuple(self.node.store.private_parts(entry)) == one.private for entry in copies):
            self.broken("L1", "private parts differ:", one.device, one.seq)

    def _files(self, phone: "Phone", one: "Saved") -> None:
        for sha256, content in one.files.items():
            if sha256 in self.erased.get(one.id, ()):
                continue
            kept = self.node.vault.get(sha256)
            if kept is not None and kept != content:
                self.broken("L1", "a file's bytes differ:", sha256)
            if kept is None and sha256 not in self.node.aside and sha256 not in self.destroyed_files:
                silent = phone.farewell is None and (phone.revoked or phone.stuck)
                gone = phone in self.world.gone and phone.farewell is None
                if gone or (silent and phone.id in self.world.watched.refusals):
                    continue
                self.broken("L1", "a file is nowhere:", phone.id, one.seq, sha256)

    def _once(self, journal: list[JournalEntry]) -> None:
        """L2: each entry took effect exactly once, and what it did stands."""
        effective = [entry for entry in journal if entry.state in EFFECTIVE and not entry.repeat_of and entry.entry_id]
        for entry in effective:
            if (times := self.node.runs[entry.entry_id or ""]) != 1:
                self.broken("L2", "took effect", times, "times:", entry.device, entry.epoch, entry.seq, entry.action)
        ids = [entry.entry_id for entry in effective]
        if len(ids) != len(set(ids)):
            self.broken("L2", "one id took effect in two entries")
        photos: dict[str, set[str]] = {}
        for entry in effective:
            if entry.action == "photo.add":
                args = json.loads(entry.body or b"")["args"]
                photos.setdefault(args["handover_id"], set()).add(args["photo_id"])
        for handover, expected in photos.items():
            record = self.node.store.record(self.node.organisation, "handover", handover)
            if record is None or not expected <= set(record.data["photos"]):
                self.broken("L2", "photos that took effect are not in the handover", handover)

    def _undone(self, journal: list[JournalEntry]) -> None:
        """L2: what has no effect has left nothing in the records."""
        without = {entry.entry_id for entry in journal if entry.entry_id and entry.state not in EFFECTIVE}
        for kind in RECORDS:
            for record in self.node.store.records(self.node.organisation, kind):
                if record.data.get("rule") == "right_revoked":
                    continue  # the record of just such an entry
                for name, meta in record.meta.items():
                    if {meta.entry, *(item.entry for item in meta.items.values())} & without:
                        self.broken("L2", "an entry without effect stands in", kind, record.id, name)

    def _erased(self) -> None:
        """Whom the office erased is nowhere on the server any more, whatever came, or came again, before or after."""
        store, organisation = self.node.store, self.node.organisation
        texts: set[str] = set()
        for phone in self.everybody():
            for one in phone.saved:
                if one.id not in self.erased:
                    continue
                texts |= {base64.b64encode(part).decode() for part in one.private}
                for entry in self.node.journal():
                    if entry.body == one.body and any(part is not None for part in store.private_parts(entry)):
                        self.broken("erasure", "private parts are there:", entry.device, entry.epoch, entry.seq, entry.state)
                for sha256 in self.erased[one.id] & set(self.node.vault):
                    self.broken("erasure", "an image is there:", one.device, one.seq, sha256)
        for state in self.node.devices():
            for aside in store.kept_aside(organisation, state.id):
                if texts & set(json.loads(aside.body)["private"]):
                    self.broken("erasure", "private parts lie aside:", state.id, aside.epoch, aside.seq, aside.reason)
        for record in store.records(organisation, "signer"):
            if record.data["entry_id"] in self.erased:
                self.broken("erasure", "the signer is shown:", record.id)

    def _chains(self) -> None:
        """L3: every stored journal is whole from its start to its end; what is missing is named."""
        store, organisation = self.node.store, self.node.organisation
        for state in self.node.devices():
            self._receipt(state.id, state.epoch, state.seq, state.hash)
            for epoch, base, start in store.epochs(organisation, state.id):
                if not start:
                    continue  # an annex of which nobody knows what it follows from
                before, lost = start, store.losses(organisation, state.id, epoch)
                entries = {one.seq: one for one in store.entries(organisation, state.id, epoch, base + 1, 2**40)}
                seq = base + 1
                while seq in entries or seq in lost:
                    entry = entries.get(seq)
                    if entry is not None and entry.state == "held":
                        break
                    if entry is not None and link(before, seq, entry.body or b"") != entry.hash:
                        self.broken("L3", "the stored chain breaks at", state.id, epoch, seq)
                    before = entry.hash if entry is not None else lost[seq]
                    seq += 1

    def _replicas(self) -> None:
        """L4: what a device shows is what the server has in its buckets, by content."""
        for phone in self.world.phones:
            device = phone.memory
            if device is None or phone.revoked or phone.stuck or device.wiping:
                continue
            mine = {(row.kind, row.id): (row.v, row.data) for row in device.records.values()}
            allowed = self.allowed(phone.id)
            theirs = {}
            for kind in RECORDS:
                for record in self.node.store.records(self.node.organisation, kind):
                    if placed(kind, record.data) & allowed:
                        theirs[kind, record.id] = (record.version, record.data)
            if mine != theirs:
                differ = [key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)]
                self.broken("L4", phone.id, "differs in", len(differ), "records:", sorted(differ)[:2])

    def _losers(self, journal: list[JournalEntry]) -> None:
        """L5: an outcome that is not plain is a record of its device; a value that lost is in the field's history."""
        for entry in journal:
            if entry.state == "held" or entry.repeat_of:
                continue
            if entry.state != "applied" and not self._told(entry):
                self.broken("L5", entry.state, entry.code, "without an outcome record:", entry.device, entry.epoch, entry.seq)
            for where in ("lost", "conflicts"):
                for record, names in entry.detail.get(where, {}).items():
                    self._in_history(entry, record, names)

    def _told(self, entry: JournalEntry) -> bool:
        outcomes = self.node.store.records(self.node.organisation, "outcome")
        return any(
            (one.data["device_id"], one.data["epoch"], one.data["seq"], one.data["state"])
            == (entry.device, entry.epoch, entry.seq, entry.state)
            for one in outcomes
        )

    def _in_history(self, entry: JournalEntry, record: str, names: list[str]) -> None:
        kind, _, record_id = record.partition("/")
        stored = self.node.store.record(self.node.organisation, kind, record_id)
        for name in names if stored is not None else ():
            meta = stored.meta.get(name) if stored is not None else None
            metas = [] if meta is None else [meta, *meta.items.values()]
            kept = [one["e"] for each in metas for one in each.history]
            # What it lost to may have been replaced since by a word that is less, a removal: then it stands again.
            again = any(each.entry == entry.entry_id for each in metas)
            if entry.entry_id not in kept and not again and len(kept) < HISTORY_MAX:
                self.broken("L5", "the loser is not in the history of", record, name)

    def _gate(self) -> None:
        """L6: no new work while anything of the opening was unsent, but by grace, as far as the policy allows it."""
        for phone in self.everybody():
            for entry in phone.started_behind_gate:
                self.broken("L6", "new work behind a gate that should be shut:", phone.id, entry)

    def _rest(self, journal: list[JournalEntry]) -> None:
        """After healing everything came to rest, and nothing waits for a cause that is gone."""
        for phone in self.world.phones:
            device = phone.memory
            if device is None or phone.revoked or phone.stuck:
                continue
            unsent = device.unsent()
            if device.wiping:
                self.broken("liveness", phone.id, "was never wiped")
            if unsent.entries or unsent.files or device.lost:
                self.broken(
                    "liveness",
                    phone.id,
                    "still has",
                    unsent.entries,
                    "entries,",
                    unsent.files,
                    "files,",
                    len(device.lost),
                    "lost",
                )
        for phone in self.world.gone:
            state = self.node.store.device(self.node.organisation, phone.id)
            restored = self.world.chance.counts[Fault.SERVER_RESTORED]
            if phone.farewell and not restored and (phone.unheard or state is None or state.state != "wiped"):
                self.broken("liveness", phone.id, "is empty, and the office does not know:", phone.unheard)
        for entry in journal:
            if entry.state == "parked" and entry.code in ("entry_server_error", "action_unknown"):
                self.broken("liveness", "parked for a cause that is gone:", entry.device, entry.seq, entry.code)
            if entry.state == "parked" and entry.code == "entry_waits":
                self._waits_for_something(entry)

    def _waits_for_something(self, entry: JournalEntry) -> None:
        """Whoever waits waits for what is here and cannot be judged, or for what lies on a device that may not speak."""
        store, organisation = self.node.store, self.node.organisation
        needed = store.entry_by_id(organisation, entry.detail["waits_for"])
        shut_out = any(phone.revoked or phone.stuck for phone in self.world.phones) or self.world.gone
        if needed is None and not shut_out:
            self.broken("liveness", "waits for what nobody has:", entry.device, entry.seq)
        if needed is not None and needed.state != "parked":
            self.broken("liveness", "waits for what is settled:", entry.device, entry.seq)


def erased_by(journal: list[JournalEntry]) -> dict[str, set[str]]:
    """Ids of entries whose signer an entry of the office has erased, each with the drawn images it declared."""
    bodies = [(entry, json.loads(entry.body or b"")) for entry in journal if entry.state in EFFECTIVE]
    signers = {body["args"]["signer_id"] for entry, body in bodies if entry.action == "person.erase"}
    return {
        body["id"]: {blob["sha256"] for blob in body["blobs"] if blob["role"] == "signature"}
        for entry, body in bodies
        if entry.action == "signature.capture" and derived_id("signer", body["args"]["signature_id"]) in signers
    }


def placed(kind: str, data: dict[str, Any]) -> set[str]:
    """The buckets a record lies in, from its kind's declaration and its own content."""
    model = RECORDS[kind]
    if model.placement is Placement.DEVICE:
        return {f"device:{data['device_id']}"}
    home = "org" if model.placement is Placement.ORGANISATION else f"depot:{data['depot_id']}"
    return {f"{home}/{audience}" for audience in model.audiences}
