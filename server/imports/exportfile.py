"""Reading a device's export file: opened with the organisation's export key, checked whole before anything is believed.

Neighbours: `sync/net/exportfile.py` and `field_app/src/core/exportfile.ts` write such files, `sync/exported.py` says what their
device signs; `take.py` takes in what stands here, and has the signature verified. Invariants: no record is longer than its
bound, nor are all entries together; a file that is cut, changed, foreign, of another format or broken in its chain is refused
as a whole, before anything was written; the bytes of its files are read one at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, Field

from schemas import limits
from schemas.errors import ErrorCode
from schemas.ids import Sha256, Uuid
from schemas.protocol import PublicKey, PushedEntry
from server.auth.keys import OrganisationKeys, unbase64url
from sync.exported import BYTES, END, ENTRY, FILE, FORMAT, MAGIC, Carried, Exported, framed, key_info
from sync.journal import extend

_HEAD_BYTES_MAX: Final = 16 * 1024


class ImportRefused(Exception):
    """Nothing was taken in."""

    def __init__(self, code: ErrorCode, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class _Point(BaseModel):
    x: str
    y: str


class ExportHead(BaseModel):
    """The head of the file: whose journal, how far it was written when the file was made."""

    v: Literal[2]
    organisation: Uuid
    device: Uuid
    epoch: int = Field(ge=0, le=limits.SEQ_MAX)
    seq: int = Field(ge=0, le=limits.SEQ_MAX)
    hash: Sha256
    epk: _Point
    salt: str = Field(max_length=100)
    at: str = Field(max_length=40)


class _Entry(PushedEntry):
    epoch: int


class NamedFile(BaseModel):
    """One file in it."""

    sha256: Sha256
    size: int = Field(ge=0, le=limits.BLOB_BYTES_MAX)
    type: str = Field(max_length=100)


class _End(BaseModel):
    entries: int
    blobs: int
    signature: str = Field(default="", max_length=200)


@dataclass(frozen=True)
class Export:
    """A file that is whole and true to itself. `said`: what its device must have signed, verified by nobody yet."""

    said: Exported
    entries: list[PushedEntry]
    files: list[NamedFile]


@dataclass(frozen=True)
class _Opened:
    """The head, and the exact bytes that stand before the first record."""

    head: ExportHead
    raw: bytes


def broken(at: str) -> ImportRefused:
    """The refusal of a file that cannot be read; `at` says where, never what stands there."""
    return ImportRefused(ErrorCode.IMPORT_UNREADABLE, at=at)


def records(file: BinaryIO, keys: OrganisationKeys) -> Iterator[tuple[_Opened, int, bytes]]:
    """(head, type, content) of every record up to the end, decrypted. ImportRefused."""
    file.seek(0)
    magic = file.read(4)
    if magic != MAGIC and magic[:3] == MAGIC[:3]:
        raise ImportRefused(ErrorCode.IMPORT_VERSION, known=FORMAT)
    if magic != MAGIC:
        raise broken("magic")
    raw = _framed(file, _HEAD_BYTES_MAX)
    try:
        head = ExportHead.model_validate_json(raw)
    except ValueError:
        raise broken("head") from None
    if head.organisation != keys.organisation:
        raise ImportRefused(ErrorCode.IMPORT_FOREIGN)
    info = key_info(head.organisation, head.device)
    try:
        secret = keys.exchange(PublicKey(x=head.epk.x, y=head.epk.y))
        aead = AESGCM(HKDF(hashes.SHA256(), 32, unbase64url(head.salt), info).derive(secret))
    except ValueError:
        raise broken("key") from None
    opened = _Opened(head, MAGIC + framed(raw))
    number = 0
    while True:
        try:
            plain = aead.decrypt(number.to_bytes(12, "big"), _framed(file, limits.IMPORT_RECORD_BYTES_MAX), opened.raw)
        except (InvalidTag, ValueError):
            raise broken(f"record {number}") from None
        if not plain:
            raise broken(f"record {number}")
        yield opened, plain[0], plain[1:]
        if plain[0] == END:
            break
        number += 1
    if file.read(1):
        raise broken("end")


def check(file: BinaryIO, keys: OrganisationKeys, *, bounded: bool = True) -> Export:
    """Read the whole file once: every record opens, the entries are one chain, no file is longer than it says. ImportRefused.
    Entries are kept before it is known who signed them: `bounded` says how many at most (a server at work), or all of them."""
    carried: Carried | None = None
    entries: list[PushedEntry] = []
    files: list[NamedFile] = []
    signature, size, held = "", 0, 0
    for opened, type_, content in records(file, keys):
        carried = carried or Carried(opened.raw)
        carried.add(type_, content)
        try:
            if type_ == ENTRY:
                held += len(content)
                entries.append(_next(opened.head, entries, _Entry.model_validate_json(content)))
            elif type_ == FILE:
                files.append(NamedFile.model_validate_json(content))
                size = 0
            elif type_ == BYTES and files and (size := size + len(content)) <= files[-1].size:
                pass  # whether they are what the name says is seen when they are taken in: one bad picture keeps no journal out
            elif type_ == END:
                end = _End.model_validate_json(content)
                if (end.entries, end.blobs) != (len(entries), len(files)):
                    raise broken("end")
                signature = end.signature
            else:
                raise broken(f"type {type_}")
        except ValueError:
            raise broken(f"record of type {type_}") from None
        if bounded:
            _bound(len(entries), held, len(files))
    assert carried is not None, "records yields or raises"
    head, first = opened.head, entries[0].seq if entries else 0
    said = Exported(
        head.organisation, head.device, head.epoch, first, head.seq, head.hash, carried.digest(), signature
    )  # fmt: skip
    return Export(said, entries, files)


def contents(file: BinaryIO, keys: OrganisationKeys, wanted: frozenset[str]) -> Iterator[tuple[NamedFile, bytes]]:
    """The wanted files of a checked export, one after the other, whole."""
    named: NamedFile | None = None
    held = bytearray()
    for _, type_, content in records(file, keys):
        if type_ == BYTES:
            held += content if named else b""
            continue
        if named is not None:
            yield named, bytes(held)
        held.clear()
        found = NamedFile.model_validate_json(content) if type_ == FILE else None
        named = found if found and found.sha256 in wanted else None


def _bound(entries: int, held: int, files: int) -> None:
    for what, found, most in (
        ("entries", entries, limits.IMPORT_ENTRIES_MAX),
        ("entries_bytes", held, limits.IMPORT_ENTRIES_BYTES_MAX),
        ("files", files, limits.IMPORT_FILES_MAX),
    ):
        if found > most:
            raise ImportRefused(ErrorCode.IMPORT_TOO_LARGE, what=what, max=most)


def _next(head: ExportHead, before: list[PushedEntry], entry: _Entry) -> PushedEntry:
    last = before[-1] if before else None
    follows = last is None or entry.seq > last.seq
    if last is not None and entry.seq == last.seq + 1:
        follows = extend(last.hash, entry.seq, entry.body.encode()) == entry.hash
    ends = entry.seq < head.seq or (entry.seq, entry.hash) == (head.seq, head.hash)
    if not follows or not ends or entry.epoch != head.epoch:
        raise broken(f"entry {entry.seq}")
    return PushedEntry(seq=entry.seq, hash=entry.hash, body=entry.body, private=entry.private)


def _framed(file: BinaryIO, limit: int) -> bytes:
    length = int.from_bytes(file.read(4), "big")
    if not 0 < length <= limit:
        raise broken("length")
    raw = file.read(length)
    if len(raw) != length:
        raise broken("cut")
    return raw
