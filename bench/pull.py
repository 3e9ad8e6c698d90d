"""Workloads B and C: a new device pulls everything; a device that has everything but the newest pulls those.

Neighbours: `pages.py`. Invariants: the clock runs from each request's first byte to its answer's last one and not in between;
afterwards the ids of all records that came are compared with those that had to come.
"""

import json
import time
from typing import Final

import msgspec

from bench.company import Company, Enrolled
from bench.measured import Measured
from bench.pages import Line, idle_request
from bench.wire import Answer, Caller, Heads, Request

SECONDS_MAX: Final = 20.0
ZIPPED: Final[Heads] = (("Accept-Encoding", "gzip"),)


async def first_ours(caller: Caller, company: Company, device: Enrolled, *, zipped: bool) -> Measured:
    """B: everything, page by page, from nothing."""
    line = Line(device, {}, zipped)
    await line.drain(caller, idle_request(company, company.journal(device), _now_ms()))
    _compare({change["id"] for change in line.changes(company.bucket)}, {kept.id for kept in company.records})
    return _first(company, line.answers, zipped)


async def first_bare(caller: Caller, company: Company, *, zipped: bool) -> Measured:
    """B against the bare server."""
    answers = await drain_bare(caller, 0, ZIPPED if zipped else ())
    changes = [change for answer in answers for change in json.loads(answer.plain())["changes"]]
    _compare({change["id"] for change in changes}, {kept.id for kept in company.records})
    return _first(company, answers, zipped)


def _first(company: Company, answers: list[Answer], zipped: bool) -> Measured:
    each = tuple(answer.seconds for answer in answers)
    in_gzip = sum(answer.heads.get("content-encoding") == "gzip" for answer in answers)
    facts = {"wire_bytes": float(sum(len(answer.body) for answer in answers)), "requests": float(len(answers))}
    if zipped:
        facts["compressed_answers"] = float(in_gzip)
    return Measured(company.size.records, sum(each), each, facts=facts)


async def newest_ours(caller: Caller, company: Company, device: Enrolled) -> Measured:
    """C: a whole sync each time, receipt included, with the cursors of before."""
    request = idle_request(company, company.journal(device), _now_ms())
    line = Line(device, {})
    while len(line.answers) <= company.size.pulls and sum(answer.seconds for answer in line.answers) < SECONDS_MAX:
        line.cursors = company.cursors_of(device) | company.cursors
        await line.exchange(caller, request)
    wanted = company.newest
    for answer in line.answers:
        changes = [change for page in json.loads(answer.plain())["pages"] for change in page["changes"]]
        _compare({change["id"] for change in changes}, wanted)
    return _newest(line.answers)


async def newest_bare(caller: Caller, company: Company) -> Measured:
    """C against the bare server."""
    answers: list[Answer] = []
    after = company.size.records - company.size.new
    while len(answers) <= company.size.pulls:
        answers.append((await caller.ask(Request("GET", f"/pull?after={after}"))).good())
    wanted = company.newest
    for answer in answers:
        _compare({change["id"] for change in json.loads(answer.plain())["changes"]}, wanted)
    return _newest(answers)


def _newest(answers: list[Answer]) -> Measured:
    """The first one opens connections and fills caches: it is left out."""
    each = tuple(answer.seconds for answer in answers[1:])
    return Measured(len(each), sum(each), each, facts={"answer_bytes": float(len(answers[-1].body))})


class _Page(msgspec.Struct):
    to: int
    more: bool


async def drain_bare(caller: Caller, after: int, heads: Heads) -> list[Answer]:
    """Pull after a version until there is nothing more."""
    answers: list[Answer] = []
    more = True
    while more:
        answers.append((await caller.ask(Request("GET", f"/pull?after={after}", heads))).good())
        plain = answers[-1].plain()
        page = msgspec.json.decode(plain[: plain.index(b',"changes"')] + b"}", type=_Page)
        after, more = page.to, page.more
    return answers


def _compare(got: set[str], wanted: set[str]) -> None:
    if got != wanted:
        raise RuntimeError(f"expected {len(wanted)} records; {len(wanted - got)} are missing, {len(got - wanted)} too many")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
