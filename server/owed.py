"""What a commit owes afterwards, whoever made it: a device's push, a piece of an imported file, the rounds that judge again.

Neighbours: `server/http/sync.py`, `server/imports/take.py`, `server/jobs/again.py` commit and then call `settle`;
`server/relay.py` reads and sends the frames; `server/blobs/finish.py:tend` makes up for a cut at the next start.
Invariant: an entry that erases a person may be judged on any of these ways, and erases on all of them.
"""

import asyncio
from typing import Protocol

from server import relay
from server.blobs.vault import Vault
from sync.unit import Touched


class Rooms(relay.Rooms, Protocol):
    """The parts of `server.http.context.House` this module needs."""

    vault: Vault


class Commit(Protocol):
    """What became of a transaction: `sync.pushed.Pushed`, `Brought` or `Retried`, see there."""

    @property
    def touched(self) -> Touched:
        """Buckets changed, with their version before."""

    @property
    def erased(self) -> tuple[str, ...]:
        """SHA-256 of blobs whose bytes must leave the disk."""

    @property
    def dropped(self) -> bool:
        """Whether private parts were erased."""


async def settle(house: Rooms, organisation: str, done: Commit) -> None:
    """A transaction is committed: what it erased leaves the disk, the database's log included; then the open sockets are told.
    OSError when the disk fails."""
    for sha256 in done.erased:
        await asyncio.to_thread(house.vault.erase, organisation, sha256)
    if done.erased or done.dropped:
        await house.database.scrub()
    await relay.relay_commit(house, organisation, done.touched)
