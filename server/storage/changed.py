"""What has changed in a bucket, of some kinds, page by page: for rounds that remember what they have read.

Neighbours: `server/jobs/dues.py`, `server/notify/watch.py`. Invariant: a version is never split between two pages, so that
whoever goes on behind the last one misses nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, text

from server.storage.store import SqlStore

PAGE: Final = 250
"""Changes read in one reading job; a page as long is followed by another. What a larger one takes while it is read stays with
the process."""
_KINDS: Final[BindParameter[str]] = bindparam("kinds", expanding=True)
_CHANGED: Final = text(
    "SELECT version, kind, id, gone, wire FROM member WHERE organisation = :organisation AND bucket = :bucket "
    "AND version > :after AND kind IN :kinds ORDER BY version LIMIT :limit"
).bindparams(_KINDS)
_WHOLE: Final = text(
    "SELECT version, kind, id, gone, wire FROM member WHERE organisation = :organisation AND bucket = :bucket "
    "AND version = :version AND kind IN :kinds"
).bindparams(_KINDS)


def page(organisation: str, bucket: str, kinds: Sequence[str], after: int, store: SqlStore) -> list[Any]:
    """The next changes behind a version, oldest first: (version, kind, id, gone, wire)."""
    where = {"organisation": organisation, "bucket": bucket, "kinds": list(kinds)}
    rows = list(store.connection.execute(_CHANGED, {**where, "after": after, "limit": PAGE}))
    if len(rows) == PAGE:
        last = rows[-1][0]
        rows = [row for row in rows if row[0] != last]
        rows += store.connection.execute(_WHOLE, {**where, "version": last})
    return rows
