"""An organisation is founded by the command line: its administrator signs in at once; a user name taken founds nothing."""

import asyncio
import re

import pytest
from typer.testing import CliRunner, Result

from server.cli import cli
from tests.http.world import World

BEFORE = ("found", "青禾租车", "--depot", "一号仓", "--person", "高远")


def command(world: World, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    """`handover …` on the same data."""
    settings = world.house.settings
    monkeypatch.setenv("HANDOVER_DATA", str(settings.data))
    if settings.database_url:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
    return CliRunner().invoke(cli, list(args))


async def test_a_founded_organisation_has_all_it_begins_with_and_lets_its_administrator_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await asyncio.to_thread(command, world, monkeypatch, *BEFORE, "--username", "gaoyuan")
    assert told.exit_code == 0, told.output
    password = re.search(r"password\s+(\S+)", told.output)
    organisation = re.search(r"青禾租车\s+(\S+)", told.output)
    assert password is not None
    assert organisation is not None

    client = world.client()
    answer = await client.post("/api/v1/login", json={"username": "gaoyuan", "password": password[1]})
    assert answer.status_code == 200, answer.text

    kinds = ("organisation", "depot", "person", "pack", "contract_text")
    found = await world.house.database.read(
        lambda store: {kind: [one.data for one in store.records(organisation[1], kind)] for kind in kinds}
    )
    assert {kind: len(records) for kind, records in found.items()} == {
        "organisation": 1, "depot": 1, "person": 1, "pack": 5, "contract_text": 2,
    }  # fmt: skip
    assert set(found["person"][0]["roles"]) == {"administrator", "manager"}
    assert found["organisation"][0]["name"] == "青禾租车"


async def test_nothing_is_founded_where_the_user_name_is_taken_or_the_zone_is_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await world.house.database.read(lambda store: store.organisations())
    for more, says in ((("--username", "manager-a"), "manager-a"), (("--username", "new", "--zone", "Nowhere"), "zone")):
        told = await asyncio.to_thread(command, world, monkeypatch, *BEFORE, *more)
        assert told.exit_code == 1
        assert says in told.output
    assert await world.house.database.read(lambda store: store.organisations()) == before
