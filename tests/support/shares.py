"""One long line of tests in several processes: which test files each of them runs, and the one first start they all stand on.

Neighbours: `tests/conftest.py` chooses by this, `server/setup/checks.py` starts the processes. Invariants: every file is run by
exactly one share, whatever the order; a file keeps its tests together, since they stand on what its process has prepared.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.support.first_start import FirstStart

SECONDS = {
    "test_screens": 330,
    "test_incidents": 275,
    "test_kinds": 270,
    "test_checkout": 255,
    "test_policy": 255,
    "test_every_page": 205,
    "test_gate": 205,
    "test_story": 165,
    "test_photos": 145,
    "test_faults": 140,
    "test_states": 135,
    "test_bad_input": 125,
    "test_planning": 125,
    "test_phonelock": 120,
    "test_taps": 120,
    "test_people": 115,
    "test_import": 100,
    "test_rentals": 100,
    "test_leaving": 95,
    "test_planned_kinds": 85,
    "test_devices": 80,
    "test_labels": 80,
    "test_rules": 75,
    "test_assets": 70,
    "test_kills": 70,
    "test_living": 70,
    "test_transfers": 70,
    "test_lists": 65,
    "test_waiting": 65,
    "test_stock": 60,
    "test_todos": 60,
    "test_breach": 40,
    "test_quarantine": 35,
    "test_swap": 35,
    "test_gate_rules": 30,
    "test_conflicts": 25,
    "test_house": 25,
    "test_lan": 25,
    "test_offline_app": 25,
    "test_voice": 25,
    "test_setup": 15,
    "test_documents": 5,
    "test_compose": 1,
    "test_docs": 1,
    "test_words": 1,
}
"""What the long ones took when they were measured, beside two other lines. Only the balance depends on it."""

OTHER_SECONDS = 55


def share_of(files: Iterable[str], count: int) -> dict[str, int]:
    """Which share, from 1 to `count`, each of these test files (paths) belongs to: the longest first, each where least is."""
    loads = [0] * count
    shares: dict[str, int] = {}
    for file in sorted(set(files), key=lambda one: (-seconds_of(one), one)):
        least = loads.index(min(loads))
        loads[least] += seconds_of(file)
        shares[file] = least + 1
    return shares


def seconds_of(file: str) -> int:
    """What this file is thought to take."""
    return SECONDS.get(Path(file).stem, OTHER_SECONDS)


def chosen(option: str) -> tuple[int, int]:
    """`2/3` → the second share of three. Raises ValueError on anything else."""
    number, _, count = option.partition("/")
    if not 1 <= int(number) <= int(count):
        raise ValueError(option)
    return int(number), int(count)


def once(place: Path, make: Callable[[Path], FirstStart]) -> FirstStart:
    """The first start made in `place` by whichever process comes first; the others wait for it and get the same.

    What earlier runs have left beside it is removed, unless a run that still lives may be standing on it.
    """
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = place / "first_start.json"
        if not told.exists():
            remove_ended(place)
            went = make(place)
            told.write_text(json.dumps(asdict(went), default=str), encoding="utf-8")
        found = json.loads(told.read_text(encoding="utf-8"))
    return FirstStart(Path(found["data"]), found["status"], found["code"], found["log"])


def remove_ended(place: Path) -> None:
    """Remove the places of runs that have ended. A place is named `….<process>-<anything>`."""
    kind = place.name.partition(".")[0]
    for other in place.parent.glob(f"{kind}.*"):
        process = other.name.partition(".")[2].partition("-")[0]
        with suppress(ProcessLookupError, PermissionError, ValueError):
            os.kill(int(process), 0)
            continue
        shutil.rmtree(other, ignore_errors=True)
