"""How much is tried: few examples, always the same, inside `make test`; many, by a seed, when `__main__.py` asks for them.

Neighbours: `test_exchange.py` and `test_api.py` take their settings here.
"""

import os
from collections.abc import Collection

from hypothesis import HealthCheck, Phase, settings

from tests.fuzz import EXAMPLES


def bounded_by(examples: int, suppress: Collection[HealthCheck]) -> settings:
    """Hypothesis' settings. `examples`: how many `make test` tries of each."""
    asked = os.environ.get(EXAMPLES)
    return settings(
        max_examples=int(asked) if asked else examples, deadline=None, database=None, derandomize=not asked,
        phases=[Phase.generate], suppress_health_check=list(suppress),
    )  # fmt: skip
