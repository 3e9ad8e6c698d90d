"""Two readers of a body, one meaning: whatever `sync.body` takes from its quick reader, `EntryBody` would have given too."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import MsgspecError, to_builtins
from pydantic import ValidationError

from schemas.protocol import EntryBody
from sync import body as reading
from tests.vectors import bodies

RECORDED = sorted(bodies.FOLDER.glob("*.json"))
FULL: dict[str, Any] = {
    **json.loads(RECORDED[0].read_bytes()),
    "skew": -3, "gate": "grace", "seen": {"01890000-0000-7000-8000-0000000000aa": 7},
    "needs": ["01890000-0000-7000-8000-0000000000ab"],
    "blobs": [{"sha256": "ab" * 32, "size": 5, "type": "image/png", "role": "photo"}], "private": ["cd" * 32],
    "geo": {"lat": 31.2, "lon": 121.4, "accuracy_m": 8},
}  # fmt: skip
ODD: list[Any] = [
    None, True, False, 0, 1, -1, -0.0, 1.0, 1.5, 2**31, 2**53, 2**53 + 1, 2**70, -(2**70), 1e308, math.inf, math.nan, "", "1",
    "17", "1.0", "\n", "\u0000", "\ud800", "\u0660", "pin", "pin\n", "a" * 61, "字" * 60, "ab" * 32 + "\n", "AB" * 32,
    "01890000-0000-7000-8000-0000000000aa\n",
    "2026-11-21T09:52:00Z", "2026-11-21T09:52:00.000Z\n", "2026-13-41T09:52:00Z", "2026-11-21T09:52:0\u0660Z", "Asia/Shanghai\n",
    "1764000000000-0000", "1764000000000-000G", [], [1], [None], ["a"], {}, {"a": 1}, {"": None}, [[]], {"lat": 1}, {"lat": "1"},
    [{"sha256": "ab" * 32, "size": 5, "type": "image/png", "role": "photo", "more": 1}], {"lat": 91, "lon": 0, "accuracy_m": 0},
]  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
SPLICES = [
    b"",
    b",",
    b"}",
    b'"',
    b"\x00",
    b"\xff",
    b"\\",
    b"\\ud800",
    b"1e400",
    b"NaN",
    b"[[[[",
    b" ",
    b'"id":1,',
    b"\xef\xbb\xbf",
]


def taken(raw: bytes) -> dict[str, Any] | None:
    """What the engine reads, as plain values; None when it refuses."""
    try:
        found: dict[str, Any] = to_builtins(reading.read_body(raw))
    except (ValidationError, ValueError):
        return None
    return found


def declared(raw: bytes) -> dict[str, Any] | None:
    """What the protocol's classes say; None when they refuse, or when the arguments hold a number that JSON has not."""
    try:
        found = EntryBody.model_validate_json(raw).model_dump()
        json.dumps(found["args"], allow_nan=False)
    except (ValidationError, ValueError):
        return None
    return found


def agree(raw: bytes) -> None:
    assert repr(_sorted(taken(raw))) == repr(_sorted(declared(raw)))


def _sorted(value: Any) -> Any:
    """In one order, and whole numbers of degrees as what they are read as; everything else by its very type."""
    if isinstance(value, dict):
        floats = {"lat", "lon", "accuracy_m"} if set(value) == {"lat", "lon", "accuracy_m"} else set()
        return [(key, float(value[key]) if key in floats else _sorted(value[key])) for key in sorted(value)]
    return [_sorted(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_body_takes_the_quick_way(path: Any) -> None:
    raw = path.read_bytes()
    reading._decode(raw)
    agree(raw)


def test_the_full_body_takes_the_quick_way() -> None:
    raw = json.dumps(FULL).encode()
    reading._decode(raw)
    agree(raw)


@pytest.mark.parametrize("name", sorted(FULL))
def test_any_field_may_be_missing_odd_or_doubled(name: str) -> None:
    without = {key: value for key, value in FULL.items() if key != name}
    agree(json.dumps(without).encode())
    for odd in ODD:
        agree(json.dumps({**FULL, name: odd}).encode())
        agree(json.dumps({**FULL, name: [odd]}).encode())
        agree(json.dumps({**FULL, name: {str(odd): 1}}).encode())
        agree(json.dumps({**FULL, name: odd}, ensure_ascii=False).encode(errors="surrogatepass"))
        agree(json.dumps({**FULL, "args": {name: odd}}).encode())
        agree(json.dumps({**FULL, "unheard_of": odd}).encode())
        agree(json.dumps(FULL).encode()[:-1] + b", " + json.dumps({name: odd}).encode()[1:])


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FULL)), PLAIN)
def test_any_value_anywhere(name: str, value: Any) -> None:
    agree(json.dumps({**FULL, name: value}).encode())
    agree(json.dumps({**FULL, "args": {"x": value}}).encode())
    for inner in ("blobs", "geo"):
        part = FULL[inner][0] if inner == "blobs" else FULL[inner]
        for key in part:
            changed = {**part, key: value}
            agree(json.dumps({**FULL, inner: [changed] if inner == "blobs" else changed}).encode())


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(RECORDED), st.integers(0, 2_000), st.integers(0, 6), st.sampled_from(SPLICES))
def test_torn_and_spliced_bytes(path: Any, at: int, cut: int, splice: bytes) -> None:
    raw = path.read_bytes()
    agree(raw[:at] + splice + raw[at + cut :])


def test_the_bounds_are_the_same() -> None:
    ids = [f"01890000-0000-7000-8000-{number:012x}" for number in range(501)]
    for name, full, over in (
        ("needs", ids[:500], ids), ("seen", dict.fromkeys(ids[:500], 1), dict.fromkeys(ids, 1)), ("v", 10_000, 10_001),
        ("blobs", FULL["blobs"] * 32, FULL["blobs"] * 33), ("private", ["cd" * 32] * 8, ["cd" * 32] * 9),
        ("epoch", 2**31, 2**31 + 1),
        ("mono", 2**53, 2**53 + 1), ("skew", -(2**53), -(2**53) - 1), ("boot", "字" * 64, "字" * 65), ("app", "a" * 40, "a" * 41),
    ):  # fmt: skip
        for value in (full, over):
            agree(json.dumps({**FULL, name: value}).encode())
        assert taken(json.dumps({**FULL, name: over}).encode()) is None


def test_nesting_without_end_is_no_body() -> None:
    raw = (
        json.dumps({**FULL, "args": {}})
        .encode()
        .replace(b'"args": {}', b'"args": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    )
    with pytest.raises((ValidationError, ValueError)):
        reading.read_body(raw)


def test_the_quick_way_is_narrower_where_it_differs() -> None:
    for name, odd in (("seq", "17"), ("seq", 17.0), ("unheard_of", 1), ("zone", "A\n")):
        with pytest.raises(MsgspecError):
            reading._decode(json.dumps({**FULL, name: odd}).encode())
