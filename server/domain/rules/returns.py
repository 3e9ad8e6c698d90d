"""The same asset checked in twice: the first by corrected capture time is the return, the other a supplementary inspection.

Invariant: what the office has decided stands; an earlier capture that arrives later opens a review, never rewrites. Pure.
"""

from server.domain.rules.verdicts import Capture, Verdict


def differences(one: Capture, other: Capture) -> tuple[str, ...]:
    """In what two inspections of the same thing differ: the acceptance state, readings both took."""
    found = ["acceptance"] if one.acceptance != other.acceptance else []
    ours, theirs = one.readings or {}, other.readings or {}
    found += [f"readings.{meter}" for meter in sorted(set(ours) & set(theirs)) if ours[meter] != theirs[meter]]
    return tuple(found)


def second_return(known: Capture, new: Capture, office_decided: bool) -> Verdict:
    """`known` counts as the return so far, `new` has come now. A person looks where they differ, or where `new` would have
    been first but the office has decided meanwhile."""
    earlier = new.order() < known.order()
    differs = differences(known, new)
    return Verdict(earlier and not office_decided, bool(differs) or (earlier and office_decided), differs)
