"""Workload D: a fleet of devices comes home at once; each pushes its day, then each pulls what all of them did.

Neighbours: `company.py` writes the check-ins, `pages.py` carries them. Invariants: as many connections as devices, all of them
used at once, from one process whose own processor time is told; afterwards every device must have every record, by id, and
what is missing is counted.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass

from bench.company import PER_CHECK_IN, Company, Enrolled, check_ins
from bench.measured import Measured
from bench.pages import Line, pack
from bench.pull import drain_bare
from bench.push import JSON_HEADS
from bench.wire import Answer, Caller, Request


@dataclass(frozen=True)
class Load:
    """One device's day, ready: its push, what it asks with afterwards, the ids of its records and of its entries."""

    device: Enrolled
    request: bytes
    idle: bytes
    records: tuple[str, ...]
    entries: tuple[str, ...]


def make_loads(company: Company) -> list[Load]:
    """A push of `size.each` entries for each device of the fleet: check-ins of vans of their own, with damages."""
    size, vans, now_ms = company.size, company.vans(), time.time_ns() // 1_000_000
    each = size.each // PER_CHECK_IN
    loads = []
    for number, device in enumerate(company.devices[: size.fleet]):
        journal = company.journal(device)
        mine = [van for van, _ in vans[number * each : (number + 1) * each]]
        records = check_ins(company, journal, mine, company.person(number), now_ms)
        request, entries = pack(journal.request(now_ms)), tuple(one.id for one in journal.outbox)
        journal.outbox = []
        loads.append(Load(device, request, pack(journal.request(now_ms)), tuple(records), entries))
    return loads


async def fleet_ours(callers: Sequence[Caller], company: Company, loads: Sequence[Load]) -> Measured:
    """Against our server; what a push's answer brings is taken in, as a device does."""
    lines = [Line(load.device, company.cursors_of(load.device)) for load in loads]
    pushes = (line.exchange(caller, load.request) for line, caller, load in zip(lines, callers, loads, strict=True))
    pulls = (line.drain(caller, load.idle) for line, caller, load in zip(lines, callers, loads, strict=True))
    timed = await _timed(pushes, pulls)
    for line, load in zip(lines, loads, strict=True):
        applied = [outcome["id"] for outcome in line.outcomes() if outcome["state"] == "applied"]
        if applied != list(load.entries):
            raise RuntimeError(f"of {len(load.entries)} entries {len(applied)} were applied")
    wanted = {record for load in loads for record in load.records}
    missing = sum(len(wanted - {change["id"] for change in line.changes(company.bucket)}) for line in lines)
    return _measured(timed, [answer for line in lines for answer in line.answers], len(wanted), missing)


async def fleet_bare(callers: Sequence[Caller], company: Company, loads: Sequence[Load]) -> Measured:
    """Against the bare server."""
    pulled: list[list[Answer]] = [[] for _ in loads]

    async def push(number: int) -> None:
        request = Request("POST", "/push", JSON_HEADS, loads[number].request + b"{}}")
        pulled[number].append((await callers[number].ask(request)).good())

    async def pull(number: int) -> None:
        pulled[number] += await drain_bare(callers[number], company.size.records, ())

    numbers = range(len(loads))
    timed = await _timed((push(number) for number in numbers), (pull(number) for number in numbers))
    wanted = {entry for load in loads for entry in load.entries}
    missing = 0
    for answers in pulled:
        changes = [change for answer in answers[1:] for change in json.loads(answer.plain())["changes"]]
        missing += len(wanted - {change["id"] for change in changes})
    return _measured(timed, [answer for answers in pulled for answer in answers], len(wanted), missing)


@dataclass(frozen=True)
class _Timed:
    seconds: tuple[float, float]
    client_cpu: float


async def _timed(pushes: Iterable[Awaitable[object]], pulls: Iterable[Awaitable[object]]) -> _Timed:
    """All pushes at once; when the last one is answered, all pulls at once."""
    cpu, seconds = time.process_time(), []
    for phase in (pushes, pulls):
        began = time.perf_counter()
        await asyncio.gather(*phase)
        seconds.append(time.perf_counter() - began)
    return _Timed((seconds[0], seconds[1]), time.process_time() - cpu)


def _measured(timed: _Timed, answers: Sequence[Answer], records: int, missing: int) -> Measured:
    """`count` is what all devices together pulled."""
    facts = {
        "push_s": timed.seconds[0], "pull_s": timed.seconds[1], "client_cpu_s": timed.client_cpu, "missing": float(missing),
        "requests": float(len(answers)), "wire_bytes": float(sum(len(answer.body) for answer in answers)),
    }  # fmt: skip
    return Measured(records, sum(timed.seconds), tuple(answer.seconds for answer in answers), facts=facts)
