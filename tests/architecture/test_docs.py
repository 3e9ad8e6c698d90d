"""The protocol's text names its proofs: every invariant has code and tests behind it that exist under the names given.

Neighbours: `docs/protocol.md`; `test_documents.py` checks what all documents name. Invariant: an invariant nobody enforces, or
whose test was renamed or removed, fails here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from schemas.errors import ErrorCode
from schemas.protocol import SyncAnswer, SyncRequest
from tests.architecture.project import ROOT, files, read

PROTOCOL = "docs/protocol.md"
INVARIANT = re.compile(r"^\*\*I(\d+) · .*\n(?:(?!\*Enforced by\*|\*\*I).*\n)*(\*Enforced by\*.*)?$", re.MULTILINE)
REFERENCE = re.compile(r"`([\w./-]+\.(?:py|ts)):(:?)([^`]+)`")


class Reference(NamedTuple):
    """One proof: a function or class in a file, or a test in one."""

    file: str
    is_test: bool
    name: str


def invariants() -> list[tuple[int, list[Reference]]]:
    text = read(PROTOCOL).split("## Invariants", 1)[1].split("\n## ", 1)[0]
    found = []
    for match in INVARIANT.finditer(text):
        references = [Reference(file, bool(colon), name) for file, colon, name in REFERENCE.findall(match[2] or "")]
        found.append((int(match[1]), references))
    return found


def test_invariants_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in invariants()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == read(PROTOCOL).count("\n**I")


def test_every_invariant_names_code_and_a_test() -> None:
    bare = [number for number, refs in invariants() if {reference.is_test for reference in refs} != {True, False}]
    assert bare == []


def test_every_proof_named_exists() -> None:
    known = set(files())
    wrong = []
    for number, references in invariants():
        for reference in references:
            if reference.file not in known:
                wrong.append(f"I{number}: {reference.file} is not there")
            elif not _holds(reference):
                wrong.append(f"I{number}: {reference.file} has no {reference.name}")
    assert wrong == []


def _holds(reference: Reference) -> bool:
    text = read(reference.file)
    name = re.escape(reference.name)
    if reference.file.endswith(".py"):
        return re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", text, re.MULTILINE) is not None
    if reference.is_test:
        return re.search(rf"\b(?:it|test)(?:\.each\([^)]*\))?\(\s*(['\"`]){name}\1", text) is not None
    return (
        re.search(rf"^\s*(?:export |private |async |static )*(?:function )?{name}(?:<[^>]*>)?\(", text, re.MULTILINE) is not None
    )


@pytest.mark.parametrize("model", [SyncRequest, SyncAnswer])
def test_every_field_of_a_sync_is_explained(model: type[SyncRequest] | type[SyncAnswer]) -> None:
    explained = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", read(PROTOCOL), re.MULTILINE))
    named = {name for cell in explained for name in re.findall(r"`(\w+)`", cell)}
    assert set(model.model_fields) - named == set()


def test_every_error_code_named_exists() -> None:
    section = read(PROTOCOL).split("### Outcomes", 1)[1].split("###", 1)[0]
    rows = re.findall(r"^\| `(?:refused|parked|quarantined)` \|[^|]*\|([^|]*)\|", section, re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    assert len(rows) == 3
    assert codes - {code.value for code in ErrorCode} == set()


def test_every_error_code_is_named() -> None:
    """But those of the office's import of spreadsheets, which the text leaves out in so many words."""
    named = set(re.findall(r"`(\w+)`", read(PROTOCOL)))
    assert sorted({code.value for code in ErrorCode if not code.startswith("sheet")} - named) == []


def test_decisions_are_numbered_and_short() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    long = [name for name in names if len(read(f"docs/decisions/{name}").splitlines()) > 60]
    assert long == []
