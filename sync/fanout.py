"""Live frames: what a committed transaction changed, per bucket, as ready-made bytes. Pure."""

from schemas import limits
from sync.pull import read_page
from sync.store import Store
from sync.unit import Touched


def frames(store: Store, organisation: str, touched: Touched) -> list[tuple[str, bytes]]:
    """(bucket, bytes of a `LiveFrame`) for each bucket the transaction changed.

    A bucket with more changes than a page holds is left out of the frame's content: the frame says only that there is
    something (`to` ahead of `prev`, no changes), and devices whose cursor is not `to` sync.
    """
    made: list[tuple[str, bytes]] = []
    for bucket, prev in sorted(touched.before.items()):
        up_to = store.bucket_head(organisation, bucket)
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
