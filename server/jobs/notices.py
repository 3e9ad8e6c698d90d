"""Every few seconds: who is to hear of a new to-do is put in the outbox, and what is due there is sent.

Neighbours: `server/jobs/alerts.py` opens to-dos and reads what has changed; `server/notify` says whom, how, and keeps the proof.
Invariants: nothing is sent inside a transaction · a notice is written when it is sent, from the to-do as it stands then: one that
is closed meanwhile is not sent · a to-do of long ago tells nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

import structlog

from schemas.limits import NOTICE_FRESH_HOURS
from schemas.todos import TODO_SENTENCES
from server.jobs.rounds import every
from server.notify import addresses, outbox
from server.notify.addresses import Address
from server.notify.causes import HOUR_MS, zone_of
from server.notify.channels import Answer, Mailer, Message, send_mail, send_robot
from server.notify.outbox import Taken
from server.notify.recipients import CONTACT, recipients
from server.notify.sealing import Sealing
from server.settings import Clock, Settings
from server.storage.database import Database, SqlStore
from sync import instants
from sync.journal import derived_id

ROUND_SECONDS: Final = 5
DAY_MINUTES: Final = 24 * 60
log = structlog.get_logger("notices")


class Rooms(Protocol):
    """The parts of `server.http.context.House` this module needs."""

    database: Database
    settings: Settings
    sealing: Sealing

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970."""


@dataclass(frozen=True)
class Letter:
    """A notice ready to leave."""

    to: Address
    message: Message


# --- into the outbox ----------------------------------------------------------------------------------------------------------
async def enqueue(house: Rooms, organisation: str, todos: Sequence[str]) -> int:
    """Whoever is to hear of these to-dos gets a row each, once. Returns how many are new."""

    def wanted(store: SqlStore) -> list[tuple[str, list[Any], int]]:
        held = addresses.held(store, organisation)
        found = []
        for todo_id in todos:
            stored = store.record(organisation, "todo", todo_id)
            if stored is None or stored.gone or not _is_fresh(stored.data, house.clock()):
                continue
            rows = recipients(store, organisation, stored.data, held)
            found += [(todo_id, [one], _when(store, organisation, one.target, house.clock())) for one in rows]
        return found

    rows = await house.database.read(wanted)
    if not rows:
        return 0

    def keep(store: SqlStore) -> int:
        return sum(outbox.add(store, organisation, todo, some, when, house.clock()) for todo, some, when in rows)

    return await house.database.write(keep)


def _is_fresh(todo: dict[str, Any], now_ms: int) -> bool:
    """Open, and opened or handed on not long ago."""
    since = todo["handed"][-1]["at"] if todo["handed"] else todo["opened_at"]
    return todo["state"] == "open" and now_ms - instants.to_ms(since) < NOTICE_FRESH_HOURS * HOUR_MS


def _when(store: SqlStore, organisation: str, target: str, now_ms: int) -> int:
    """Now, or when the person's quiet hours are over."""
    stored = store.record(organisation, "notice_choice", target)
    own = store.record(organisation, "organisation", organisation)
    if stored is None or stored.gone or own is None:
        return now_ms
    return after_quiet(stored.data["quiet_from"], stored.data["quiet_until"], own.data["zone"], now_ms)


def after_quiet(quiet_from: int, quiet_until: int, zone: str, now_ms: int) -> int:
    """The first moment from now on that is not within the quiet hours (minutes of the day in the zone; equal: none)."""
    local = datetime.fromtimestamp(now_ms / 1000, zone_of(zone))
    minute = local.hour * 60 + local.minute
    if (minute - quiet_from) % DAY_MINUTES >= (quiet_until - quiet_from) % DAY_MINUTES:
        return now_ms
    left = (quiet_until - minute) % DAY_MINUTES
    return now_ms + left * 60_000 - (local.second * 1000 + local.microsecond // 1000)


# --- out of it ------------------------------------------------------------------------------------------------------------------
async def send_due(house: Rooms) -> int:
    """Send what is due, one after the other. Returns how many were sent."""
    sent = 0
    while True:
        taken = await house.database.write(partial(_take, house.clock()))
        for one in taken:
            letter = await house.database.read(partial(_write, house, one))
            answer = await _send(house, one, letter)
            state = await house.database.write(partial(_mark, one, answer, house.clock()))
            sent += state == "sent"
            log.info("notice", organisation=one.organisation, channel=one.channel, state=state, code=answer.code)
        if len(taken) < outbox.TAKEN_AT_ONCE:
            return sent


def _take(now_ms: int, store: SqlStore) -> list[Taken]:
    return outbox.take(store, now_ms)


def _mark(one: Taken, answer: Answer, now_ms: int, store: SqlStore) -> str:
    return outbox.mark(store, one, answer, now_ms)


def _write(house: Rooms, one: Taken, store: SqlStore) -> Letter | str:
    """The letter as the to-do stands now, or why there is none."""
    stored = store.record(one.organisation, "todo", one.todo)
    if stored is None or stored.gone or stored.data["state"] != "open":
        return "closed"
    own = store.record(one.organisation, "organisation", one.organisation)
    name = own.data["name"] if own is not None else ""
    if one.target.startswith(CONTACT):
        contact = store.record(one.organisation, "contact", one.target.removeprefix(CONTACT))
        email = contact.data["email"] if contact is not None and not contact.gone else ""
        return Letter(Address(email), to_customer(stored.data, name)) if addresses.check_mail(email) else "no_address"
    address = addresses.of(store, house.sealing, one.organisation, one.target).get(one.channel)
    if address is None:
        return "no_address"
    return Letter(address, to_colleague(stored.data, name, house.settings.public_url))


async def _send(house: Rooms, one: Taken, letter: Letter | str) -> Answer:
    if isinstance(letter, str):
        return Answer(False, letter, final=True)
    if one.channel != "email":
        if not addresses.check_robot(one.channel, letter.to.value, house.settings.robot_hosts):
            return Answer(False, "address_refused", final=True)
        return await send_robot(one.channel, letter.to, letter.message, house.clock())
    mailer: Mailer | None = house.settings.mailer
    if mailer is None:
        return Answer(False, "no_mailer", final=True)
    return await send_mail(mailer, letter.to.value, letter.message, message_id(one))


def message_id(one: Taken) -> str:
    """The same at every attempt, and tells nothing of whom it is for."""
    return derived_id("notice", *one.where.values())


# --- what is said ---------------------------------------------------------------------------------------------------------------
def sentence(todo: dict[str, Any], lang: str) -> str:
    """What the to-do says, its instants in its zone."""
    words = TODO_SENTENCES[todo["code"]]
    zone = zone_of(todo["zone"])
    shown: dict[str, Any] = {}
    for name, value in todo["params"].items():
        shown[name] = _local(value, zone) if name.endswith("_at") and isinstance(value, str) else value
    text = words.zh if lang == "zh" else words.en
    for name, value in shown.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _local(value: str, zone: Any) -> str:
    try:
        return datetime.fromtimestamp(instants.to_ms(value) / 1000, zone).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return value


def to_colleague(todo: dict[str, Any], company: str, url: str) -> Message:
    """Both languages: the server does not know which one the person reads."""
    deadline = _local(todo["deadline"], zone_of(todo["zone"]))
    zh, en = sentence(todo, "zh"), sentence(todo, "en")
    told = [zh, f"期限 Deadline: {deadline}", *([] if en == zh else [en]), f"{url}/office/#/todos"]
    return Message(f"{company} · 待办 To-do", "\n".join(told))


def to_customer(todo: dict[str, Any], company: str) -> Message:
    """To whoever rents: what is late, and what to do. Nothing of the company's own."""
    number, due = todo["params"].get("number", ""), _local(str(todo["params"].get("due_at", "")), zone_of(todo["zone"]))
    zh = f"您好：租赁单 {number} 应于 {due} 归还，现已超过时间。请尽快归还，或与我们联系办理续租。"
    en = f"Rental {number} was due back on {due} and is now overdue. Please return it, or contact us to extend it."
    return Message(f"{company} · 归还提醒 Return overdue", f"{zh}\n\n{en}\n\n{company}")


async def send_always(house: Rooms) -> None:
    """Until cancelled. The application runs it as a task."""
    await every(ROUND_SECONDS, partial(send_due, house), "notices_failed")
