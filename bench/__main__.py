"""`python -m bench` (`make bench`): measure, print a table, keep the figures under `bench/results/`.

Neighbours: `workloads.py`. Invariants: speed is reported here and asserted nowhere; every figure stands beside the bare
server's and the machine's of the same run; everything happens in a folder that is removed afterwards.
"""

import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import workloads
from bench.bare import fill
from bench.company import NEW_RECORDS, RECORDS, found
from bench.processes import ROOT, bare, ours
from bench.workloads import BATCH, ENTRIES, PULLS, Measured

RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True)
class Line:
    """One side's figure in one workload."""

    workload: str
    side: str
    measured: Measured


def measure(folder: Path) -> tuple[list[Line], dict[str, Any]]:
    """Run everything in `folder`; returns the lines and the facts of the workloads."""
    say("公司 company: 5,000 records through the engine")
    data = folder / "data"
    company = found(data)
    say("记录 entries: 10,000, chained and signed")
    push = workloads.make_push(company)
    fill(folder / "bare.db", company.wires)
    lines = []
    say("A, C · 本系统 ours")
    with ours(data) as server:
        lines.append(Line("C", "ours", workloads.pull_ours(server, company)))
        lines.append(Line("A", "ours", workloads.push_ours(server, company, push)))
    say("A, C · 裸服务器 bare")
    with bare(folder / "bare.db") as server:
        lines.append(Line("C", "bare", workloads.pull_bare(server, company)))
        lines.append(Line("A", "bare", workloads.push_bare(server, push)))
    say("A, C · 机器极限 the machine's limit")
    appended, inserted = workloads.machine_push(folder, push)
    lines += [
        Line("A", "fsync append", appended),
        Line("A", "sqlite3 insert", inserted),
        Line("C", "sqlite3 select", workloads.machine_pull(folder, company)),
    ]
    facts = {
        "A": f"one device pushes {ENTRIES:,} entries of {push.body_bytes_mean:.0f} bytes in batches of {BATCH}",
        "C": f"one device pulls {NEW_RECORDS} new records among {RECORDS:,}, {PULLS} times",
    }
    return lines, facts


def machine() -> dict[str, Any]:
    """What it ran on."""
    load = os.getloadavg() if hasattr(os, "getloadavg") else None
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load_1min": round(load[0], 2) if load else None,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def show(lines: list[Line], facts: dict[str, Any]) -> None:
    """The tables, one a workload."""
    for workload, unit in (("A", "entries/s"), ("C", "pulls/s")):
        mine = [line for line in lines if line.workload == workload]
        reference = next(line.measured for line in mine if line.side == "ours")
        sys.stdout.write(f"\n{workload} · {facts[workload]}\n")
        head = f"  {'':<16}{unit:>12}{'p50 ms':>10}{'p99 ms':>10}{'memory MB':>12}{'ours/it':>10}"
        sys.stdout.write(head + "\n")
        for line in mine:
            figure = line.measured
            p50, p99 = figure.percentile_ms(0.5), figure.percentile_ms(0.99)
            sys.stdout.write(
                f"  {line.side:<16}{figure.rate:>12,.0f}{_or_dash(p50):>10}{_or_dash(p99):>10}"
                f"{_or_dash(figure.memory and figure.memory / 1e6):>12}{reference.rate / figure.rate:>10.3f}\n"
            )
        if workload == "A" and reference.count < ENTRIES:
            sys.stdout.write(f"  ours was stopped after {reference.count:,} entries\n")


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def keep(lines: list[Line], facts: dict[str, Any], seconds: float) -> Path:
    """The same as JSON, with machine and command."""
    figures = [
        {
            "workload": line.workload,
            "side": line.side,
            "count": line.measured.count,
            "seconds": round(line.measured.seconds, 4),
            "per_second": round(line.measured.rate, 1),
            "p50_ms": line.measured.percentile_ms(0.5),
            "p99_ms": line.measured.percentile_ms(0.99),
            "memory_bytes": line.measured.memory,
        }
        for line in lines
    ]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    whole = {
        "at": at, "command": "python -m bench", "seconds": round(seconds, 1), "machine": machine(),
        "workloads": facts, "figures": figures,
    }  # fmt: skip
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{at.replace(':', '')}.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def say(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"… {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, show, keep."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder:
        lines, facts = measure(Path(folder))
    show(lines, facts)
    seconds = time.monotonic() - began
    path = keep(lines, facts, seconds)
    sys.stdout.write(f"\n{seconds:.0f} s · {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
