"""The outbox: one row for a to-do, whom it is for and the channel; taken before it is sent, marked after, kept as proof.

Neighbours: `recipients.py` fills it, `server/jobs/notices.py` empties it, `server/http/notices.py` shows it. Invariants: a row is
made once, however often it is said · it is taken in a committed transaction before anything leaves, so that two processes never
send one row · one cut between sending and marking is sent once more at most, and says that it may have gone out twice · attempts
are bounded.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from schemas.limits import NOTICE_ATTEMPTS_MAX, NOTICE_PAGE_MAX
from server.notify.channels import Answer
from server.notify.recipients import Wanted
from server.storage.store import SqlStore

TAKEN_AT_ONCE: Final = 20
CUT_MS: Final = 120_000
"""Taken so long ago and not marked: whoever took it is gone."""
BACK_OFF_MS: Final = (30_000, 120_000, 600_000, 1_800_000, 3_600_000)
CUT: Final = "cut"
"""The code of a notice that was cut twice between sending and marking."""
_KEY: Final = "organisation = :organisation AND todo = :todo AND target = :target AND channel = :channel"
_ADD: Final = text(
    "INSERT INTO notice_outbox "
    "(organisation, todo, target, channel, state, attempts, unsure, code, next_ms, created_ms, sent_ms) "
    "VALUES (:organisation, :todo, :target, :channel, 'waiting', 0, :no, '', :next_ms, :created_ms, NULL) "
    "ON CONFLICT (organisation, todo, target, channel) DO NOTHING"
)
_DUE: Final = text(
    "SELECT organisation, todo, target, channel, state, attempts, unsure, created_ms FROM notice_outbox "
    "WHERE (state = 'waiting' AND next_ms <= :now) OR (state = 'sending' AND next_ms <= :cut) ORDER BY next_ms LIMIT :limit"
)
# Names of our own columns: nothing of it comes from outside.
_TAKE: Final = text(
    "UPDATE notice_outbox SET state = 'sending', attempts = attempts + 1, unsure = :unsure, next_ms = :now "  # noqa: S608
    f"WHERE {_KEY} AND state = :state AND attempts = :attempts"
)
_MARK: Final = text(
    "UPDATE notice_outbox SET state = :state, code = :code, next_ms = :next_ms, sent_ms = :sent_ms "  # noqa: S608
    f"WHERE {_KEY} AND state = 'sending' AND attempts = :attempts"
)
_AGAIN: Final = text(
    f"UPDATE notice_outbox SET state = 'waiting', attempts = 0, next_ms = :now WHERE {_KEY} AND state = 'failed'"  # noqa: S608
)
_PAGE: Final = text(
    "SELECT todo, target, channel, state, attempts, unsure, code, next_ms, created_ms, sent_ms FROM notice_outbox "
    "WHERE organisation = :organisation AND created_ms <= :at AND (created_ms < :at OR todo > :todo OR (todo = :todo "
    "AND (target > :target OR (target = :target AND channel > :channel)))) "
    "ORDER BY created_ms DESC, todo, target, channel LIMIT :limit"
)


class Taken(NamedTuple):
    """A notice somebody is about to send."""

    organisation: str
    todo: str
    target: str
    channel: str
    attempts: int

    @property
    def where(self) -> dict[str, Any]:
        """Its key, as statements take it."""
        return {"organisation": self.organisation, "todo": self.todo, "target": self.target, "channel": self.channel}


def add(store: SqlStore, organisation: str, todo: str, wanted: Iterable[Wanted], next_ms: int, now_ms: int) -> int:
    """Rows for whom to tell; those that are there stay as they are. Returns how many are new."""
    new = 0
    for target, channel in wanted:
        row = {"organisation": organisation, "todo": todo, "target": target, "channel": channel}
        done = store.connection.execute(_ADD, {**row, "no": False, "next_ms": next_ms, "created_ms": now_ms})
        new += max(0, done.rowcount)
    return new


def take(store: SqlStore, now_ms: int) -> list[Taken]:
    """What is due, marked as being sent. What was cut twice fails: it is not known whether it went out."""
    taken: list[Taken] = []
    rows = store.connection.execute(_DUE, {"now": now_ms, "cut": now_ms - CUT_MS, "limit": TAKEN_AT_ONCE}).all()
    for organisation, todo, target, channel, state, attempts, unsure, _ in rows:
        one = Taken(organisation, todo, target, channel, attempts + 1)
        cut = state == "sending"
        if cut and unsure:
            fate = {"state": "failed", "code": CUT, "next_ms": now_ms, "sent_ms": None}
            store.connection.execute(_MARK, {**one.where, **fate, "attempts": attempts})
            continue
        how = {"unsure": bool(unsure) or cut, "now": now_ms, "state": state, "attempts": attempts}
        if store.connection.execute(_TAKE, {**one.where, **how}).rowcount == 1:
            taken.append(one)
    return taken


def mark(store: SqlStore, one: Taken, answer: Answer, now_ms: int) -> str:
    """What became of it: sent, to be tried again later, or failed for good. Returns the state."""
    if answer.sent:
        state, next_ms = "sent", now_ms
    elif answer.final or one.attempts >= NOTICE_ATTEMPTS_MAX:
        state, next_ms = "failed", now_ms
    else:
        state, next_ms = "waiting", now_ms + BACK_OFF_MS[min(one.attempts, len(BACK_OFF_MS)) - 1]
    fate = {"state": state, "code": answer.code[:40], "next_ms": next_ms, "sent_ms": now_ms if answer.sent else None}
    store.connection.execute(_MARK, {**one.where, **fate, "attempts": one.attempts})
    return state


def again(store: SqlStore, organisation: str, todo: str, target: str, channel: str, now_ms: int) -> bool:
    """A failed one is tried anew; whether there was such a one."""
    where = {"organisation": organisation, "todo": todo, "target": target, "channel": channel, "now": now_ms}
    return store.connection.execute(_AGAIN, where).rowcount == 1


class Place(NamedTuple):
    """Where a page ends: many rows are made within one millisecond, so the row itself is named and not its time alone."""

    at_ms: int
    todo: str
    target: str
    channel: str


NEWEST: Final = Place(2**53, "", "", "")
"""Before the first row."""


def page(store: SqlStore, organisation: str, after: Place = NEWEST) -> list[Any]:
    """The rows that follow a place, the newest first, of one moment by their key."""
    where = {"organisation": organisation, "at": after.at_ms, "limit": NOTICE_PAGE_MAX}
    where |= {"todo": after.todo, "target": after.target, "channel": after.channel}
    return list(store.connection.execute(_PAGE, where).mappings())
