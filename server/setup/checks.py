"""The checks: what `make check`, `make test` and `make e2e` run.

Neighbours: `running.py` runs them side by side and counts; `commands.py` chooses the list. Invariants: every test file lies in
the folder of a line of `make test`; lines begin in their order, so the long ones stand before the short ones.
"""

from __future__ import annotations

import os
import time

from server.setup.environment import APP, NPM, PYTHON, VENV
from server.setup.running import Check
from server.setup.words import LOGS, ROOT

VITEST_SECONDS = 600.0
PYTEST_SECONDS = 3000.0
SIM_SECONDS = 1200.0
SIM_SEEDS = 1000
SIM_SEEDS_ON_FILES = 60
SOAK_SEEDS = 10_000
SOAK_SEEDS_ON_FILES = 500
CORE_SEEDS = 100
CORE_SOAK_SEEDS = 1000
MARATHON_MINUTES = 30
SOAK_KILLS = 50
BROWSER_SHARES = 3
FAST = "not browser and not slow"
FAST_FOLDERS = ("tests/architecture", "tests/unit", "tests/contract")


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
    return Check("phone's core simulated", "core-sim", command, APP, SIM_SECONDS, "sim", alone=True)


def core_simulation_tests() -> Check:
    """The simulation repeats itself exactly, and notices every core that was broken on purpose."""
    report = LOGS / "core-sim-tests.report"
    command = (str(NPM), "run", "--silent", "sim:test", "--", "--reporter=default", "--reporter=json", f"--outputFile={report}")
    return Check("broken cores are noticed", "core-sim-tests", command, APP, VITEST_SECONDS, "vitest")


def pytest_check(name: str, log: str, *arguments: str, after: str = "", again: tuple[str, ...] | None = None) -> Check:
    """Python's tests: those in some folders, those a marker expression chooses, or all. `again`: the options with which failed
    tests may be run once more by themselves; None where a failure is one whatever the machine is doing."""
    pytest = (str(PYTHON), "-m", "pytest")
    command = (*pytest, *arguments, f"--junitxml={LOGS / log}.report")
    once_more = () if again is None else (*pytest, *again)
    return Check(name, log, command, ROOT, PYTEST_SECONDS, "pytest", after=after, again=once_more)


def browser_checks(*arguments: str) -> list[Check]:
    """What works on what the deployment's first start has written, the longest line of all, in processes side by side: each has
    servers and browsers of its own and its share of the files; the first start is made once."""
    run = f"{os.getpid()}-{time.time_ns()}"
    return [
        pytest_check(
            f"pytest, browser {share}/{BROWSER_SHARES}",
            f"pytest-browser-{share}",
            f"--run={run}",
            f"--share={share}/{BROWSER_SHARES}",
            *arguments,
            after="app-build",
            again=(),
        )
        for share in range(1, BROWSER_SHARES + 1)
    ]


def pytest_checks() -> list[Check]:
    """All of Python's tests, folder by folder; and what is asked over HTTP and by the protocol once more with every server on a
    real PostgreSQL."""
    postgres = "--database=postgres"
    on_postgres = (postgres, "tests/http", "tests/protocol", "--ignore=tests/http/test_bench.py")
    *most, last = browser_checks("tests/architecture", "tests/e2e")
    return [
        *most,
        pytest_check("pytest, PostgreSQL", "pytest-postgres", *on_postgres, again=(postgres,)),
        last,
        pytest_check("pytest, HTTP and fuzzing", "pytest-http", "tests/http", "tests/fuzz", again=()),
        pytest_check("pytest, engine and stores", "pytest-engine", "tests/unit", "tests/contract", "tests/protocol"),
        pytest_check("pytest, faults", "pytest-faults", "tests/faults", again=()),
        pytest_check("pytest, broken engines", "pytest-sim", "tests/sim"),
    ]


def sim_check(seeds: int, seconds: float = SIM_SECONDS) -> Check:
    """So many seeds of the simulator: server and devices under faults, every law checked."""
    command = (str(PYTHON), "-m", "tests.sim", str(seeds))
    return Check(f"simulator, {seeds} seeds", "sim", command, ROOT, seconds, "sim", alone=True)


def sim_on_files_check(seeds: int) -> Check:
    """The same on the store that ships, with real transactions on files."""
    command = (str(PYTHON), "-m", "tests.sim", str(seeds), "--store", "sqlite")
    return Check(f"simulator, {seeds} on SQLite", "sim-sqlite", command, ROOT, SIM_SECONDS, "sim", alone=True)


def everything() -> list[Check]:
    """The list of `make test`."""
    return [
        *lint_checks(),
        build_check(),
        sim_check(SIM_SEEDS),
        sim_on_files_check(SIM_SEEDS_ON_FILES),
        core_simulation_check(),
        *pytest_checks(),
        core_simulation_tests(),
        vitest_check(),
    ]


def under_a_minute() -> list[Check]:
    """The list of `make check`, the longest first."""
    fast = pytest_check("pytest, fast", "pytest-fast", "-m", FAST, *FAST_FOLDERS)
    return [fast, *lint_checks(), build_check(), vitest_check()]


def in_browser() -> list[Check]:
    """The list of `make e2e`."""
    return [build_check(), *browser_checks("-m", "browser")]
