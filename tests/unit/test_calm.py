"""Work that can wait gives way to whoever is being answered, but is never put off for ever."""

import asyncio

import pytest

from server import calm
from server.calm import Calm


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "REST_S", 0.01)
    monkeypatch.setattr(calm, "PATIENCE_S", 0.2)


async def test_a_house_at_rest_lets_it_begin_at_once() -> None:
    await asyncio.wait_for(Calm().wait(), 5)


async def test_it_waits_until_the_last_one_is_answered() -> None:
    house = Calm()
    with house.answering():
        with house.answering():
            waiting = asyncio.create_task(house.wait())
            await asyncio.sleep(0.03)
        await asyncio.sleep(0.03)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)
    assert house.at_rest


async def test_in_a_house_that_never_rests_it_comes_on_all_the_same() -> None:
    house = Calm()
    with house.answering():
        await asyncio.wait_for(house.wait(), 5)
        assert not house.at_rest


async def test_a_moment_after_an_answer_is_not_rest_yet() -> None:
    now = [10.0]
    house = Calm(lambda: now[0])
    with house.answering():
        pass
    assert not house.at_rest
    now[0] += 0.02
    assert house.at_rest
