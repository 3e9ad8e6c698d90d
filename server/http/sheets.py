"""/api/v1/sheets/…: lists brought in from Excel and CSV, and taken out.

Neighbours: `server/imports/sheets` reads, plans, runs and writes; `server/http/imports.py` is another thing, a device's
export file. Invariants: whoever brings something in needs `sheets.<kind>` and touches his depots only; whoever takes
something out needs `read.sheets`, gets what he may read, and it is remembered that he did · an import of another
organisation, or of a colleague where the right ends at one's own depots, is not there · an upload is put aside bounded, never
into the reserve, and read by a process of its own.
"""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Literal, cast

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from pydantic import BaseModel

from schemas import limits
from schemas.errors import ErrorCode
from schemas.people import Reach, reach_of
from schemas.sheets import (
    SheetColumn,
    SheetFormat,
    SheetImport,
    SheetImports,
    SheetKind,
    SheetKinds,
    SheetLeft,
    SheetMapping,
    SheetWhat,
)
from server.auth.sessions import PersonPrincipal
from server.http.access import require_person
from server.http.body import arriving, read_message
from server.http.context import House
from server.http.patterns import UUID_WHOLE, whole
from server.http.problem import Failure
from server.http.sync import JSON
from server.http.taking_out import attached, sent, temporary
from server.imports.sheets import check, export, files, lists, samples, state
from server.imports.sheets.cells import text_of
from server.imports.sheets.columns import Column, header_key
from server.imports.sheets.files import SheetRefused, folder_of
from server.imports.sheets.kinds import KINDS, Kind
from server.imports.sheets.known import learn
from server.imports.sheets.own import with_own
from server.imports.sheets.state import Import, Result
from server.imports.sheets.words import Lang
from server.imports.sheets.writing import MEDIA, sheet
from server.storage.store import SqlStore
from server.trail import reads

ImportId = Annotated[str, PathParameter(pattern=UUID_WHOLE)]
KindName = Annotated[SheetKind, QueryParameter()]
Name = Annotated[str, QueryParameter(min_length=1, max_length=limits.NAME_CHARS_MAX)]
Language = Annotated[Literal["zh", "en"], QueryParameter()]
FormatName = Annotated[str, PathParameter(pattern=whole("xlsx|csv"))]
SampleFile = Annotated[str, PathParameter(pattern=whole(r"(asset|customer|rental|task)\.(xlsx|csv)"))]
ListFile = Annotated[str, PathParameter(pattern=whole(rf"({'|'.join(lists.LISTS)})\.(xlsx|csv)"))]
_WRITE_BYTES: Final = 1024 * 1024
_RESULTS_AT_ONCE: Final = 500
_SMALL_BYTES_MAX: Final = 64 * 1024


def _right(person: PersonPrincipal, kind: str) -> Reach:
    reach = reach_of(f"sheets.{kind}", person.roles)
    if reach is None:
        raise Failure(ErrorCode.FORBIDDEN)
    return reach


def _own(person: PersonPrincipal, kind: str) -> frozenset[str] | None:
    """The depots whose rows he may bring in; None: all."""
    return None if _right(person, kind) is Reach.ORG else person.depots


def _sees(person: PersonPrincipal, one: Import) -> bool:
    reach = reach_of(f"sheets.{one.kind}", person.roles)
    return reach is Reach.ORG or (reach is Reach.DEPOT and one.by == person.person)


def _answer(found: BaseModel, status: int = 200) -> Response[bytes]:
    body = found.model_dump_json().encode()
    return Response(body, status_code=status, media_type=JSON, headers={"cache-control": "no-store"})


async def _found(house: House, person: PersonPrincipal, import_id: str) -> Import:
    """One import that the person may see. NOT_FOUND."""
    one = await house.database.read(lambda store: state.find(store.connection, person.organisation, import_id))
    if one is None or not _sees(person, one):
        raise Failure(ErrorCode.NOT_FOUND)
    return one


def _wire(person: PersonPrincipal, one: Import, left: list[SheetLeft] | None = None, *, full: bool = True) -> SheetImport:
    may_undo = one.stage == "done" and one.counts.new + one.counts.changed > 0 and _sees(person, one)
    return one.wire(whole=full, may_undo=may_undo, left=left)


# --- what there is ----------------------------------------------------------------------------------------------------
@get("/api/v1/sheets/kinds")
async def kinds(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Every list, its fields, and what the caller may do with it."""
    person = await require_person(request, house)
    may_export = reach_of("read.sheets", person.roles) is not None
    own = await house.database.read(
        lambda store: {name: with_own(kind, store, person.organisation).columns for name, kind in KINDS.items()}
    )
    found = []
    for listed in lists.LISTS.values():
        kind = KINDS.get(listed.kind)
        columns = [_column(one) for one in own.get(listed.kind, ())]
        may_import = kind is not None and reach_of(f"sheets.{listed.kind}", person.roles) is not None
        what = {"kind": listed.kind, "zh": listed.zh, "en": listed.en, "may_import": may_import, "may_export": may_export}
        found.append(SheetWhat.model_validate({**what, "columns": columns}))
    return _answer(SheetKinds(kinds=found))


def _column(one: Column) -> SheetColumn:
    hint_zh, hint_en = one.reader.hint("zh"), one.reader.hint("en")
    return SheetColumn(code=one.code, zh=one.zh, en=one.en, required=one.required, hint_zh=hint_zh, hint_en=hint_en)


@get("/api/v1/sheets/samples/{file:str}")
async def sampled(
    request: Request[Any, Any, Any], house: NamedDependency[House], file: SampleFile, lang: Language = "zh"
) -> Response[bytes]:
    """A sample sheet that can be imported."""
    person = await require_person(request, house)
    kind, format_ = _parts(file)
    _right(person, kind)
    body = await asyncio.to_thread(samples.sample, kind, format_, lang)
    name = samples.name_of(kind, format_, lang)
    return Response(body, media_type=MEDIA[format_], headers=attached(name))


def _parts(file: str) -> tuple[str, SheetFormat]:
    kind, _, ending = file.partition(".")
    return kind, cast(SheetFormat, ending)


# --- bringing in ------------------------------------------------------------------------------------------------------
@get("/api/v1/sheets/imports")
async def listed(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """The newest imports the caller may see."""
    person = await require_person(request, house)
    if not any(reach_of(f"sheets.{kind}", person.roles) for kind in KINDS):
        raise Failure(ErrorCode.FORBIDDEN)
    found = await house.database.read(lambda store: state.newest(store.connection, person.organisation))
    return _answer(SheetImports(imports=[_wire(person, one, full=False) for one in found if _sees(person, one)]))


@post("/api/v1/sheets/imports", status_code=200, request_max_body_size=limits.SHEET_BYTES_MAX)
async def brought(request: Request[Any, Any, Any], house: NamedDependency[House], kind: KindName, name: Name) -> Response[bytes]:
    """Take a file in and read it. SHEET_TOO_LARGE, SHEET_UNREADABLE, SHEET_OLD_FORMAT, SHEET_ENCODING, SHEET_EMPTY,
    SHEETS_TOO_MANY, STORAGE_FULL: nothing is kept."""
    person = await require_person(request, house)
    own = _own(person, kind)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.SHEET_BYTES_MAX:
        raise _too_large()
    waiting = await house.database.read(lambda store: state.open_count(store.connection, person.organisation))
    if waiting >= limits.SHEET_IMPORTS_OPEN_MAX:
        raise Failure(ErrorCode.SHEETS_TOO_MANY, detail={"max": limits.SHEET_IMPORTS_OPEN_MAX})
    import_id = house.new_id()
    folder = folder_of(house.settings.data, person.organisation, import_id)
    try:
        size = await _put_aside(request, house, await asyncio.to_thread(files.make, folder))
        async with house.sheets.reading:
            said = await files.read(folder)
        remembered = await house.database.read(lambda store: state.remembered(store.connection, person.organisation, kind))
        known = await house.database.read(lambda store: with_own(KINDS[kind], store, person.organisation))
        tabs = await asyncio.to_thread(files.tabs_of, folder, said, known.columns, remembered)
        one = Import(
            person.organisation, import_id, kind, name, "uploaded", person.person, own, house.clock(), size, tuple(tabs)
        )  # fmt: skip
        await house.database.write(lambda store: state.add(store.connection, one))
    except BaseException as fault:
        await asyncio.to_thread(files.remove, folder)
        if isinstance(fault, SheetRefused):
            raise Failure(fault.code, detail=fault.detail) from fault
        raise
    return _answer(_wire(person, one))


def _too_large() -> Failure:
    return Failure(ErrorCode.SHEET_TOO_LARGE, detail={"what": "bytes", "max": limits.SHEET_BYTES_MAX})


async def _put_aside(request: Request[Any, Any, Any], house: House, target: Path) -> int:
    """Write the body to the disk, in a thread; its size. SHEET_TOO_LARGE; STORAGE_FULL when it would eat the reserve."""

    def write(raw: bytes) -> None:
        if not house.vault.has_room(len(raw)):
            raise Failure(ErrorCode.STORAGE_FULL)
        with target.open("ab") as file:
            file.write(raw)

    waiting, taken = bytearray(), 0
    async for chunk in arriving(request):
        taken += len(chunk)
        if taken > limits.SHEET_BYTES_MAX:
            raise _too_large()
        waiting += chunk
        if len(waiting) >= _WRITE_BYTES:
            await asyncio.to_thread(write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(write, bytes(waiting))
    return taken


@get("/api/v1/sheets/imports/{import_id:str}")
async def opened(request: Request[Any, Any, Any], house: NamedDependency[House], import_id: ImportId) -> Response[bytes]:
    """One import as it stands: its sheets and preview before the run, its counts while and after, what an undoing left."""
    person = await require_person(request, house)
    one = await _found(house, person, import_id)
    left: list[SheetLeft] = []
    if one.counts.left:
        rows = await house.database.read(
            lambda store: state.results(store.connection, one, 0, limits.SHEET_LEFT_LISTED_MAX, state=None, undo="left")
        )
        left = [
            SheetLeft(row=row.number, title=row.title, record_id=row.record_id, why=row.faults[0]) for row in rows if row.faults
        ]
    return _answer(_wire(person, one, left))


@post("/api/v1/sheets/imports/{import_id:str}/mapping", status_code=200)
async def mapped(request: Request[Any, Any, Any], house: NamedDependency[House], import_id: ImportId) -> Response[bytes]:
    """Say what the columns are; the preview is made. SHEET_UNMAPPED, SHEET_EMPTY, SHEET_TOO_LARGE, SHEET_STEP,
    SHEET_FILE_GONE."""
    person = await require_person(request, house)
    mapping = await read_message(request, SheetMapping, _SMALL_BYTES_MAX)
    one = await _found(house, person, import_id)
    own = _own(person, one.kind)
    if one.stage not in ("uploaded", "checked"):
        raise Failure(ErrorCode.SHEET_STEP, detail={"stage": one.stage})
    folder = folder_of(house.settings.data, person.organisation, import_id)
    try:
        wanted = await house.database.read(lambda store: with_own(KINDS[one.kind], store, one.organisation))
        columns = _chosen(one, mapping, wanted)
        heads = await asyncio.to_thread(files.headers, folder, mapping.sheet, mapping.header_row)
        one = replace(one, own=own, by=person.person)
        checked = await house.database.read(lambda store: check.check(store, one, mapping, columns, folder))
    except SheetRefused as refused:
        raise Failure(refused.code, detail=refused.detail) from refused
    except FileNotFoundError as gone:
        raise Failure(ErrorCode.SHEET_FILE_GONE) from gone
    codes = {header_key(head): code or "" for head, code in zip(heads, mapping.columns, strict=False) if header_key(head)}

    def job(store: SqlStore) -> Import:
        present = state.find(store.connection, one.organisation, one.id)
        if present is None or present.stage not in ("uploaded", "checked"):
            raise Failure(ErrorCode.SHEET_STEP)
        state.remember(store.connection, one.organisation, one.kind, codes)
        tabs = list(present.tabs)
        tabs[mapping.sheet] = tabs[mapping.sheet].model_copy(update={"header_row": mapping.header_row, "head": [heads]})
        return state.change(
            store.connection, present, stage="checked", own=own, mapping=mapping, preview=checked.preview,
            counts=checked.counts, seen_version=checked.version, headers=tuple(heads),
        )  # fmt: skip

    return _answer(_wire(person, await house.database.write(job)))


def _chosen(one: Import, mapping: SheetMapping, kind: Kind) -> list[Column | None]:
    """The fields of a mapping's columns. SheetRefused."""
    if mapping.sheet >= len(one.tabs):
        raise SheetRefused(ErrorCode.SHEET_EMPTY)
    problem = one.tabs[mapping.sheet].problem
    if problem is not None:
        raise SheetRefused(ErrorCode.SHEET_TOO_LARGE, what=problem)
    return check.columns_of(kind, mapping)


@post("/api/v1/sheets/imports/{import_id:str}/run", status_code=200)
async def started(request: Request[Any, Any, Any], house: NamedDependency[House], import_id: ImportId) -> Response[bytes]:
    """Let it go in, in the caller's name. SHEET_STEP when it was not mapped, or runs already."""
    person = await require_person(request, house)
    one = await _found(house, person, import_id)
    own = _own(person, one.kind)
    fresh = {"done": 0, "at_row": 0, "by": person.person, "own": own, "tabs": (), "preview": None, "runner": "", "lease_ms": 0}
    changed = await house.database.write(partial(_step, one, "checked", {"stage": "running", **fresh}))
    house.sheets.wake.set()
    return _answer(_wire(person, changed))


@post("/api/v1/sheets/imports/{import_id:str}/undo", status_code=200)
async def undone(request: Request[Any, Any, Any], house: NamedDependency[House], import_id: ImportId) -> Response[bytes]:
    """Take it back, in the caller's name. SHEET_STEP when it is not done, or undone already."""
    person = await require_person(request, house)
    one = await _found(house, person, import_id)
    fresh = {"done": 0, "undone_by": person.person, "runner": "", "lease_ms": 0}
    changed = await house.database.write(partial(_step, one, "done", {"stage": "undoing", **fresh}))
    house.sheets.wake.set()
    return _answer(_wire(person, changed))


def _step(one: Import, stage: str, fields: dict[str, Any], store: SqlStore) -> Import:
    present = state.find(store.connection, one.organisation, one.id)
    if present is None or present.stage != stage:
        raise Failure(ErrorCode.SHEET_STEP, detail={"stage": present.stage if present else None})
    if fields["stage"] == "running":
        fields = {**fields, "counts": present.counts.model_copy(update=dict.fromkeys(("new", "changed", "unchanged", "bad"), 0))}
    return state.change(store.connection, present, **fields)


@delete("/api/v1/sheets/imports/{import_id:str}", status_code=204)
async def dropped(request: Request[Any, Any, Any], house: NamedDependency[House], import_id: ImportId) -> None:
    """Discard an upload that was not run. SHEET_STEP."""
    person = await require_person(request, house)
    one = await _found(house, person, import_id)

    def job(store: SqlStore) -> None:
        present = state.find(store.connection, one.organisation, one.id)
        if present is None or present.stage not in ("uploaded", "checked"):
            raise Failure(ErrorCode.SHEET_STEP)
        state.drop(store.connection, present)

    await house.database.write(job)
    await asyncio.to_thread(files.remove, folder_of(house.settings.data, one.organisation, one.id))


@get("/api/v1/sheets/imports/{import_id:str}/bad/{format:str}")
async def bad_rows(
    request: Request[Any, Any, Any],
    house: NamedDependency[House],
    import_id: ImportId,
    format: FormatName,
    lang: Language = "zh",
) -> Stream:
    """The rows that stayed out, as they came, each with its reasons. SHEET_FILE_GONE when they were removed after their time."""
    person = await require_person(request, house)
    one = await _found(house, person, import_id)
    if not one.results_kept:
        raise Failure(ErrorCode.SHEET_FILE_GONE)
    chosen = cast(SheetFormat, format)
    file = await asyncio.to_thread(temporary, house)
    try:
        reason = ["行号", "没有导入的原因"] if lang == "zh" else ["Row", "Why it was not imported"]
        made = await asyncio.to_thread(sheet, file, chosen, "bad", [*one.headers, *reason])
        after, width = 0, len(one.headers)
        while rows := await house.database.read(partial(_bad_after, one, after)):
            await asyncio.to_thread(made.rows, [_bad(row, width, lang) for row in rows])
            after = rows[-1].number
        await asyncio.to_thread(made.close)
    except BaseException:
        file.close()
        raise
    return sent(file, chosen, f"not-imported.{chosen}")


def _bad_after(one: Import, after: int, store: SqlStore) -> list[Result]:
    return state.results(store.connection, one, after, _RESULTS_AT_ONCE, state="bad", undo=None)


def _bad(row: Result, width: int, lang: Lang) -> list[Any]:
    cells = [text_of(cell) or None for cell in (row.cells or [])][:width]
    said = " ".join(fault.zh if lang == "zh" else fault.en for fault in row.faults)
    return [*cells, *[None] * (width - len(cells)), row.number, said]


# --- taking out -------------------------------------------------------------------------------------------------------
@get("/api/v1/sheets/export/{file:str}")
async def taken_out(
    request: Request[Any, Any, Any], house: NamedDependency[House], file: ListFile, lang: Language = "zh"
) -> Stream:
    """A whole list, as far as the caller may see it. SHEET_TOO_LARGE past SHEET_EXPORT_ROWS_MAX rows."""
    person = await require_person(request, house)
    if reach_of("read.sheets", person.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    kind, format_ = _parts(file)
    wanted = await house.database.read(lambda store: lists.of_organisation(lists.LISTS[kind], store, person.organisation))
    async with house.sheets.writing:
        out = await asyncio.to_thread(temporary, house)
        try:
            await _write_out(house, person, wanted, out, format_, lang)
        except BaseException:
            out.close()
            raise
    await reads.note(house, person, "export", kind)
    return sent(out, format_, f"{kind}-{lang}.{format_}")


async def _write_out(
    house: House, person: PersonPrincipal, wanted: lists.Listed, out: BinaryIO, format_: SheetFormat, lang: Lang
) -> None:
    own = None if reach_of("read.sheets", person.roles) is Reach.ORG else person.depots
    known = await house.database.read(lambda store: learn(store, person.organisation, own, wanted.looks, only_own=True))
    title = wanted.zh if lang == "zh" else wanted.en
    made = await asyncio.to_thread(sheet, out, format_, title, export.headers(wanted, lang, known.zone.key))
    after: str | None = ""
    count = 0
    while after is not None:
        rows, after = await house.database.read(partial(export.page, wanted, known, person.buckets, after, lang))
        count += len(rows)
        if count > limits.SHEET_EXPORT_ROWS_MAX:
            raise Failure(ErrorCode.SHEET_TOO_LARGE, detail={"what": "rows", "max": limits.SHEET_EXPORT_ROWS_MAX})
        if not await asyncio.to_thread(house.vault.has_room, 0):
            raise Failure(ErrorCode.STORAGE_FULL)
        await asyncio.to_thread(made.rows, rows)
    await asyncio.to_thread(made.close)


ROUTES: Final[list[BaseRouteHandler]] = [
    kinds, sampled, listed, brought, opened, mapped, started, undone, dropped, bad_rows, taken_out,
]  # fmt: skip
