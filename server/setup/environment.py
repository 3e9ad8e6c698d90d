"""Makes what is missing and nothing else: Python environment and packages, the app's packages, the built app.

Neighbours: `commands.py` orders these; `words.py` runs the tools. Invariants: what a part was made from
is written beside it as a stamp after it succeeded, so a second start compares hashes and does nothing; no
address of a package index is written anywhere, pip and npm use what the machine has configured.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from server.setup.failures import SetupError
from server.setup.preflight import check_venv_module
from server.setup.words import ROOT, execute

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NPM = VENV / "bin" / "npm"
APP = ROOT / "field_app"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"

INSTALL_SECONDS = 1200.0
NOT_BUILT_FROM = {"node_modules", "dist", "sim"}


def make_venv() -> str:
    """Make `.venv` unless a working one stands; returns the word for the step's result."""
    if venv_works():
        return "✓"
    check_venv_module()
    must("venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], "setup_venv_failed")
    (VENV / ".stamp-place").write_text(str(VENV), encoding="utf-8")
    return "ok"


def venv_works() -> bool:
    """True when `.venv` runs, is new enough, and was made in this place (its scripts hold absolute paths)."""
    place = VENV / ".stamp-place"
    if not PYTHON.exists() or (place.exists() and place.read_text(encoding="utf-8") != str(VENV)):
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([str(PYTHON), "-c", probe], check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_packages(*, dev: bool) -> str:
    """Install the locked Python packages, Node among them, unless exactly these are there."""
    lock = DEV_LOCK if dev else RUN_LOCK
    run_stamp, dev_stamp = VENV / ".stamp-run", VENV / ".stamp-dev"
    if _stamped(dev_stamp if dev else run_stamp, digest([lock])) and NPM.exists():
        return "✓"
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    must("pip", [*pip, "--require-hashes", "-r", str(lock)], "setup_packages_failed")
    (dev_stamp if dev else run_stamp).write_text(digest([lock]), encoding="utf-8")
    if dev:
        # The development lock holds everything of the other, at the same versions.
        run_stamp.write_text(digest([RUN_LOCK]), encoding="utf-8")
    return "ok"


def install_app_packages() -> str:
    """`npm ci` unless the lock file is the one `node_modules` was made from."""
    stamp = APP / "node_modules" / ".stamp-lock"
    wanted = digest([APP / "package-lock.json", APP / "package.json"])
    if _stamped(stamp, wanted):
        return "✓"
    command = [str(NPM), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    must("npm-ci", command, "setup_app_packages_failed", cwd=APP)
    stamp.write_text(wanted, encoding="utf-8")
    return "ok"


def build_app() -> str:
    """Build the app unless it was built from exactly these files."""
    stamp = APP / "node_modules" / ".stamp-build"
    wanted = digest(app_sources())
    built = all((APP / "dist" / name).is_file() for name in ("index.html", "office/index.html", "sw.js"))
    if built and _stamped(stamp, wanted):
        return "✓"
    must("app-build", [str(NPM), "run", "--silent", "build"], "setup_app_build_failed", cwd=APP)
    stamp.write_text(wanted, encoding="utf-8")
    return "ok"


def app_sources() -> list[Path]:
    """Every file the app is built from, tests aside, sorted."""
    found: list[Path] = []
    for top in APP.iterdir():
        if top.name not in NOT_BUILT_FROM:
            found += [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
    return sorted(path for path in found if not path.name.endswith(".test.ts"))


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents, in the order given."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(str(path.relative_to(ROOT)).encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def must(name: str, command: Sequence[str], code: str, *, cwd: Path = ROOT) -> str:
    """Run a command and return `ok`; when it fails stop with the failure `code` and the end of its output."""
    outcome = execute(name, command, seconds=INSTALL_SECONDS, cwd=cwd)
    if not outcome.ok:
        raise SetupError(code, outcome.tail(25), log=outcome.log.relative_to(ROOT))
    return "ok"


def _stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted
