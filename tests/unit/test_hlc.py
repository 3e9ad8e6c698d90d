"""The hybrid clock: it only goes forward, and one far ahead is capped at the receipt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import hlc


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), max_size=20))
def test_a_clock_only_goes_forward(start: int, walls: list[int]) -> None:
    last = hlc.encode(start, 0)
    for wall in walls:
        following = hlc.tick(last, wall)
        assert following > last
        assert hlc.decode(following)[0] >= wall
        last = following


def test_a_clock_far_ahead_is_capped_at_the_receipt() -> None:
    assert hlc.capped(hlc.encode(1_000_000, 3), 1_000_000) == hlc.encode(1_000_000, 3)
    assert hlc.capped(hlc.encode(1_060_000, 3), 1_000_000) == hlc.encode(1_060_000, 3)
    assert hlc.capped(hlc.encode(1_060_001, 3), 1_000_000) == hlc.encode(1_060_000, 0)
    assert hlc.tick(hlc.encode(5, 0xFFFF), 1) == hlc.encode(6, 0)
    for ms, counter in ((-1, 0), (10**13, 0), (0, -1), (0, 2**16)):
        with pytest.raises(ValueError, match="out of range"):
            hlc.encode(ms, counter)
