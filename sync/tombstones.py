"""The horizon: for how long a bucket remembers what left it. Pure.

A version says nothing of time, so each call notes at which version the organisation stands; what left at a version older than
TOMBSTONE_DAYS is forgotten, and the bucket's horizon says up to where. Neighbours: `pull.py` gives a bucket anew to a cursor
below its horizon; `server/jobs/tombstones.py` calls this once a day. A server clock that jumped ahead forgets too early: then
buckets come anew, nothing is lost.
"""

from typing import Final

from schemas.limits import TOMBSTONE_DAYS, TOMBSTONES_PURGED_MAX
from sync.store import Store

_DAY_MS: Final = 24 * 3600 * 1000


def forget(store: Store, organisation: str, now_ms: int) -> int:
    """Forget at most TOMBSTONES_PURGED_MAX of what left its bucket too long ago; returns how many."""
    version = store.lock_organisation(organisation)
    store.note_age(organisation, now_ms, version)
    old = store.age_before(organisation, now_ms - TOMBSTONE_DAYS * _DAY_MS)
    if old is None:
        return 0
    store.drop_ages(organisation, old[0])
    return store.forget_left(organisation, old[1], TOMBSTONES_PURGED_MAX)
