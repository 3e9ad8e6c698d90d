"""The checks: what `make check`, `make test` and `make e2e` run, how each is counted, the table at the end.

Neighbours: `commands.py` chooses the list; `words.py` runs the tools. Invariants: every check runs even when
one before it failed; a skipped, expected-to-fail or missing test counts as failed; the last line is
`N passed, N failed`.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.setup.environment import APP, NPM, PYTHON, VENV
from server.setup.words import LOGS, ROOT, Outcome, execute, say, step

LINT_SECONDS = 300.0
VITEST_SECONDS = 600.0
PYTEST_SECONDS = 1500.0
SIM_SECONDS = 1200.0
SIM_SEEDS = 1000
SIM_SEEDS_ON_FILES = 60
SOAK_SEEDS = 10_000
SOAK_SEEDS_ON_FILES = 500
TICK_SECONDS = 10.0
CORE_SEEDS = 100
CORE_SOAK_SEEDS = 1000
MARATHON_MINUTES = 30
FAST = "not browser and not slow"


@dataclass(frozen=True, slots=True)
class Check:
    """One tool to run: its name for people and for its log, the command, and how its tests are counted."""

    name: str
    log: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    seconds: float = LINT_SECONDS
    counted: Literal["once", "pytest", "vitest", "sim"] = "once"

    @property
    def report(self) -> Path:
        """Where the tool writes its counts."""
        return LOGS / f"{self.log}.report"


@dataclass(frozen=True, slots=True)
class Count:
    """Tests that passed and that did not."""

    passed: int
    failed: int


def lint_checks() -> list[Check]:
    """Format, lint, types, import contract, generated files: Python's, then the app's."""
    tool = VENV / "bin"
    npm_run = (str(NPM), "run", "--silent")
    return [
        Check("ruff format", "ruff-format", (str(tool / "ruff"), "format", "--check", ".")),
        Check("ruff check", "ruff-check", (str(tool / "ruff"), "check", ".")),
        Check("mypy strict", "mypy", (str(tool / "mypy"),)),
        Check("import contract", "lint-imports", (str(tool / "lint-imports"),)),
        Check("generated types", "generated", (str(PYTHON), "-m", "schemas.export", "--check")),
        Check("biome", "biome", (*npm_run, "lint"), APP),
        Check("svelte-check + tsc", "svelte-check", (*npm_run, "check"), APP),
    ]


def build_check() -> Check:
    """The app builds, and its first download stays within its bound. The browser tests use what is built here."""
    return Check("app build", "app-build", (str(NPM), "run", "--silent", "build"), APP)


def vitest_check() -> Check:
    """The app's tests."""
    report = LOGS / "vitest.report"
    command = (
        str(NPM),
        "run",
        "--silent",
        "test",
        "--",
        "--reporter=default",
        "--reporter=json",
        f"--outputFile={report}",
    )
    return Check("vitest", "vitest", command, APP, VITEST_SECONDS, "vitest")


def core_simulation_check() -> Check:
    """The shipped core of the phone under simulated faults, against the real server."""
    command = (str(NPM), "run", "--silent", "sim", "--", "--seeds", str(CORE_SEEDS), "--jobs", "2")
    return Check("phone's core simulated", "core-sim", command, APP, SIM_SECONDS, "sim")


def core_simulation_tests() -> Check:
    """The simulation repeats itself exactly, and notices every core that was broken on purpose."""
    report = LOGS / "core-sim-tests.report"
    command = (str(NPM), "run", "--silent", "sim:test", "--", "--reporter=default", "--reporter=json", f"--outputFile={report}")
    return Check("broken cores are noticed", "core-sim-tests", command, APP, VITEST_SECONDS, "vitest")


def pytest_check(name: str, log: str, marker: str | None) -> Check:
    """Python's tests, all of them or those a marker expression chooses."""
    chosen = ("-m", marker) if marker else ()
    command = (str(PYTHON), "-m", "pytest", *chosen, f"--junitxml={LOGS / log}.report")
    return Check(name, log, command, ROOT, PYTEST_SECONDS, "pytest")


def postgres_check() -> Check:
    """What is asked over HTTP and by the protocol, once more with every server on a real PostgreSQL."""
    command = (
        str(PYTHON), "-m", "pytest", "--database=postgres", "tests/http", "tests/protocol", "--ignore=tests/http/test_bench.py",
        f"--junitxml={LOGS / 'pytest-postgres'}.report",
    )  # fmt: skip
    return Check("pytest, PostgreSQL", "pytest-postgres", command, ROOT, PYTEST_SECONDS, "pytest")


def sim_check(seeds: int, seconds: float = SIM_SECONDS) -> Check:
    """So many seeds of the simulator: server and devices under faults, every law checked."""
    command = (str(PYTHON), "-m", "tests.sim", str(seeds))
    return Check(f"simulator, {seeds} seeds", "sim", command, ROOT, seconds, "sim")


def sim_on_files_check(seeds: int) -> Check:
    """The same on the store that ships, with real transactions on files."""
    command = (str(PYTHON), "-m", "tests.sim", str(seeds), "--store", "sqlite")
    return Check(f"simulator, {seeds} on SQLite", "sim-sqlite", command, ROOT, SIM_SECONDS, "sim")


def everything() -> list[Check]:
    """The list of `make test`."""
    return [
        *lint_checks(),
        build_check(),
        vitest_check(),
        pytest_check("pytest, browser included", "pytest", None),
        postgres_check(),
        sim_check(SIM_SEEDS),
        sim_on_files_check(SIM_SEEDS_ON_FILES),
        core_simulation_check(),
        core_simulation_tests(),
    ]


def under_a_minute() -> list[Check]:
    """The list of `make check`."""
    return [*lint_checks(), build_check(), vitest_check(), pytest_check("pytest, fast", "pytest-fast", FAST)]


def in_browser() -> list[Check]:
    """The list of `make e2e`."""
    return [build_check(), pytest_check("pytest, browser", "pytest-browser", "browser")]


def run_checks(checks: Sequence[Check], first: int, total: int) -> bool:
    """Run all, numbered from `first` of `total`; print failures and the table; True when nothing failed."""
    rows: list[tuple[Check, Outcome, Count]] = []
    for at, check in enumerate(checks):
        with step(first + at, total, check.name, TICK_SECONDS) as result:
            check.report.unlink(missing_ok=True)
            outcome = execute(check.log, check.command, seconds=check.seconds, cwd=check.cwd)
            count = count_of(check, outcome)
            result.append("ok" if count.failed == 0 else "✗")
        rows.append((check, outcome, count))
    for check, outcome, count in rows:
        if count.failed:
            say(f"\n──── {check.name} ✗ ({outcome.log.relative_to(ROOT)}) ────\n{outcome.tail()}")
    return _table(rows)


def _table(rows: Sequence[tuple[Check, Outcome, Count]]) -> bool:
    say(f"\n{'':2}{'check':<28}{'passed':>8}{'failed':>8}{'seconds':>10}")
    for check, outcome, count in rows:
        mark = "✗" if count.failed else "✓"
        say(f"{mark} {check.name:<28}{count.passed:>8}{count.failed:>8}{outcome.seconds:>10.1f}")
    passed = sum(count.passed for _, _, count in rows)
    failed = sum(count.failed for _, _, count in rows)
    say(f"\n{passed} passed, {failed} failed")
    return failed == 0


def count_of(check: Check, outcome: Outcome) -> Count:
    """What a finished check counts for. A tool that ended badly or ran no test has at least one failure."""
    if check.counted == "once":
        return Count(1, 0) if outcome.ok else Count(0, 1)
    if check.counted == "sim":
        return sim_count(outcome.tail(1), ok=outcome.ok)
    try:
        text = check.report.read_text(encoding="utf-8")
        count = _pytest_count(text) if check.counted == "pytest" else _vitest_count(text)
    except (OSError, ValueError, KeyError, TypeError, ET.ParseError):
        return Count(0, 1)
    if count.failed == 0 and (not outcome.ok or count.passed == 0):
        return Count(count.passed, 1)
    return count


def sim_count(last_line: str, *, ok: bool) -> Count:
    """The simulator's last line: seeds that kept every law pass; a broken one, an untried class of fault or a run that did not
    end fails."""
    found = {name: int(number) for name, _, number in (part.partition("=") for part in last_line.split()) if number.isdigit()}
    if "seeds" not in found or "failed" not in found or "violations" not in found:
        return Count(0, 1)
    failed = found["failed"] or int(not ok or found["violations"] > 0)
    return Count(found["seeds"] - found["failed"], failed)


def _pytest_count(text: str) -> Count:
    suite = ET.fromstring(text).find("testsuite")
    if suite is None:
        raise ValueError
    tests, bad = (
        int(suite.attrib["tests"]),
        sum(int(suite.attrib[key]) for key in ("failures", "errors", "skipped")),
    )
    return Count(max(tests - bad, 0), bad)


def _vitest_count(text: str) -> Count:
    report = json.loads(text)
    passed = int(report["numPassedTests"])
    bad = int(report["numTotalTests"]) - passed
    # A file that could not be loaded has no tests to count.
    return Count(passed, max(bad, int(report["numFailedTestSuites"]) if not report["success"] and bad == 0 else bad))
