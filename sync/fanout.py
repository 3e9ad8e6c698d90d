"""Live frames: what a committed transaction changed, per bucket, as ready-made bytes. Pure.

They may be read long after the commit: what has changed once more since then is in a later frame, and in that one alone.
"""

from schemas import limits
from sync.pull import read_page
from sync.store import Store
from sync.unit import Touched


def note_ends(store: Store, organisation: str, touched: Touched) -> None:
    """The transaction is over: remember up to where it took each bucket."""
    touched.after = {bucket: store.bucket_head(organisation, bucket) for bucket in touched.before}


def frames(store: Store, organisation: str, touched: Touched) -> list[tuple[str, bytes]]:
    """(bucket, bytes of a `LiveFrame`) for each bucket the transaction changed.

    A bucket with more changes than a page holds is left out of the frame's content: the frame says only that there is
    something (`prev` -1, no changes), and devices whose cursor is not `to` sync.
    """
    made: list[tuple[str, bytes]] = []
    for bucket, prev in sorted(touched.before.items()):
        up_to = touched.after.get(bucket) or store.bucket_head(organisation, bucket)
        if up_to == prev:
            continue
        page = read_page(store, organisation, bucket, prev, up_to, limits.PAGE_CHANGES_MAX)
        whole = not page.more
        made.append(
            (
                bucket,
                b'{"bucket":"%s","prev":%d,"to":%d,"changes":[%s]}'
                % (bucket.encode(), prev if whole else -1, up_to, page.wire if whole else b""),
            )
        )
    return made
