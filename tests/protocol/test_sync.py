"""POST /api/v1/sync as a stranger's client would meet it: real keys, real receipts, answers that get lost."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from schemas import limits
from schemas.actions.basedata import AssetDefine
from schemas.errors import ErrorCode
from schemas.protocol import Receipt, SyncAnswer
from schemas.records import RECORDS
from server.domain import HANDLERS
from server.jobs.again import retry_parked
from sync.unit import Unit
from tests.http.world import START_MS, Company, Phone, World, new_id

Answer = dict[str, Any]


async def sync(phone: Phone, **changes: Any) -> httpx.Response:
    assert phone.journal is not None
    return await phone.http.post("/api/v1/sync", json={**phone.journal.request(phone.world.clock()), **changes})


def opened(world: World, phone: Phone, answer: httpx.Response) -> tuple[SyncAnswer, Receipt]:
    """The answer, with its receipt verified by the organisation's own key."""
    assert answer.status_code == 200, answer.text
    read = SyncAnswer.model_validate_json(answer.content)
    receipt = Receipt.model_validate_json(world.house.keys.of(phone.company.id).verify_receipt(read.receipt))
    return read, receipt


def begin(phone: Phone, asset: str | None = None) -> str:
    """A handover begun offline."""
    handover = new_id()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": asset or phone.company.van})
    return handover


async def version(world: World, company: Company) -> int:
    return await world.house.database.read(lambda store: store.organisation_version(company.id))


async def proven(world: World, phone: Phone) -> int:
    state = await world.house.database.read(lambda store: store.device(phone.company.id, phone.id))
    assert state is not None
    return state.seq


async def handover_of(world: World, company: Company, handover: str) -> dict[str, Any] | None:
    found = await world.house.database.read(lambda store: store.record(company.id, "handover", handover))
    return None if found is None else found.data


def refused(answer: httpx.Response, code: ErrorCode) -> None:
    assert answer.status_code >= 400
    problem = answer.json()
    assert problem["code"] == code
    assert problem["zh"]
    assert problem["en"]


async def test_a_lost_answer_a_repeat_and_a_late_copy_change_nothing(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    begin(phone)
    first = phone.journal.request(world.clock())
    await phone.http.post("/api/v1/sync", json=first)  # the answer never arrives: the phone still has everything
    begin(phone)
    answer, receipt = opened(world, phone, await sync(phone))
    assert [(outcome.seq, outcome.state) for outcome in answer.outcomes] == [(1, "applied"), (2, "applied")]
    assert (receipt.n, receipt.h, answer.upload) == (2, phone.journal.hash, "clear")
    stands = await version(world, world.a)
    again, receipt = opened(world, phone, await sync(phone))
    assert again.outcomes == answer.outcomes
    late, receipt = opened(world, phone, await phone.http.post("/api/v1/sync", json=first))
    assert (late.new_epoch, late.upload, receipt.n) == (None, "clear", 1)
    assert await version(world, world.a) == stands
    assert phone.journal.prove(receipt) == 1


async def test_a_cut_request_is_no_request(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    begin(phone)
    whole = json.dumps(phone.journal.request(world.clock())).encode()
    stands = await version(world, world.a)
    for end in (0, 1, len(whole) // 2, len(whole) - 1):
        refused(await phone.http.post("/api/v1/sync", content=whole[:end]), ErrorCode.BAD_REQUEST)
    assert await version(world, world.a) == stands
    _, receipt = opened(world, phone, await phone.http.post("/api/v1/sync", content=whole))
    assert receipt.n == 1


@pytest.mark.parametrize(
    "changed",
    [{"gap": "yes"}, {"gap": 1}, {"protocol": "1"}, {"protocol": True}, {"cursors": {"org": "0"}}, {"pending": {"blobs": "0"}}],
)
async def test_nothing_of_a_request_is_read_as_another_type_than_it_came_as(world: World, changed: dict[str, Any]) -> None:
    phone = await world.enrolled(world.a)
    begin(phone)
    refused(await sync(phone, **changed), ErrorCode.BAD_REQUEST)
    assert await proven(world, phone) == 0
    assert (await sync(phone)).status_code == 200


async def test_another_protocol_version_is_told_so_whatever_else_it_says(world: World) -> None:
    phone = await world.enrolled(world.a)
    begin(phone)
    for changes in ({"protocol": 2}, {"protocol": 99, "head": {"shape": "of the future"}}):
        refused(await sync(phone, **changes), ErrorCode.PROTOCOL_UNSUPPORTED)
    _, receipt = opened(world, phone, await sync(phone))
    assert receipt.n == 1


async def test_nobody_speaks_for_another_device(world: World) -> None:
    phone, colleague, stranger = [await world.enrolled(one) for one in (world.a, world.a, world.b)]
    for other in (colleague, stranger):
        assert other.journal is not None
        begin(other)
        refused(await phone.http.post("/api/v1/sync", json=other.journal.request(world.clock())), ErrorCode.DEVICE_UNKNOWN)
        assert await proven(world, other) == 0
    refused(await world.client().post("/api/v1/sync", json={}), ErrorCode.NOT_SIGNED_IN)


async def test_a_forged_head_is_refused_and_leaves_nothing(world: World) -> None:
    phone, colleague = await world.enrolled(world.a), await world.enrolled(world.a)
    assert phone.journal is not None
    begin(phone)
    head = phone.journal.request(world.clock())["head"]
    text = f"handover-head-v1\n{world.a.id}\n{phone.id}\n0\n1\n{phone.journal.hash}".encode()
    stands = await version(world, world.a)
    for forged in (
        {**head, "signature": colleague.key.sign(text)}, {**head, "signature": "A" * 86}, {**head, "seq": 5},
    ):  # fmt: skip
        refused(await sync(phone, head=forged), ErrorCode.HEAD_SIGNATURE_INVALID)
    assert await version(world, world.a) == stands
    opened(world, phone, await sync(phone))


async def test_foreign_cursors_are_named_and_give_nothing(world: World) -> None:
    phone = await world.enrolled(world.a)
    foreign = {f"depot:{world.a.depots[1]}/field": 0, f"depot:{world.b.depots[0]}/field": 0, "org/office": 3, "x": 1}
    answer, _ = opened(world, phone, await sync(phone, cursors=foreign))
    assert set(answer.gone_buckets) == set(foreign)
    assert answer.notices == [ErrorCode.CURSOR_FOREIGN]
    assert not {page.bucket for page in answer.pages} & set(foreign)


async def test_an_unreadable_entry_does_not_hold_up_the_request(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    phone.journal.append("x", b"\xe4\xba\xa4 no json")
    begin(phone)
    answer, receipt = opened(world, phone, await sync(phone))
    assert [outcome.state for outcome in answer.outcomes] == ["parked", "applied"]
    assert receipt.n == 2


@pytest.mark.parametrize("fault", ["transaction", "python"])
async def test_judging_that_breaks_the_whole_transaction_keeps_the_entries(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The handler takes the transaction down with it: what was sent is committed alone and judged once it is mended."""

    def broken(unit: Unit, args: Any) -> None:
        store: Any = unit.store
        store.connection.exec_driver_sql("ROLLBACK")
        if fault == "python":
            raise RuntimeError("13800001111")

    phone = await world.enrolled(world.a)
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("handover.start", 1), broken)
        handover = begin(phone)
        with capture_logs() as logs:
            answer, receipt = opened(world, phone, await sync(phone))
    assert "judging_aborted" in {line["event"] for line in logs}
    assert "13800001111" not in str(logs), "a log says where, never what"
    assert handover not in str(logs)
    assert [(one.state, one.code) for one in answer.outcomes] == [("parked", ErrorCode.ENTRY_SERVER_ERROR)]
    assert (receipt.n, answer.upload) == (1, "clear")
    await retry_parked(world.house)
    found = await handover_of(world, world.a, handover)
    assert found is not None
    assert found["state"] == "started"


async def test_what_nobody_can_read_does_not_keep_what_stands_behind_it_from_being_judged_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start takes up what is parked in portions, and goes on behind each."""

    def broken(_unit: Unit, _args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(limits, "WAITING_RETRIED_MAX", 2)
    phone = await world.enrolled(world.a)
    for _ in range(5):
        phone.record("nobody.knows", {})
    handover = begin(phone)
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("handover.start", 1), broken)
        answer, _ = opened(world, phone, await sync(phone))
    assert [one.code for one in answer.outcomes] == [*[ErrorCode.ACTION_UNKNOWN] * 5, ErrorCode.ENTRY_SERVER_ERROR]
    await retry_parked(world.house)
    found = await handover_of(world, world.a, handover)
    assert found is not None
    assert found["state"] == "started"


async def test_one_jobs_broken_transaction_takes_no_other_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that share a commit: the broken one is taken out, the others stand."""

    def broken(unit: Unit, args: Any) -> None:
        store: Any = unit.store
        store.connection.exec_driver_sql("ROLLBACK")

    phones = [await world.enrolled(world.a) for _ in range(4)]
    bad, *good = phones
    bad.record("handover.abandon", {"handover_id": begin(bad), "reason": "x"})
    handovers = [begin(phone) for phone in good]
    with monkeypatch.context() as patched:
        patched.setitem(HANDLERS, ("handover.abandon", 1), broken)
        answers = await asyncio.gather(*(sync(phone) for phone in phones))
    states = [opened(world, phone, answer)[0].outcomes[-1].state for phone, answer in zip(phones, answers, strict=True)]
    assert states == ["parked", "applied", "applied", "applied"]
    for handover in handovers:
        assert await handover_of(world, world.a, handover) is not None


# --- who sees what ------------------------------------------------------------------------------------------------------
async def everything(phone: Phone) -> dict[str, set[tuple[str, str]]]:
    """All a device can pull: bucket → records."""
    assert phone.journal is not None
    found: dict[str, set[tuple[str, str]]] = {}
    cursors: dict[str, int] = {}
    for _ in range(50):
        answer = (await sync(phone, cursors=cursors)).json()
        for page in answer["pages"]:
            assert page["after"] == cursors.get(page["bucket"], 0)
            held = found.setdefault(page["bucket"], set())
            for change in page["changes"]:
                key = (change["kind"], change["id"])
                held.discard(key) if change.get("gone") else held.add(key)
            cursors[page["bucket"]] = page["to"]
        if not any(page["more"] for page in answer["pages"]):
            return found
    raise AssertionError("the pages never come to an end")


async def office(world: World, company: Company, username: str) -> Phone:
    """An office browser of the one signed in, as a device."""
    phone = Phone(world, company)
    phone.http = await world.signed_in(username)
    answer = await phone.enrol("")
    assert answer.status_code == 200, answer.text
    return phone


async def test_every_device_pulls_exactly_its_buckets(world: World) -> None:
    a, b = world.a, world.b
    phones = {
        "field 0": await world.enrolled(a), "field 1": await world.enrolled(a, depot=a.depots[1]),
        "desk 0": await office(world, a, "desk-a"), "manager": await office(world, a, "manager-a"),
        "stranger": await world.enrolled(b), "strange manager": await office(world, b, "manager-b"),
    }  # fmt: skip
    worker = phones["field 0"]
    handover = begin(worker)
    await sync(worker)
    buckets = {
        "field 0": (a, {"org/field", f"depot:{a.depots[0]}/field"}),
        "field 1": (a, {"org/field", f"depot:{a.depots[1]}/field"}),
        "desk 0": (a, {"org/office", f"depot:{a.depots[0]}/office"}),
        "manager": (a, {"org/office", *(f"depot:{depot}/office" for depot in a.depots)}),
        "stranger": (b, {"org/field", f"depot:{b.depots[0]}/field"}),
        "strange manager": (b, {"org/office", *(f"depot:{depot}/office" for depot in b.depots)}),
    }
    for name, phone in phones.items():
        company, expected = buckets[name]
        found = await everything(phone)
        assert set(found) - {f"device:{phone.id}"} == expected, name
        for bucket, keys in found.items():
            assert keys == await _lying_in(world, company, bucket), f"{name}: {bucket}"
        seen = {key for keys in found.values() for key in keys}
        assert (("handover", handover) in seen) == (name in ("field 0", "desk 0", "manager")), name
        foreign = b if company is a else a
        assert not {record_id for _, record_id in seen} & {foreign.id, foreign.van, foreign.tech, *foreign.depots}, name


async def _lying_in(world: World, company: Company, bucket: str) -> set[tuple[str, str]]:
    def job(store: Any) -> set[tuple[str, str]]:
        return {(kind, one.id) for kind in RECORDS for one in store.records(company.id, kind) if bucket in one.buckets}

    return await world.house.database.read(job)


async def test_a_proof_is_for_whoever_may_read_it(world: World) -> None:
    phone = await world.enrolled(world.a)
    handover = begin(phone)
    other = await world.enrolled(world.a, depot=world.a.depots[1])
    other.company.tech, keep = other.company.other_tech, other.company.tech
    await world.system(world.a, _van(world.a))
    elsewhere = begin(other, _VAN)
    other.company.tech = keep
    for one in (phone, other):
        await sync(one)
    readers = {"manager-a": {handover, elsewhere}, "desk-a": {handover}, "manager-b": set[str]()}
    for username, allowed in readers.items():
        client = await world.signed_in(username)
        for wanted in (handover, elsewhere):
            answer = await client.get(f"/api/v1/handovers/{wanted}/proof")
            assert (answer.status_code == 200) == (wanted in allowed), username
            if answer.status_code == 200:
                assert (answer.json()["chain"], answer.json()["receipt_covers"]) == ("verified", True)
            else:
                assert answer.json()["code"] in (ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN)


_VAN = new_id()


def _van(company: Company) -> Any:
    depot = company.depots[1]
    return AssetDefine(id=_VAN, label="浙B", tag="T-x", pack="vehicle", home_depot_id=depot, depot_id=depot)


async def test_the_same_ids_in_two_organisations_never_meet(world: World) -> None:
    """A stranger's phone names this organisation's handover, entry id and van: both stay their own."""
    ours, theirs = await world.enrolled(world.a), await world.enrolled(world.b)
    assert ours.journal is not None
    assert theirs.journal is not None
    handover = new_id()
    for phone in (ours, theirs):
        phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": phone.company.van})
    theirs.record("handover.start", {"handover_id": new_id(), "type": "check_in", "asset_id": world.a.van})
    body = json.loads(ours.journal.outbox[0].body) | {"seq": 3, "actor": world.b.tech}
    theirs.journal.append(body["id"], json.dumps(body).encode())
    await sync(ours)
    answer, _ = opened(world, theirs, await sync(theirs))
    assert [(one.state, one.code) for one in answer.outcomes[:2]] == [("applied", None), ("refused", ErrorCode.RECORD_UNKNOWN)]
    for company in (world.a, world.b):
        found = await handover_of(world, company, handover)
        assert found is not None
        assert found["asset_id"] == company.van


async def test_the_clock_of_a_device_may_be_years_off(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    world.clock.now = START_MS - 3 * 365 * 24 * 3600 * 1000
    handover = begin(phone)
    request = phone.journal.request(world.clock())
    world.clock.now = START_MS
    opened(world, phone, await phone.http.post("/api/v1/sync", json=request))
    found = await handover_of(world, world.a, handover)
    assert found is not None
    assert found["started_at"] == "2027-01-15T08:00:00.000Z", "corrected by the difference the request shows"


async def test_a_device_with_nothing_to_say_is_answered_without_writing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    begin(phone)
    opened(world, phone, await sync(phone))
    opened(world, phone, await sync(phone, entries=[]))
    stands = await version(world, world.a)

    async def no_write(_job: Any) -> Any:
        raise AssertionError("written")

    monkeypatch.setattr(world.house.database, "write", no_write)
    answer, receipt = opened(world, phone, await sync(phone, entries=[]))
    assert (receipt.n, receipt.h, answer.upload) == (1, phone.journal.hash, "clear")
    assert any(change.kind == "handover" for page in answer.pages for change in page.changes)
    assert await version(world, world.a) == stands


async def test_whatever_there_is_to_write_is_written_though_a_device_brings_no_entry(world: World) -> None:
    """A minute gone, other pending files, an unknown signature, a head beyond the end: none of it is answered from a snapshot."""
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    begin(phone)
    opened(world, phone, await sync(phone))

    async def line() -> dict[str, Any]:
        found = await world.house.database.read(lambda store: store.record(phone.company.id, "device", phone.id))
        assert found is not None
        return found.data

    opened(world, phone, await sync(phone, entries=[], pending={"entries": 0, "blobs": 3, "bytes": 9}))
    assert (await line())["pending"] == {"entries": 0, "blobs": 3, "bytes": 9}
    before = (await line())["last_seen_at"]
    world.clock.forward(61)
    opened(world, phone, await sync(phone, entries=[]))
    assert (await line())["last_seen_at"] > before
    head = {**phone.journal.request(world.clock())["head"], "signature": "A" * 86}
    refused(await sync(phone, entries=[], head=head), ErrorCode.HEAD_SIGNATURE_INVALID)
    begin(phone)
    ahead, receipt = opened(world, phone, await sync(phone, entries=[]))
    assert (ahead.upload, receipt.n) == ("required", 1)


async def test_an_answer_is_packed_for_whoever_takes_it_so_and_says_the_same(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    for _ in range(30):
        begin(phone)
    opened(world, phone, await sync(phone))
    request = {**phone.journal.request(world.clock()), "entries": [], "cursors": {}}
    plain = await phone.http.post("/api/v1/sync", json=request, headers={"Accept-Encoding": "identity"})
    packed = await phone.http.post("/api/v1/sync", json=request, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 3
    assert packed.json()["pages"] == plain.json()["pages"]
    assert plain.json()["pages"]


async def test_whoever_is_near_is_answered_at_once_and_whoever_is_far_by_a_reader(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer either way: nobody else waits for a long page, nobody near waits for another thread."""
    phone = await world.enrolled(world.a)
    first, _ = opened(world, phone, await sync(phone))
    cursors = {page.bucket: page.to for page in first.pages}
    behind = {bucket: max(0, to - 3) for bucket, to in cursors.items()}
    glance, read = world.house.database.glance, world.house.database.read
    handed: list[object] = []

    async def counted(job: Any) -> Any:
        handed.append(job)
        return await read(job)

    async def glanced(job: Any) -> Any:
        before = len(handed)
        try:
            return await glance(job)
        finally:
            del handed[before:]  # PostgreSQL has no other way than a read

    monkeypatch.setattr(world.house.database, "read", counted)
    monkeypatch.setattr(world.house.database, "glance", glanced)
    near, _ = opened(world, phone, await sync(phone, cursors=behind))
    assert (len(handed), near.pages != []) == (0, True)
    monkeypatch.setattr("server.http.sync.PULL_NEAR_VERSIONS_MAX", 0)
    far, _ = opened(world, phone, await sync(phone, cursors=behind))
    assert (len(handed), far.pages, far.digests) == (1, near.pages, near.digests)
    level, _ = opened(world, phone, await sync(phone, cursors=cursors))
    assert (len(handed), level.pages) == (1, [])
    beyond, _ = opened(world, phone, await sync(phone, cursors={bucket: to + 1 for bucket, to in cursors.items()}))
    assert (len(handed), [page.reset for page in beyond.pages]) == (2, [True] * len(cursors))
