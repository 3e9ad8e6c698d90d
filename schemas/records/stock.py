"""Stock-takes (盘点): what was counted, one record for each thing found, and what came of it."""

from typing import Annotated, Any, ClassVar

from schemas.ids import Uuid
from schemas.merge import IMMUTABLE, SERVER, UNION
from schemas.records.base import Audience, Placement, Record


class StockCount(Record):
    """One thing found by a stock-take: an asset, or a label (`tag`) that no asset here has.

    Its id is made of the stock-take and of what was found, so that several people counting apart write the same record and
    what they count adds up: `sightings`: {entry: {by, at, bay, how: scan | typed}}. Without any it was taken back.
    """

    kind: ClassVar[str] = "stock_count"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.FIELD, Audience.OFFICE)

    depot_id: Annotated[Uuid, SERVER]
    task_id: Annotated[Uuid, IMMUTABLE]
    asset_id: Annotated[Uuid | None, IMMUTABLE] = None
    tag: Annotated[str | None, IMMUTABLE] = None
    sightings: Annotated[dict[Uuid, Any], UNION] = {}


class StockTake(Record):
    """What came of a stock-take, under its task's id: how many were `expected` and `counted`, and the differences.

    `missing`: {asset: last}; `extra`: {count: {asset_id, tag, state, depot_id, by, at, bay, last}}; `misplaced`:
    {asset: {bay, was, by, at, last}}; `last`: {handover_id, by, at, type, customer_id} of its last custody. At most
    STOCK_DIFFERENCES_MAX each; `totals` has their true numbers, `looked` those whoever closed it had before his eyes.
    `late`: how many counts came after it was closed, from those who were offline; they are in it.
    """

    kind: ClassVar[str] = "stock_take"
    placement: ClassVar[Placement] = Placement.DEPOT
    audiences: ClassVar[tuple[Audience, ...]] = (Audience.OFFICE,)

    depot_id: Annotated[Uuid, SERVER]
    closed_at: Annotated[str, SERVER]
    closed_by: Annotated[Uuid, SERVER]
    note: Annotated[str, SERVER] = ""
    expected: Annotated[int, SERVER] = 0
    counted: Annotated[int, SERVER] = 0
    missing: Annotated[dict[Uuid, Any], SERVER] = {}
    extra: Annotated[dict[Uuid, Any], SERVER] = {}
    misplaced: Annotated[dict[Uuid, Any], SERVER] = {}
    totals: Annotated[dict[str, int], SERVER] = {}
    looked: Annotated[dict[str, int], SERVER] = {}
    late: Annotated[int, SERVER] = 0
