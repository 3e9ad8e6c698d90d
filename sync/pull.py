"""Pages: the changes of each bucket after a device's cursor. Pure.

A page ends on a version boundary, so a cursor never stands in the middle of a commit. Pages are spliced from stored wire
bytes; a bucket's page is the same bytes for everyone who may read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from schemas import limits
from schemas.protocol import BucketDigest, DigestAnswer
from sync.digest import Tally
from sync.store import BucketState, Store


@dataclass(frozen=True)
class BucketPage:
    """One bucket's page: `wire` holds the ready-made bytes of its `count` changes, with commas between."""

    bucket: str
    after: int
    to: int
    more: bool
    count: int = 0
    wire: bytes = b""
    reset: bool = False
    floor: int = 0

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """The JSON of a `Page` in pieces, so that the changes are copied once only, into the answer."""
        head = b'{"bucket":"%s","after":%d,"to":%d,"more":%s,"reset":%s,"floor":%d,"changes":[' % (
            self.bucket.encode(), self.after, self.to, _flag(self.more), _flag(self.reset), self.floor,
        )  # fmt: skip
        return head, self.wire, b"]}"

    def render(self) -> bytes:
        """The JSON of a `Page`."""
        return b"".join(self.parts())


def _flag(value: bool) -> bytes:
    return b"true" if value else b"false"


@dataclass(frozen=True)
class Pulled:
    """All pages of one answer; `foreign` are cursors for buckets that are not the caller's; `digests` of every bucket that
    the caller holds whole once it has applied these pages."""

    pages: tuple[BucketPage, ...]
    foreign: tuple[str, ...]
    digests: tuple[BucketDigest, ...] = ()


class Far(Exception):
    """More is to be read than somebody is ready to wait for."""


def pull(
    store: Store,
    organisation: str,
    buckets: frozenset[str],
    cursors: Mapping[str, int],
    floors: Mapping[str, int] = MappingProxyType({}),
    *,
    near: int | None = None,
) -> Pulled:
    """The next page of every bucket that has something new, within the bounds of one answer.

    The bucket is sent anew, marked `reset`, when the cursor lies beyond its newest change (it was not given by this state of
    the server: a backup was restored), or below its horizon with a floor below it, too: what has left since may be forgotten.
    `near`: Far, before anything more is read, when a cursor is more versions than that behind its bucket's head, or beyond it.
    """
    states = store.bucket_states(organisation, buckets)
    if near is not None and any(not 0 <= state.head - cursors.get(bucket, 0) <= near for bucket, state in states.items()):
        raise Far
    room = limits.PAGE_CHANGES_MAX
    pages: list[BucketPage] = []
    digests: list[BucketDigest] = []
    for bucket in sorted(buckets):
        cursor = cursors.get(bucket)
        state = states[bucket]
        if cursor == state.head:
            digests.append(_digest(bucket, state.head, state))
            continue
        reset = cursor is not None and (cursor > state.head or max(cursor, floors.get(bucket, 0)) < state.horizon)
        after = 0 if cursor is None or reset else cursor
        page = BucketPage(bucket, after, after, True)
        if room > 0:
            page = read_page(store, organisation, bucket, after, state.head, room)
        pages.append(replace(page, reset=reset, floor=state.horizon))
        room -= page.count
        if not page.more:
            digests.append(_digest(bucket, page.to, state))
    return Pulled(tuple(pages), tuple(sorted(set(cursors) - buckets)), tuple(digests))


def _digest(bucket: str, version: int, state: BucketState) -> BucketDigest:
    return BucketDigest(bucket=bucket, version=version, count=state.digest.count, hash=state.digest.text())


def digest_parts(store: Store, organisation: str, bucket: str) -> DigestAnswer:
    """The bucket's digest, sub-range by sub-range."""
    known = store.digest_parts(organisation, bucket)
    found = [known.get(part, Tally()) for part in range(limits.DIGEST_RANGES)]
    parts = [(tally.count, tally.text()) for tally in found]
    return DigestAnswer(bucket=bucket, version=store.bucket_head(organisation, bucket), parts=parts)


def repair(store: Store, organisation: str, bucket: str, parts: Sequence[int]) -> bytes:
    """The bytes of a `RepairAnswer`: what lies in these sub-ranges, as many of them as hold PAGE_CHANGES_MAX records, the
    first one however many."""
    known = store.digest_parts(organisation, bucket)
    done: list[int] = []
    count = 0
    for part in sorted(set(parts)):
        count += known.get(part, Tally()).count
        if done and count > limits.PAGE_CHANGES_MAX:
            break
        done.append(part)
    wires = b",".join(change.wire for change in store.members(organisation, bucket, done))
    named = b",".join(b"%d" % part for part in done)
    return b'{"bucket":"%s","version":%d,"parts":[%s],"changes":[%s]}' % (
        bucket.encode(), store.organisation_version(organisation), named, wires,
    )  # fmt: skip


def read_page(store: Store, organisation: str, bucket: str, after: int, up_to: int, limit: int) -> BucketPage:
    """One bucket's changes with after < version ≤ up_to, about `limit` of them and PAGE_BYTES_MAX bytes. `up_to` is at most the
    bucket's head."""
    page = store.page(organisation, bucket, after, up_to, limit, limits.PAGE_BYTES_MAX)
    more = page.count > 0 and page.to < up_to
    return BucketPage(bucket, after, page.to, more, page.count, page.wire)
