"""The committed vectors say what the Python code says; vitest holds the TypeScript code to the same files."""

import json
from typing import Any

import pytest

from schemas.conflicts import CONFLICT_WORDS, ConflictRule
from schemas.records.conflicts import Conflict
from tests.vectors import conflicts, make

COMMITTED: dict[str, Any] = json.loads((make.FOLDER / "conflicts.json").read_text(encoding="utf-8"))


def test_committed_vectors_are_fresh() -> None:
    assert make.stale() == []


@pytest.mark.parametrize("scenario", COMMITTED["scenarios"], ids=[one["name"] for one in COMMITTED["scenarios"]])
def test_committed_conflicts_come_out_as_committed(scenario: dict[str, Any]) -> None:
    """The bodies of the file, pushed to a company of their own, come to the outcomes, conflict and asset of the file."""
    played = json.loads(json.dumps(conflicts.play(scenario["name"], [push["bodies"] for push in scenario["pushes"]])))
    assert played == scenario
    rule = scenario["name"].split(",")[0]
    assert rule in [one["rule"] for one in scenario["conflicts"]]
    named = {entry for one in scenario["conflicts"] for side in one["sides"] for entry in [side["entry"]]}
    told = {one["id"] for one in scenario["outcomes"] if "conflict" in one["detail"]}
    assert told, "somebody is told"
    pushed = {one["id"] for one in scenario["outcomes"]}
    assert named & pushed, "and his entry stands in the conflict"
    for one in scenario["conflicts"]:
        Conflict.model_validate(one)
        assert one["sides"] == sorted(one["sides"], key=lambda side: (side["at"], side["hlc"]))


def test_every_rule_has_its_sentences_in_the_vectors() -> None:
    assert set(COMMITTED["words"]) == {str(rule) for rule in ConflictRule} == {str(rule) for rule in CONFLICT_WORDS}
