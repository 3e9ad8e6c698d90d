"""The ids that tests draw."""

import secrets

from schemas.ids import uuid7
from tests.support.order import ID_BYTES


def test_ids_of_one_millisecond_stand_in_the_order_they_were_made() -> None:
    made = [uuid7(1_800_000_000_000, secrets.token_bytes(ID_BYTES)) for _ in range(1_000)]
    assert made == sorted(made)
    assert len({secrets.token_bytes(16) for _ in range(1_000)}) == 1_000
