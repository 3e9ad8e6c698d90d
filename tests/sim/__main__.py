"""`python -m tests.sim SEEDS [--from S] [--store sqlite]`: run so many seeds on all cores; the last line counts them. `--replay
SEED` runs one and tells what it came to. `--store sqlite`: the server's store is what ships, on files; without, it is in memory.

Neighbours: `world.py` runs a seed; `server/setup/checks.py` reads the last line. Exit code 1 when a law was broken, or when a
thousand seeds and more left a class of fault untried.
"""

import argparse
import logging
import multiprocessing
import os
import sys
from collections import Counter
from functools import partial
from typing import Final

import structlog

from tests.sim.faults import Fault
from tests.sim.server import Node
from tests.sim.sql import SqlNode, empty
from tests.sim.world import Build, Result, as_line, simulate

MANY = 1000
STORES: Final[dict[str, type[Node]]] = {"memory": Node, "sqlite": SqlNode}


def quiet() -> None:
    """What the product reports of simulated faults is expected here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def one(seed: int, store: str) -> Result:
    """One seed; an exception of the simulation itself is a violation, too."""
    try:
        return simulate(str(seed), Build(node=STORES[store]))
    except Exception as fault:
        return Result(str(seed), 0, {}, [f"simulation {type(fault).__qualname__}: {fault}"[:300]], "")


def run(first: int, count: int, store: str = "memory") -> int:
    """All seeds; prints failing ones with their replay command, and the counts last."""
    faults: Counter[str] = Counter({fault.value: 0 for fault in Fault})
    entries = failed = violations = 0
    seeds = range(first, first + count)
    empty()  # made once, before the processes part
    with multiprocessing.get_context("fork").Pool(min(os.cpu_count() or 1, count), quiet) as pool:
        for result in pool.imap_unordered(partial(one, store=store), seeds, chunksize=4):
            entries += result.entries
            faults.update(result.faults)
            violations += len(result.violations)
            if result.violations:
                failed += 1
                again = f"python -m tests.sim --store {store} --replay {result.seed}"
                sys.stdout.write(f"✗ seed {result.seed}   replay: {again}\n")
                sys.stdout.writelines(f"    {violation}\n" for violation in result.violations[:5])
                sys.stdout.flush()
    untried = [name for name, times in sorted(faults.items()) if not times]
    hit = " ".join(f"{name}={times}" for name, times in sorted(faults.items()))
    if untried:
        sys.stdout.write(f"untried: {' '.join(untried)}\n")
    sys.stdout.write(f"seeds={count} entries={entries} {hit} failed={failed} violations={violations}\n")
    return 1 if violations or (untried and count >= MANY) else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim")
    parser.add_argument("seeds", nargs="?", type=int, default=100)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--replay")
    parser.add_argument("--store", choices=STORES, default="memory")
    chosen = parser.parse_args()
    quiet()
    if chosen.replay is not None:
        result = simulate(chosen.replay, Build(node=STORES[chosen.store]))
        sys.stdout.write(as_line(result) + "\n")
        return 1 if result.violations else 0
    return run(chosen.first, chosen.seeds, chosen.store)


if __name__ == "__main__":
    sys.exit(main())
