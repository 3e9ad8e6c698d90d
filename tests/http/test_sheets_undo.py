"""An import is taken back, stopped in the middle, gone on with; uploads and results end after their time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from schemas import limits
from schemas.actions.assets import AssetEdit, AssetLock
from schemas.actions.basedata import CustomerDefine, RentalDefine
from server.imports.sheets import run as running
from server.imports.sheets import state, tend
from server.imports.sheets import undo as undoing
from server.imports.sheets.files import folder_of
from server.imports.sheets.run import Pace, run
from server.storage.store import SqlStore
from server.system_device import system_device_id
from tests.http.world import World, new_id
from tests.support.sheets import HEADERS, csv_of, office, records, still, van

pytestmark = pytest.mark.asyncio


async def entries(world: World) -> int:
    """How far the system device's journal goes."""
    device = await world.house.database.read(lambda store: store.device(world.a.id, system_device_id(world.a.id)))
    assert device is not None
    return device.seq


async def test_an_undone_import_leaves_what_somebody_touched_and_says_so(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(n, bay="old") for n in range(4)]))
    before = await records(world, "asset")
    second = await desk.imported(csv_of([van(n, bay=f"new-{n}") for n in range(8)]))
    assert (second["counts"]["changed"], second["counts"]["new"], second["may_undo"]) == (4, 4, True)
    by_tag = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    third = await desk.imported(csv_of([van(1, bay="somebody")]))
    await world.system(world.a, AssetLock(asset_id=by_tag["E-0005"], locked=True, reason="撞了"))
    customer = new_id()
    await world.system(world.a, CustomerDefine(id=customer, name="速达", depot_id=world.a.depots[0]))
    await world.system(world.a, RentalDefine(
        id=new_id(), number="R-1", customer_id=customer, depot_id=world.a.depots[0], asset_ids=[by_tag["E-0006"]],
        starts_at="2026-12-01T00:00:00Z", due_at="2027-01-01T00:00:00Z",
    ))  # fmt: skip
    assert (await desk.step(second["id"], "undo")).status_code == 200
    assert (await desk.step(second["id"], "undo")).json()["code"] == "sheet_step"
    undone = await desk.ends(second["id"])
    assert undone["stage"] == "undone"
    assert (undone["counts"]["undone"], undone["counts"]["left"]) == (5, 3)
    assert {(one["title"], one["why"]["code"]) for one in undone["left"]} == {
        ("浙A·E0001", "edited_since"), ("浙A·E0005", "edited_since"), ("浙A·E0006", "in_use"),
    }  # fmt: skip
    now = {one["tag"]: one for one in (await records(world, "asset")).values()}
    assert set(now) == {"T-a", "E-0000", "E-0001", "E-0002", "E-0003", "E-0005", "E-0006"}
    assert now["E-0001"]["bay"] == "somebody"
    for tag in ("E-0000", "E-0002", "E-0003"):
        assert now[tag] == before[now[tag]["id"]]
    assert third["stage"] == "done"
    again = await desk.imported(csv_of([van(4), van(7)]))
    assert again["counts"]["new"] == 2  # what was taken back can be brought in again


class Cut(Exception):
    """The process dies here."""


async def test_a_run_that_is_cut_goes_on_behind_its_last_batch_and_writes_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_once = still(monkeypatch)
    desk = await office(world)
    world.house.sheets.runner = "first"
    rows = [van(n) for n in range(60)]
    rows[50] = van(3)  # the same as a row of another batch
    found = await desk.checked(csv_of(rows))
    start = await entries(world)
    await desk.step(found["id"], "run")
    written, real = 0, running._write

    def cut(*arguments: Any) -> Any:
        nonlocal written
        wrote = real(*arguments)
        written += 1
        if written == 3:
            raise Cut
        return wrote

    one = await world.house.database.write(lambda store: state.claim(store.connection, "first", world.clock()))
    assert one is not None
    monkeypatch.setattr(running, "_write", cut)
    with pytest.raises(Cut):
        await run(world.house, one, Pace(rows=10))
    monkeypatch.setattr(running, "_write", real)
    so_far = (await desk.look(found["id"]))["done"]
    assert 10 < so_far < 60
    assert await entries(world) - start == so_far
    assert await world.house.database.read(lambda store: state.find_working(store.connection, world.clock())) is None
    world.clock.forward(limits.SHEET_LEASE_SECONDS + 1)
    world.house.sheets.runner = "second"
    assert await work_once(world.house)
    with pytest.raises((running.Lost, FileNotFoundError)):  # who was cut off and comes back finds that it is not his any more
        await run(world.house, one, Pace(rows=10))
    done = await desk.look(found["id"])
    assert (done["stage"], done["counts"]["new"], done["counts"]["bad"], done["done"]) == ("done", 59, 1, 60)
    assert await entries(world) - start == 59
    assert len(await records(world, "asset")) == 60


async def test_an_undoing_that_is_cut_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    work_once = still(monkeypatch)
    desk = await office(world)
    found = await desk.checked(csv_of([van(n) for n in range(25)]))
    await desk.step(found["id"], "run")
    assert await work_once(world.house)
    await desk.step(found["id"], "undo")
    real = undoing.undo

    async def cut(house: Any, one: Any) -> None:
        """After the first portion."""
        write_back, portions = undoing._write_back, []

        def once(*given: Any) -> Any:
            portions.append(given)
            if len(portions) > 1:
                raise Cut
            return write_back(*given)

        with monkeypatch.context() as patched:
            patched.setattr(undoing, "_write_back", once)
            await real(house, one, Pace(rows=5))

    monkeypatch.setattr(tend, "undo", cut)
    with pytest.raises(Cut):
        await work_once(world.house)
    monkeypatch.setattr(tend, "undo", real)
    world.clock.forward(limits.SHEET_LEASE_SECONDS + 1)
    assert await work_once(world.house)
    done = await desk.look(found["id"])
    assert (done["stage"], done["counts"]["undone"], done["counts"]["left"]) == ("undone", 25, 0)
    assert len(await records(world, "asset")) == 1


async def test_what_an_edit_since_the_preview_said_loses_and_is_told(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1)]))
    found = await desk.checked(csv_of([van(1, bay="from the file")]))
    other = await desk.imported(csv_of([van(1, bay="meanwhile")]))
    assert other["counts"]["changed"] == 1
    await desk.step(found["id"], "run")
    done = await desk.ends(found["id"])
    assert done["counts"]["changed"] == 1
    bays = {one["tag"]: one["bay"] for one in (await records(world, "asset")).values()}
    assert bays["E-0001"] == "from the file"


async def test_the_entries_are_the_system_devices_and_the_importer_is_their_actor(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([van(1)]))
    tag = next(one["id"] for one in (await records(world, "asset")).values() if one["tag"] == "E-0001")

    def made(store: SqlStore) -> tuple[str, bytes]:
        stored = store.record(world.a.id, "asset", tag)
        assert stored is not None
        entry = store.entry_by_id(world.a.id, stored.meta["label"].entry)
        assert entry is not None
        return entry.device, entry.body or b""

    device, body = await world.house.database.read(made)
    assert device == system_device_id(world.a.id)
    assert f'"actor":"{world.a.manager}"'.encode() in body


async def test_uploads_and_bad_rows_end_after_their_time(world: World) -> None:
    desk = await office(world)
    waiting = await desk.checked(csv_of([van(1)]))
    done = await desk.imported(csv_of([van(2), van(3, depot="nowhere")]))
    folder = folder_of(world.house.settings.data, world.a.id, waiting["id"])
    assert folder.exists()
    assert not folder_of(world.house.settings.data, world.a.id, done["id"]).exists()
    world.clock.forward(limits.SHEET_FILE_DAYS * 86_400 + 1)
    await tend.tidy(world.house)
    assert not folder.exists()
    desk.http = await world.signed_in("manager-a")
    assert (await desk.http.get(f"/api/v1/sheets/imports/{waiting['id']}")).status_code == 404
    bad = f"/api/v1/sheets/imports/{done['id']}/bad/csv"
    assert (await desk.http.get(bad)).status_code == 200
    world.clock.forward(limits.SHEET_RESULT_DAYS * 86_400)
    await tend.tidy(world.house)
    desk.http = await world.signed_in("manager-a")
    assert (await desk.http.get(bad)).json()["code"] == "sheet_file_gone"
    found = await desk.look(done["id"])
    assert (found["counts"]["bad"], found["results_kept"]) == (1, False)
    assert (await desk.step(done["id"], "undo")).status_code == 200
    assert (await desk.ends(done["id"]))["counts"]["undone"] == 1


async def test_a_discarded_upload_is_gone_and_what_runs_is_not_discarded(world: World) -> None:
    desk = await office(world)
    found = await desk.checked(csv_of([van(1)]))
    folder: Path = folder_of(world.house.settings.data, world.a.id, found["id"])
    assert (await desk.http.delete(f"/api/v1/sheets/imports/{found['id']}")).status_code == 204
    assert not await asyncio.to_thread(folder.exists)
    done = await desk.imported(csv_of([van(1)]))
    for answer in (
        await desk.http.delete(f"/api/v1/sheets/imports/{done['id']}"), await desk.step(done["id"], "run"),
        await desk.http.post(
            f"/api/v1/sheets/imports/{done['id']}/mapping", json={"sheet": 0, "header_row": 1, "columns": ["label"]}
        ),
    ):  # fmt: skip
        assert answer.json()["code"] == "sheet_step"


WORN = [*HEADERS, "电池健康(%)", "下次保养(公里)"]


async def test_a_row_that_cannot_go_back_whole_stays_whole_and_says_why(world: World) -> None:
    """Setting back takes several entries: what was empty is emptied by one of its own."""
    desk = await office(world)
    await desk.imported(csv_of([[*van(1), "", ""], [*van(2), "", ""]], WORN))
    second = await desk.imported(csv_of([[*van(n, serial=f"NEW-{n}"), "90", ""] for n in (1, 2)], WORN))
    assert (second["counts"]["changed"], second["counts"]["bad"]) == (2, 0), second
    await desk.imported(csv_of([van(3, serial="SN000001")]))  # the number that E-0001 had is another's by now
    before = {one["tag"]: one for one in (await records(world, "asset")).values()}
    await desk.step(second["id"], "undo")
    end = await desk.ends(second["id"])
    assert (end["counts"]["undone"], end["counts"]["left"]) == (1, 1)
    (left,) = end["left"]
    assert (left["title"], left["why"]["code"]) == ("浙A·E0001", "not_back")
    assert min(len(left["why"]["zh"]), len(left["why"]["en"])) > 30
    now = {one["tag"]: one for one in (await records(world, "asset")).values()}
    assert now["E-0001"] == before["E-0001"]
    assert (now["E-0002"]["serial"], now["E-0002"]["battery_health_pct"]) == ("SN000002", None)


async def test_what_only_a_rule_has_written_since_goes_back(world: World) -> None:
    desk = await office(world)
    await desk.imported(csv_of([[*van(n), "80", "20,000"] for n in (1, 2)], WORN))
    second = await desk.imported(csv_of([[*van(n), "90", "30,000"] for n in (1, 2)], WORN))
    assert second["counts"]["changed"] == 2
    ids = {one["tag"]: one["id"] for one in (await records(world, "asset")).values()}
    await world.system(world.a, AssetEdit(asset_id=ids["E-0001"], service_due_km=40_000))
    await world.system(world.a, AssetEdit(asset_id=ids["E-0002"], service_due_km=40_000), world.a.manager)
    await desk.step(second["id"], "undo")
    end = await desk.ends(second["id"])
    assert [(one["title"], one["why"]["code"]) for one in end["left"]] == [("浙A·E0002", "edited_since")]
    now = {one["tag"]: (one["service_due_km"], one["battery_health_pct"]) for one in (await records(world, "asset")).values()}
    assert (now["E-0001"], now["E-0002"]) == ((20_000, 80), (40_000, 90))
