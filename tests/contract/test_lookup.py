"""Whose a value is that only one may have: the same answer from every store, also within a transaction and after an undo."""

from contextlib import suppress
from dataclasses import replace

import pytest

from sync.store import StoredRecord
from tests.support.hosts import AnyStore, Host
from tests.support.stage import Ids


@pytest.fixture
def organisation(host: Host, request: pytest.FixtureRequest) -> str:
    made = Ids(request.node.nodeid).new()
    host.write(lambda store: store.add_organisation(made))
    return made


def van(record_id: str, tag: str, **more: object) -> StoredRecord:
    data = {"id": record_id, "label": record_id, "tag": tag, "depot_id": "d", "state": "available", **more}
    return StoredRecord("asset", record_id, 1, data, {}, frozenset())


def test_a_value_is_held_by_one_let_go_and_taken_again(host: Host, organisation: str) -> None:
    def holder(store: AnyStore, value: str) -> str | None:
        return store.holder(organisation, "asset", "tag", value)

    def job(store: AnyStore) -> None:
        assert holder(store, "T1") is None
        store.put_record(organisation, van("a", "T 1"), [])
        assert holder(store, "t1") == holder(store, "Ｔ·1") == "a"
        assert holder(store, "") is None
        with suppress(KeyError), store.savepoint():
            store.put_record(organisation, van("a", "T2"), [])
            assert (holder(store, "T1"), holder(store, "T2")) == (None, "a")
            raise KeyError
        assert (holder(store, "T1"), holder(store, "T2")) == ("a", None)

    host.write(job)

    def move(store: AnyStore) -> None:
        assert holder(store, "T1") == "a"
        store.put_record(organisation, van("a", "T2", state="retired"), [])
        store.put_record(organisation, van("b", "T1"), [])

    host.write(move)
    found = host.write(lambda store: (holder(store, "T1"), holder(store, "T2"), holder(store, "T3")))
    assert found == ("b", "a", None)
    host.write(lambda store: store.put_record(organisation, replace(van("b", "T1"), gone=True), []))
    assert host.write(lambda store: holder(store, "T1")) is None
