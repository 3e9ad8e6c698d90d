"""The Python device does what the committed vectors say, read back from the files as the app's tests read them."""

import json
from typing import Any

import pytest

from schemas.protocol import PublicKey, Receipt
from sync import replica
from sync.replica import Draft
from tests.vectors import exchange
from tests.vectors.make import FOLDER


def vectors(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def test_pages_and_frames() -> None:
    one = exchange.device()
    for step in vectors("pages"):
        assert exchange.apply_step(one, step) == step["result"], step["name"]
        assert exchange.state_of(one) == step["after"], step["name"]


@pytest.mark.parametrize("case", vectors("receipts")["cases"], ids=lambda case: case["name"])
def test_receipts(case: dict[str, Any]) -> None:
    keys = [PublicKey.model_validate(key) for key in vectors("receipts")["keys"]]
    found = exchange.read_receipt(keys, case["jws"])
    assert (found.model_dump(mode="json") if found else None) == case["receipt"]


def test_only_two_of_the_signed_texts_are_receipts() -> None:
    assert sum(case["receipt"] is not None for case in vectors("receipts")["cases"]) == 2


@pytest.mark.parametrize("case", vectors("believed"), ids=lambda case: case["name"])
def test_what_a_device_believes(case: dict[str, Any]) -> None:
    one = exchange.believer({int(seq): hash_ for seq, hash_ in case["hashes"].items()}, case["proven"])
    taken = replica.take_receipt(Draft(one), Receipt.model_validate(case["receipt"]), (0, case["asked"]))
    assert taken.believed == case["believed"]


def test_new_epochs() -> None:
    cases = vectors("epoch")
    assert [case["after"] for case in cases] == [case["after"] for case in exchange.epochs()]
    assert cases[2]["after"]["hashes"]["3"] == cases[2]["hashes"]["3"], "a body that is gone keeps its hash"
