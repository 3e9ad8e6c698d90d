"""Workload H: the office brings in a spreadsheet of assets, most rows good and some bad, as the page does it.

Neighbours: `runs.py` starts the server, `server/imports/sheets` does the work. Invariants: the clock runs from the upload's
first byte until the last byte of the rows that stayed out, over upload, preview, run and download · what went in and what stayed
out is counted · progress is asked for as often as the page asks.
"""

import asyncio
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.company import Company
from bench.measured import Measured
from bench.wire import Answer, Caller, Request
from schemas.sheets import SheetFormat
from server.imports.sheets.writing import sheet

_HEADERS: Final = (
    "名称", "标签", "车牌", "序列号", "品类", "型号", "颜色", "归属网点", "车位/货位", "里程(公里)", "电池健康(%)", "下次年检",
    "下次保养(公里)",
)  # fmt: skip
_POLL_SECONDS: Final = 0.7
_SECONDS_MAX: Final = 300.0


@dataclass(frozen=True)
class File:
    """A spreadsheet ready to be sent, and how many of its rows are bad."""

    format: SheetFormat
    content: bytes
    rows: int
    bad: int


def make_file(company: Company, format_: SheetFormat) -> File:
    """As many vans as the size says; the bad ones lie among the others, each bad in one of five ways."""
    rows, bad = company.size.sheet_rows, company.size.sheet_bad
    every = rows // bad
    out = io.BytesIO()
    made = sheet(out, format_, "assets", _HEADERS)
    made.rows(_row(format_, number, number // every if number % every == every - 1 else None) for number in range(rows))
    made.close()
    return File(format_, out.getvalue(), rows, rows // every)


def _row(format_: str, number: int, bad: int | None) -> Sequence[Any]:
    code = f"{format_[0].upper()}{number:05d}"
    row: list[Any] = [
        f"导入 {code}", f"HI-{code}", f"浙B·{code}", f"SN{code}", "车辆", "五菱 EV50", "白", "测量仓", f"C-{number % 500:03d}",
        10_000 + number, 80 + number % 21, "2027-03-31", 20_000 + number,
    ]  # fmt: skip
    wrong = {0: (0, ""), 1: (7, "没有的仓"), 2: (9, "很多"), 3: (11, "3/4/27"), 4: (3, f"SN{format_[0].upper()}00000")}
    if bad is not None:
        at, value = wrong[bad % len(wrong)]
        row[at] = value
        if at == 0:
            row[2] = ""  # a plate would stand for the name
    return row


async def import_ours(caller: Caller, company: Company, file: File) -> Measured:
    """Bring one file in. RuntimeError when a row is lost, or the bad ones are not told."""
    office = _Office(caller, company)
    began = time.perf_counter()
    brought = await office.ask("POST", f"imports?kind=asset&name=assets.{file.format}", file.content)
    read = time.perf_counter()
    found = json.loads(brought.body)
    tab = found["tabs"][0]
    mapping = {"sheet": 0, "header_row": tab["header_row"], "columns": tab["mapping"]}
    await office.ask("POST", f"imports/{found['id']}/mapping", json.dumps(mapping).encode())
    checked = time.perf_counter()
    await office.ask("POST", f"imports/{found['id']}/run")
    told, steps = await office.watch(found["id"])
    ran = time.perf_counter()
    bad = await office.ask("GET", f"imports/{found['id']}/bad/csv")
    ended = time.perf_counter()
    counts, lines = told["counts"], bad.body.decode("utf-8-sig").splitlines()
    if (counts["new"], counts["bad"], len(lines)) != (file.rows - file.bad, file.bad, file.bad + 1):
        raise RuntimeError(f"workload H: {counts}, {len(lines)} lines of bad rows")
    facts = {"read_s": read - began, "check_s": checked - read, "run_s": ran - checked, "bad_rows_s": ended - ran,
             "steps": float(steps), "file_bytes": float(len(file.content))}  # fmt: skip
    return Measured(file.rows, ended - began, facts=facts)


@dataclass(frozen=True)
class _Office:
    caller: Caller
    company: Company

    async def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        heads = [("Content-Type", "application/json"), ("X-Handover", "1"), ("Cookie", f"hv_person={self.company.office_token}")]
        return (await self.caller.ask(Request(method, f"/api/v1/sheets/{path}", heads, body))).good()

    async def watch(self, import_id: str) -> tuple[dict[str, Any], int]:
        """Look until it is done; what it came to, and how many different states of its progress were seen."""
        seen: set[int] = set()
        until = time.monotonic() + _SECONDS_MAX
        while time.monotonic() < until:
            told: dict[str, Any] = json.loads((await self.ask("GET", f"imports/{import_id}")).body)
            seen.add(told["done"])
            if told["stage"] == "done":
                return told, len(seen)
            await asyncio.sleep(_POLL_SECONDS)
        raise RuntimeError("workload H: the import does not end")
