"""The workloads, as bytes ready to send, and what each side makes of them.

A · one device pushes 10,000 entries of about 650 bytes in batches of 500, heads signed, over HTTP
C · one device pulls 100 new records among 5,000 over HTTP, again and again

Neighbours: `company.py`, `processes.py`, `limits.py`; `__main__.py` prints. Invariants: requests are made before the clock
starts; what a server says is checked (every entry applied, receipt to the last one, exactly 100 records), or the run fails.
"""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench import limits
from bench.company import NEW_RECORDS, Company
from bench.processes import Running
from schemas.ids import uuid7
from sync.device import Device

ENTRIES = 10_000
BATCH = 500
PER_HANDOVER = 20
PULLS = 200
SECONDS_MAX = 45.0
HTTP_SECONDS = 60.0


@dataclass(frozen=True)
class Measured:
    """`count` things in `seconds`; single times in seconds where each is of interest; peak memory in bytes."""

    count: int
    seconds: float
    each: tuple[float, ...] = ()
    memory: int | None = None

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds

    def percentile_ms(self, share: float) -> float | None:
        """The time below which this share of the single times lies, ms."""
        if not self.each:
            return None
        ordered = sorted(self.each)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


@dataclass(frozen=True)
class Push:
    """Workload A, ready: HTTP bodies, the bare entry bodies per batch, the chain's end."""

    requests: tuple[bytes, ...]
    bodies: tuple[tuple[bytes, ...], ...]
    last_hash: str

    @property
    def body_bytes_mean(self) -> float:
        """Mean size of an entry's body."""
        sizes = [len(body) for batch in self.bodies for body in batch]
        return sum(sizes) / len(sizes)


def make_push(company: Company) -> Push:
    """500 check-ins of 20 entries: started, read, checked, with damages and waived photos; each builds on its start."""
    device, now_ms = company.journal(), time.time_ns() // 1_000_000
    for number in range(ENTRIES // PER_HANDOVER):
        _check_in(device, company, number, now_ms)
    requests, bodies = [], []
    while device.outbox:
        request = device.request(now_ms, limit=BATCH)
        sent = device.outbox[: len(request["entries"])]
        requests.append(json.dumps(request, ensure_ascii=False).encode())
        bodies.append(tuple(one.body for one in sent))
        device.outbox = device.outbox[len(sent) :]
    return Push(tuple(requests), tuple(bodies), device.hash)


def _check_in(device: Device, company: Company, number: int, now_ms: int) -> None:
    handover = uuid7(now_ms, device.random(10))
    needs: list[str] = []

    def write(action: str, **args: Any) -> None:
        made = device.record(
            action, {"handover_id": handover, **args}, actor=company.technician, now_ms=now_ms, needs=needs, seen={handover: 0}
        )
        needs[:] = needs or [made.id]

    write("handover.start", type="check_in", asset_id=company.van(number))
    for meter, value in (("odometer", 10_000 + number), ("battery", number % 100)):
        write("reading.record", meter=meter, value=value)
    for spot in range(6):
        write(
            "damage.record", damage_id=uuid7(now_ms, device.random(10)), view="left", part="door_front", x=100 + spot, y=400,
            type="scratch", severity="minor_damage", size_mm=40,
        )  # fmt: skip
    for at in range(PER_HANDOVER - 9):
        reason = "地库太暗，拍不清楚：车停在 B2 角落，灯坏了，已请保安记录，天亮后补拍。"
        write("photo.waive", slot=f"slot_{at}", reason=reason)


def push_ours(server: Running, company: Company, push: Push) -> Measured:
    """Workload A against our server."""
    last: dict[str, Any] = {}

    def take(answer: httpx.Response) -> None:
        last.update(answer.json())
        states = {outcome["state"] for outcome in last["outcomes"]}
        if states != {"applied"}:
            raise RuntimeError(f"entries became {sorted(states)}: {last['outcomes'][0]}")

    measured = _send(server, "/api/v1/sync", push, take, _headers(company))
    payload = str(last["receipt"]).split(".")[1]
    receipt = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if receipt["n"] != measured.count or (measured.count == ENTRIES and receipt["h"] != push.last_hash):
        raise RuntimeError("the receipt does not cover what was sent")
    return measured


def push_bare(server: Running, push: Push) -> Measured:
    """Workload A against the bare server."""
    last: list[int] = []
    measured = _send(server, "/push", push, lambda answer: last.append(answer.json()["n"]), {})
    if last[-1] != measured.count:
        raise RuntimeError("the bare server lacks entries")
    return measured


def _send(server: Running, path: str, push: Push, take: Callable[[httpx.Response], None], headers: dict[str, str]) -> Measured:
    """Send batch after batch; a machine too slow for all of them is measured by those that fit SECONDS_MAX."""
    count, taken = 0, []
    headers = {"Content-Type": "application/json", **headers}
    with httpx.Client(base_url=server.base, headers=headers, timeout=HTTP_SECONDS) as client:
        for body, batch in zip(push.requests, push.bodies, strict=True):
            began = time.perf_counter()
            answer = client.post(path, content=body)
            taken.append(time.perf_counter() - began)
            answer.raise_for_status()
            take(answer)
            count += len(batch)
            if sum(taken) > SECONDS_MAX:
                break
    return Measured(count, sum(taken), tuple(taken), server.memory_bytes())


def pull_ours(server: Running, company: Company) -> Measured:
    """Workload C against our server: a whole sync each time, receipt included, with the cursors of before."""
    device, now_ms = company.journal(), time.time_ns() // 1_000_000
    device.cursors = dict(company.cursors)
    body = json.dumps(device.request(now_ms)).encode()

    def ask(client: httpx.Client) -> int:
        pages = client.post("/api/v1/sync", content=body).raise_for_status().json()["pages"]
        return sum(change["kind"] == "asset" for page in pages for change in page["changes"])

    return _ask(server, ask, _headers(company))


def pull_bare(server: Running, company: Company) -> Measured:
    """Workload C against the bare server."""
    after = company.wires[-NEW_RECORDS - 1][0]
    return _ask(server, lambda client: len(client.get(f"/pull?after={after}").raise_for_status().json()), {})


def _ask(server: Running, ask: Callable[[httpx.Client], int], headers: dict[str, str]) -> Measured:
    taken: list[float] = []
    headers = {"Content-Type": "application/json", **headers}
    with httpx.Client(base_url=server.base, headers=headers, timeout=HTTP_SECONDS) as client:
        ask(client)
        while len(taken) < PULLS and sum(taken) < SECONDS_MAX / 3:
            began = time.perf_counter()
            found = ask(client)
            taken.append(time.perf_counter() - began)
            if found != NEW_RECORDS:
                raise RuntimeError(f"expected {NEW_RECORDS} records, got {found}")
    return Measured(len(taken), sum(taken), tuple(taken), server.memory_bytes())


def _headers(company: Company) -> dict[str, str]:
    return {"X-Handover": "1", "Cookie": f"hv_device={company.token}"}


def machine_push(folder: Path, push: Push) -> tuple[Measured, Measured]:
    """The same entries appended to a file, and inserted by sqlite3 alone."""
    return Measured(ENTRIES, limits.append(folder, push.bodies)), Measured(ENTRIES, limits.insert(folder, push.bodies))


def machine_pull(folder: Path, company: Company) -> Measured:
    """The same records read by sqlite3 alone."""
    taken = limits.select(folder, company.wires, company.wires[-NEW_RECORDS - 1][0], PULLS)
    return Measured(PULLS, sum(taken), tuple(taken))
