"""Whether a device holds what the server says it holds; what differs is replaced part by part. Pure.

Neighbours: `sync/digest.py` has the sums, `sync/device.py` commits, `sync/net` asks in idle time; `field_app/src/core/compare.ts`
is the same. Invariants: only a bucket whose cursor stands where the digest was taken is compared · a part is replaced in one
draft, and only by a state of the server that the cursor is not ahead of · the cursor stays, unsent work is not touched.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from schemas.limits import DIGEST_CHECK_SECONDS, REPAIRS_REPORTED_MAX
from sync.device_state import RecordRow
from sync.digest import NO_TALLY, Tally, part_of, tally, total
from sync.replica import Draft, Rows, apply_change


class Compared(Rows, Protocol):
    """A device that remembers when it compared what."""

    compared: dict[str, int]


def due(device: Compared, now_ms: int) -> list[str]:
    """Buckets whose time to be compared has come (at most every DIGEST_CHECK_SECONDS) and whose cursor stands where the server
    took the digest."""
    found = []
    for bucket, said in device.digests.items():
        before = device.compared.get(bucket)
        waited = before is None or now_ms < before or now_ms - before >= DIGEST_CHECK_SECONDS * 1000
        if waited and device.cursors.get(bucket) == said["version"]:
            found.append(bucket)
    return found


def agrees(device: Compared, bucket: str) -> bool:
    """Whether this device holds of a bucket what the server said it comes to."""
    own, said = total(tallies(device, bucket).values()), device.digests[bucket]
    return (own.count, own.text()) == (said["count"], said["hash"])


def tallies(device: Rows, bucket: str) -> dict[int, Tally]:
    """What this device holds of a bucket, by sub-range."""
    return tally((row.kind, row.id, row.v, row.h) for row in device.records.values() if bucket in row.buckets)


def wrong_parts(device: Rows, said: Mapping[str, Any]) -> list[int]:
    """The sub-ranges of a `DigestAnswer` that differ here; none when the cursor does not stand at its version."""
    if device.cursors.get(said["bucket"]) != said["version"]:
        return []
    own = tallies(device, said["bucket"])
    sums = [own.get(part, NO_TALLY) for part in range(len(said["parts"]))]
    return [part for part, one in enumerate(said["parts"]) if (sums[part].count, sums[part].text()) != tuple(one)]


def replace_parts(draft: Draft, answer: Mapping[str, Any], found: int) -> bool:
    """Put what a `RepairAnswer` names, take out what it does not name; what is newer here stays. False: the cursor is ahead."""
    bucket, version, parts = answer["bucket"], answer["version"], set(answer["parts"])
    cursor = draft.cursors.get(bucket)
    if cursor is None or cursor > version:
        return False

    def is_newer(row: RecordRow) -> bool:
        # No cursor reaches a row of a time that a restored server has forgotten: nothing newer will ever come for it.
        reached = any(row.v <= draft.cursors.get(name, 0) for name in row.buckets)
        return bool(row.v > version) and reached

    named = {(change["kind"], change["id"]) for change in answer["changes"]}
    for key, row in draft.rows.records.items():
        lies_here = bucket in row.buckets and not is_newer(row) and part_of(row.id) in parts
        if lies_here and key not in named:
            apply_change(draft, bucket, {"kind": key[0], "id": key[1], "v": 0, "data": None, "gone": True})
    for change in answer["changes"]:
        here = draft.record((change["kind"], change["id"]))
        truth = version if here is None or is_newer(here) else max(version, here.v)
        apply_change(draft, bucket, change, truth=truth)
    known = draft.rows.repairs
    same = [one for one in known if (one["bucket"], one["version"]) == (bucket, found)]
    every = sorted(parts.union(*(one["parts"] for one in same)))
    reports = [one for one in known if one not in same] + [{"bucket": bucket, "version": found, "parts": every}]
    draft.changes.meta["repairs"] = reports[-REPAIRS_REPORTED_MAX:]
    return True
