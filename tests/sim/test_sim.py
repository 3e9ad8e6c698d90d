"""The simulation itself: it is a function of its seed, it tries things, and no law is broken."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sim.__main__ import quiet
from tests.sim.faults import Fault
from tests.sim.regressions import REGRESSIONS
from tests.sim.sql import SqlNode
from tests.sim.world import Build, simulate

quiet()
ROOT = Path(__file__).parents[2]


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


class AsInMemory(SqlNode):
    """A full disk refuses at the beginning of a transaction, as the store in memory has it; SQLite finds it out at any place."""

    @contextmanager
    def _disk(self) -> Iterator[None]:
        if self.full:
            raise OSError(errno.ENOSPC, "simulated")
        yield


@pytest.mark.parametrize("seed", range(6))
def test_on_sqlite_a_seed_takes_the_very_course_it_takes_in_memory(seed: int) -> None:
    assert simulate(str(seed), Build(node=AsInMemory)) == simulate(str(seed))


@pytest.mark.parametrize("seed", range(4))
def test_no_law_is_broken_on_what_ships(seed: int) -> None:
    assert simulate(str(seed), Build(node=SqlNode)).violations == []


@pytest.mark.parametrize("seed", REGRESSIONS)
def test_what_a_seed_found_has_a_test_of_its_own(seed: str) -> None:
    path, _, name = REGRESSIONS[seed].test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text()
