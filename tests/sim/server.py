"""The simulated server: the production exchange, engine and handlers over a store in memory, with transactions that can crash.

Neighbours: `world.py` brings it requests; `server/exchange.py` is what runs. Invariants: nothing here decides what an entry
means · a crash leaves exactly what was committed · what is remembered beside the store (handler runs, for `checkers.py`) goes
back with it.
"""

import base64
import errno
import hashlib
import hmac
import io
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from schemas import limits
from schemas.actions import Action
from schemas.actions.devices import DeviceEnrol
from schemas.errors import ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.protocol import Receipt, SyncRequest, WipedRequest
from server.auth.keys import OrganisationKeys
from server.auth.sessions import device_principal
from server.domain import HANDLERS
from server.exchange import ExchangeRefused, Frames, Taken, answer, take
from server.imports.exportfile import ImportRefused, check, contents
from server.imports.take import take_entries
from server.jobs.again import CAUSES_THAT_MAY_BE_GONE
from server.system_device import system_device_id
from sync.again import judge_again, parked_for
from sync.device import Device
from sync.engine import Engine
from sync.fanout import frames
from sync.journal import genesis
from sync.memory_store import MemoryStore
from sync.pushed import Brought
from sync.store import DeviceState, JournalEntry, Store
from sync.unit import Handler, Unit
from sync.wipe import WipeRefused, acknowledge
from tests.sim.company import Company
from tests.sim.faults import Chance, Fault

T = TypeVar("T")
RETRIED_MAX = 10_000
PIECE_ENTRIES_MAX = 3
"""Files are small here: so that they come in several pieces all the same, and a crash falls between them."""


class Crash(BaseException):
    """The process dies: nothing in the product may catch it."""


class Refused(Exception):
    """An answer that is an error: stable code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def signature(secret: str, text: bytes) -> str:
    """A stand-in for ES256: as long, as bound to key and text, and the same in every run."""
    raw = hmac.digest(secret.encode(), text, "sha512")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def seal(organisation: str, payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload).decode() + "." + signature(organisation, payload)


def unseal(organisation: str, token: str) -> bytes:
    """The payload. ValueError when the seal does not hold."""
    raw, _, mark = token.partition(".")
    payload = base64.urlsafe_b64decode(raw)
    if signature(organisation, payload) != mark:
        raise ValueError("forged")
    return payload


def finished(job: Coroutine[Any, Any, T]) -> T:
    """Run what never really waits."""
    try:
        job.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise AssertionError("a simulated exchange waits for nothing")


@cache
def _pem() -> bytes:
    """A key for export files: made once for each process; nothing that is looked at depends on it."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def keys_of(organisation: str) -> OrganisationKeys:
    """An organisation's keys."""
    return OrganisationKeys(organisation, _pem(), _pem())


@dataclass
class Backup:
    """What a backup holds. `image`: the store's own copy of itself."""

    image: Any
    vault: dict[str, bytes]
    runs: Counter[str]


@dataclass
class Node:
    """One server. `vault`: finished files by their hash; `runs`: how often a handler took effect, by entry id."""

    company: Company
    chance: Chance
    clock: Callable[[], int]
    engine_class: type[Engine] = Engine
    vault: dict[str, bytes] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)
    runs: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    full: bool = False
    secrets: dict[str, str] = field(default_factory=dict)
    outbox: Frames = field(default_factory=list)
    _run_now: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.organisation = self.company.organisation
        self.memory = MemoryStore()
        self.handlers: dict[tuple[str, int], Handler] = {}
        self.engine = self.engine_class(
            handlers=self.handlers, sign=seal, sign_text=lambda organisation, text: signature(f"system/{organisation}", text),
            verify=lambda x, _y, message, given: signature(x, message) == given, on_fault=lambda _entry, _fault: None,
        )  # fmt: skip
        self.set_handlers()

    def set_handlers(self) -> None:
        """The handlers this process knows: all but those of an action it is too old for."""
        self.handlers.clear()
        for key, handler in HANDLERS.items():
            if key[0] not in self.unknown:
                self.handlers[key] = self._counted(key[0], handler)

    def _counted(self, action: str, handler: Handler) -> Handler:
        def run(unit: Unit, args: Any) -> None:
            broken = action in self.broken
            if broken and unit.entry.seq % 2:
                raise RuntimeError("simulated fault")
            handler(unit, args)
            if broken:
                raise RuntimeError("simulated fault, after all was done")
            self._run_now.append(unit.body.id)

        return run

    # --- transactions -------------------------------------------------------------------------------------------------
    @property
    def store(self) -> Store:
        """What is committed, to be read; `sql.py` has it on a disk."""
        return self.memory

    async def write(self, job: Callable[[Store], T]) -> T:
        """A writing transaction. Crash before or after its commit; OSError while the disk is full."""
        self._run_now = []
        done = self._transaction(job)
        self.runs.update(self._effective(self._run_now))
        if self.chance.hits(Fault.SERVER_CRASH_AFTER_COMMIT, 0.02):
            self.lose_process()
            raise Crash
        return done

    def _transaction(self, job: Callable[[Store], T]) -> T:
        if self.full:
            raise OSError(errno.ENOSPC, "simulated")
        with self.memory.savepoint():
            done = job(self.memory)
            if self.chance.hits(Fault.SERVER_CRASH_BEFORE_COMMIT, 0.02):
                raise Crash
        return done

    def lose_process(self) -> None:
        """What only the process had is gone: nothing that a store in memory would not have undone."""

    def close(self) -> None:
        """The simulation is over."""

    def _effective(self, ids: Iterable[str]) -> list[str]:
        """Of handlers that ran, those whose effects were kept: one that raised later in its savepoint has not."""
        found = (self.store.entry_by_id(self.organisation, one) for one in ids)
        return [one.entry_id for one in found if one is not None and one.entry_id and one.state in EFFECTIVE]

    async def read(self, job: Callable[[Store], T]) -> T:
        """A snapshot: nothing else runs meanwhile."""
        return job(self.store)

    # --- exchanges ----------------------------------------------------------------------------------------------------
    def exchange(self, device: str, raw: bytes) -> bytes:
        """One request of a device. Refused: an error answer; Crash: none at all."""
        caller = device_principal(self.store, self.organisation, device)
        if caller is None:
            raise Refused(ErrorCode.NOT_SIGNED_IN)
        try:
            taken = self.take(caller, raw)
        except ExchangeRefused as refused:
            raise Refused(refused.code) from None
        except (ValidationError, UnicodeDecodeError):
            raise Refused(ErrorCode.BAD_REQUEST) from None
        except OSError:
            raise Refused(ErrorCode.STORAGE_FULL) from None
        self._erase(taken.erased)
        self.outbox += frames(self.store, self.organisation, taken.pushed.touched)
        return finished(answer(self, taken))

    def take(self, caller: Any, raw: bytes) -> Taken:
        """Where a broken server may differ."""
        return finished(take(self.engine, self, caller, raw, self.clock()))

    def is_intact(self, sha256: str, _size: int, content: bytes) -> bool:
        """Whether an upload is the file its name says."""
        return hashlib.sha256(content).hexdigest() == sha256

    def upload(self, device: str, sha256: str, size: int, content: bytes) -> str:
        """The last byte of a file has come: `done`, `rejected`. Refused `blob_hash_mismatch`: start again."""
        if self.full:
            raise Refused(ErrorCode.STORAGE_FULL)
        if len(content) < size:
            raise Refused(ErrorCode.BLOB_OFFSET_WRONG)
        if not self.is_intact(sha256, size, content):
            raise Refused(ErrorCode.BLOB_HASH_MISMATCH)
        code = ErrorCode.BLOB_NOT_AN_IMAGE if content.startswith(b"no picture") else None
        if code is None:
            self.vault[sha256] = content
        else:
            self.aside.add(sha256)
        state = "rejected" if code else "received"

        def job(store: Store) -> tuple[bool, Frames]:
            touched = self.engine.blob_arrived(store, self.organisation, device, sha256, state, code, self.clock())
            known = store.blob(self.organisation, sha256)
            return known is not None and known.state == "erased", frames(store, self.organisation, touched)

        erased, made = finished(self.write(job))
        if erased:
            self._erase([sha256])
        self.outbox += made
        return "rejected" if code else "done"

    def bring(self, raw: bytes, by: str) -> list[str]:
        """An export file comes in, as `server/imports/take.py` has it; hashes of entries that were not here before. Refused:
        nothing of it was taken; Crash: some of it may be."""
        file, keys = io.BytesIO(raw), keys_of(self.organisation)
        try:
            found = check(file, keys)
        except ImportRefused as refused:
            raise Refused(refused.code) from None
        said = found.said
        known = [self.store.entry_at(self.organisation, said.device, said.epoch, one.seq) for one in found.entries]

        async def tell(brought: Brought) -> None:
            self._erase(brought.erased)
            self.outbox += frames(self.store, self.organisation, brought.touched)

        try:
            with patch.object(limits, "IMPORT_PIECE_ENTRIES_MAX", PIECE_ENTRIES_MAX):
                finished(take_entries(self.engine, self, found, by, self.clock(), tell))
        except ImportRefused as refused:
            raise Refused(refused.code) from None
        except OSError:
            raise Refused(ErrorCode.STORAGE_FULL) from None
        wanted = frozenset(
            one.sha256 for one in found.files
            if self.store.declared_by(self.organisation, said.device, one.sha256)
            and not self.store.holds_blob(self.organisation, said.device, one.sha256)
        )  # fmt: skip
        for named, content in contents(file, keys, wanted):
            self.upload(said.device, named.sha256, named.size, content)
        return [one.hash for one, was in zip(found.entries, known, strict=True) if was is None]

    def wiped(self, said: dict[str, Any]) -> None:
        """A device says that it is empty. Refused: it was not asked, or something of it is missing here."""
        word = WipedRequest.model_validate(said)

        def job(store: Store) -> Frames:
            touched = acknowledge(store, self.engine.verify, self.organisation, word, self.clock())
            return frames(store, self.organisation, touched)

        try:
            self.outbox += finished(self.write(job))
        except WipeRefused as refused:
            raise Refused(refused.code) from None
        except OSError:
            raise Refused(ErrorCode.STORAGE_FULL) from None

    # --- the organisation's own work ----------------------------------------------------------------------------------
    def system(self, actions: Iterable[Action], actor: str = SYSTEM_ACTOR) -> None:
        """Entries of the system device, in one transaction; they are simply applied."""

        def job(store: Store) -> tuple[Iterable[str], Frames]:
            device_id = system_device_id(self.organisation)
            state = store.device(self.organisation, device_id)
            assert state is not None
            device = Device(
                self.organisation, device_id, sign=lambda text: signature(f"system/{self.organisation}", text),
                random=self.chance.bytes, app="server", epoch=state.epoch, seq=state.seq, hash=state.hash,
            )  # fmt: skip
            for action in actions:
                args = action.model_dump(mode="json")
                device.record(action.action, args, actor=actor, now_ms=self.clock(), version=action.v)
            request = SyncRequest.model_validate(device.request(self.clock()))
            pushed = self.engine.push(store, self.organisation, request, self.clock())
            assert {one.state for one in pushed.outcomes} == {"applied"}, pushed.outcomes
            return pushed.erased, frames(store, self.organisation, pushed.touched)

        erased, made = finished(self.write(job))
        self._erase(erased)
        self.outbox += made

    def _erase(self, hashes: Iterable[str]) -> None:
        """The bytes of these files leave the disk."""
        for sha256 in hashes:
            self.vault.pop(sha256, None)

    def found(self) -> None:
        """The company's first transaction."""

        def job(store: Any) -> None:
            store.add_organisation(self.organisation)
            self._add(store, system_device_id(self.organisation), "system", self.company.depots[0], None)

        finished(self.write(job))
        self.system(self.company.actions())

    def _add(self, store: Store, device: str, type_: str, depot: str, person: str | None) -> None:
        secret = f"system/{self.organisation}" if type_ == "system" else f"key/{device}"
        start = genesis(self.organisation, device)
        store.put_device(DeviceState(self.organisation, device, type_, depot, person, "active", secret, "y", 0, 0, start))
        store.add_epoch(self.organisation, device, 0, 0, start)
        self.secrets[device] = secret

    def enrol(self, device: str, type_: str, depot: str, person: str | None, replaces: str | None = None) -> None:
        """A new device, as `server/http/enrolment.py` makes it."""
        finished(self.write(lambda store: self._add(store, device, type_, depot, person)))
        named: Any = type_
        self.system([DeviceEnrol(device_id=device, depot_id=depot, name="sim", type=named, person_id=person, replaces=replaces)])

    def knows(self, device: str) -> bool:
        """Whether the office sees such a device."""
        return self.store.record(self.organisation, "device", device) is not None

    # --- life ---------------------------------------------------------------------------------------------------------
    def restart(self) -> None:
        """What a start does: judge again what was parked for a cause that may be gone."""
        self.set_handlers()

        known = (self.store.blob(self.organisation, sha256) for sha256 in list(self.vault))
        self._erase([blob.sha256 for blob in known if blob is not None and blob.state == "erased"])

        def job(store: Store) -> tuple[Iterable[str], Frames]:
            done = judge_again(self.engine, store, self.organisation, parked_for(CAUSES_THAT_MAY_BE_GONE), limit=RETRIED_MAX)
            return done.erased, frames(store, self.organisation, done.touched)

        erased, made = finished(self.write(job))
        self._erase(erased)
        self.outbox += made

    def backup(self) -> Backup:
        """A copy of everything that is durable."""
        return Backup(self._image(), dict(self.vault), self.runs.copy())

    def _image(self) -> Any:
        return {name: dict(room) for name, room in self.memory._rooms.items()}

    def restore(self, backup: Backup) -> None:
        """Go back."""
        self._go_back_to(backup.image)
        self.vault, self.runs = dict(backup.vault), backup.runs.copy()

    def _go_back_to(self, image: Any) -> None:
        self.memory._rooms = {name: dict(room) for name, room in image.items()}

    def journal(self) -> list[JournalEntry]:
        """Every stored entry, as its bytes lie there."""
        rooms = self.memory._rooms.items()
        return [entry for name, room in rooms if name[0] == "journal" for _, entry in sorted(room.items())]

    def devices(self) -> list[DeviceState]:
        return [state for name, room in self.memory._rooms.items() if name[0] == "device" for state in room.values()]

    def receipt(self, token: str) -> Receipt:
        return Receipt.model_validate_json(unseal(self.organisation, token))


EFFECTIVE = frozenset({"applied", "merged", "conflict"})
