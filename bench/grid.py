"""Workload G: the office's grid over every asset: its index alone, the whole page in a real Chromium, a search on the server.

Neighbours: `grid.mjs` runs the app's own `grid.ts` in Node, without a document; `grid_browser.py` opens the built app; the
server's search runs on the database as a round has left it. Invariants: all look through all assets of their company · nothing
found is a fault.
"""

import json
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Final

from bench.company import Company
from bench.measured import Measured
from bench.processes import ROOT
from server.storage.sqlite import SqliteDatabase
from server.storage.store import SqlStore

_NODE: Final = ROOT / ".venv" / "bin" / "node"
_SECONDS_MAX: Final = 120
_SEARCHES: Final = 20
_ROWS: Final = 100


def by_index(company: Company) -> Measured:
    """Searches by the index of the app without a page, each timed; facts in milliseconds."""
    command = [str(_NODE), str(Path(__file__).with_suffix(".mjs")), str(company.size.records)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS_MAX)
    told = json.loads(done.stdout)
    if told["found"] == 0:
        raise RuntimeError("workload G found nothing in the app's index")
    each = tuple(ms / 1000 for ms in told["each"])
    facts = {"first_rows_ms": told["first"], "first_search_ms": told["cold"], "sort_ms": told["sort"], "again_ms": told["again"]}
    return Measured(len(each), sum(each), each, facts=facts)


async def on_server(data: Path, company: Company) -> float:
    """The median of some searches on the server's own database, in milliseconds."""
    database = SqliteDatabase.open(data / "handover.db")
    try:
        taken = sorted([await database.read(partial(_search, company, number)) for number in range(_SEARCHES)])
    finally:
        await database.close()
    return taken[len(taken) // 2] * 1000


def _search(company: Company, number: int, store: SqlStore) -> float:
    began = time.perf_counter()
    found = store.search(
        company.organisation,
        "asset",
        [f"b{company.size.vans * number // _SEARCHES:05d}", "五菱"],
        archived=False,
        depots=[company.depot],
        after=("", ""),
        limit=_ROWS,
    )
    taken = time.perf_counter() - began
    if not found:
        raise RuntimeError("workload G found nothing on the server")
    return taken
