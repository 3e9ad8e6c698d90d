"""Workload A: one device pushes all it has, thousands of entries of a field day, in batches, heads signed.

Neighbours: `day.py` writes the entries, `wire.py` carries them. Invariants: every request is bytes before the clock starts;
afterwards every entry must have been applied and the receipt must reach the last one, or the run fails.
"""

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.company import Company, Enrolled
from bench.day import STEP_MS, Day
from bench.measured import Measured
from bench.pages import Line, pack
from bench.wire import Answer, Caller, Heads, Request

SECONDS_MAX: Final = 60.0
"""A machine too slow for all of it is measured by what fits."""
JSON_HEADS: Final[Heads] = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class Push:
    """Ready to be sent: requests as `pages.pack` made them, the entries' bodies per batch, the chain's end."""

    requests: tuple[bytes, ...]
    bodies: tuple[tuple[bytes, ...], ...]
    last_hash: str

    @property
    def entries(self) -> int:
        """How many."""
        return sum(len(batch) for batch in self.bodies)

    @property
    def body_bytes_mean(self) -> float:
        """Mean size of an entry's body."""
        return sum(len(body) for batch in self.bodies for body in batch) / self.entries


def make_push(company: Company, device: Enrolled, entries: int, *, other_vans: bool = False) -> Push:
    """Write a device's entries and pack them into requests. `other_vans`: the second half."""
    journal, now_ms = company.journal(device), time.time_ns() // 1_000_000
    vans = company.vans()
    mine = vans[len(vans) // 2 :] if other_vans else vans[: len(vans) // 2]
    Day(journal, company.person(0), mine, entries, now_ms - entries * STEP_MS - 3_600_000).write()
    requests, bodies = [], []
    while journal.outbox:
        request = journal.request(now_ms, limit=company.size.batch)
        sent = journal.outbox[: len(request["entries"])]
        requests.append(pack(request))
        bodies.append(tuple(one.body for one in sent))
        journal.outbox = journal.outbox[len(sent) :]
    return Push(tuple(requests), tuple(bodies), journal.hash)


async def push_ours(caller: Caller, line: Line, push: Push) -> Measured:
    """Send it to our server, taking in what comes back as a device does."""
    for request in push.requests:
        await line.exchange(caller, request)
        if sum(answer.seconds for answer in line.answers) > SECONDS_MAX:
            break
    said = [json.loads(answer.plain()) for answer in line.answers]
    count = 0
    for one, batch in zip(said, push.bodies, strict=False):
        bad = [outcome for outcome in one["outcomes"] if outcome["state"] != "applied"]
        if bad or len(one["outcomes"]) != len(batch):
            raise RuntimeError(f"of {len(batch)} entries {len(one['outcomes'])} were answered, not all applied: {bad[:1]}")
        count += len(batch)
    receipt = receipt_of(said[-1])
    if receipt["n"] != count or (count == push.entries and receipt["h"] != push.last_hash):
        raise RuntimeError("the receipt does not cover what was sent")
    return _measured(line.answers, count)


async def push_bare(caller: Caller, push: Push) -> Measured:
    """Send the same bytes to the bare server."""
    answers: list[Answer] = []
    for request in push.requests:
        answers.append((await caller.ask(Request("POST", "/push", JSON_HEADS, request + b"{}}"))).good())
        if sum(answer.seconds for answer in answers) > SECONDS_MAX:
            break
    count = sum(len(batch) for batch in push.bodies[: len(answers)])
    if json.loads(answers[-1].plain())["n"] != count:
        raise RuntimeError("the bare server lacks entries")
    return _measured(answers, count)


def _measured(answers: Sequence[Answer], count: int) -> Measured:
    each = tuple(answer.seconds for answer in answers)
    return Measured(count, sum(each), each)


def receipt_of(said: dict[str, Any]) -> dict[str, Any]:
    """The payload of an answer's receipt."""
    payload = str(said["receipt"]).split(".")[1]
    receipt: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return receipt
