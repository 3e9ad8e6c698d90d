"""The digest of a bucket: its count and an order-independent hash, in 256 sub-ranges. Pure.

A device that holds a bucket whole computes the same from what it holds (`field_app/src/core/digest.ts`); where the two
differ, the differing sub-ranges are sent anew. Stores keep it incrementally: what a record adds is taken away again when it
changes or leaves. Golden vectors: tests/vectors/digest.json.

Why XOR of 128 bits is enough: XOR does not ask for an order, and taking an item away is adding it again. Two different sets
give the same value by chance once in 2^128. XOR can be solved for by whoever chooses hundreds of items freely; but the digest
finds faults, not liars: what a device holds it has from the very server it compares itself with.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.limits import DIGEST_RANGES

_ITEM_BYTES: Final = 16
_HASH_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records, and the XOR of their items (128 bits)."""

    count: int = 0
    hash: int = 0

    def joined(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.count + other.count, self.hash ^ other.hash)

    def text(self) -> str:
        """The hash as it travels: 32 hex digits."""
        return f"{self.hash:032x}"


class Shift(NamedTuple):
    """What one write changes in one bucket: to be joined to sub-range `part` and to the bucket's total."""

    bucket: str
    part: int
    by: Tally


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it counts: where it lies, at which version, with which content hash."""

    version: int
    hash: str
    buckets: frozenset[str]


NOTHING: Final = Held(0, "", frozenset())
NO_TALLY: Final = Tally()


def content_hash(data: bytes) -> str:
    """What a change carries as `h`: 16 hex digits over the exact bytes of its data on the wire."""
    return hashlib.sha256(data).hexdigest()[:_HASH_CHARS]


def part_of(record_id: str) -> int:
    """The sub-range of an id: the last byte of the UUID, 0 … 255 (random in every version of UUID in use here)."""
    return int(record_id[-2:], 16) % DIGEST_RANGES


def item(kind: str, record_id: str, version: int, content: str) -> int:
    """What one record adds: the first 128 bits of SHA-256 over `kind/id/version/h`."""
    raw = hashlib.sha256(f"{kind}/{record_id}/{version}/{content}".encode()).digest()
    return int.from_bytes(raw[:_ITEM_BYTES], "big")


def shifts(kind: str, record_id: str, before: Held, after: Held) -> Iterator[Shift]:
    """What a write changes: the old contribution goes from every bucket it lay in, the new one comes to every bucket it lies
    in now. Nothing at all when only the memory of the merge has changed."""
    if before == after:
        return
    part = part_of(record_id)
    old = item(kind, record_id, before.version, before.hash) if before.buckets else 0
    new = item(kind, record_id, after.version, after.hash) if after.buckets else 0
    for bucket in sorted(before.buckets | after.buckets):
        left, came = bucket in before.buckets, bucket in after.buckets
        yield Shift(bucket, part, Tally(came - left, (old if left else 0) ^ (new if came else 0)))


def tally(records: Iterable[tuple[str, str, int, str]]) -> dict[int, Tally]:
    """Sub-range → tally of (kind, id, version, content hash); empty sub-ranges are left out. What a device does."""
    found: dict[int, Tally] = {}
    for kind, record_id, version, content in records:
        part = part_of(record_id)
        found[part] = found.get(part, Tally()).joined(Tally(1, item(kind, record_id, version, content)))
    return found


def total(parts: Iterable[Tally]) -> Tally:
    """All sub-ranges together."""
    whole = Tally()
    for one in parts:
        whole = whole.joined(one)
    return whole
