"""Notices on a running installation: delivered once, tried again, proven, never to where they must not go; addresses sealed."""

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from schemas.actions.alerts import AlertRuleEdit, PersonNotify
from schemas.actions.customers import ContactDefine
from schemas.actions.todos import TodoDone, TodoHandOn, TodoOpen
from schemas.limits import NOTICE_PAGE_MAX
from schemas.people import Role
from server.auth import accounts
from server.auth.passwords import hash_secret
from server.jobs.alerts import Alerts
from server.jobs.notices import after_quiet, enqueue, send_due
from server.notify import outbox
from server.notify.addresses import check_mail, check_robot
from server.notify.channels import Mailer
from server.notify.recipients import Wanted
from server.storage.store import SqlStore
from server.system_device import record_system
from sync import instants
from tests.http.test_alerts import lent, rule, todos, van
from tests.http.world import PASSWORD, FakeClock, World, new_id, serving
from tests.support.receivers import Mailbox, Robot, receiving

pytestmark = pytest.mark.asyncio
HOUR_S = 3600
MAIL = "lin.jing@example.com"
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=abcd-1234", "dingtalk": "/robot/send?access_token=abcd1234",
    "feishu": "/open-apis/bot/v2/hook/abcd-1234",
}  # fmt: skip


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving(Mailbox()) as one:
        yield one


@pytest.fixture
async def robot() -> AsyncIterator[Robot]:
    async with receiving(Robot()) as one:
        yield one


@pytest.fixture
async def world(tmp_path: Path, app_folder: Path, mailbox: Mailbox, robot: Robot) -> AsyncIterator[World]:
    clock = FakeClock()
    mailer = Mailer("127.0.0.1", mailbox.port, "handover@example.com", security="none")
    more: dict[str, Any] = {"mailer": mailer, "robot_hosts": frozenset({f"127.0.0.1:{robot.port}"})}
    async with serving(tmp_path / "data", clock, app_folder, **more) as (house, base):
        made = World(house, clock, base)
        await made.build()
        hashed = hash_secret(PASSWORD)

        def administrator(store: SqlStore) -> None:
            accounts.put_account(store.connection, made.a.id, made.a.gone, username="admin-a", password_hash=hashed)

        person = made._person(made.a.gone, "高", [Role.ADMINISTRATOR], [])
        await made.system(made.a, person)
        await house.database.write(administrator)
        yield made
        for client in made.clients:
            await client.aclose()


async def keep(client: httpx.AsyncClient, channel: str, value: str, secret: str = "") -> httpx.Response:
    return await client.post("/api/v1/notices/address", json={"channel": channel, "value": value, "secret": secret})


async def told(world: World, **more: Any) -> str:
    """A to-do for the desk, and the rows for whom to tell."""
    todo = new_id()
    base: dict[str, Any] = {"depot_id": world.a.depots[0], "params": {"text": "给客户回电话"}, "owner_id": world.a.desk}
    deadline = instants.to_text(world.clock() + HOUR_S * 1000)
    await world.system(world.a, TodoOpen(todo_id=todo, deadline=deadline, **(base | more)))
    await enqueue(world.house, world.a.id, [todo])
    return todo


async def rows(world: World) -> list[dict[str, Any]]:
    return [dict(row) for row in await world.house.database.read(lambda store: outbox.page(store, world.a.id))]


async def test_a_mail_is_delivered_once_and_proven(world: World, mailbox: Mailbox) -> None:
    desk = await world.signed_in("desk-a")
    answer = await keep(desk, "email", MAIL)
    assert answer.json() == {"email": "l•••@example.com", "robots": {}, "mails": True}
    todo = await told(world)
    await enqueue(world.house, world.a.id, [todo, todo])
    assert await send_due(world.house) == 1
    assert await send_due(world.house) == 0
    (mail,) = mailbox.mails
    assert mail["To"] == MAIL
    assert "给客户回电话" in mail.get_content()
    (row,) = await rows(world)
    assert (row["state"], row["code"], row["attempts"], row["sent_ms"]) == ("sent", "250", 1, world.clock())


async def test_pages_of_the_outbox_neither_skip_nor_repeat_what_was_made_within_one_millisecond(world: World) -> None:
    many = 2 * NOTICE_PAGE_MAX + 7
    wanted = [(new_id(), target) for target in (new_id(), "robot", f"contact:{new_id()}") for _ in range(many // 3)]

    def fill(store: SqlStore) -> None:
        for at, (todo, target) in enumerate(wanted):  # all but a few within one moment
            made = world.clock() + (at % 50 == 0)
            outbox.add(store, world.a.id, todo, [Wanted(target, "wecom" if target == "robot" else "email")], made, made)

    await world.house.database.write(fill)
    manager = await world.signed_in("manager-a")
    seen: list[tuple[str, str]] = []
    asked: dict[str, str] = {}
    for _ in range(4):
        page = (await manager.get("/api/v1/notices/outbox", params=asked)).json()
        seen += [(row["todo_id"], row["target"]) for row in page["rows"]]
        if page["next"] is None:
            break
        asked = {"before": page["next"]}
    assert len(seen) == len(wanted)
    assert set(seen) == set(wanted)
    for wrong in ("5", "x~y~z~w", f"1~{new_id()}~email~robot'--"):
        assert (await manager.get("/api/v1/notices/outbox", params={"before": wrong})).status_code == 400


async def test_it_is_tried_again_with_back_off_and_in_the_end_shown_as_failed(world: World, mailbox: Mailbox) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)
    mailbox.answers += ["451 later"] * 6
    todo = await told(world)
    await send_due(world.house)
    assert [(row["state"], row["code"]) for row in await rows(world)] == [("waiting", "451")]
    assert await send_due(world.house) == 0
    for _ in range(6):
        world.clock.forward(HOUR_S)
        await send_due(world.house)
    (row,) = await rows(world)
    assert (row["state"], row["attempts"], len(mailbox.mails)) == ("failed", 6, 0)
    manager = await world.signed_in("manager-a")
    asked = {"todo_id": todo, "target": world.a.desk, "channel": "email"}
    assert (await manager.post("/api/v1/notices/outbox/retry", json=asked)).status_code == 204
    assert (await manager.post("/api/v1/notices/outbox/retry", json=asked)).status_code == 404
    await send_due(world.house)
    assert [(one["state"], one["code"]) for one in (await manager.get("/api/v1/notices/outbox")).json()["rows"]] == [
        ("sent", "250")
    ]


async def test_what_is_refused_for_good_is_not_tried_again(world: World, mailbox: Mailbox) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)
    mailbox.answers.append("550 no such person")
    await told(world)
    await send_due(world.house)
    assert [(row["state"], row["code"], row["attempts"]) for row in await rows(world)] == [("failed", "550", 1)]


async def test_one_cut_between_sending_and_marking_goes_out_twice_at_most_and_says_so(world: World) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)
    await told(world)

    async def cut() -> int:
        """Taken, as it would be when the process dies before it marks."""
        return len(await world.house.database.write(lambda store: outbox.take(store, world.clock())))

    assert await cut() == 1
    assert await cut() == 0
    world.clock.forward(outbox.CUT_MS / 1000 + 1)
    assert await cut() == 1
    assert [(row["state"], bool(row["unsure"])) for row in await rows(world)] == [("sending", True)]
    world.clock.forward(outbox.CUT_MS / 1000 + 1)
    assert await cut() == 0
    assert [(row["state"], row["code"]) for row in await rows(world)] == [("failed", "cut")]


async def test_a_late_customer_with_an_address_is_written_to_once_and_need_not_be_called(world: World, mailbox: Mailbox) -> None:
    alerts, company = Alerts(mails=True), world.a
    rental = await lent(world, company, 1)
    made = await world.house.database.read(lambda store: store.record(company.id, "rental", rental))
    assert made is not None
    customer, person = made.data["customer_id"], {"name": "陈帆", "phone": "13800001111", "email": "chen.fan@example.com"}
    contact = ContactDefine(id=new_id(), customer_id=customer, role="driver", person=0)

    def job(store: SqlStore) -> None:
        record_system(world.house.engine, store, company.id, contact, world.clock(), private=[json.dumps(person).encode()])

    await world.house.database.write(job)
    world.clock.forward(25 * HOUR_S)
    for _ in range(2):
        await alerts.round(world.house)
        await send_due(world.house)
    (mail,) = [one for one in mailbox.mails if one["To"] == "chen.fan@example.com"]
    assert f"R-{rental[-4:]}" in mail.get_content()
    assert {one["code"] for one in await todos(world, company, state="open")} == {"return_overdue"}


async def test_a_closed_to_do_is_not_sent_and_a_handed_on_one_tells_the_new_owner(world: World, mailbox: Mailbox) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)
    await keep(await world.signed_in("manager-a"), "email", "boss@example.com")
    closed, handed = await told(world), await told(world)
    await world.system(world.a, TodoDone(todo_id=closed), actor=world.a.desk)
    await send_due(world.house)
    await world.system(world.a, TodoHandOn(todo_id=handed, owner_id=world.a.manager), actor=world.a.desk)
    await enqueue(world.house, world.a.id, [handed, closed])
    await send_due(world.house)
    assert [mail["To"] for mail in mailbox.mails] == [MAIL, "boss@example.com"]
    assert sorted(row["code"] for row in await rows(world)) == ["250", "250", "closed"]


async def test_a_person_chooses_what_is_mailed_and_when(world: World, mailbox: Mailbox) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)

    async def choose(**choice: Any) -> None:
        """What the person's own browser would say."""
        await world.system(world.a, PersonNotify(**choice), actor=world.a.desk)

    await choose(by_code={"free": ["in_app"]})
    await told(world)
    assert await rows(world) == []
    now = (world.clock() // 60_000 + 8 * 60) % (24 * 60)  # in Shanghai
    await choose(quiet_from=now, quiet_until=(now + 60) % (24 * 60))
    await told(world)
    await send_due(world.house)
    assert mailbox.mails == []
    world.clock.forward(HOUR_S)
    await send_due(world.house)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("channel", sorted(PATHS))
async def test_an_alert_goes_to_the_group_of_each_robot_in_its_shape(world: World, robot: Robot, channel: str) -> None:
    admin = await world.signed_in("admin-a")
    answer = await keep(admin, channel, f"http://127.0.0.1:{robot.port}{PATHS[channel]}", "s3cret")
    assert answer.status_code == 200, answer.text
    assert list(answer.json()["robots"]) == [channel]
    assert "abcd1234" not in answer.text
    alerts = Alerts()
    await alerts.round(world.house)
    edit = AlertRuleEdit.model_validate({"rule_id": await rule(world, world.a, "return_due"), "channels": ["in_app", channel]})
    await world.system(world.a, edit)
    await lent(world, world.a, 1)
    await alerts.round(world.house)
    (todo,) = await todos(world, world.a)
    await enqueue(world.house, world.a.id, [todo["id"]])
    await send_due(world.house)
    ((path, body),) = robot.calls
    assert urlsplit(path).path == urlsplit(PATHS[channel]).path
    text = body["content"]["text"] if channel == "feishu" else body["text"]["content"]
    assert todo["params"]["number"] in text
    assert (body.get("msgtype"), body.get("msg_type")) == ((None, "text") if channel == "feishu" else ("text", None))
    stamp = parse_qs(urlsplit(path).query).get("timestamp", [body.get("timestamp")])[0]
    if channel == "wecom":
        assert stamp is None
        return
    key, said = ("s3cret", f"{stamp}\ns3cret") if channel == "dingtalk" else (f"{stamp}\ns3cret", "")
    mark = base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()
    assert mark == (parse_qs(urlsplit(path).query)["sign"][0] if channel == "dingtalk" else body["sign"])


async def test_a_robot_that_refuses_with_200_has_not_got_it_and_no_redirect_is_followed(world: World, robot: Robot) -> None:
    await keep(await world.signed_in("admin-a"), "dingtalk", f"http://127.0.0.1:{robot.port}{PATHS['dingtalk']}")
    alerts = Alerts()
    await alerts.round(world.house)
    edit = AlertRuleEdit(rule_id=await rule(world, world.a, "return_due"), channels=["dingtalk"])
    await world.system(world.a, edit)
    await lent(world, world.a, 1)
    await alerts.round(world.house)
    (todo,) = await todos(world, world.a)
    await enqueue(world.house, world.a.id, [todo["id"]])
    robot.answers += [(200, {"errcode": 310000, "errmsg": "keywords not in content"}), (302, {})]
    await send_due(world.house)
    assert [(row["state"], row["code"]) for row in await rows(world)] == [("waiting", "310000")]
    world.clock.forward(HOUR_S)
    await send_due(world.house)
    assert [(row["state"], row["code"]) for row in await rows(world)] == [("waiting", "http 302")]
    assert len(robot.calls) == 2


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://127.0.0.1/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://169.254.169.254/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://qyapi.weixin.qq.com@10.0.0.1/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/../../admin?key=x"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token="),
        ("dingtalk", "https://open.feishu.cn/open-apis/bot/v2/hook/x"),
        ("feishu", "file:///etc/passwd"),
        ("feishu", "https://[::1/x"),
        ("email", "lin@example.com\r\nBcc: all@example.com"),
        ("email", "林 <lin@example.com>"),
        ("email", "no-address"),
    ],
)
async def test_what_is_no_address_of_that_kind_is_refused(world: World, channel: str, value: str) -> None:
    answer = await keep(await world.signed_in("admin-a"), channel, value)
    assert (answer.status_code, answer.json()["code"]) == (422, "notice_address")
    assert not (check_mail(value) if channel == "email" else check_robot(channel, value, frozenset()))


async def test_addresses_lie_sealed_and_stand_in_no_entry(world: World, tmp_path: Path) -> None:
    await keep(await world.signed_in("desk-a"), "email", MAIL)
    assert (
        await keep(await world.signed_in("desk-a"), "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x")
    ).status_code == 403
    await told(world)
    await send_due(world.house)
    database = tmp_path / "data" / "handover.db"
    if database.exists():
        with sqlite3.connect(database) as reading:
            reading.execute("PRAGMA wal_checkpoint")
        whole = b"".join(path.read_bytes() for path in database.parent.glob("handover.db*"))
        assert MAIL.encode() not in whole
    said = await world.house.database.read(
        lambda store: store.connection.exec_driver_sql("SELECT action, body FROM journal").all()
    )
    assert any(action == "notice.address" for action, _ in said)
    assert not any(MAIL.encode() in bytes(body) for _, body in said)
    assert (tmp_path / "data" / "secrets" / world.a.id / "notify.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ((0, 0), "2027-01-15T03:00:00Z", "2027-01-15T03:00:00Z"),
        ((22 * 60, 7 * 60), "2027-01-15T15:30:20Z", "2027-01-15T23:00:00Z"),  # 23:30 in Shanghai
        ((22 * 60, 7 * 60), "2027-01-15T22:59:59Z", "2027-01-15T23:00:00Z"),
        ((22 * 60, 7 * 60), "2027-01-15T23:00:00Z", "2027-01-15T23:00:00Z"),
        ((12 * 60, 13 * 60), "2027-01-15T04:30:00Z", "2027-01-15T05:00:00Z"),
    ],
)
async def test_quiet_hours_end_in_the_zone(quiet: tuple[int, int], now: str, until: str) -> None:
    found = after_quiet(*quiet, "Asia/Shanghai", instants.to_ms(now))
    assert instants.to_text(found) == instants.to_text(instants.to_ms(until))


async def test_each_of_the_four_alerts_is_set_fires_and_goes_out_by_mail_and_by_every_robot(
    world: World, mailbox: Mailbox, robot: Robot
) -> None:
    company, alerts = world.a, Alerts()
    admin = await world.signed_in("admin-a")
    await keep(await world.signed_in("manager-a"), "email", MAIL)
    for channel, path in PATHS.items():
        assert (await keep(admin, channel, f"http://127.0.0.1:{robot.port}{path}")).status_code == 200
    await alerts.round(world.house)
    figures = {"return_due": 3, "return_overdue": 1, "battery_low": 85, "service_missed": 3}
    for code, figure in figures.items():
        said = {"figure": figure, "owner_role": "manager", "deadline_hours": 6, "channels": ["in_app", "email", *PATHS]}
        edit = AlertRuleEdit.model_validate({"rule_id": await rule(world, company, code), **said})
        await world.system(company, edit)
    await lent(world, company, 2.9)
    await lent(world, company, -0.1)
    long_ago = instants.to_text(world.clock() - 400 * 24 * HOUR_S * 1000)
    weak, missed = new_id(), new_id()
    await world.system(company, van(company, id=weak, tag="T-weak", battery_health_pct=84))
    await world.system(company, van(company, id=missed, tag="T-missed", service_months=6, service_due_at=long_ago))
    await alerts.round(world.house)
    await alerts.round(world.house)  # reads the to-dos it has opened, and puts them in the outbox

    opened = {one["code"]: one for one in await todos(world, company, state="open")}
    assert set(figures) <= set(opened)
    deadline = instants.to_text(world.clock() + 6 * HOUR_S * 1000)
    assert {(one["owner_role"], one["deadline"]) for one in opened.values()} == {("manager", deadline)}

    robot.answers.append((200, {"errcode": 45009, "code": 45009}))  # too often: said with 200, by one of them
    await send_due(world.house)
    late = [row for row in await rows(world) if row["state"] != "sent"]
    assert [(row["state"], row["code"], row["attempts"]) for row in late] == [("waiting", "45009", 1)]
    world.clock.forward(HOUR_S)
    await send_due(world.house)
    proof = {(row["todo"], row["channel"]): (row["state"], row["code"]) for row in await rows(world)}
    for one in opened.values():
        assert {proof[one["id"], channel] for channel in PATHS} == {("sent", "0")}
        assert proof[one["id"], "email"] == ("sent", "250")
    assert sorted(row["attempts"] for row in await rows(world))[-2:] == [1, 2]
    mails = "\n".join(mail.get_content() for mail in mailbox.mails if mail["To"] == MAIL)
    for words in ("应于", "已过归还时间", "电池健康度只有 84%，低于 85%", "已连续 3 次保养逾期"):
        assert words in mails
        for path in PATHS.values():
            assert any(words in json.dumps(body, ensure_ascii=False) for called, body in robot.calls if called.startswith(path))
