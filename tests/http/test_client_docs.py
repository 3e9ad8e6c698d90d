"""docs/client.md keeps its word: its commands and its program run, in order, against a server in a process of its own."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, read
from tests.http.pictures import photo
from tests.http.test_kill import process
from tests.http.world import FakeClock, World, serving

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = f'set -euo pipefail\nhandover() {{ "{sys.executable}" -m server.cli "$@"; }}\n'


async def run(*command: str, cwd: Path, env: dict[str, str]) -> str:
    child = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env={**os.environ, **env}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    out, err = await asyncio.wait_for(child.communicate(), 300)
    assert child.returncode == 0, f"{err.decode()}\n{out.decode()}"
    return out.decode()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_the_worked_example_works(tmp_path: Path, app_folder: Path) -> None:
    data, here, clock = tmp_path / "data", tmp_path / "partner", FakeClock()
    here.mkdir()
    (here / "front.jpg").write_bytes(photo())
    (here / "scratch.jpg").write_bytes(photo(quality=60))
    async with serving(data, clock, app_folder) as (house, base):
        world = World(house, clock, base)
        await world.build()
        code = await world.invite(world.a)
    blocks = BLOCK.findall(read("docs/client.md"))
    assert [kind for kind, _ in blocks] == ["sh", "sh", "sh", "python"]
    async with process(data, app_folder) as (_, base):
        env = {"URL": base, "CODE": code, "PERSON": "伟", "PIN": "246810", "PYTHONPATH": str(ROOT)}
        # One shell for all of them: later blocks use what earlier ones have set.
        said = await run("bash", "-c", SHELL + "\n".join(text for kind, text in blocks if kind == "sh"), cwd=here, env=env)
        statuses = [json.loads(line) for line in said.splitlines() if line.startswith("{") and "unsent_entries" in line]
        assert [(one["written"], one["proven"], one["unsent_files"]) for one in statuses] == [(5, 5, 0)]
        assert "5 条 entries, 2 个文件 files" in said
        assert (here / "rest.hvx").read_bytes().startswith(b"HVX2")
        (here / "example.py").write_text(blocks[-1][1])
        told = await run(sys.executable, "example.py", cwd=here, env=env)
        assert "sent 7 unsent 0" in told
    async with serving(data, clock, app_folder) as (house, _):
        handovers = await house.database.read(lambda store: store.records(world.a.id, "handover"))
    found = sorted(len(one.data["photos"]) for one in handovers)
    assert found == [1, 2]
    assert sorted(one.data["evidence"]["received"] for one in handovers) == [1, 2]
    for client in world.clients:
        await client.aclose()


async def test_a_failure_has_its_exit_code_and_its_sentence_in_both_languages(tmp_path: Path) -> None:
    async def fails(*args: str) -> tuple[int | None, str, str]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "device", *args, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HANDOVER_DEVICE": str(tmp_path / "device")},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(child.communicate(), 60)
        return child.returncode, out.decode(), err.decode()

    (code, out, err), (away, said, _), (usage, _, kinds) = await asyncio.gather(
        fails("status"), fails("enrol", "http://127.0.0.1:9", "AB-CDEFG-HJKMN", "--json"), fails("records", "no-such")
    )
    assert (code, out) == (1, "")
    assert "not_enrolled" in err
    assert "请先用登记码登记" in err
    assert "Enrol it" in err
    assert (away, json.loads(said)["code"]) == (3, "network")
    assert usage == 2
    assert "handover" in kinds
