"""Tables, ratios and targets from the rounds' figures; the same as JSON.

Neighbours: `runs.py` makes the figures, `__main__.py` prints. Invariants: a figure is the median of its rounds, a ratio the
median of the ratios of rounds that ran side by side; a target that was not measured is not called reached.
"""

import json
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.measured import Measured, middle

Read = Callable[[Measured], float | None]
MB: Final = 1e6
GROWTH_BYTES_MAX: Final = 10e6
"""What a server may hold more after twice the amount, and still be called flat."""


@dataclass
class Results:
    """All rounds: by workload and side, one figure a round."""

    rounds: dict[tuple[str, str], list[Measured]] = field(default_factory=dict)

    def add(self, side: str, figures: Mapping[str, Measured]) -> None:
        """One round of one side."""
        for workload, measured in figures.items():
            self.rounds.setdefault((workload, side), []).append(measured)

    def sides(self, workload: str) -> list[str]:
        """The sides a workload was measured on, in the order they came."""
        return [side for known, side in self.rounds if known == workload]

    def workloads(self) -> list[str]:
        """In the order they came."""
        return list(dict.fromkeys(workload for workload, _ in self.rounds))

    def figure(self, workload: str, side: str, read: Read) -> float | None:
        """The median over the rounds, None when it was not measured."""
        found = [read(measured) for measured in self.rounds.get((workload, side), [])]
        known = [value for value in found if value is not None]
        return middle(known) if known else None

    def ratio(self, workload: str, read: Read, to: str = "bare") -> float | None:
        """The median of ours / the other, pair by pair (against one round of the other: by that one)."""
        mine, other = (self.rounds.get((workload, side), []) for side in ("ours", to))
        if len(other) == 1:
            other = other * len(mine)
        pairs = [(read(a), read(b)) for a, b in zip(mine, other, strict=False)]
        known = [a / b for a, b in pairs if a is not None and b]
        return middle(known) if known else None


def rate(measured: Measured) -> float | None:
    """Things a second."""
    return measured.rate


def seconds(measured: Measured) -> float | None:
    """Wall time."""
    return measured.seconds


def p50(measured: Measured) -> float | None:
    """ms."""
    return measured.percentile_ms(0.5)


def p95(measured: Measured) -> float | None:
    """ms."""
    return measured.percentile_ms(0.95)


def p99(measured: Measured) -> float | None:
    """ms."""
    return measured.percentile_ms(0.99)


def peak_mb(measured: Measured) -> float | None:
    """The most memory the server has held."""
    return None if measured.usage is None else measured.usage.peak / MB


def memory_mb(measured: Measured) -> float | None:
    """The memory the server holds afterwards."""
    return None if measured.usage is None else measured.usage.memory / MB


def cpu_s(measured: Measured) -> float | None:
    """The server's processor time."""
    return None if measured.usage is None else measured.usage.cpu


def fact(name: str) -> Read:
    """One of the facts."""
    return lambda measured: measured.facts.get(name)


def scaled(name: str, unit: float) -> Read:
    """One of the facts in another unit."""
    return lambda measured: measured.facts[name] / unit if name in measured.facts else None


def growth_mb(measured: Measured) -> float | None:
    """How much more the server holds after twice the amount."""
    twice = measured.facts.get("memory_after_twice_bytes")
    return None if twice is None or measured.usage is None else (twice - measured.usage.memory) / MB


COLUMNS: Final[Mapping[str, Sequence[tuple[str, Read]]]] = {
    "A": (("entries/s", rate), ("p99 ms", p99), ("memory MB", memory_mb), ("peak MB", peak_mb), ("twice: +MB", growth_mb),
          ("server cpu s", cpu_s)),
    "B": (("records/s", rate), ("wire MB", scaled("wire_bytes", MB)), ("p99 ms", p99),
          ("peak MB", peak_mb), ("server cpu s", cpu_s)),
    "D": (("wall s", seconds), ("push s", fact("push_s")), ("pull s", fact("pull_s")), ("p50 ms", p50), ("p99 ms", p99),
          ("wire MB", scaled("wire_bytes", MB)), ("memory MB", memory_mb), ("peak MB", peak_mb), ("server cpu s", cpu_s),
          ("client cpu s", fact("client_cpu_s")), ("missing", fact("missing"))),
    "E": (("p50 ms", p50), ("p95 ms", p95), ("p99 ms", p99), ("memory MB", memory_mb), ("server cpu s", cpu_s),
          ("client cpu s", fact("client_cpu_s"))),
    "F": (("wall s", seconds), ("p99 ms", p99), ("requests", fact("requests")), ("in history", fact("versions_in_history")),
          ("losers", fact("losers")), ("untold", fact("untold")), ("lost", fact("versions_lost"))),
    "G": (("rows ms", fact("page_first_rows_ms")), ("all rows ms", fact("page_whole_ms")),
          ("1st search ms", fact("page_first_search_ms")), ("… of all ms", fact("page_first_search_all_ms")),
          ("search p50", fact("page_search_p50_ms")), ("search p95", fact("page_search_p95_ms")),
          ("sort ms", fact("page_sort_ms")), ("jump ms", fact("page_jump_ms")), ("index p50 ms", p50), ("index p99 ms", p99),
          ("server ms", fact("server_ms"))),
    "H": (("wall s", seconds), ("read s", fact("read_s")), ("check s", fact("check_s")), ("run s", fact("run_s")),
          ("bad rows s", fact("bad_rows_s")), ("progress", fact("steps")), ("peak MB", peak_mb), ("server cpu s", cpu_s)),
    "I": (("start ms", fact("start_ms")), ("… lock ms", fact("door_ms")), ("… today ms", fact("today_ms")),
          ("start thread", fact("start_thread_ms")), ("tap p50", fact("tap_p50_ms")), ("tap p95", fact("tap_p95_ms")),
          ("shot p50", fact("shot_p50_ms")), ("frame p95", fact("frame_p95_ms")), ("frame thread", fact("frame_work_ms")),
          ("1st key", fact("first_key_ms")), ("key p50", fact("key_p50_ms")), ("key p95", fact("key_p95_ms")),
          ("key thread", fact("key_work_ms")),
          ("FCP", fact("fcp_ms")), ("LCP", fact("lcp_ms")), ("TBT", fact("tbt_ms")), ("CLS", fact("cls")),
          ("first kB", scaled("first_bytes", 1e3))),
    "C": (("pulls/s", rate), ("p50 ms", p50), ("p99 ms", p99), ("answer kB", scaled("answer_bytes", 1e3))),
}  # fmt: skip
"""What is shown of each workload; the first is what `ours/it` compares, unless HEADLINES says otherwise."""
HEADLINES: Final[Mapping[str, Read]] = {"C": p50, "E": p95}


@dataclass(frozen=True)
class Target:
    """One thing that must be reached: `reached` is None when it was not measured."""

    workload: str
    text: str
    value: float | None
    bound: float
    at_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether it is."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        """For the table."""
        mark = {True: "✓", False: "✗", None: "–"}[self.reached]
        value = "not measured" if self.value is None else f"{self.value:,.3f}" if self.value < 10 else f"{self.value:,.1f}"
        return f"  {mark} {self.workload:<7} {self.text:<46} {value:>12}   {'≥' if self.at_least else '≤'} {self.bound:g}"


def targets(results: Results) -> list[Target]:
    """Everything the issue demands, measured or not."""
    gzip_mb = results.figure("B gzip", "ours", scaled("wire_bytes", MB))
    unzipped = results.figure("B gzip", "ours", lambda m: m.facts.get("requests", 0) - m.facts.get("compressed_answers", 0))
    return [
        Target("A", "entries/s, ours / bare", results.ratio("A", rate), 0.2, at_least=True),
        Target("B", "records/s, ours / bare", results.ratio("B", rate), 0.45, at_least=True),
        Target("B gzip", "records/s, ours / bare", results.ratio("B gzip", rate), 0.45, at_least=True),
        Target("B gzip", "MB on the wire", gzip_mb, 11),
        Target("B gzip", "answers that were not compressed", unzipped, 0),
        Target("C", "p50, ours / bare", results.ratio("C", p50), 2),
        Target("D", "wall time, ours / bare", results.ratio("D", seconds), 2),
        Target("D", "p99 of a request, ms", results.figure("D", "ours", p99), 500),
        Target("D", "records missing", results.figure("D", "ours", fact("missing")), 0),
        Target("E", "p95, ours / bare", results.ratio("E", p95), 2),
        Target("F", "wall time, s", results.figure("F", "ours", seconds), 0.3),
        Target("F", "versions not kept", results.figure("F", "ours", fact("versions_lost")), 0),
        Target("F", "losers not told", results.figure("F", "ours", fact("untold")), 0),
        Target("G", "first rows of the grid in Chromium, ms", results.figure("G", "ours", fact("page_first_rows_ms")), 300),
        Target("G", "first search in Chromium, ms", results.figure("G", "ours", fact("page_first_search_ms")), 100),
        Target("G", "search in Chromium, p95, ms", results.figure("G", "ours", fact("page_search_p95_ms")), 100),
        Target("H", "a sheet brought in, csv, wall time, s", results.figure("H", "ours", seconds), 20),
        Target("H xlsx", "a sheet brought in, workbook, wall time, s", results.figure("H xlsx", "ours", seconds), 20),
        *_of_the_phone(results),
        Target("memory", "after A, MB", results.figure("A", "ours", memory_mb), 150),
        Target("memory", "after D, MB", results.figure("D", "ours", memory_mb), 150),
        Target(
            "memory", "growth from 10,000 to 20,000 entries, MB", results.figure("A", "ours", growth_mb), GROWTH_BYTES_MAX / MB
        ),
    ]


def _of_the_phone(results: Results) -> list[Target]:
    """I: at a quarter of this machine's speed."""
    bounds = (
        ("a browser started anew until Today stands, ms", "start_ms", 1000),
        ("a tap until the next frame, p95, ms", "tap_p95_ms", 100),
        ("the shutter until the next shot, ms", "shot_p50_ms", 500),
        ("a frame of the page's thread while signing, ms", "frame_work_ms", 16),
        ("a key of the search in 10,000 assets, p95, ms", "key_p95_ms", 50),
    )
    return [Target("I", text, results.figure("I", "ours", fact(name)), bound) for text, name, bound in bounds]


def tables(results: Results, about: Mapping[str, str]) -> str:
    """One table a workload, then the targets."""
    lines: list[str] = []
    for workload in results.workloads():
        columns = COLUMNS[workload.split()[0]]
        headline = HEADLINES.get(workload, columns[0][1])
        lines += ["", f"{workload} · {about[workload.split()[0]]}"]
        lines.append(f"  {'':<16}" + "".join(f"{name:>14}" for name, _ in columns) + f"{'ours/it':>10}")
        for side in results.sides(workload):
            cells = "".join(f"{_cell(results.figure(workload, side, read)):>14}" for _, read in columns)
            ratio = results.ratio(workload, headline, side) if side != "ours" else None
            lines.append(f"  {side:<16}{cells}{_cell(ratio, 3):>10}")
            lines += [f"    {line}" for measured in results.rounds[workload, side] for line in measured.said]
    lines += ["", "targets"]
    lines += [target.line() for target in targets(results) if target.workload.split()[0] in {*about, "memory"}]
    return "\n".join(lines) + "\n"


def _cell(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return "–"
    return f"{value:,.{digits if digits is not None else 0 if value >= 1000 else 2}f}"


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


def keep(folder: Path, results: Results, about: Mapping[str, str], command: str, facts: Mapping[str, Any]) -> Path:
    """Every round as JSON, with machine, command and targets."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    whole = {
        "at": at, "command": command, "machine": machine(), **facts, "workloads": dict(about),
        "figures": [_plain(workload, side, rounds) for (workload, side), rounds in results.rounds.items()],
        "targets": [
            {"workload": one.workload, "what": one.text, "value": one.value, "bound": one.bound, "reached": one.reached}
            for one in targets(results)
        ],
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at.replace(':', '')}.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _plain(workload: str, side: str, rounds: Iterable[Measured]) -> dict[str, Any]:
    return {
        "workload": workload,
        "side": side,
        "rounds": [
            {
                "count": one.count, "seconds": round(one.seconds, 4), "per_second": round(one.rate, 1), "p50_ms": p50(one),
                "p95_ms": p95(one), "p99_ms": p99(one), "memory_bytes": one.usage and one.usage.memory,
                "peak_bytes": one.usage and one.usage.peak, "server_cpu_s": one.usage and round(one.usage.cpu, 3), **one.facts,
                **({"said": list(one.said)} if one.said else {}),
            }
            for one in rounds
        ],
    }  # fmt: skip
