"""Ids of one millisecond in the order they were made: what a test finds first must not be a matter of chance.

Neighbours: `tests/conftest.py` has the whole run draw them so. Clocks of tests stand still, so that ids made one after the other
share their millisecond, and lists of the server that came about in one millisecond go by ids. Invariant: only the ten bytes of an
id are ordered; keys, nonces and salts are as random as ever.
"""

import itertools
import secrets
from typing import Final

ID_BYTES: Final = 10
_drawn: Final = itertools.count(1)
_random: Final = secrets.token_bytes


def token_bytes(nbytes: int | None = None) -> bytes:
    """As `secrets.token_bytes`. Of an id's bytes the first three stand still, since its version and variant lie over them."""
    if nbytes != ID_BYTES:
        return _random(nbytes)
    return bytes(3) + next(_drawn).to_bytes(4, "big") + _random(3)
