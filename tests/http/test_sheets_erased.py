"""Erasing a person reaches what imports keep of bad rows; taking an import back does not."""

import csv
import io

import pytest

from schemas.actions.customers import ContactErase
from server.imports.sheets import erased
from tests.http.test_erasure import holds
from tests.http.world import World
from tests.support.sheets import Desk, csv_of, office, records

pytestmark = pytest.mark.asyncio

HEADS = ["客户名称", "客户类型", "负责网点", "联系人", "电话", "邮箱"]
NAMED = [
    ["王小明", "个人", "没有的仓", "", "13800000000", ""],
    ["顺风物流", "企业", "没有的仓", "王 小明", "", ""],
    ["平安运输", "企业", "没有的仓", "", "+86 138-0000-0000", ""],
    ["长江速运", "企业", "没有的仓", "", "", "WXM@example.com"],
]
"""Bad rows that name the person who will be erased: by name, by phone, by e-mail."""
OTHER = ["泰山快递", "企业", "没有的仓", "李雷", "13900000000", "ll@example.com"]


async def bad_rows(desk: Desk, import_id: str) -> list[list[str]]:
    answer = await desk.http.get(f"/api/v1/sheets/imports/{import_id}/bad/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


async def test_an_erased_person_is_gone_from_bad_rows_titles_and_waiting_uploads(world: World) -> None:
    desk = await office(world)
    first = await desk.imported(csv_of([["王小明", "个人", "网点0", "", "13800000000", "wxm@example.com"]], HEADS), "customer")
    again = await desk.imported(csv_of([["王小明", "个人", "网点0", "", "", ""], *NAMED, OTHER], HEADS), "customer")
    assert (again["counts"]["unchanged"], again["counts"]["bad"]) == (1, 5)
    waiting = await desk.checked(csv_of(NAMED, HEADS), "customer")
    other = await desk.checked(csv_of([OTHER], HEADS), "customer")
    (contact,) = await records(world, "contact")
    assert holds(world, "王小明")
    await world.system(world.a, ContactErase(contact_id=contact, reason="应本人要求"))
    await world.house.database.scrub()
    rows = await bad_rows(desk, again["id"])
    assert [row[:6] for row in rows] == [[""] * 6] * 4 + [OTHER]
    assert ["已按要求删除" in row[-1] for row in rows] == [True] * 4 + [False]
    assert [row[-2] for row in rows] == ["3", "4", "5", "6", "7"]
    for said in ("王小明", "王 小明", "138-0000-0000", "WXM@example.com"):
        assert not holds(world, said), said
    assert (await desk.http.get(f"/api/v1/sheets/imports/{waiting['id']}")).status_code == 404
    assert (await desk.look(other["id"]))["stage"] == "checked"
    await desk.step(first["id"], "undo")
    await desk.ends(first["id"])


async def test_what_is_taken_back_was_not_asked_to_be_erased(world: World) -> None:
    desk = await office(world)
    good = ["王小明", "个人", "网点0", "", "13800000000", "wxm@example.com"]
    done = await desk.imported(csv_of([good, *NAMED], HEADS), "customer")
    await desk.step(done["id"], "undo")
    assert (await desk.ends(done["id"]))["counts"]["undone"] == 1
    assert [row[0] for row in await bad_rows(desk, done["id"])] == [row[0] for row in NAMED]


@pytest.mark.parametrize("part", [b"", b"no JSON", b"[1]", b'{"strokes": []}', b'{"name": "", "phone": "12"}', b"\xff" * 40])
async def test_a_private_part_that_names_nobody_erases_no_row(world: World, part: bytes) -> None:
    desk = await office(world)
    done = await desk.imported(csv_of([OTHER], HEADS), "customer")
    await world.house.database.write(lambda store: erased.forget(store.connection, world.a.id, [bytes(16) + part]))
    assert [row[:6] for row in await bad_rows(desk, done["id"])] == [OTHER]
