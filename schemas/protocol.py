"""The wire: every message between device, office browser and server.

`PROTOCOL_VERSION` history
- 1  first version: entries with private parts, epochs, chain, signed receipts, cursors per bucket.

Unknown fields are ignored on reading (an older peer may meet a newer one); unknown *actions* are parked, never refused
as a batch, because an entry's `args` stay raw until the entry itself is judged.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas import limits
from schemas.actions.base import Instant, Name, Zone
from schemas.errors import ErrorCode
from schemas.ids import Bucket, HlcText, Sha256, Uuid
from schemas.records.devices import OutcomeState
from schemas.records.organisation import GatePolicy

PROTOCOL_VERSION: Final = 1

Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Count = Annotated[int, Field(ge=0, le=limits.SEQ_MAX)]
Millis = Annotated[int, Field(ge=-(2**53), le=2**53)]
Part = Annotated[int, Field(ge=0, lt=limits.DIGEST_RANGES)]


class Wire(BaseModel):
    """Base of all messages: unknown fields are ignored, instances are values."""

    model_config = ConfigDict(extra="ignore", frozen=True)


# --- entries ------------------------------------------------------------------------------------------------------
BlobRole = Literal["signature", "document", "damage", "photo", "voice"]
BlobType = Literal[
    "image/jpeg", "image/png", "image/webp", "application/json", "audio/webm", "audio/mp4", "audio/ogg"
]  # fmt: skip


class BlobRef(Wire):
    """An immutable file an entry declares. `size` in bytes."""

    sha256: Sha256
    size: int = Field(ge=1, le=limits.BLOB_BYTES_MAX)
    type: BlobType
    role: BlobRole


class Geo(Wire):
    """Position as the platform gave it: degrees, metres of accuracy."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    accuracy_m: float = Field(ge=0)


class EntryBody(Wire):
    """A journal entry as one person made it on one device. It travels and is kept as the bytes written once.

    `at` is the raw device clock; `skew` the last known difference device minus server in ms; `mono` ms since `boot`.
    `private` holds SHA-256(salt ‖ bytes) of each private part. `args` stay raw here and are read by the action's class.
    """

    id: Uuid
    epoch: int = Field(ge=0, le=2**31)
    seq: int = Field(ge=1, le=limits.SEQ_MAX)
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")
    action: str = Field(max_length=60)
    v: int = Field(ge=1, le=10_000)
    args: dict[str, Any]
    actor: Uuid
    auth: Literal["pin", "password", "passkey", "system"]
    at: Instant
    zone: Zone
    mono: Millis
    boot: str = Field(max_length=64)
    skew: Millis | None = None
    hlc: HlcText
    app: str = Field(max_length=40)
    gate: Literal["clear", "grace"] = "clear"
    seen: dict[Uuid, Count] = Field(default_factory=dict, max_length=limits.ENTRY_SEEN_MAX)
    needs: list[Uuid] = Field(default_factory=list, max_length=limits.ENTRY_NEEDS_MAX)
    blobs: list[BlobRef] = Field(default_factory=list, max_length=limits.ENTRY_BLOBS_MAX)
    private: list[Sha256] = Field(default_factory=list, max_length=limits.PRIVATE_PARTS_MAX)
    geo: Geo | None = None


class PushedEntry(Wire):
    """An entry on its way: the exact body text, its chain hash, and its private parts (base64 of 16 bytes salt ‖ bytes)."""

    seq: int = Field(ge=1, le=limits.SEQ_MAX)
    hash: Sha256
    body: str
    private: list[Base64] = Field(default_factory=list, max_length=limits.PRIVATE_PARTS_MAX)


class DeclaredLoss(Wire):
    """An entry whose body the device can no longer read; its hash survives, so the chain goes on.

    `body`: what is left of it, when its store gave other bytes back than were written; kept aside for people.
    """

    seq: int = Field(ge=1, le=limits.SEQ_MAX)
    hash: Sha256
    body: str | None = None


# --- sync ---------------------------------------------------------------------------------------------------------
class Head(Wire):
    """The newest entry of the device and its ES256 signature.

    `signature`: base64url of the raw 64-byte r ‖ s over the UTF-8 text
    `handover-head-v1\\n{organisation}\\n{device}\\n{epoch}\\n{seq}\\n{hash}`.
    """

    epoch: int = Field(ge=0, le=2**31)
    seq: Count
    hash: Sha256
    signature: str = Field(pattern=r"^[A-Za-z0-9_-]{86}$")


class Pending(Wire):
    """What the device still has to send, this request's content included."""

    entries: Count = 0
    blobs: Count = 0
    bytes: Count = 0


class Clock(Wire):
    """The device's clocks when it wrote the request."""

    wall: Instant
    mono: Millis
    boot: str = Field(max_length=64)


class StorageEstimate(Wire):
    """Bytes used and granted by the platform, and whether storage is persistent."""

    used: Count = 0
    quota: Count = 0
    persisted: bool = False


class Repair(Wire):
    """A bucket in which this device differed from the server at `version`, and the sub-ranges it has put right since."""

    bucket: Bucket
    version: Count
    parts: list[Part] = Field(min_length=1, max_length=limits.DIGEST_RANGES)


class SyncRequest(Wire):
    """POST /api/v1/sync. `floors`: the `floor` of the page each cursor began with. `gap`: a number that is not proven is missing
    on the device, and its hash with it."""

    protocol: int
    app: str = Field(max_length=40)
    device: Uuid
    head: Head
    entries: list[PushedEntry] = Field(default_factory=list, max_length=limits.PUSH_ENTRIES_MAX)
    lost: list[DeclaredLoss] = Field(default_factory=list, max_length=limits.LOSSES_MAX)
    gap: bool = False
    pending: Pending = Pending()
    cursors: dict[str, Count] = Field(default_factory=dict, max_length=limits.CURSORS_MAX)
    floors: dict[str, Count] = Field(default_factory=dict, max_length=limits.CURSORS_MAX)
    repairs: list[Repair] = Field(default_factory=list, max_length=limits.REPAIRS_REPORTED_MAX)
    clock: Clock
    storage: StorageEstimate | None = None
    reason: Literal["open", "foreground", "save", "poke", "retry", "idle"] = "poke"


class Outcome(Wire):
    """What became of one entry. `version`: the commit at which it took effect, null while it has not."""

    seq: int
    epoch: int
    id: Uuid | None
    state: OutcomeState
    version: int | None = None
    code: ErrorCode | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class Receipt(Wire):
    """What the server proves to have: payload of a compact JWS (ES256, `kid` of the organisation's key).

    Contiguous to `n` with chain hash `h`; `held` ranges beyond; `lost` declared and without a body (the
    RECEIPT_LOST_MAX highest numbers); `missing` blobs still awaited (at most RECEIPT_MISSING_MAX named, `missing_count` in all).
    """

    typ: Literal["handover-receipt-v1"] = "handover-receipt-v1"
    organisation: Uuid
    device: Uuid
    epoch: int
    n: int
    h: Sha256
    held: list[tuple[int, int]] = Field(default_factory=list)
    lost: list[int] = Field(default_factory=list)
    missing: list[Sha256] = Field(default_factory=list)
    missing_count: int = 0
    at: Instant


class Change(Wire):
    """One record as it now stands in a bucket, or that it has left it (`gone`). `h`: the hash of its content, as the server
    made it; kept beside the record for the digest."""

    kind: str
    id: Uuid
    v: int
    h: str = ""
    data: dict[str, Any] | None = None
    gone: bool = False


class Page(Wire):
    """The changes of one bucket after `after` up to and including `to`; `more`: ask again from `to`.

    `floor`: up to this version the bucket may have forgotten what left it; whoever begins the bucket with this page (from
    nothing, or by `reset`) keeps it beside the cursor.
    """

    bucket: Bucket
    after: int
    to: int
    more: bool
    reset: bool = False
    floor: int = 0
    changes: list[Change]


class BucketDigest(Wire):
    """What a bucket comes to at `version`: how many records, and 32 hex digits over them (sync/digest.py)."""

    bucket: Bucket
    version: int
    count: int
    hash: str = Field(pattern=r"^[0-9a-f]{32}$")


class NewEpoch(Wire):
    """Answer to a fork: go on in `epoch` from entry `base_seq` whose hash was `base_hash`."""

    epoch: int
    base_seq: int
    base_hash: Sha256


class Command(Wire):
    """Something the device must do."""

    type: Literal["re_enrol", "reload", "wipe"]
    code: ErrorCode | None = None


class Policy(Wire):
    """How the organisation wants its gate. `grace`: for so many hours and entries since the last full upload new work may go
    on after a failed attempt; `records`: files older than so many hours shut the gate, too."""

    gate: GatePolicy = "strict"
    opening_hidden_ms: int = limits.OPENING_HIDDEN_MS
    grace_hours: int = limits.GATE_GRACE_HOURS
    grace_entries: int = limits.GATE_GRACE_ENTRIES
    files_hours: int = limits.GATE_FILES_HOURS


class SyncAnswer(Wire):
    """200 on POST /api/v1/sync."""

    protocol: int = PROTOCOL_VERSION
    receipt: str
    outcomes: list[Outcome]
    pages: list[Page]
    digests: list[BucketDigest] = Field(default_factory=list)
    gone_buckets: list[str] = Field(default_factory=list)
    upload: Literal["required", "clear"]
    policy: Policy
    commands: list[Command] = Field(default_factory=list)
    new_epoch: NewEpoch | None = None
    notices: list[ErrorCode] = Field(default_factory=list)
    at: Instant


class DigestRequest(Wire):
    """POST /api/v1/digest: one bucket's digest, sub-range by sub-range."""

    bucket: Bucket


class DigestAnswer(Wire):
    """`parts`: (count, hash) of each of the 256 sub-ranges, at `version`."""

    bucket: Bucket
    version: int
    parts: list[tuple[int, str]]


class RepairRequest(Wire):
    """POST /api/v1/repair: everything that lies in these sub-ranges of a bucket."""

    bucket: Bucket
    parts: list[Part] = Field(min_length=1, max_length=limits.DIGEST_RANGES)


class RepairAnswer(Wire):
    """All records of the sub-ranges in `parts`, as they stand at the organisation's `version`: as many sub-ranges as fit, at
    least one."""

    bucket: Bucket
    version: int
    parts: list[int]
    changes: list[Change]


class LiveFrame(Wire):
    """One bucket's new changes on the WebSocket: apply when the cursor is `prev`, ignore when ≥ `to`, else sync."""

    bucket: Bucket
    prev: int
    to: int
    changes: list[Change]


# --- enrolment and login ------------------------------------------------------------------------------------------
class PublicKey(Wire):
    """A P-256 public key as JWK."""

    kty: Literal["EC"] = "EC"
    crv: Literal["P-256"] = "P-256"
    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    kid: str | None = Field(default=None, max_length=64)


class EnrolRequest(Wire):
    """POST /api/v1/enrol. `signature` over `handover-enrol-v1\\n{code}\\n{x}\\n{y}` proves the private key.

    With `code` empty the caller's office login stands in its place (an office browser becomes a device). `type`: `client` for a
    program of a partner; it may do what a field device may.
    """

    protocol: int = PROTOCOL_VERSION
    code: str = Field(max_length=200)
    key: PublicKey
    signature: str = Field(pattern=r"^[A-Za-z0-9_-]{86}$")
    platform: str = Field(default="", max_length=200)
    app: str = Field(default="", max_length=40)
    type: Literal["field", "client"] = "field"


class RosterPerson(Wire):
    """Someone who may use this device."""

    id: Uuid
    name: str
    name_en: str = ""
    roles: list[str]
    has_pin: bool


class OrganisationInfo(Wire):
    """What a device must know of its organisation before it has any record."""

    id: Uuid
    name: str
    name_en: str = ""
    zone: str
    keys: list[PublicKey]


class EnrolAnswer(Wire):
    """The device's identity. The token travels as an HttpOnly cookie. Also the answer of GET /api/v1/device."""

    organisation: OrganisationInfo
    device: Uuid
    name: str
    type: str
    depot: Uuid
    person: Uuid | None
    roster: list[RosterPerson]
    epoch: int = 0
    proven_seq: int = 0
    policy: Policy = Policy()


class WipedRequest(Wire):
    """POST /api/v1/wiped: the device has destroyed what it held. `signature` by its key, made before, over
    `handover-wiped-v1\\n{organisation}\\n{device}\\n{epoch}\\n{seq}\\n{hash}`."""

    device: Uuid
    epoch: int = Field(ge=0, le=2**31)
    seq: Count
    hash: Sha256
    signature: str = Field(pattern=r"^[A-Za-z0-9_-]{86}$")


class PinRequest(Wire):
    """POST /api/v1/pin: check a person's PIN on this device, or set the first one (`first`)."""

    person: Uuid
    pin: str = Field(max_length=16)
    first: bool = False


class LoginRequest(Wire):
    """POST /api/v1/login (office)."""

    username: Name
    password: str = Field(min_length=1, max_length=500)


class LoginAnswer(Wire):
    """Who is signed in. Also the answer of GET /api/v1/me."""

    person: Uuid
    name: str
    name_en: str = ""
    roles: list[str]
    depots: list[Uuid]
    organisation: OrganisationInfo


class RenewRequest(Wire):
    """POST /api/v1/renew: signature over `handover-renew-v1\\n{device}\\n{challenge}`."""

    device: Uuid
    challenge: str = Field(max_length=200)
    signature: str = Field(pattern=r"^[A-Za-z0-9_-]{86}$")


class Problem(Wire):
    """Every error answer: stable code, what happened / what is safe / what to do in both languages."""

    code: ErrorCode
    zh: str
    en: str
    detail: dict[str, Any] = Field(default_factory=dict)
    retry_after_s: int | None = None


# --- proof --------------------------------------------------------------------------------------------------------
class ProofEntry(Wire):
    """One entry of a handover as the server can prove it."""

    seq: int
    epoch: int
    id: Uuid | None
    action: str
    at: str
    received_at: str
    hash: Sha256
    state: OutcomeState
    clock_suspect: bool = False


class ProofBlob(Wire):
    """One declared blob: `received` (bytes re-hashed equal), `awaited`, `rejected`, `erased`."""

    sha256: Sha256
    size: int
    type: str
    role: str
    state: Literal["received", "awaited", "rejected", "erased"]
    code: ErrorCode | None = None


class HandoverProof(Wire):
    """GET /api/v1/handovers/{id}/proof.

    `chain`: the server read the stored bytes of every entry of the device from its first to `n` and recomputed the
    chain just now; `broken_at` names the first entry that differs. `released`: numbers a manager has given up as missing, over
    which nothing can be verified.
    """

    handover: Uuid
    device: Uuid
    device_name: str
    epoch: int
    n: int
    total: int
    chain: Literal["verified", "broken"]
    broken_at: int | None = None
    checked_entries: int
    first_seq: int
    last_seq: int
    entries: list[ProofEntry]
    blobs: list[ProofBlob]
    receipt: str | None
    receipt_covers: bool
    gaps: list[tuple[int, int]] = Field(default_factory=list)
    released: list[tuple[int, int]] = Field(default_factory=list)
    pending: Pending = Pending()
