"""The client a partner uses: `enrol`, `open`, `record`, `attach`, `sync`, `live`, `records`, `status`, `export`.

Neighbours: `sync/device.py` decides, `file_store.py` keeps, `http.py`, `uploads.py` and `live.py` carry. docs/client.md tells it
with an example that a test runs. Invariants: what `record` returned is on the disk · one exchange at a time, files in between ·
nothing is given up: what failed is sent again by the next `sync` · one folder, one device, one program at a time.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import httpx
from pydantic import ValidationError

from schemas import limits
from schemas.actions import ACTIONS
from schemas.errors import ErrorCode
from schemas.local_errors import LocalCode
from schemas.protocol import PROTOCOL_VERSION, BlobRole, BlobType, EnrolAnswer, RosterPerson
from sync.device import Device, NewFile, Received
from sync.device_state import Changes, Recorded
from sync.net import keys
from sync.net.backoff import back_off_s
from sync.net.exportfile import export
from sync.net.farewell import Farewell, destroy, kept_in, say_farewell
from sync.net.file_store import FileStore
from sync.net.http import SYNC_S, Http
from sync.net.live import Listener
from sync.net.problems import ClientError, readable, told
from sync.net.uploads import FINAL, Upload
from sync.outgoing import Reason

APP: Final = "handover-python 0.1"
ROUNDS_MAX: Final = 10_000
"""Exchanges of one `sync`: a first download of 50,000 records takes 50."""
_BODY_BYTES_MIN: Final = 32 * 1024
_MAGIC: Final[tuple[tuple[bytes, BlobType], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"), (b"{", "application/json"),
)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """One record that has changed in the replica; `record` as `Client.records` gives it, None when it has left."""

    kind: str
    id: str
    record: Mapping[str, Any] | None


@dataclass(frozen=True)
class Status:
    """How a device stands. Unsent is what no verified receipt covers; `gate` is shut while older work must go up before new."""

    organisation: str
    device: str
    name: str
    type: str
    depot: str
    person: str | None
    epoch: int
    written: int
    proven: int
    proven_at: str | None
    unsent_entries: int
    unsent_files: int
    unsent_bytes: int
    gate: str
    revoked: bool
    heard_at: str | None
    full_upload_at: str | None
    problem: str | None


class Client:
    """One enrolled device in its folder."""

    def __init__(self, folder: Path, store: FileStore, key: keys.DeviceKey, http: Http, identity: EnrolAnswer) -> None:
        """Use `enrol` or `open`."""
        self.folder, self._store, self._key, self._http, self.identity = folder, store, key, http, identity
        self._started = time.monotonic()
        self._lock = asyncio.Lock()
        self._told_of_itself = False
        self._bytes_max = limits.PUSH_BODY_BYTES_MAX
        self.problem: LocalCode | ErrorCode | None = None
        self.device = Device.open(
            identity.organisation.id, identity.device, store, sign=key.sign, random=secrets.token_bytes, app=APP,
            zone=identity.organisation.zone, auth="pin", boot=secrets.token_hex(8), unseal=self._unseal,
        )  # fmt: skip
        self._actor: str = store.load_value("actor") or ""
        self._listener = Listener(http, self)
        store.after_commit = self._listener.note
        http.renew = self._renew

    # --- coming to have one -------------------------------------------------------------------------------------------
    @classmethod
    async def enrol(
        cls, url: str, code: str, folder: str | Path, *, platform: str = "Python",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> "Client":  # fmt: skip
        """Become a device with a code from the office. A repeat after a lost answer speaks with the same key. ClientError."""
        where = Path(folder)
        await say_farewell(where, transport)  # of a device that was here before and was wiped
        key, store = _empty_folder(where)
        http = Http(url, transport=transport)
        try:
            text = f"handover-enrol-v1\n{code}\n{key.jwk['x']}\n{key.jwk['y']}".encode()
            asked = {
                "protocol": PROTOCOL_VERSION, "code": code, "key": key.jwk, "signature": key.sign(text), "platform": platform,
                "app": APP, "type": "client",
            }  # fmt: skip
            identity = _identity(await http.json("POST", "/api/v1/enrol", asked, renew=False))
            meta = {"identity": identity.model_dump(mode="json"), "token": http.token, "url": http.base}
            with told():
                store.commit(Changes(meta=meta))
                return cls(where, store, key, http, identity)
        except BaseException:
            await http.close()
            store.close()
            raise

    @classmethod
    def open(cls, folder: str | Path, *, transport: httpx.AsyncBaseTransport | None = None) -> "Client":
        """The device in this folder. This is an opening: with anything unsent its gate is shut until that is up. ClientError."""
        where = Path(folder)
        store = _enrolled_folder(where)
        with told():
            try:
                raw = store.load_value("identity")
                http = Http(store.load_value("url"), store.load_value("token") or "", transport)
                return cls(where, store, keys.DeviceKey.of(where / "device.key"), http, EnrolAnswer.model_validate(raw))
            except BaseException:
                store.close()
                raise

    def move(self, url: str) -> None:
        """Go on with the same server at another address; kept only while this object lives."""
        self._http.move(url)

    async def close(self) -> None:
        """Give folder and connections back. What is unsent stays for the next time."""
        await self._http.close()
        self._store.close()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, _type: type[BaseException] | None, _fault: BaseException | None, _at: TracebackType | None) -> None:
        await self.close()

    @classmethod
    async def say_wiped(cls, folder: str | Path, *, transport: httpx.AsyncBaseTransport | None = None) -> bool:
        """After `device_wiped`: tell the office, if it has not heard yet. Whether it has."""
        return await say_farewell(Path(folder), transport)

    # --- people -------------------------------------------------------------------------------------------------------
    @property
    def roster(self) -> Sequence[RosterPerson]:
        """Who may act on this device."""
        return self.identity.roster

    async def sign_in(self, person: str, pin: str) -> RosterPerson:
        """Say who acts from now on: a name or id of the roster, confirmed by their PIN (the first one is set). ClientError."""
        wanted = person.strip().casefold()
        found = [one for one in self.roster if wanted in (one.id, one.name.casefold(), one.name_en.casefold())]
        if len(found) != 1:
            raise ClientError(LocalCode.PERSON_UNKNOWN, {"roster": [one.name for one in self.roster]})
        await self._http.json("POST", "/api/v1/pin", {"person": found[0].id, "pin": pin, "first": not found[0].has_pin})
        with told():
            self._store.commit(Changes(meta={"actor": found[0].id}))
        self._actor = found[0].id
        return found[0]

    # --- working ------------------------------------------------------------------------------------------------------
    def attach(self, path: str | Path, role: BlobRole = "photo") -> NewFile:
        """Read a file for `record(…, blobs=[…])`: JPEG, PNG, WebP or a JSON document. ClientError; nothing is saved yet."""
        try:
            content = Path(path).read_bytes()
        except OSError as fault:
            raise ClientError(LocalCode.FILE_UNREADABLE, {"path": str(path), "fault": fault.strerror}) from fault
        if not 1 <= len(content) <= limits.BLOB_BYTES_MAX:
            raise ClientError(ErrorCode.BLOB_TOO_LARGE, {"path": str(path), "size": len(content)})
        type_ = next((name for magic, name in _MAGIC if content.startswith(magic)), None)
        if type_ is None:
            raise ClientError(ErrorCode.BLOB_TYPE_REFUSED, {"path": str(path)})
        return NewFile(content, type_, role)

    def record(
        self, action: str, args: Mapping[str, Any], *, blobs: Sequence[NewFile] = (), private: Sequence[bytes] = (),
        needs: Sequence[str] = (), version: int = 1,
    ) -> Recorded:  # fmt: skip
        """Save one entry: when this returns it is on the disk, numbered, chained and with its files. ClientError: nothing was
        saved. It goes up with the next `sync`, at once while `live` runs."""
        model = ACTIONS.get((action, version))
        if model is None:
            raise ClientError(LocalCode.ACTION_NOT_KNOWN, {"action": action, "v": version})
        try:
            model.model_validate(dict(args))
        except ValidationError as faults:
            places = [{"at": ".".join(map(str, one["loc"])), "fault": one["type"]} for one in faults.errors()[:10]]
            raise ClientError(LocalCode.ARGS_UNREADABLE, {"action": action, "places": places}) from None
        if not self._actor:
            raise ClientError(LocalCode.PERSON_UNKNOWN, {"roster": [one.name for one in self.roster]})
        with told():
            saved = self.device.save(
                action, args, actor=self._actor, now_ms=self._now(), needs=needs, files=blobs, private=private, version=version,
                mono_ms=self._mono(),
            )  # fmt: skip
        self._listener.wake()
        return saved

    def new_id(self) -> str:
        """A fresh id for a handover, a photo, a damage …: sorts by time."""
        return self.device.new_id(self._now())

    def records(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind as this device sees them, its own pending work included. `_v` is the server's version, 0 when it
        is only here; `_pending` says whether something unsent lies over it."""
        return [self._shown(row.kind, row.id, row.data) for row in self.device.shown(kind)]

    def _shown(self, kind: str, record_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
        row = self.device.records.get((kind, record_id))
        pending = (kind, record_id) in self.device.view().shown
        return {**data, "id": record_id, "_v": row.v if row else 0, "_pending": pending}

    def changed(self, kind: str, record_id: str) -> Changed:
        """A record as it is now, as `live` reports it."""
        data = self.device.view().lookup(kind, record_id)
        return Changed(kind, record_id, None if data is None else self._shown(kind, record_id, data))

    def status(self) -> Status:
        """How the device stands, from its own disk alone."""
        device, me = self.device, self.identity
        unsent = device.unsent()
        proven_at = device.proven.at if device.proven is not None and device.proven.at else None
        return Status(
            me.organisation.id, me.device, me.name, me.type, me.depot, self._actor or None, device.epoch, device.seq,
            device.proven_n, proven_at, unsent.entries, unsent.files, unsent.bytes, "shut" if device.shut else "open",
            device.revoked, device.heard_at, device.full_upload_at, self.problem.value if self.problem else None,
        )  # fmt: skip

    def receipts(self) -> list[str]:
        """The newest receipts (compact JWS) this device has verified, oldest first: its proof."""
        return self._store.receipts()

    def export(self, path: str | Path) -> tuple[int, int]:
        """Write everything unsent into one file sealed to the office's key; (entries, files) in it. ClientError."""
        with told():
            return export(self.device, self.identity.organisation, Path(path), self._now())

    # --- exchanging ---------------------------------------------------------------------------------------------------
    async def sync(self, *, reason: Reason = "poke", patience_s: float = 0) -> Status:
        """Send what is unsent, fetch what is new, until nothing is left to do. With `patience_s`, failures that may pass are
        tried again for so long, with back-off. ClientError: what is unsent stays and goes with the next call."""
        end = time.monotonic() + patience_s
        for failures in range(1, ROUNDS_MAX):
            try:
                async with self._lock:
                    await self._sync_once(reason)
                return self.status()
            except ClientError as fault:
                wait = back_off_s(failures, fault.retry_after_s)
                if fault.code is LocalCode.DEVICE_WIPED:
                    raise
                with told():
                    self.device.note_failure()
                if not fault.temporary or time.monotonic() + wait > end:
                    raise
                await asyncio.sleep(wait)
        raise ClientError(LocalCode.SERVER_AWAY)

    async def _sync_once(self, reason: Reason) -> None:
        if not self._told_of_itself and not self.device.wiping:
            await self._refresh_if_it_may()
        await self._exchanges(reason)
        for _ in range(limits.UPLOADS_OPEN_PER_DEVICE_MAX):
            if not await self._files():
                break
            await self._exchanges("save")  # for the receipt that lets their bytes go
        if self.device.wiping:
            await self._destroy()
        elif await self._compare():
            await self._exchanges("idle")  # which reports what was put right

    async def _refresh_if_it_may(self) -> None:
        try:
            await self.refresh()
        except ClientError as fault:
            # One that is wiped or shut out may send what it has all the same, and learns from that exchange how it stands.
            if fault.code not in (ErrorCode.DEVICE_WIPING, ErrorCode.DEVICE_REVOKED):
                raise

    async def _destroy(self) -> None:
        """The office has this device wiped and everything it had is proven: destroy it, then say so until it is heard."""
        farewell = self.device.farewell()
        if farewell is None:
            return
        with told():
            Farewell(self._http.base, farewell).keep(self.folder)
            self._store.close()
            destroy(self.folder)
        await say_farewell(self.folder, asking=self._http)
        raise ClientError(LocalCode.DEVICE_WIPED, {"folder": str(self.folder)})

    async def _compare(self) -> int:
        """Ask whether what this device holds is what the server says, and mend what is not; how many parts were wrong."""
        mended = 0
        for bucket in self.device.due(self._now()):
            if not self.device.agrees(bucket):
                mended += await self._mend(bucket)
            with told():
                self.device.note_compared(bucket, self._now())
        return mended

    async def _mend(self, bucket: str) -> int:
        mended = 0
        said = await self._guarded("POST", "/api/v1/digest", {"bucket": bucket}, timeout_s=SYNC_S)
        with readable():
            left = self.device.wrong_parts(said)
        while left:
            answer = await self._guarded("POST", "/api/v1/repair", {"bucket": bucket, "parts": left}, timeout_s=SYNC_S)
            with told(), readable():
                if not set(answer["parts"]) & set(left) or not self.device.mend(answer, said["version"]):
                    break
            mended += len(answer["parts"])
            left = [part for part in left if part not in answer["parts"]]
        return mended

    async def refresh(self) -> None:
        """Fetch roster, policy and the organisation's keys as they now are."""
        self.identity = _identity(await self._guarded("GET", "/api/v1/device"))
        with told():
            self._store.commit(Changes(meta={"identity": self.identity.model_dump(mode="json"), "token": self._http.token}))
        self._told_of_itself = True

    async def _exchanges(self, reason: Reason) -> None:
        for _ in range(ROUNDS_MAX):
            received = await self._exchange(reason)
            self.problem = received.trouble
            if received.trouble is LocalCode.RECEIPT_INVALID:
                self._told_of_itself = False  # perhaps signed by a key we have not heard of yet
                raise ClientError(LocalCode.RECEIPT_INVALID)
            if received.wipe:
                self._shut_out()
            if received.trouble is ErrorCode.ENTRY_HASH_MISMATCH and not received.again:
                raise ClientError(ErrorCode.ENTRY_HASH_MISMATCH)  # changed on its way: it goes again
            if received.missed_again:
                raise ClientError(ErrorCode.BLOB_HASH_MISMATCH, {"files": received.missed_again})
            if not received.again:
                return

    async def _exchange(self, reason: Reason) -> Received:
        with told():
            push = self.device.push(self._now(), reason=reason, bytes_max=self._bytes_max, mono_ms=self._mono())
        try:
            answer = await self._guarded("POST", "/api/v1/sync", push.request, timeout_s=SYNC_S)
        except ClientError as fault:
            if fault.code is ErrorCode.BODY_TOO_LARGE:
                self._bytes_max = max(_BODY_BYTES_MIN, self._bytes_max // 2)
            raise
        with told(), readable():
            return self.device.receive(answer, push, self._now())

    async def _files(self) -> int:
        """Send every file that is ready; how many came to an end."""
        finished, skip = 0, frozenset[str]()
        trouble: ClientError | None = None
        while (row := self.device.next_file(skip)) is not None:
            skip |= {row.sha256}
            try:
                await self._upload(row.sha256)
                finished += 1
            except ClientError as fault:
                if fault.code in (LocalCode.NETWORK, LocalCode.SERVER_AWAY, ErrorCode.DEVICE_REVOKED):
                    raise
                trouble = fault  # one file that fails never holds up the others
        if trouble is not None and not finished:
            raise trouble
        return finished

    async def _upload(self, sha256: str) -> None:
        row, content = self.device.files[sha256], self._store.content(sha256)
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            self._note_file(sha256, state="rejected", code=LocalCode.BLOB_CHANGED.value)
            return
        self._note_file(sha256, state="uploading", code=None)

        def note(url: str | None, offset: int) -> None:
            self._note_file(sha256, upload=url, sent=offset)

        try:
            await Upload(self._http, row, content, note).run()
        except ClientError as fault:
            final = fault.code in FINAL
            self._note_file(sha256, state="rejected" if final else "pending", code=fault.code.value)
            if not final:
                raise
        else:
            self._note_file(sha256, state="done", sent=row.size)

    def _note_file(self, sha256: str, **fields: Any) -> None:
        with told():
            self.device.note_file(sha256, **fields)

    async def _guarded(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Ask; a device that is told that it may no longer take part drops its replica."""
        try:
            return await self._http.json(method, path, body, **more)
        except ClientError as fault:
            if fault.code is ErrorCode.DEVICE_REVOKED:
                self._shut_out(fault)
            raise

    def _shut_out(self, fault: ClientError | None = None) -> None:
        if not self.device.revoked:
            with told():
                self.device.revoke()
        raise fault or ClientError(ErrorCode.DEVICE_REVOKED)

    async def _renew(self) -> bool:
        """A fresh token by signing the server's challenge. False when the server will not have it."""
        me = self.identity.device
        try:
            said = await self._http.json("POST", "/api/v1/challenge", {"device": me}, renew=False)
            text = f"handover-renew-v1\n{me}\n{said['challenge']}".encode()
            signed = {"device": me, "challenge": said["challenge"], "signature": self._key.sign(text)}
            await self._http.json("POST", "/api/v1/renew", signed, renew=False)
        except ClientError as fault:
            if fault.temporary or fault.code is ErrorCode.DEVICE_REVOKED:
                raise
            return False
        with told():
            self._store.commit(Changes(meta={"token": self._http.token}))
        return True

    # --- listening ----------------------------------------------------------------------------------------------------
    def live(self) -> AsyncIterator[Changed]:
        """Every record that changes from now on, as it changes; what is recorded meanwhile goes up at once. Goes on through lost
        connections; ends with ClientError only when trying again cannot help (revoked, unknown)."""
        return self._listener.changes()

    def apply(self, frame: Mapping[str, Any]) -> str:
        """Take a live frame in: applied, stale, or gap (then `sync`)."""
        with told():
            return self.device.frame(frame)

    def _unseal(self, jws: str) -> bytes:
        return keys.unseal(self.identity.organisation.keys, jws)

    @staticmethod
    def _now() -> int:
        return time.time_ns() // 1_000_000

    def _mono(self) -> int:
        return int((time.monotonic() - self._started) * 1000)


def _empty_folder(where: Path) -> tuple[keys.DeviceKey, FileStore]:
    """The folder of a device to be: its key is there before anybody is asked."""
    with told():
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = keys.DeviceKey.of(where / "device.key")
        store = FileStore(where / "device.db")
    if store.load_value("identity") is not None:
        store.close()
        raise ClientError(LocalCode.ALREADY_ENROLLED, {"folder": str(where)})
    return key, store


def _enrolled_folder(where: Path) -> FileStore:
    if kept_in(where) is not None:
        destroy(where)  # a wipe that was cut is finished
        raise ClientError(LocalCode.DEVICE_WIPED, {"folder": str(where)})
    if not (where / "device.db").exists():
        raise ClientError(LocalCode.NOT_ENROLLED, {"folder": str(where)})
    with told():
        store = FileStore(where / "device.db")
    if store.load_value("identity") is None:
        store.close()
        raise ClientError(LocalCode.NOT_ENROLLED, {"folder": str(where)})
    return store


def _identity(answer: Any) -> EnrolAnswer:
    try:
        return EnrolAnswer.model_validate(answer)
    except ValidationError:
        raise ClientError(LocalCode.ANSWER_UNREADABLE) from None
