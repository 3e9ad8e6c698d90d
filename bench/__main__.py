"""`python -m bench [A B …] [--rounds n]` (`make bench`): measure, print tables, keep the figures under `bench/results/`.

Neighbours: `runs.py`, `report.py`. Invariants: speed is reported here and asserted nowhere; every figure stands beside the
bare server's and the machine's of the same run, rounds of ours and of the bare server taking turns; everything happens in a
folder that is removed afterwards.
"""

import argparse
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.company import FULL, found
from bench.processes import ROOT
from bench.report import Results, keep, tables
from bench.runs import WORKLOADS, Stage, run_bare, run_ours

RESULTS = ROOT / "bench" / "results"


def measure(results: Results, stage: Stage, chosen: Sequence[str], rounds: int) -> None:
    """Every chosen workload, `rounds` pairs of ours and bare, the machine's limit once."""
    for name in chosen:
        workload = WORKLOADS[name]
        for number in range(1, rounds + 1):
            say(f"{name} {number}/{rounds} · 本系统 ours")
            results.add("ours", run_ours(workload, stage))
            if workload.bare is not None:
                say(f"{name} {number}/{rounds} · 裸服务器 bare")
                results.add("bare", run_bare(workload, stage))
        if workload.machine is not None:
            say(f"{name} · 机器极限 the machine's limit")
            for side, figures in workload.machine(stage).items():
                results.add(side, figures)


def measure_alone(results: Results, folder: Path, chosen: Sequence[str]) -> None:
    """Every chosen workload that brings its own company, once."""
    for name in chosen:
        alone = WORKLOADS[name].alone
        assert alone is not None
        say(f"{name} · {WORKLOADS[name].about}")
        results.add("ours", alone(folder / name))


def say(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"… {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, show, keep."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("workloads", nargs="*", metavar="|".join(WORKLOADS), help="which ones; all of them when none is named")
    options.add_argument("--rounds", type=int, default=3, help="pairs of ours and bare; figures are medians (default 3)")
    options.add_argument("--records", type=int, default=FULL.records, help=f"vans of the company (default {FULL.records:,})")
    options.add_argument("--entries", type=int, default=FULL.entries, help=f"entries of workload A (default {FULL.entries:,})")
    chosen = options.parse_args()
    if unknown := set(chosen.workloads) - set(WORKLOADS):
        options.error(f"unknown: {', '.join(sorted(unknown))}")
    names = [name for name in WORKLOADS if not chosen.workloads or name in chosen.workloads]
    size = replace(FULL, records=chosen.records, entries=chosen.entries)
    began = time.monotonic()
    results, founded_s = Results(), 0.0
    together, alone = ([name for name in names if (WORKLOADS[name].alone is not None) == own] for own in (False, True))
    with tempfile.TemporaryDirectory(prefix="handover-bench-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        if together:
            say(f"公司 company: {size.records:,} records through the engine")
            company = found(folder / "founded", size)
            founded_s = company.seconds
            say(f"{founded_s:.1f} s, {size.records / founded_s:,.0f} records/s")
            measure(results, Stage.set_up(folder, company), together, chosen.rounds)
        measure_alone(results, folder, alone)
    about = {name: WORKLOADS[name].about.format(**vars(size)) for name in names}
    sys.stdout.write(tables(results, about))
    seconds = time.monotonic() - began
    facts = {"seconds": round(seconds, 1), "rounds": chosen.rounds, "founded_s": round(founded_s, 2)}
    path = keep(RESULTS, results, about, shlex.join(["python", "-m", "bench", *sys.argv[1:]]), facts)
    sys.stdout.write(f"\n{seconds:.0f} s · {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
