"""The host behind the pipe: what the simulation of the TypeScript core relies on."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sync.device import Device
from tests.http.world import Key

CHANGING = {"X-Handover": "1"}


class Pipe:
    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.sim.host"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, what: str, **more: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer["ok"]

    def post(self, path: str, content: dict[str, Any], **headers: str) -> dict[str, Any]:
        body = base64.b64encode(json.dumps(content).encode()).decode()
        answer: dict[str, Any] = self.do("http", method="POST", path=path, headers={**CHANGING, **headers}, body=body)
        if "body" in answer:
            answer["json"] = json.loads(base64.b64decode(answer["body"]) or b"null")
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def enrolled(pipe: Pipe, organisation: str) -> tuple[Device, str]:
    key, code = Key(), pipe.do("invite")["code"]
    text = f"handover-enrol-v1\n{code}\n{key.x}\n{key.y}".encode()
    asked = {"protocol": 1, "code": code, "key": key.jwk(), "signature": key.sign(text)}
    answer = pipe.post("/api/v1/enrol", asked)
    assert answer["status"] == 200
    cookie = next(value for name, value in answer["headers"] if name == "set-cookie").split(";")[0]
    stream = iter(range(10_000))
    journal = Device(organisation, answer["json"]["device"], key.sign, lambda n: next(stream).to_bytes(n, "big"), auth="pin")
    return journal, cookie


def test_a_device_lives_through_crashes_and_a_restored_backup(pipe: Pipe) -> None:
    world = pipe.do("reset", seed="host")
    journal, cookie = enrolled(pipe, world["organisation"])
    now, actor = world["now"], world["people"]["technician/0"]
    args = {"handover_id": world["tasks"][1][0], "type": "check_out", "asset_id": world["assets"][0][0]}
    journal.record("handover.start", args, actor=actor, now_ms=now)
    backup = pipe.do("snapshot")["name"]

    pipe.do("crash_next", when="before_commit")
    assert pipe.post("/api/v1/sync", journal.request(now), cookie=cookie) == {"crashed": True}
    assert pipe.do("dump")["journal"][journal.id] == {"0": []}
    pipe.do("crash_next", when="after_commit")
    assert pipe.post("/api/v1/sync", journal.request(now), cookie=cookie) == {"crashed": True}
    again = pipe.post("/api/v1/sync", journal.request(now), cookie=cookie)
    assert [one["state"] for one in again["json"]["outcomes"]] == ["applied"]
    [entry] = pipe.do("dump")["journal"][journal.id]["0"]
    assert entry["body"].encode() == journal.outbox[0].body

    pipe.do("restore", name=backup)
    assert pipe.do("dump")["journal"][journal.id] == {"0": []}


def test_faulty_and_unknown_actions_are_judged_when_they_are_mended(pipe: Pipe) -> None:
    world = pipe.do("reset", seed="host")
    journal, cookie = enrolled(pipe, world["organisation"])
    args = {"handover_id": world["tasks"][1][0], "type": "check_out", "asset_id": world["assets"][0][0]}
    pipe.do("faulty", action="handover.start", times=1)
    journal.record("handover.start", args, actor=world["people"]["technician/0"], now_ms=world["now"])
    answer = pipe.post("/api/v1/sync", journal.request(world["now"]), cookie=cookie)
    assert [one["code"] for one in answer["json"]["outcomes"]] == ["entry_server_error"]
    pipe.do("faulty", action="handover.start", times=0)
    assert pipe.do("dump")["journal"][journal.id]["0"][0]["state"] == "applied"
    pipe.do("unknown", action="handover.abandon", on=True)
    journal.record("handover.abandon", {"handover_id": args["handover_id"], "reason": "x"},
                   actor=world["people"]["technician/0"], now_ms=world["now"])  # fmt: skip
    answer = pipe.post("/api/v1/sync", journal.request(world["now"]), cookie=cookie)
    assert answer["json"]["outcomes"][-1]["code"] == "action_unknown"
    pipe.do("unknown", action="handover.abandon", on=False)
    assert pipe.do("dump")["journal"][journal.id]["0"][1]["state"] == "applied"


def test_the_same_seed_gives_the_same_installation(pipe: Pipe) -> None:
    first = (pipe.do("reset", seed="twice"), pipe.do("invite"))
    assert (pipe.do("reset", seed="twice"), pipe.do("invite")) == first
