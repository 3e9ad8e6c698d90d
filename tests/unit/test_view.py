"""What a Python device shows of its own pending work is what the committed vectors say, entry by entry."""

import json
from typing import Any

import pytest

from schemas.merge import MergePolicy
from sync.view import Overlay, shown_value
from tests.vectors.make import FOLDER

EFFECTS = json.loads((FOLDER / "effects.json").read_text(encoding="utf-8"))


def test_effects_are_laid_over_the_replica_as_the_vectors_say() -> None:
    base: dict[str, dict[str, Any]] = EFFECTS["before"]
    overlay = Overlay(EFFECTS["device"], lambda kind, id_: base.get(f"{kind}/{id_}"))
    for step in EFFECTS["steps"]:
        body = {**step["entry"], "action": step["action"], "v": 1, "args": step["args"], "blobs": step["blobs"]}
        filled = [{"kind": one.kind, "id": one.id, "create": one.create, "values": one.values} for one in overlay.effects(body)]
        assert filled == step["filled"], step["action"]
        overlay.add(body)
        now = {**base, **{f"{one.kind}/{one.id}": dict(one.data) for one in overlay.shown.values()}}
        assert now == step["after"], step["action"]


def test_laying_it_anew_comes_to_the_same_and_changes_nothing_below() -> None:
    before = json.dumps(EFFECTS["before"], sort_keys=True)
    bodies = [{**step["entry"], "action": step["action"], "v": 1, "args": step["args"], "blobs": step["blobs"]}
              for step in EFFECTS["steps"]]  # fmt: skip
    laid = [
        Overlay(EFFECTS["device"], lambda kind, id_: EFFECTS["before"].get(f"{kind}/{id_}")).add_all(bodies) for _ in range(2)
    ]
    assert laid[0].shown == laid[1].shown
    assert json.dumps(EFFECTS["before"], sort_keys=True) == before


def test_an_action_nobody_knows_shows_nothing() -> None:
    overlay = Overlay("d", lambda _kind, _id: None)
    overlay.add(
        {"action": "no.such", "v": 1, "args": {}, "blobs": [], "id": "e", "at": "", "zone": "", "actor": "", "seq": 1, "epoch": 0}
    )
    assert overlay.shown == {}


@pytest.mark.parametrize(
    ("policy", "present", "incoming", "stands"),
    [
        (MergePolicy.UNION, {"a": 1, "b": 2}, {"a": None, "c": 3}, {"b": 2, "c": 3}),
        (MergePolicy.UNION, None, {"a": 1}, {"a": 1}),
        (MergePolicy.IMMUTABLE, "x", "y", "x"),
        (MergePolicy.IMMUTABLE, None, "y", "y"),
        (MergePolicy.MAX, 5, 3, 5),
        (MergePolicy.MIN, 5, 3, 3),
        (MergePolicy.MAX, None, 3, 3),
        (MergePolicy.COUNTER, 5, -2, 3),
        (MergePolicy.COUNTER, None, 2, 2),
        (MergePolicy.LAST_WRITER, "x", "y", "y"),
        (MergePolicy.REVIEW, "x", "y", "y"),
    ],
)
def test_how_a_value_meets_the_one_already_there(policy: MergePolicy, present: Any, incoming: Any, stands: Any) -> None:
    assert shown_value(policy, present, incoming, fresh=False) == stands


def test_a_fresh_record_takes_what_it_is_given() -> None:
    assert shown_value(MergePolicy.MAX, 0, -3, fresh=True) == -3
    assert shown_value(MergePolicy.IMMUTABLE, "default", "y", fresh=True) == "y"
