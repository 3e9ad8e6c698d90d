"""One recorded body of every version of every action: `python -m tests.vectors.bodies` records those that are missing.

A body that is there is never written again: it stands for what lies in the journals of those who use that version, and must be
accepted for ever (`tests/unit/test_versions.py`). Neighbours: `sync/upcast.py`.
"""

import sys
from pathlib import Path
from typing import Final

from schemas.actions import ACTIONS
from schemas.people import Role
from tests.support.hosts import MemoryHost
from tests.support.rights import Scene
from tests.support.stage import Stage, files_of

FOLDER: Final = Path(__file__).resolve().parent / "bodies"


def path_of(action: str, version: int) -> Path:
    """Where the body of a version lies."""
    return FOLDER / f"{action}.v{version}.json"


def missing() -> list[tuple[str, int]]:
    """Versions of which no body is kept."""
    return [(action, version) for action, version in sorted(ACTIONS) if not path_of(action, version).is_file()]


def record() -> list[str]:
    """Record what is missing; returns the names of the files written."""
    wanted = missing()
    if not wanted:
        return []
    stage = Stage(MemoryHost(FOLDER), name="bodies")
    scene = Scene(stage)
    FOLDER.mkdir(exist_ok=True)
    for action, version in wanted:
        phone = stage.phone(Role.TECHNICIAN)
        blobs = files_of(action, f"{action}/photo")
        made = phone.record(action, scene.args(action, 0), version=version, blobs=blobs)
        path_of(action, version).write_bytes(made.body)
    return [path_of(*one).name for one in wanted]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\n" for name in record()))
