"""What the project's files are, as its tests of the house see them.

Neighbours: the tests in this folder. Invariant: new files count before they are
committed, ignored ones never.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CODE = {".py", ".ts", ".js", ".mjs", ".svelte", ".css"}
TEXT = CODE | {".md", ".toml", ".json", ".yml", ".yaml", ".html", ".lock", ".webmanifest", ".txt", ".sh", ""}


@cache
def files() -> tuple[str, ...]:
    """Paths of all files of the project from its root, sorted."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=30).stdout.decode()
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def with_suffix(*suffixes: str) -> list[str]:
    """The files whose name ends so."""
    return [name for name in files() if Path(name).suffix in suffixes]


@cache
def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")
