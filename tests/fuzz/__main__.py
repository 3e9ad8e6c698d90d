"""`python -m tests.fuzz [--examples N] [--seed S] [--database postgres]`: the fuzzing of `make test` with other examples each
time, and more of them; says the seed it takes, and `--seed` takes the same again.

Neighbours: `bounds.py` reads what is chosen here; `server/setup/commands.py` runs it in `make soak`. Exit code: pytest's.
"""

import argparse
import os
import secrets
import sys

import pytest

from tests.fuzz import EXAMPLES

SECONDS_MAX = 3600


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    chosen = parser.parse_args()
    os.environ[EXAMPLES] = str(chosen.examples)
    again = f"python -m tests.fuzz --seed {chosen.seed} --examples {chosen.examples} --database {chosen.database}"
    sys.stdout.write(f"fuzzing: {again}\n")
    sys.stdout.flush()
    tests = ["tests/fuzz/test_exchange.py", "tests/fuzz/test_api.py"]
    return int(
        pytest.main(
            [*tests, "-q", f"--hypothesis-seed={chosen.seed}", f"--timeout={SECONDS_MAX}", f"--database={chosen.database}"]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
