"""The simulation itself: it is a function of its seed, it tries things, and no law is broken."""

import pytest

from tests.sim.__main__ import quiet
from tests.sim.faults import Fault
from tests.sim.regressions import REGRESSIONS
from tests.sim.world import simulate

quiet()


def test_a_seed_is_replayed_to_the_byte() -> None:
    first, again = simulate("replay"), simulate("replay")
    assert first == again
    assert first.trace != simulate("another").trace


@pytest.mark.parametrize("seed", range(4))
def test_no_law_is_broken(seed: int) -> None:
    result = simulate(str(seed))
    assert result.violations == []
    assert result.entries > 60
    assert len(result.faults) > len(Fault) // 4


@pytest.mark.parametrize("seed", REGRESSIONS)
def test_seeds_that_found_something_stay_mended(seed: str) -> None:
    assert simulate(seed).violations == []
