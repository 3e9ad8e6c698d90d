"""Judging again what was parked: at the start, what a mended handler or a newer vocabulary may read by now; at the start and
once an hour, who waits for what nobody has.

Neighbours: `sync/again.py` chooses and judges a portion; `server/app.py` runs the rounds beside the other background
tasks. Invariants: one short transaction after the other, so that nobody waits; what each of them owes (`server/owed.py`) is
done before the next; an entry whose effects take the transaction with them costs the others nothing, in no organisation: they
are judged one by one, it alone stays as it is.
"""

from functools import partial
from typing import Final, Protocol

import structlog

from schemas import limits
from schemas.errors import ErrorCode
from server import owed
from server.jobs.rounds import every
from server.logs import trail
from server.storage.failures import Unreachable
from sync import again
from sync.again import Choose, no_longer_waited_for, parked_for
from sync.engine import Engine
from sync.pushed import Retried
from sync.store import BEFORE_ALL, Age, Store, age_of
from sync.unit import Touched

HOUR_SECONDS: Final = 3600
CAUSES_THAT_MAY_BE_GONE: Final = (ErrorCode.ENTRY_SERVER_ERROR, ErrorCode.ACTION_UNKNOWN, ErrorCode.ENTRY_UNREADABLE)
FAILED_IN_A_ROW_MAX: Final = 10
"""More than so many entries in a row that take their transaction with them: the database itself is ill."""
log = structlog.get_logger("jobs")


class Rooms(owed.Rooms, Protocol):
    """The parts of `server.http.context.House` this module needs."""

    engine: Engine


async def judge_again(house: Rooms, organisation: str, choose: Choose) -> int:
    """All that `choose` finds in an organisation, portion by portion. Returns how many were judged. Unreachable, and whatever the
    database raises when it fails more than `FAILED_IN_A_ROW_MAX` times in a row."""
    after: Age | None = BEFORE_ALL
    total = singly = failed = 0
    while after is not None:
        limit = 1 if singly else limits.WAITING_RETRIED_MAX
        portion = partial(again.judge_again, organisation=organisation, choose=choose, after=after, limit=limit)
        job = partial(portion, house.engine, checked=singly > 0)
        try:
            done = await house.database.write(job)
            failed = 0
        except Unreachable:
            raise
        except Exception as fault:
            log.error("judging_again_aborted", organisation=organisation, type=type(fault).__qualname__, at=trail(fault))
            failed += 1
            if failed > FAILED_IN_A_ROW_MAX:
                raise
            if not singly:
                singly = limit
                continue
            done = await house.database.read(partial(_passed_over, choose, organisation, after))
        await owed.settle(house, organisation, done)
        total, singly, after = total + done.entries, max(singly - 1, 0), done.last
    return total


def _passed_over(choose: Choose, organisation: str, after: Age, store: Store) -> Retried:
    """The next entry stays as it is; the one behind it is next."""
    next_one = choose(store, organisation, after, 1)
    return Retried(0, Touched(), age_of(next_one[0]) if next_one else None)


async def judge_everywhere(house: Rooms, choose: Choose, event: str) -> int:
    """One round over all organisations; `event` is logged with how many were judged. What stops one organisation's round stops no
    other's. Unreachable."""
    total = 0
    for organisation in await house.database.read(lambda store: store.organisations()):
        try:
            total += await judge_again(house, organisation, choose)
        except Unreachable:
            raise
        except Exception as problem:
            log.error(f"{event}_cut", organisation=organisation, type=type(problem).__qualname__, at=trail(problem))
    if total:
        log.info(event, count=total)
    return total


async def retry_parked(house: Rooms) -> int:
    """What was parked for a cause that may be gone with this start: a mended handler, a newer vocabulary."""
    return await judge_everywhere(house, parked_for(CAUSES_THAT_MAY_BE_GONE), "parked_retried")


async def end_all_waiting(house: Rooms) -> int:
    """Who waits for what nobody has is judged without it."""
    return await judge_everywhere(house, no_longer_waited_for, "waiting_ended")


async def judge_again_hourly(house: Rooms) -> None:
    """Until cancelled: all of it at the start, then by the hour who waits for nothing. The application runs it as a task."""
    choices = [retry_parked, end_all_waiting]

    async def one_round() -> None:
        while len(choices) > 1:
            await choices[0](house)
            choices.pop(0)
        await choices[0](house)

    await every(HOUR_SECONDS, one_round, "judging_again_failed")
