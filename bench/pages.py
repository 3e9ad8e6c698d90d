"""Requests and answers of our sync as bytes: the cursors put in, the pages' ends read out, everything else left alone.

Neighbours: every workload that syncs. Invariants: a cursor moves only as a client's would, page by page in order; the rest of
an answer is decoded after the clock has stopped.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from bench.company import Company, Enrolled
from bench.wire import Answer, Caller, Heads, Request
from sync.device import Device

SYNC: Final = "/api/v1/sync"
_PAGES: Final = b'"pages":['
_PAGE: Final = b'{"bucket":"'
_CHANGES: Final = b'"changes":['


@dataclass
class Line:
    """One device's exchanges: its cursors, and all answers it got. `zipped`: it takes compressed answers."""

    device: Enrolled
    cursors: dict[str, int]
    zipped: bool = False
    answers: list[Answer] = field(default_factory=list)
    more: bool = False

    async def exchange(self, caller: Caller, request: dict[str, Any] | bytes) -> Answer:
        """One sync: `request` is a `SyncRequest` without cursors, as data or as `pack` made it."""
        body = request if isinstance(request, bytes) else pack(request)
        heads: Heads = (*self.device.heads, ("Accept-Encoding", "gzip")) if self.zipped else self.device.heads
        body += msgspec.json.encode(self.cursors) + b"}"
        answer = (await caller.ask(Request("POST", SYNC, heads, body))).good()
        self.answers.append(answer)
        self.more = advance(self.cursors, answer.plain())
        return answer

    async def drain(self, caller: Caller, request: bytes) -> None:
        """Sync until there is nothing more."""
        await self.exchange(caller, request)
        while self.more:
            await self.exchange(caller, request)

    def changes(self, bucket: str) -> list[dict[str, Any]]:
        """Every change of a bucket in the order it came. Not for the timed part."""
        pages = [page for answer in self.answers for page in json.loads(answer.plain())["pages"]]
        return [change for page in pages if page["bucket"] == bucket for change in page["changes"]]

    def outcomes(self) -> list[dict[str, Any]]:
        """Every outcome in the order it came. Not for the timed part."""
        return [outcome for answer in self.answers for outcome in json.loads(answer.plain())["outcomes"]]


def pack(request: dict[str, Any]) -> bytes:
    """A request's bytes up to the value of its cursors, which come last."""
    rest = {name: value for name, value in request.items() if name != "cursors"}
    return msgspec.json.encode(rest)[:-1] + b',"cursors":'


def idle_request(company: Company, journal: Device, now_ms: int) -> bytes:
    """What a device sends that has nothing to push."""
    assert not journal.outbox
    assert company.organisation == journal.organisation
    return pack(journal.request(now_ms))


def advance(cursors: dict[str, int], body: bytes) -> bool:
    """Move the cursors behind the pages of an answer; whether there is more. Only each page's own fields are read."""
    at, more = body.find(_PAGES), False
    assert at >= 0, "an answer has pages"
    while (start := body.find(_PAGE, at)) >= 0:
        at = body.find(_CHANGES, start)
        page = msgspec.json.decode(body[start:at].rstrip(b",") + b"}")
        cursors[page["bucket"]] = page["to"]
        more = more or page["more"]
    return more
