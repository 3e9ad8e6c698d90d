"""What can be done to an honest message: values of every wrong kind, wherever a value stands; bytes cut, doubled and turned.

Neighbours: `test_exchange.py`. Pure: hypothesis draws every choice, so a failing example is shrunk and repeated.
"""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
Draw = Any

DEEP = 200_000
HUGE = 10**400
"""Far beyond any integer of a database."""

WRONG: list[Any] = [
    None, True, False, 0, -1, 1, 2, 2**31, 2**31 + 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, HUGE, -HUGE,
    0.5, -0.0, 1e308, float("inf"), float("-inf"), float("nan"), "", " ", "0", "\x00", "a\x00b", "\ud800", "\udfff\ud800",
    "𝄞" * 50, "x" * 70_000, "null", "../../etc/passwd", "' OR 1=1 --", "$ne", [], {}, [[]], [None], {"": None}, {"\x00": "\x00"},
    {"__proto__": {"a": 1}}, ["x"] * 2_000, {str(n): n for n in range(2_000)}, "0" * 64, "f" * 64, "A" * 86, "=" * 8,
    "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-7FFF-8FFF-FFFFFFFFFFFF", "0000-00-00T00:00:00Z",
    "9999-99-99T99:99:99Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "2026-02-30T25:61:61Z",
    "9999999999999-ffff", "0000000000000-0000", "Not/AZone", "../UTC", "org/office", "org/finance", "depot:x/field",
]  # fmt: skip
"""Values that some field, somewhere, does not expect."""


def places(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a JSON tree, the root included."""
    yield path
    if isinstance(tree, dict):
        for key in tree:
            yield from places(tree[key], (*path, key))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            yield from places(value, (*path, at))


def mutated(draw: Draw, tree: Any, foreign: list[Any]) -> Any:
    """The tree with one to three places changed: replaced, dropped, doubled, turned round, moved, or given a stranger's value."""
    made = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        made = _once(draw, made, foreign)
    return made


def _once(draw: Draw, tree: Any, foreign: list[Any]) -> Any:
    # Everything is drawn whatever the tree holds: no two messages are alike, and what is drawn must not depend on it.
    all_places = list(places(tree))
    where = all_places[draw(st.integers(0, 400)) % len(all_places)]
    wrong = draw(st.one_of(st.sampled_from(WRONG), st.sampled_from(foreign), st.integers(), st.text(max_size=12)))
    aside = draw(st.booleans())
    kind = draw(st.sampled_from(["set", "set", "set", "drop", "double", "turn", "nest", "number"]))
    step_off = draw(st.sampled_from([-2, -1, 1, 2, 2**31, 2**53]))
    if not where:
        return wrong if aside else tree
    holder = tree
    for step in where[:-1]:
        holder = holder[step]
    last: Any = where[-1]
    value = holder[last]
    if kind == "drop":
        del holder[last]
    elif kind == "double" and isinstance(value, list) and value:
        holder[last] = [*value, *copy.deepcopy(value)]
    elif kind == "turn" and isinstance(value, list):
        holder[last] = value[::-1]
    elif kind == "nest":
        holder[last] = [value] if aside else {"a": value}
    elif kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        holder[last] = value + step_off
    else:
        holder[last] = wrong
    return tree


def point(draw: Draw, raw: bytes) -> int:
    """Somewhere in the bytes; drawn as a share of them, since ids and signatures make no two messages alike in length."""
    share: int = draw(st.integers(0, 1_000))
    return len(raw) * share // 1_000


def torn(draw: Draw, raw: bytes) -> bytes:
    """Bytes cut, with something put in, doubled in the middle, or with a bit turned."""
    at, until = sorted((point(draw, raw), point(draw, raw)))
    kind = draw(st.sampled_from(["cut", "put", "double", "flip", "head"]))
    bit = draw(st.integers(0, 7))
    if kind == "cut":
        return raw[:at]
    if kind == "head":
        return raw[at:]
    if kind == "double":
        return raw[:until] + raw[at:]
    if kind == "flip" and at < len(raw):
        return raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :]
    sample = [
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b'"',
        b"NaN",
        b"1e999",
        b"-",
        b"{",
        b'"protocol":2,',
        b"9" * 5_000,
        b"\\ud800",
    ]
    put: bytes = draw(st.one_of(st.sampled_from(sample), st.binary(max_size=8)))
    return raw[:at] + put + raw[at:]


def deep(draw: Draw) -> bytes:
    """JSON nested far deeper than any reader goes."""
    depth = draw(st.sampled_from([100, 300, 1_000, 5_000, DEEP]))
    opening, closing = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")]))
    nested: bytes = opening * depth + b"1" + closing * depth
    return nested
