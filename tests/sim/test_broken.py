"""The checkers bite: every deliberately broken engine or device is caught within a bounded number of seeds."""

import pytest

from tests.sim.__main__ import quiet
from tests.sim.broken import BROKEN
from tests.sim.world import simulate

quiet()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_engine_is_caught(name: str) -> None:
    broken = BROKEN[name]
    seen: list[str] = []
    with broken.in_place() as build:
        for seed in range(broken.seeds):
            seen += simulate(str(seed), build).violations
            if any(violation.startswith(broken.caught_by) for violation in seen):
                return
    pytest.fail(f"{name}: nobody noticed in {broken.seeds} seeds; seen: {seen[:3]}")
