"""A bucket's changes one by one, as any store gives them by the page."""

import msgspec

from sync.store import Store, WireChange


class _Version(msgspec.Struct):
    v: int


def changes(
    store: Store, organisation: str, bucket: str, after: int = 0, *, most: int = 10**6, up_to: int = 10**9, size: int = 10**9
) -> list[WireChange]:
    """The changes of one page, taken apart without touching their bytes."""
    page = store.page(organisation, bucket, after, up_to, most, size)
    wires = msgspec.json.decode(b"[" + page.wire + b"]", type=list[msgspec.Raw])
    found = [WireChange(msgspec.json.decode(wire, type=_Version).v, bytes(wire)) for wire in wires]
    assert (len(found), found[-1].version if found else after) == (page.count, page.to)
    return found
