"""GET /api/v1/history, /api/v1/trail and /api/v1/trail/export: what the journal says of one record, and of everything.

Neighbours: `server/trail`. Invariants: a record's history is told to office people who may see the record, to nobody else it
exists (`read.history`); the trail to those who answer for devices and people (`read.trail`) · before an answer the trail is
brought up to the journal, as far as a bound allows; what is still missing is said.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO, Final, Literal

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream
from pydantic import BaseModel

from schemas.errors import ErrorCode
from schemas.ids import UUID_PATTERN
from schemas.limits import SEQ_MAX, TRAIL_EXPORT_LINES_MAX, TRAIL_PAGE_LINES_MAX
from schemas.people import reach_of
from schemas.records import RECORDS
from schemas.sheets import SheetFormat
from schemas.trail import HistoryPage, ReadWhat
from server.auth.sessions import Principal
from server.http.access import require_reader
from server.http.context import House
from server.http.patterns import UUID_WHOLE, whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.http.taking_out import sent, temporary
from server.imports.sheets.writing import Sheet, sheet
from server.storage.store import SqlStore
from server.trail import history, page, reads, table
from server.trail.catchup import catch_up
from server.trail.names import lay_in
from sync import instants

_UUID: Final = UUID_PATTERN.removesuffix("$").removeprefix("^")
_ENTRY_PLACE: Final = rf"[0-9]{{1,15}}\.{_UUID}\.-?[0-9]{{1,13}}\.[0-9]{{1,13}}"
_INSTANT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z"
Kind = Annotated[str, QueryParameter(pattern=whole(r"[a-z_]{1,40}"))]
RecordId = Annotated[str, QueryParameter(pattern=UUID_WHOLE)]
OneId = Annotated[str | None, QueryParameter(pattern=UUID_WHOLE)]
OneKind = Annotated[str | None, QueryParameter(pattern=whole(r"[a-z_]{1,40}"))]
ActionName = Annotated[str | None, QueryParameter(pattern=whole(r"[a-z_]{1,30}\.[a-z_]{1,30}"))]
Moment = Annotated[str | None, QueryParameter(pattern=whole(_INSTANT))]
After = Annotated[str | None, QueryParameter(pattern=whole(_ENTRY_PLACE))]
AfterLine = Annotated[str | None, QueryParameter(pattern=whole(rf"{_ENTRY_PLACE}|[0-9]{{1,15}}\.{_UUID}"))]
Show = Annotated[Literal["all", "entries", "reads"], QueryParameter()]
What = Annotated[ReadWhat | None, QueryParameter()]
Near = Annotated[bool, QueryParameter()]
Language = Annotated[Literal["zh", "en"], QueryParameter()]
Format = Annotated[SheetFormat, QueryParameter()]


@get("/api/v1/history")
async def of_record(
    request: Request[Any, Any, Any],
    house: NamedDependency[House],
    kind: Kind,
    id: RecordId,
    after: After = None,
    near: Near = False,
    language: Language = "zh",
) -> Response[bytes]:
    """A page of one record's history. NOT_FOUND for a record that is not there or not the caller's to see."""
    reader = await _reader(request, house, "read.history")
    place = None if after is None else _place(after)
    whole_trail = await catch_up(house, reader.organisation)

    def job(store: SqlStore) -> HistoryPage | None:
        stored = store.record(reader.organisation, kind, id) if kind in RECORDS else None
        if stored is None:
            return None
        lies = stored.buckets or lay_in(kind, stored.data)
        if not lies & reader.buckets:
            return None
        before = None if place is None or place.entry is None else (place.at_ms, *place.entry)
        return history.page(store, reader.organisation, stored, reader.buckets, before, near=near, language=language)

    found = await house.database.read(job)
    if found is None:
        raise Failure(ErrorCode.NOT_FOUND)
    return _answer(found.model_copy(update={"behind": not whole_trail}))


def wanted_lines(
    actor: OneId = None,
    device: OneId = None,
    action: ActionName = None,
    kind: OneKind = None,
    record: OneId = None,
    since: Moment = None,
    until: Moment = None,
    show: Show = "all",
    what: What = None,
) -> page.Filter:
    """What a question about the trail asks for, page or file. BAD_REQUEST."""
    if (kind is None) != (record is None) or (kind is not None and kind not in RECORDS):
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["kind and record go together"]})
    reading = True if show == "reads" or what is not None else False if show == "entries" else None
    return page.Filter(actor, device, action, kind, record, _ms(since), _ms(until), reading, what)


@get("/api/v1/trail", dependencies={"wanted": Provide(wanted_lines, sync_to_thread=False)})
async def listed(
    request: Request[Any, Any, Any],
    house: NamedDependency[House],
    wanted: NamedDependency[page.Filter],
    after: AfterLine = None,
    language: Language = "zh",
) -> Response[bytes]:
    """A page of the trail."""
    reader = await _reader(request, house, "read.trail")
    place = None if after is None else _place(after)
    await reads.write(house)
    whole_trail = await catch_up(house, reader.organisation)
    found = await house.database.read(
        lambda store: page.page(store, reader.organisation, reader.buckets, wanted, place, TRAIL_PAGE_LINES_MAX, language)
    )
    return _answer(found.model_copy(update={"behind": not whole_trail}))


@get("/api/v1/trail/export", dependencies={"wanted": Provide(wanted_lines, sync_to_thread=False)})
async def exported(
    request: Request[Any, Any, Any],
    house: NamedDependency[House],
    wanted: NamedDependency[page.Filter],
    language: Language = "zh",
    format: Format = "csv",
) -> Stream:
    """The filtered trail in words as CSV or a workbook, its newest lines when there are more than fit."""
    reader = await _reader(request, house, "read.trail")
    await reads.write(house)
    await catch_up(house, reader.organisation)
    async with house.sheets.writing:
        out = await asyncio.to_thread(temporary, house)
        try:
            await _write_out(house, reader, wanted, language, out, format)
        except BaseException:
            out.close()
            raise
    await reads.note(house, reader, "export", kind="organisation", record=reader.organisation)
    day = datetime.fromtimestamp(house.clock() / 1000, UTC).date().isoformat()
    return sent(out, format, f"trail-{day}.{format}")


async def _write_out(
    house: House, reader: Principal, wanted: page.Filter, language: str, out: BinaryIO, format_: SheetFormat
) -> None:
    """The newest lines that fit, piece by piece, so that nobody waits behind it and nothing of it stays in memory."""
    teller = await house.database.read(lambda store: page.teller(store, reader.organisation, reader.buckets, language))
    title = table.TITLE.zh if language == "zh" else table.TITLE.en
    after: page.Place | None = None
    made: Sheet | None = None
    written = 0

    def piece(store: SqlStore) -> tuple[list[tuple[str, ...]], tuple[str, ...], str | None]:
        teller.over(store)
        some = teller.page(wanted, after, min(table.AT_ONCE, TRAIL_EXPORT_LINES_MAX - written))
        return table.rows(some.lines, teller.words), table.head(language, teller.words.zone_name), some.next

    while written < TRAIL_EXPORT_LINES_MAX:
        rows, head, following = await house.database.read(piece)
        if made is None:
            made = await asyncio.to_thread(sheet, out, format_, title, head)
        if not await asyncio.to_thread(house.vault.has_room, 0):
            raise Failure(ErrorCode.STORAGE_FULL)
        await asyncio.to_thread(made.rows, rows)
        written += len(rows)
        if following is None:
            break
        after = page.place_of(following)
    if made is not None:
        await asyncio.to_thread(made.close)


async def _reader(request: Request[Any, Any, Any], house: House, what: str) -> Principal:
    reader = await require_reader(request, house)
    if reach_of(what, reader.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    return reader


def _ms(text: str | None) -> int | None:
    try:
        return None if text is None else instants.to_ms(text)
    except (ValueError, OverflowError) as problem:
        raise Failure(ErrorCode.BAD_REQUEST, detail={"faults": ["since, until: an instant is needed"]}) from problem


def _place(text: str) -> page.Place:
    place = page.place_of(text)
    if place.entry is not None and (abs(place.entry[1]) > SEQ_MAX or place.entry[2] > SEQ_MAX):
        raise Failure(ErrorCode.BAD_REQUEST)
    return place


def _answer(found: BaseModel) -> Response[bytes]:
    return Response(found.model_dump_json().encode(), media_type=JSON, headers={"cache-control": "no-store"})


ROUTES: Final[list[BaseRouteHandler]] = [of_record, listed, exported]
