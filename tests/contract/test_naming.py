"""Who names an asset, a customer, a rental or a task: the same answer from every store, also within a transaction and after an
undo."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from sync.store import StoredRecord
from tests.support.hosts import AnyStore, Host
from tests.support.stage import Ids


@pytest.fixture
def organisation(host: Host, request: pytest.FixtureRequest) -> str:
    made = Ids(request.node.nodeid).new()
    host.write(lambda store: store.add_organisation(made))
    return made


def put(store: AnyStore, organisation: str, kind: str, record_id: str, **data: Any) -> StoredRecord:
    record = StoredRecord(kind, record_id, 1, {"id": record_id, **data}, {}, frozenset())
    store.put_record(organisation, record, [])
    return record


def test_whoever_names_a_record_is_known_as_long_as_he_is_there_and_does(host: Host, organisation: str) -> None:
    def job(store: AnyStore) -> None:
        assert store.naming(organisation, "a0") == []
        task = put(store, organisation, "task", "11", asset_id="a0", rental_id=None)
        put(store, organisation, "rental", "22", customer_id="c0", assets={"a0": {}, "b0": {}}, swaps={})
        put(store, organisation, "todo", "33", subject={"kind": "asset", "id": "a0"})
        put(store, organisation, "todo", "44", subject={"kind": "device", "id": "a0"})
        assert store.naming(organisation, "a0") == [("rental", "22"), ("task", "11"), ("todo", "33")]
        assert store.naming(organisation, "b0") == store.naming(organisation, "c0") == [("rental", "22")]
        with suppress(KeyError), store.savepoint():
            put(store, organisation, "task", "11", asset_id="b0", rental_id="22")
            assert store.naming(organisation, "22") == [("task", "11")]
            assert ("task", "11") not in store.naming(organisation, "a0")
            raise KeyError
        assert (store.naming(organisation, "22"), ("task", "11") in store.naming(organisation, "a0")) == ([], True)
        store.put_record(organisation, replace(task, gone=True), [])
        assert store.naming(organisation, "a0") == [("rental", "22"), ("todo", "33")]

    host.write(job)

    def later(store: AnyStore) -> None:
        assert store.naming(organisation, "a0") == [("rental", "22"), ("todo", "33")]
        put(store, organisation, "rental", "22", customer_id="c0", assets={"b0": {}}, swaps={"55": {"back": "b0", "out": "a0"}})
        put(store, organisation, "task", "11", asset_id="a0", rental_id="22")

    host.write(later)
    assert host.write(lambda store: store.naming(organisation, "a0")) == [("rental", "22"), ("task", "11"), ("todo", "33")]
    assert host.write(lambda store: store.naming(organisation, "b0")) == [("rental", "22")]


def test_no_organisation_hears_of_anothers_names(host: Host, organisation: str) -> None:
    other = organisation[:-4] + "0000"
    host.write(lambda store: store.add_organisation(other))
    host.write(lambda store: put(store, other, "task", "11", asset_id="a0"))
    assert host.write(lambda store: store.naming(organisation, "a0")) == []
