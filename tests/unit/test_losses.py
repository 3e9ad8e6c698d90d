"""However much a device has declared lost: what it costs everybody else is bounded. On every store."""

from typing import Any

import pytest

from schemas import limits
from schemas.protocol import SyncRequest
from tests.support.stage import CheckIn, Stage, unseal


class Asked:
    """A store that counts the questions put to it."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += 1
        return getattr(self._store, name)


def test_declared_losses_make_a_receipt_neither_long_nor_dear(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIPT_LOST_MAX", 3)

    def looked(lost: set[int]) -> tuple[list[int], int]:
        phone = stage.phone()
        for _ in range(12):
            CheckIn(phone).start()
        request = phone.request()
        declared = [{"seq": seq, "hash": phone.journal.hashes[seq]} for seq in sorted(lost)]
        phone.push({**request, "entries": [one for one in request["entries"] if one["seq"] not in lost], "lost": declared})
        idle = {**phone.request(), "entries": [], "lost": []}
        phone.push(idle)
        message = SyncRequest.model_validate(idle)

        def job(store: Any) -> tuple[list[int], int]:
            asked: Any = Asked(store)
            seen = stage.engine.look(asked, stage.id, message, stage.now)
            assert seen is not None
            return unseal(stage.id, seen.receipt).lost, asked.count

        return stage.write(job)

    (named, questions), (all_named, many) = looked({4}), looked(set(range(2, 11)))
    assert (named, all_named) == ([4], [8, 9, 10])
    assert many == questions
