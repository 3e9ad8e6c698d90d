"""POST /api/v1/labels: sheets of asset labels as PDF, or the first page as a picture to look at before.

Neighbours: `server/labels`. Invariants: only assets whose records the caller may see (`read.labels`, depot and role); nothing is
changed by asking; a sheet is drawn in a thread, so many at once and no more.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from schemas.errors import ErrorCode
from schemas.labels import SHEETS, LabelsAsked
from schemas.people import reach_of
from server.auth.sessions import Principal
from server.http.access import require_reader
from server.http.body import read_message
from server.http.context import House
from server.http.problem import Failure
from server.labels.address import address_of
from server.labels.sheet import DoesNotFit, Label, draw, preview
from server.storage.store import SqlStore

BODY_BYTES_MAX: Final = 64 * 1024
HINT: Final = {"zh": "扫码报修", "en": "Scan to report a fault"}


@post("/api/v1/labels", status_code=200)
async def printed(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """The PDF, or the picture. NOT_FOUND when any of the assets is not there or not the caller's to see."""
    reader = await require_reader(request, house)
    if reach_of("read.labels", reader.roles) is None:
        raise Failure(ErrorCode.FORBIDDEN)
    asked = await read_message(request, LabelsAsked, BODY_BYTES_MAX)
    sheet = SHEETS[asked.sheet]
    labels = await house.database.read(lambda store: _labels(store, house.settings.public_url, reader, asked))
    if labels is None:
        raise Failure(ErrorCode.NOT_FOUND)
    try:
        async with house.examinations:
            made = await asyncio.to_thread(
                preview if asked.preview else draw, sheet, labels, asked.start % sheet.labels, HINT[asked.language]
            )
    except DoesNotFit as problem:
        raise Failure(ErrorCode.BODY_TOO_LARGE, detail={"address": "too_long"}) from problem
    if asked.preview:
        return Response(made, headers={"Cache-Control": "no-store"}, media_type="image/png")
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="labels.pdf"'}
    return Response(made, headers=headers, media_type="application/pdf")


def _labels(store: SqlStore, public_url: str, reader: Principal, asked: LabelsAsked) -> list[Label] | None:
    organisation = reader.organisation
    alone = len(store.organisations()) == 1
    company = store.record(organisation, "organisation", organisation)
    owner = _named(company.data if company else {}, asked.language)
    found: list[Label] = []
    for asset in asked.assets:
        record = store.record(organisation, "asset", asset)
        if record is None or not record.buckets & reader.buckets:
            return None
        data = record.data
        address = address_of(public_url, data["tag"], organisation, alone=alone)
        found.append(Label(address, data["tag"], data["label"], data.get("model", ""), owner))
    return found


def _named(data: Mapping[str, Any], language: str) -> str:
    return str((data.get("name_en") if language == "en" else "") or data.get("name", ""))


ROUTES: Final[list[BaseRouteHandler]] = [printed]
