"""A device's export file without its bytes: what the device has signed, and the entries it carries.

Neighbours: `stage.py`; the file itself is tried in `tests/http/test_imports.py`. Invariant: the way in is the server's own, piece
by piece.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from schemas.people import Role
from schemas.protocol import PushedEntry
from sync.brought import bring, look_over, pieces
from sync.device import Device
from sync.exported import Exported
from tests.support.stage import Stage


def said_of(journal: Device, entries: Sequence[PushedEntry]) -> Exported:
    """What a device signs over a file with these entries."""
    first = entries[0].seq if entries else 0
    said = Exported(journal.organisation, journal.id, journal.epoch, first, journal.seq, journal.hash, "ab" * 32, "")
    return replace(said, signature=journal.sign(said.text()))


def waiting_of(journal: Device) -> list[PushedEntry]:
    """The entries that go into a device's file."""
    return [PushedEntry.model_validate(row.wire()) for row in journal.outbox if not row.proven]


def bring_all(stage: Stage, said: Exported, entries: Sequence[PushedEntry]) -> int:
    """Import a file; how many of its entries are new. PushRefused."""
    by = stage.people[Role.MANAGER, 0]
    stage.write(lambda store: look_over(stage.engine, store, said, entries))
    new = 0
    for piece in pieces(entries):
        new += stage.write(partial(bring, stage.engine, said=said, piece=piece, by=by, now_ms=stage.now)).new
    return new
