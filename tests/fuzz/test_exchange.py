"""POST /api/v1/sync (and its two companions) with what no honest device sends: never a fault of ours, never a wedge.

After every example the same device goes on honestly, comes to `clear`, and every byte it saved stands in the server's journal.
"""

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select

from schemas.errors import ErrorCode
from schemas.protocol import SyncAnswer
from server.storage.store import SqlStore
from server.storage.tables import QuarantineRow
from sync.device import Device
from sync.device_state import MemoryDeviceStore
from sync.outgoing import Push
from tests.fuzz.bounds import bounded_by
from tests.fuzz.ground import Ground, headers_of
from tests.fuzz.mutations import DEEP, deep, mutated, point, torn
from tests.http.world import Phone, new_id

ROUNDS_MAX = 20
bounded = bounded_by(40, [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])


class Line:
    """A device that keeps what it saves, with the server behind it; `saved` is the test's own memory of it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.phone: Phone = ground.phone()
        keys = ground.house.keys.of(self.phone.company.id)
        assert self.phone.journal is not None
        self.device = Device.open(
            self.phone.company.id, self.phone.id, MemoryDeviceStore(), sign=self.phone.key.sign,
            random=self.phone.journal.random, auth="pin", unseal=keys.verify_receipt,
        )  # fmt: skip
        self.saved: list[bytes] = []

    def save(self, *, handover: str | None = None) -> str:
        handover = handover or new_id()
        args = {"handover_id": handover, "type": "check_in", "asset_id": self.phone.company.van}
        kept = self.device.record("handover.start", args, actor=self.phone.company.tech, now_ms=self.ground.world.clock())
        self.saved.append(kept.body)
        return handover

    def append(self, body: bytes) -> None:
        """Chain a body no honest device would write."""
        self.saved.append(self.device.append(new_id(), body).body)

    def push(self) -> Push:
        return self.device.push(self.ground.world.clock())

    def throw(self, raw: bytes | list[bytes], *more: tuple[str, str], path: str = "/api/v1/sync", cut: bool = False) -> Any:
        answer = self.ground.ask("POST", path, headers_of(self.phone, *more), raw, cut=cut)
        self.ground.holds(answer)
        return answer

    def settle(self) -> None:
        """Go on honestly until all is clear; everything saved is there, byte for byte."""
        self.ground.stands()
        for _ in range(ROUNDS_MAX):
            push = self.push()
            answer = self.throw(json.dumps(push.request).encode())
            assert answer.status == 200, answer.body[:500]
            said = answer.json()
            SyncAnswer.model_validate(said)
            received = self.device.receive(said, push, self.ground.world.clock())
            if not received.again and said["upload"] == "clear":
                break
        else:
            raise AssertionError("the device never comes to an end")

        def bodies(store: SqlStore) -> set[bytes]:
            home, name = self.phone.company.id, self.phone.id
            aside = store.connection.execute(select(QuarantineRow.body).where(QuarantineRow.device == name)).scalars()  # type: ignore[call-overload]
            return {
                entry.body
                for epoch, _, _ in store.epochs(home, name)
                for entry in store.entries(home, name, epoch, 0, 2**53)
                if entry.body is not None
            } | {str(json.loads(kept)["body"]).encode() for kept in aside}

        missing = set(self.saved) - self.ground.call(self.ground.house.database.read(bodies))
        assert not missing, missing


def strangers(line: Line) -> list[Any]:
    """Ids that are somebody else's."""
    world = line.ground.world
    return [
        world.a.id, world.a.manager, world.a.other_tech, world.a.depots[1], world.b.id, world.b.van, world.b.tech,
        f"depot:{world.a.depots[1]}/field", f"depot:{world.b.depots[0]}/field", f"device:{world.b.van}", line.phone.id,
    ]  # fmt: skip


def wire(value: Any) -> bytes:
    """JSON as the loosest writer writes it: NaN and Infinity bare, lone surrogates escaped."""
    return json.dumps(value).encode()


@bounded
@given(data=st.data())
def test_a_request_changed_anywhere_costs_nothing(ground: Ground, data: st.DataObject) -> None:
    line = Line(ground)
    line.save()
    if data.draw(st.booleans()):
        line.settle()
    for _ in range(data.draw(st.integers(1, 4))):
        line.save()
    request = line.push().request
    for _ in range(3):
        line.throw(wire(mutated(data.draw, request, strangers(line))))
    line.settle()


@bounded
@given(data=st.data())
def test_bytes_torn_on_the_way_cost_nothing(ground: Ground, data: st.DataObject) -> None:
    line = Line(ground)
    line.save()
    raw = wire(line.push().request)
    for _ in range(3):
        line.throw(torn(data.draw, raw))
        packed = gzip.compress(raw)
        line.throw(torn(data.draw, packed), ("content-encoding", "gzip"))
    at = point(data.draw, raw)
    line.throw([raw[:at]], cut=True)
    line.throw(
        [raw[:at], raw[at:]], ("content-length", data.draw(st.sampled_from(["-1", "²", "1e3", "", "0x10", "9" * 40, "7"])))
    )
    line.settle()


@bounded
@given(data=st.data())
def test_signed_nonsense_is_kept_and_never_wedges(ground: Ground, data: st.DataObject) -> None:
    """The chain and the signature hold, the content is anything at all: stored as it is, and what follows is judged."""
    line = Line(ground)
    handover = line.save()
    honest = json.loads(line.saved[0])
    for _ in range(data.draw(st.integers(1, 3))):
        base = {**honest, "id": new_id(), "seq": line.device.seq + 1}
        kind = data.draw(st.sampled_from(["tree", "tree", "args", "torn", "deep"]))
        if kind == "tree":
            body = wire(mutated(data.draw, base, strangers(line)))
        elif kind == "args":
            body = wire({**base, "args": mutated(data.draw, base["args"], strangers(line))})
        elif kind == "torn":
            body = torn(data.draw, wire(base))
        else:
            body = wire(base).replace(b'"check_in"', deep(data.draw))
        try:
            body.decode()
        except UnicodeDecodeError:
            body = body.decode("utf-8", "replace").encode()
        if 0 < len(body) < 60_000:
            line.append(body)
    after = line.save()
    line.settle()
    home = line.phone.company.id
    begun = {row.id for row in ground.call(ground.house.database.read(lambda store: store.records(home, "handover")))}
    assert {handover, after} <= begun, "what stands around the nonsense took effect"


@pytest.mark.parametrize("depth", [100, 1_000, DEEP])
@pytest.mark.parametrize("where", ["root", "field", "unknown", "head"])
def test_nested_without_end(ground: Ground, depth: int, where: str) -> None:
    line = Line(ground)
    line.save()
    nested = b"[" * depth + b"]" * depth
    raw = wire(line.push().request)
    if where == "root":
        raw = nested
    elif where == "field":
        raw = raw.replace(b'"entries": [', b'"entries": [' + nested + b",", 1)
    elif where == "unknown":
        raw = b'{"news": ' + nested + b"," + raw[1:]
    else:
        raw = raw.replace(b'"head": {', b'"head": {"more": ' + nested + b",", 1)
    line.throw(raw)
    line.settle()


def test_bytes_damaged_on_the_way_do_not_displace_the_true_ones(ground: Ground) -> None:
    """The damaged copy came first and was answered: its number is still free for what the device repeats."""
    line = Line(ground)
    line.save()
    raw = wire(line.push().request)
    assert b"check_in" in raw
    said = line.throw(raw.replace(b"check_in", b"check_im")).json()
    assert [outcome["code"] for outcome in said["outcomes"]] == [ErrorCode.ENTRY_HASH_MISMATCH]
    assert said["upload"] == "required"
    line.settle()


@pytest.mark.parametrize("length", ["²", "-1", "1e3", "", "9" * 40])
def test_a_length_that_is_no_number(ground: Ground, length: str) -> None:
    line = Line(ground)
    line.save()
    assert line.throw(wire(line.push().request), ("content-length", length)).status in (400, 413)
    line.settle()
