"""Declared losses, as every store keeps them."""

import pytest

from sync.store import Store
from tests.contract.test_store import entry
from tests.support.hosts import Host
from tests.support.stage import Ids


def test_of_the_losses_without_an_entry_the_highest_are_named(host: Host, request: pytest.FixtureRequest) -> None:
    organisation = Ids(request.node.nodeid).new()
    host.write(lambda store: store.add_organisation(organisation))

    def job(store: Store) -> None:
        assert store.unfilled_losses(organisation, "d1", 0, 9) == []
        for seq in (3, 4, 7, 8):
            store.add_loss(organisation, "d1", 0, seq, "0" * 64, 1)
        store.add_loss(organisation, "d1", 1, 5, "0" * 64, 1)
        store.add_loss(organisation, "d2", 0, 6, "0" * 64, 1)
        assert store.unfilled_losses(organisation, "d1", 0, 9) == [3, 4, 7, 8]
        assert store.unfilled_losses(organisation, "d1", 0, 2) == [7, 8]
        store.add_entry(entry(organisation, 7), [])
        store.add_entry(entry(organisation, 4, epoch=1), [])
        assert store.unfilled_losses(organisation, "d1", 0, 2) == [4, 8], "what has come since in the same transaction"

    host.write(job)

    def fill(store: Store) -> None:
        for seq in (3, 4, 8):
            store.add_entry(entry(organisation, seq), [])

    host.write(fill)
    assert host.write(lambda store: store.unfilled_losses(organisation, "d1", 0, 9)) == []
    assert host.write(lambda store: store.unfilled_losses(organisation, "d1", 1, 9)) == [5]
