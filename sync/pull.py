"""Pages: the changes of each bucket after a device's cursor. Pure.

A page ends on a version boundary, so a cursor never stands in the middle of a commit. Pages are spliced from stored wire
bytes; a bucket's page is the same bytes for everyone who may read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas import limits
from sync.store import Store, WireChange


@dataclass(frozen=True)
class BucketPage:
    """One bucket's page: `wire` holds the ready-made bytes of each change."""

    bucket: str
    after: int
    to: int
    more: bool
    wire: tuple[bytes, ...]
    reset: bool = False

    def render(self) -> bytes:
        """The JSON of a `Page`."""
        return b'{"bucket":"%s","after":%d,"to":%d,"more":%s,"reset":%s,"changes":[%s]}' % (
            self.bucket.encode(), self.after, self.to, _flag(self.more), _flag(self.reset), b",".join(self.wire),
        )  # fmt: skip


def _flag(value: bool) -> bytes:
    return b"true" if value else b"false"


@dataclass(frozen=True)
class Pulled:
    """All pages of one answer; `foreign` are cursors for buckets that are not the caller's."""

    pages: tuple[BucketPage, ...]
    foreign: tuple[str, ...]


def pull(store: Store, organisation: str, buckets: frozenset[str], cursors: Mapping[str, int]) -> Pulled:
    """The next page of every bucket that has something new, within the bounds of one answer.

    A cursor beyond the bucket's newest change was not given by this state of the server (it was restored from a backup):
    the bucket is sent anew, marked `reset`.
    """
    up_to = store.organisation_version(organisation)
    room = limits.PAGE_CHANGES_MAX
    pages: list[BucketPage] = []
    for bucket in sorted(buckets):
        cursor = cursors.get(bucket)
        head = store.bucket_head(organisation, bucket)
        if cursor == head:
            continue
        reset = cursor is not None and cursor > head
        after = 0 if cursor is None or reset else cursor
        if room > 0:
            page = read_page(store, organisation, bucket, after, up_to, room)
        else:
            page = BucketPage(bucket, after, after, True, ())
        pages.append(replace(page, reset=reset))
        room -= len(page.wire)
    return Pulled(tuple(pages), tuple(sorted(set(cursors) - buckets)))


def read_page(store: Store, organisation: str, bucket: str, after: int, up_to: int, limit: int) -> BucketPage:
    """One bucket's changes with after < version ≤ up_to, about `limit` of them and PAGE_BYTES_MAX bytes."""
    found = store.changes(organisation, bucket, after, limit, up_to)
    if not found:
        return BucketPage(bucket, after, after, False, ())
    kept = _within_bytes(found)
    to = kept[-1].version
    more = to < min(store.bucket_head(organisation, bucket), up_to)
    return BucketPage(bucket, after, to, more, tuple(change.wire for change in kept))


def _within_bytes(found: list[WireChange]) -> list[WireChange]:
    """As many whole versions as fit PAGE_BYTES_MAX; the first one always, however large."""
    size = 0
    for index, change in enumerate(found):
        size += len(change.wire)
        starts_version = index > 0 and found[index - 1].version != change.version
        if size > limits.PAGE_BYTES_MAX and starts_version:
            return found[:index]
    return found
