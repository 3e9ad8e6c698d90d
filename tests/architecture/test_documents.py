"""Documents name only what exists: files, folders, tests, commands, links.

Neighbours: `project.py`; README, CHANGELOG and `docs/`. A text that names a moved file is worse than none.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

from server.setup.commands import COMMANDS
from tests.architecture.project import ROOT, files, read

QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
MAKE = re.compile(r"`make ([a-z][a-z0-9-]*)")
# Looks like a path from the project's root, perhaps with `::test_name` behind it.
PATH = re.compile(r"^([A-Za-z_.][\w.\-]*(?:/[\w.\-*]+)+/?)(?:::([\w\[\]\-]+))?$")
# Made at run time, or another project's: named in documents, never in the repository.
NOT_OURS = ("data/", "var/", "field_app/dist", "field_app/node_modules", "bench/results", "tests/e2e/shots")


def documents() -> list[str]:
    return [name for name in files() if name.endswith(".md") and (name.startswith("docs/") or "/" not in name)]


def tops() -> set[str]:
    return {PurePosixPath(name).parts[0] for name in files() if "/" in name}


def exists(path: str) -> bool:
    clean = path.rstrip("/")
    if "*" in clean:
        return any(fnmatch(name, clean) for name in files())
    return any(name == clean or name.startswith(clean + "/") for name in files())


def test_named_files_exist() -> None:
    wrong = []
    for document in documents():
        for quoted in QUOTED.findall(read(document)):
            match = PATH.match(quoted.strip())
            if match is None or match[1].startswith(NOT_OURS) or match[1].split("/")[0] not in tops():
                continue
            if not exists(match[1]):
                wrong.append(f"{document}: {match[1]}")
            elif match[2] and match[2].split("[")[0] not in read(match[1]):
                wrong.append(f"{document}: {match[1]} has no {match[2]}")
    assert wrong == []


def test_links_lead_somewhere() -> None:
    wrong = []
    for document in documents():
        for target in LINK.findall(read(document)):
            if not (ROOT / document).parent.joinpath(target).exists():
                wrong.append(f"{document}: {target}")
    assert wrong == []


def test_named_commands_exist() -> None:
    named = {command for document in documents() for command in MAKE.findall(read(document))}
    assert named <= {*COMMANDS, "help"}


def test_the_makefile_offers_exactly_the_commands_there_are() -> None:
    declared = re.search(r"^COMMANDS := (.*)$", read("Makefile"), re.MULTILINE)
    assert declared is not None
    assert declared[1].split() == list(COMMANDS)
    explained = re.findall(r'@echo "make (\w+)', read("Makefile"))
    assert explained == list(COMMANDS)
