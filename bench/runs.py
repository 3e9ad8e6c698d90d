"""One round of a workload on each side: a fresh copy of the same company, a fresh process, the same bytes.

Neighbours: `__main__.py` alternates the sides, `report.py` shows what comes out; the workloads do the work. Invariants: no
round sees what another has left; what is timed is done alike on both sides; a server's figures are taken from the system.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bench import edits, fleet, grid, grid_browser, limits, live, phone, pull, push, sheets, wire
from bench.bare import PAGE, fill
from bench.company import Company
from bench.edits import Editor, make_editors
from bench.fleet import Load, make_loads
from bench.live import Change, make_changes
from bench.measured import Measured, Usage
from bench.pages import Line
from bench.processes import Running, bare, ours
from bench.push import Push, make_push
from bench.sheets import File, make_file
from bench.wire import Connection

Figures = dict[str, Measured]
"""By workload: `A`, `B`, `B gzip` …"""


@dataclass
class Stage:
    """What all rounds share, made once: the company as it was founded, the entries written."""

    folder: Path
    company: Company
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def set_up(cls, folder: Path, company: Company) -> "Stage":
        """After `found(folder / "founded")`: the bare server's file with the same records beside it."""
        fill(folder / "founded.db", [kept.wire for kept in company.records])
        return cls(folder, company)

    @cached_property
    def pushes(self) -> tuple[Push, Push]:
        """Workload A, twice: the second one by another device and on other vans, to see whether memory grows."""
        entries, (first, second, *_) = self.company.size.entries, self.company.devices
        return make_push(self.company, first, entries), make_push(self.company, second, entries, other_vans=True)

    @cached_property
    def loads(self) -> list[Load]:
        """Workload D."""
        return make_loads(self.company)

    @cached_property
    def changes(self) -> list[Change]:
        """Workload E."""
        return make_changes(self.company)

    @cached_property
    def editors(self) -> list[Editor]:
        """Workload F."""
        return make_editors(self.company)

    @cached_property
    def page(self) -> dict[str, float]:
        """Workload G in a browser: once, for it takes the browser minutes to fetch the company."""
        return grid_browser.measure(self.folder / "grid", self.company.size)

    @cached_property
    def files(self) -> tuple[File, File]:
        """Workload H, as CSV and as a workbook."""
        return make_file(self.company, "csv"), make_file(self.company, "xlsx")

    def fresh(self) -> tuple[Path, Path]:
        """A copy for one round: our data folder, the bare server's file."""
        data, file = self.folder / "round", self.folder / "round.db"
        shutil.rmtree(data, ignore_errors=True)
        for old in self.folder.glob("round.db*"):
            old.unlink()
        shutil.copytree(self.folder / "founded", data)
        shutil.copyfile(self.folder / "founded.db", file)
        return data, file


@asynccontextmanager
async def calling(running: Running) -> AsyncIterator[Connection]:
    """A connection to a server."""
    connection = await Connection.open(running.base)
    try:
        yield connection
    finally:
        connection.close()


async def watched(running: Running, work: Awaitable[Measured]) -> Measured:
    """What the work came to, with what the server holds afterwards and the processor time it took."""
    before = running.usage()
    measured = await work
    after = running.usage()
    if before is None or after is None:
        return measured
    return replace(measured, usage=Usage(after.memory, after.peak, after.cpu - before.cpu))


# --- A ----------------------------------------------------------------------------------------------------------------
async def _a_ours(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        company, made = stage.company, []
        for device, one in zip(company.devices, stage.pushes, strict=False):
            line = Line(device, company.cursors_of(device))
            made.append(await watched(running, push.push_ours(caller, line, one)))
    return {"A": _flatness(*made)}


async def _a_bare(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        made = [await watched(running, push.push_bare(caller, one)) for one in stage.pushes]
    return {"A": _flatness(*made)}


def _flatness(first: Measured, second: Measured) -> Measured:
    """The first push, and what the server holds after twice as much."""
    if second.usage is None:
        return first
    return replace(first, facts={**first.facts, "memory_after_twice_bytes": float(second.usage.memory)})


def _a_machine(stage: Stage) -> dict[str, Figures]:
    one = stage.pushes[0]
    appended = Measured(one.entries, limits.append(stage.folder, one.bodies))
    inserted = Measured(one.entries, limits.insert(stage.folder, one.bodies))
    return {"fsync append": {"A": appended}, "sqlite3 insert": {"A": inserted}}


# --- B and C ----------------------------------------------------------------------------------------------------------
async def _c_ours(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        return {"C": await watched(running, pull.newest_ours(caller, stage.company, stage.company.devices[0]))}


async def _c_bare(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        return {"C": await watched(running, pull.newest_bare(caller, stage.company))}


async def _b_ours(running: Running, stage: Stage) -> Figures:
    company = stage.company
    async with calling(running) as caller:
        plain = await watched(running, pull.first_ours(caller, company, company.devices[0], zipped=False))
        zipped = await watched(running, pull.first_ours(caller, company, company.devices[1], zipped=True))
    return {"B": plain, "B gzip": zipped}


async def _b_bare(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        plain = await watched(running, pull.first_bare(caller, stage.company, zipped=False))
        zipped = await watched(running, pull.first_bare(caller, stage.company, zipped=True))
    return {"B": plain, "B gzip": zipped}


def _b_machine(stage: Stage) -> dict[str, Figures]:
    taken = limits.select(stage.folder, stage.company.records, 0, PAGE, 1)
    return {"sqlite3 select": {"B": Measured(stage.company.size.records, sum(taken), tuple(taken))}}


def _c_machine(stage: Stage) -> dict[str, Figures]:
    company = stage.company
    after = company.size.records - company.size.new
    taken = limits.select(stage.folder, company.records, after, PAGE, company.size.pulls)
    return {"sqlite3 select": {"C": Measured(len(taken), sum(taken), tuple(taken))}}


# --- D ----------------------------------------------------------------------------------------------------------------
async def _d_ours(running: Running, stage: Stage) -> Figures:
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(running)) for _ in stage.loads]
        return {"D": await watched(running, fleet.fleet_ours(callers, stage.company, stage.loads))}


async def _d_bare(running: Running, stage: Stage) -> Figures:
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(running)) for _ in stage.loads]
        return {"D": await watched(running, fleet.fleet_bare(callers, stage.company, stage.loads))}


# --- E ----------------------------------------------------------------------------------------------------------------
async def _e_ours(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        return {"E": await watched(running, live.live_ours(running.base, caller, stage.company, stage.changes))}


async def _e_bare(running: Running, stage: Stage) -> Figures:
    async with calling(running) as caller:
        return {"E": await watched(running, live.live_bare(running.base, caller, stage.company, stage.changes))}


def _e_machine(stage: Stage) -> dict[str, Figures]:
    size = stage.company.size
    taken = limits.fan_out(size.sockets, stage.changes[0].request, size.changes)
    return {"loopback sockets": {"E": Measured(len(taken), sum(taken), tuple(taken))}}


# --- F ----------------------------------------------------------------------------------------------------------------
async def _f_ours(running: Running, stage: Stage) -> Figures:
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(running)) for _ in stage.editors]
        measured, stage.lines = await edits.edits_ours(callers, stage.company, stage.editors)
        return {"F": measured}


def _f_after(data: Path, stage: Stage, figures: Figures) -> Figures:
    """The server has ended: every version must be there, and whoever lost must know. RuntimeError otherwise."""
    audit = edits.audit(data, stage.company, stage.editors, stage.lines)
    if faults := audit.faults():
        raise RuntimeError(f"workload F: {'; '.join(faults)} of {figures['F'].count} edits")
    return {"F": replace(figures["F"], facts={**figures["F"].facts, **audit.facts()})}


# --- G ----------------------------------------------------------------------------------------------------------------
async def _g_ours(_running: Running, stage: Stage) -> Figures:
    measured = await asyncio.to_thread(grid.by_index, stage.company)
    page = await asyncio.to_thread(lambda: stage.page)
    return {"G": replace(measured, facts={**measured.facts, **page})}


def _g_after(data: Path, stage: Stage, figures: Figures) -> Figures:
    """The server has ended: its search is timed on the database alone, past sign-in and network."""
    server_ms = asyncio.run(grid.on_server(data, stage.company))
    return {"G": replace(figures["G"], facts={**figures["G"].facts, "server_ms": server_ms})}


# --- H ----------------------------------------------------------------------------------------------------------------
async def _h_ours(running: Running, stage: Stage) -> Figures:
    """First as CSV, then other vans as a workbook."""
    async with calling(running) as caller:
        made = {file.format: await watched(running, sheets.import_ours(caller, stage.company, file)) for file in stage.files}
    return {"H": made["csv"], "H xlsx": made["xlsx"]}


# --- I ----------------------------------------------------------------------------------------------------------------
def _i_alone(folder: Path) -> Figures:
    """The phone has a company and a browser of its own."""
    return {"I": phone.measure(folder)}


Side = Callable[[Running, Stage], Coroutine[Any, Any, Figures]]


@dataclass(frozen=True)
class Workload:
    """A workload on each side; without `bare` there is nothing to compare with. `after` looks at what our server left. `alone`:
    it founds a company of its own in the folder it is given, and is run once."""

    about: str
    ours: Side | None = None
    bare: Side | None = None
    machine: Callable[[Stage], dict[str, Figures]] | None = None
    after: Callable[[Path, Stage, Figures], Figures] | None = None
    alone: Callable[[Path], Figures] | None = None


WORKLOADS: Final[Mapping[str, Workload]] = {
    "A": Workload("one device pushes {entries:,} entries in batches of {batch}", _a_ours, _a_bare, _a_machine),
    "B": Workload("a new device pulls {records:,} records", _b_ours, _b_bare, _b_machine),
    "C": Workload("one device pulls {new} new records among {records:,}, {pulls} times", _c_ours, _c_bare, _c_machine),
    "D": Workload("{fleet} devices push {each} entries each at once, then each pulls what all did", _d_ours, _d_bare),
    "E": Workload("{sockets} live sockets receive one change, {changes} times", _e_ours, _e_bare, _e_machine),
    "F": Workload("{editors} devices edit the same {edited} records offline, then all sync", _f_ours, after=_f_after),
    "G": Workload("the office's grid over {records:,} assets", _g_ours, after=_g_after),
    "H": Workload("the office imports a sheet of {sheet_rows:,} assets, {sheet_bad} of them bad", _h_ours),
    "I": Workload("the phone, four times slower: its start, its taps, its shutter, its search", alone=_i_alone),
}


def run_ours(workload: Workload, stage: Stage) -> Figures:
    """One round of ours."""
    assert workload.ours is not None
    data, _ = stage.fresh()
    with ours(data) as running:
        figures = wire.run(workload.ours(running, stage))
    return figures if workload.after is None else workload.after(data, stage, figures)


def run_bare(workload: Workload, stage: Stage) -> Figures:
    """One round of the bare server."""
    assert workload.bare is not None
    _, file = stage.fresh()
    with bare(file) as running:
        return wire.run(workload.bare(running, stage))
