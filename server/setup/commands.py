"""The commands behind the Makefile: each prepares what it needs, then does its one thing.

Neighbours: `bootstrap.py` calls `dispatch`; the parts are in `preflight`, `environment`, `system`, `checks`.
Invariants: what can fail at once is checked before what takes minutes; every command ends with an exit code
that says whether it succeeded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from server.setup.checks import (
    CORE_SOAK_SEEDS,
    MARATHON_MINUTES,
    SIM_SEEDS,
    SOAK_KILLS,
    SOAK_SEEDS,
    SOAK_SEEDS_ON_FILES,
    everything,
    in_browser,
    under_a_minute,
)
from server.setup.environment import (
    APP,
    DEV_LOCK,
    NPM,
    PYTHON,
    RUN_LOCK,
    VENV,
    build_app,
    install_app_packages,
    install_packages,
    make_venv,
    must,
)
from server.setup.failures import SetupError
from server.setup.preflight import check_port, check_space, check_writable, data_folder, parse_port
from server.setup.running import Check, run_checks
from server.setup.system import install_system_parts
from server.setup.words import ROOT, say, step, tool_env

UV = "uv==0.13.9"
MADE_AGAIN = (
    ".venv",
    "var",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "field_app/node_modules",
    "field_app/dist",
    "tests/e2e/shots",
)

Part = Callable[[], str]


def dispatch(argv: Sequence[str]) -> int:
    """Run the named command; returns the exit code, 64 for an unknown one, 130 when interrupted."""
    if len(argv) != 1 or argv[0] not in COMMANDS:
        say("usage: python -m server.bootstrap " + "|".join(COMMANDS))
        return 64
    try:
        return COMMANDS[argv[0]]()
    except SetupError as problem:
        sys.stderr.write(problem.text() + "\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断，没有丢失数据。 Interrupted; no data was lost.\n")
        return 130


def preparation(*, dev: bool, system: bool) -> list[tuple[str, Part]]:
    """The steps that must have happened before anything of the project can run."""
    parts: list[tuple[str, Part]] = []
    if system:
        parts.append(("系统软件 system packages", install_system_parts))
    lock_name = (DEV_LOCK if dev else RUN_LOCK).name
    return [
        *parts,
        ("Python 环境 environment (.venv)", make_venv),
        (f"Python 包与 Node packages ({lock_name})", lambda: install_packages(dev=dev)),
        ("应用依赖 app packages (npm ci)", install_app_packages),
    ]


def prepare(parts: Sequence[tuple[str, Part]], first: int, total: int) -> None:
    """Do the steps in order, each with its line; the first failure stops."""
    for at, (name, part) in enumerate(parts):
        with step(first + at, total, name) as result:
            result.append(part())


def run() -> int:
    """`make run`: from nothing to a serving system, which then takes this process's place."""
    port = parse_port(os.environ.get("PORT", "").strip() or "8000")
    fresh = os.environ.get("FRESH", "").strip() not in {"", "0"}
    asked = os.environ.get("LAN", "").strip()
    lan = "" if asked == "0" else asked
    host = "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104 - LAN=1 asks for exactly that
    parts = [*preparation(dev=False, system=False), ("应用构建 app build", build_app)]
    total = len(parts) + 2
    with step(1, total, f"检查 checks: Python {sys.version.split()[0]}, {ROOT}, 端口 port {port}"):
        for folder in (ROOT, data_folder()):
            check_writable(folder)
            check_space(folder)
        check_port(port, host)
    prepare(parts, 2, total)
    # Minutes may have passed since the first look.
    check_port(port, host)
    say(f"[{total}/{total}] 启动服务 starting the server: http://localhost:{port}")
    arguments = ["-m", "server.cli", "serve", "--demo", "--port", str(port), *(["--lan", lan] if lan else ["--host", host])]
    os.chdir(ROOT)
    env = {**({} if lan else {"HANDOVER_PUBLIC_URL": f"http://localhost:{port}"}), **tool_env()}
    os.execve(str(PYTHON), [str(PYTHON), *arguments, *(["--fresh"] if fresh else [])], env)


def check_with(checks: Callable[[], list[Check]], *, system: bool) -> int:
    """Prepare the development environment, then run a list of checks to its end."""
    check_writable(ROOT)
    check_space(ROOT)
    parts = preparation(dev=True, system=system)
    chosen = checks()
    total = len(parts) + len(chosen)
    prepare(parts, 1, total)
    return 0 if run_checks(chosen, len(parts) + 1, total) else 1


def tool(command: Sequence[str], *, app: bool = False) -> int:
    """Prepare quietly what is missing and run one of the project's own tools in the foreground. `app`: it needs the app's
    packages, too."""
    parts = preparation(dev=True, system=False)[: None if app else 2]
    prepare(parts, 1, len(parts))
    return foreground(command)


def foreground(command: Sequence[str]) -> int:
    """Run one of the project's own tools; its exit code."""
    return subprocess.run(list(command), cwd=ROOT, env=tool_env(), check=False).returncode


def simulate(seeds: str) -> int:
    """`make sim`: the simulator in the foreground; its last line counts."""
    if not seeds.isdigit() or int(seeds) < 1:
        say("SEEDS: expected a whole number, for example make sim SEEDS=1000")
        return 64
    return tool([str(PYTHON), "-m", "tests.sim", seeds])


def soak() -> int:
    """`make soak`: the long runs one after the other, each printing its counts; the worst exit code of all."""
    parts = preparation(dev=True, system=True)
    prepare(parts, 1, len(parts))
    simulator = [str(PYTHON), "-m", "tests.sim"]
    core = [str(NPM), "--prefix", str(APP), "run", "--silent", "sim", "--"]
    fuzz = [str(PYTHON), "-m", "tests.fuzz"]
    commands = [
        [*simulator, str(SOAK_SEEDS)],
        [*simulator, str(SOAK_SEEDS_ON_FILES), "--from", str(SOAK_SEEDS), "--store", "sqlite"],
        [*core, "--seeds", str(CORE_SOAK_SEEDS), "--jobs", "2"],
        fuzz,
        [*fuzz, "--database", "postgres", "--examples", "20"],
        [str(PYTHON), "-m", "tests.faults.marathon", "--minutes", str(MARATHON_MINUTES)],
        ["env", f"HANDOVER_KILLS={SOAK_KILLS}", str(PYTHON), "-m", "pytest", "-q", "-s", "tests/e2e/test_kills.py"],
    ]
    return max([foreground(command) for command in commands])


def fmt() -> int:
    """Format and mend what can be mended by machine, in both languages."""
    parts = preparation(dev=True, system=False)
    prepare(parts, 1, len(parts))
    ruff = str(VENV / "bin" / "ruff")
    commands: list[tuple[list[str], Path]] = [
        ([ruff, "check", "--fix", "."], ROOT),
        ([ruff, "format", "."], ROOT),
        ([str(NPM), "run", "--silent", "fmt"], APP),
    ]
    codes = [subprocess.run(cmd, cwd=cwd, env=tool_env(), check=False).returncode for cmd, cwd in commands]
    return 1 if any(codes) else 0


def lock() -> int:
    """Resolve all lock files anew, then prove that the app's installs into an empty folder."""
    compiler = [str(PYTHON), "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
    compiler += [
        "--generate-hashes",
        "--no-header",
        "--no-emit-index-url",
        "--group",
        "build",
        "pyproject.toml",
    ]
    dev = ["--group", "dev", "-c", RUN_LOCK.name]

    def made(name: str, command: list[str], cwd: Path = ROOT) -> Part:
        return lambda: must(name, command, "setup_lock_failed", cwd=cwd)

    parts: list[tuple[str, Part]] = [
        ("Python 环境 environment (.venv)", make_venv),
        ("Python 包与 Node packages", lambda: install_packages(dev=True)),
        (UV, made("uv", [str(PYTHON), "-m", "pip", "install", UV])),
        (RUN_LOCK.name, made("lock-run", [*compiler, "-o", RUN_LOCK.name])),
        (DEV_LOCK.name, made("lock-dev", [*compiler, *dev, "-o", DEV_LOCK.name])),
        ("package-lock.json", made("lock-app", [str(NPM), "install", "--package-lock-only"], APP)),
        ("npm ci in an empty folder", try_app_lock),
    ]
    prepare(parts, 1, len(parts))
    return 0


def try_app_lock() -> str:
    """Install the app's lock into an empty folder: npm writes locks it cannot install from later."""
    with tempfile.TemporaryDirectory(prefix="handover-lock-") as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(APP / name, Path(folder) / name)
        return must("lock-try", [str(NPM), "ci", "--loglevel=error"], "setup_lock_unusable", cwd=Path(folder))


def clean() -> int:
    """Remove everything that can be made again. Records and pictures (`data/`) stay."""
    for name in MADE_AGAIN:
        place = ROOT / name
        if place.exists():
            shutil.rmtree(place)
            say(f"removed {name}")
    say(f"数据保留在 data kept in {data_folder()}")
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "run": run,
    "test": lambda: check_with(everything, system=True),
    "check": lambda: check_with(under_a_minute, system=False),
    "e2e": lambda: check_with(in_browser, system=True),
    "sim": lambda: simulate(os.environ.get("SEEDS", "").strip() or str(SIM_SEEDS)),
    "soak": soak,
    "fmt": fmt,
    "types": lambda: tool([str(PYTHON), "-m", "schemas.export"]),
    "bench": lambda: tool([str(PYTHON), "-m", "bench"], app=True),
    "lock": lock,
    "clean": clean,
}
