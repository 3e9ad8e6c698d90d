"""The hash chain of a device's journal.

`hash[n] = SHA-256("hv1" ‖ hash[n-1] ‖ u64(n) ‖ SHA-256(body))`, big-endian, raw bytes. `hash[0]` comes from
organisation, device and epoch, so two journals never share a chain. Works on the exact bytes a device wrote: there is
no canonical JSON. The same functions exist in `field_app/src/core/chain.ts`; `tests/vectors/chain.json` holds both equal.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.limits import SEQ_MAX

_TAG: Final = b"hv1"


def genesis(organisation: str, device: str, epoch: int = 0, base_hash: str | None = None) -> str:
    """The hash before an epoch's first entry, hex.

    The first epoch starts from names alone; a later one (after a fork) also from `base_hash`, the last hash both
    sides agree on.
    """
    if base_hash is None:
        text = f"hv1-genesis\n{organisation}\n{device}\n{epoch}"
    else:
        text = f"hv1-epoch\n{organisation}\n{device}\n{epoch}\n{base_hash}"
    return hashlib.sha256(text.encode()).hexdigest()


def extend(previous: str, seq: int, body: bytes) -> str:
    """The chain hash of entry `seq` with `body` after `previous` (hex in, hex out)."""
    if not 1 <= seq <= SEQ_MAX:
        raise ValueError("seq out of range")
    inner = hashlib.sha256(body).digest()
    return hashlib.sha256(_TAG + bytes.fromhex(previous) + seq.to_bytes(8, "big") + inner).hexdigest()


def private_hash(salted: bytes) -> str:
    """The hash an entry's body holds for one private part: SHA-256(salt ‖ bytes), hex."""
    return hashlib.sha256(salted).hexdigest()


def derived_id(*parts: str) -> str:
    """A UUID (version 8) made from names: the same thing gets the same id however often it is said."""
    raw = bytearray(hashlib.sha256("\n".join(parts).encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def head_text(organisation: str, device: str, epoch: int, seq: int, chain_hash: str) -> bytes:
    """The text a device signs over its newest entry."""
    return f"handover-head-v1\n{organisation}\n{device}\n{epoch}\n{seq}\n{chain_hash}".encode()


def export_text(organisation: str, device: str, epoch: int, first: int, seq: int, chain_hash: str, digest: str) -> bytes:
    """The text a device signs over an export file: from its first entry in it to its newest, and what the file carries."""
    return f"handover-export-v2\n{organisation}\n{device}\n{epoch}\n{first}\n{seq}\n{chain_hash}\n{digest}".encode()


@dataclass(frozen=True)
class Link:
    """One stored entry for verification: `body` None means declared lost (its hash is taken as given)."""

    seq: int
    hash: str
    body: bytes | None


@dataclass(frozen=True)
class ChainCheck:
    """Result of a verification: `broken_at` names the first entry that differs, `checked` counts recomputed bodies."""

    checked: int
    last_seq: int
    last_hash: str
    broken_at: int | None


def verify(start_hash: str, start_seq: int, links: Iterable[Link], released: Collection[tuple[int, int]] = ()) -> ChainCheck:
    """Recompute a chain from stored bytes. `links` come in order and follow `start_seq` without a gap, but for those that were
    `released`: nothing is known there, and the hash behind such a gap is taken as given."""
    previous, seq, checked = start_hash, start_seq, 0
    for link in links:
        if link.seq != seq + 1 and (seq + 1, link.seq - 1) in released:
            previous, seq = link.hash, link.seq
            continue
        if link.seq != seq + 1:
            return ChainCheck(checked, seq, previous, seq + 1)
        if link.body is not None:
            if extend(previous, link.seq, link.body) != link.hash:
                return ChainCheck(checked, seq, previous, link.seq)
            checked += 1
        previous, seq = link.hash, link.seq
    return ChainCheck(checked, seq, previous, None)


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as closed ranges: [1, 2, 5] → [(1, 2), (5, 5)]."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def holes(first: int, last: int, known: Sequence[int]) -> list[tuple[int, int]]:
    """What is missing of first … last beside the known numbers (ascending), as closed ranges, however far they reach."""
    found: list[tuple[int, int]] = []
    for number in [*(number for number in known if first <= number <= last), last + 1]:
        if number > first:
            found.append((first, number - 1))
        first = number + 1
    return found
