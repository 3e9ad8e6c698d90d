"""Fixtures for every room: a store in each of its places, and a company with an engine on it.

One database file serves the whole run: each test founds an organisation of its own in it, which is also how an
installation is used.
"""

import asyncio
import os
import secrets
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import settings

from tests.support import first_start as deployment
from tests.support import order
from tests.support.hosts import HOSTS, Host
from tests.support.postgres import CHOSEN
from tests.support.shares import chosen, once, share_of
from tests.support.stage import Stage

settings.register_profile("house", deadline=None)  # a slow machine is no fault of the code
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _logs_as_they_are() -> None:
    """A test that silences the logs (the simulator does) silences its own."""
    structlog.reset_defaults()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite", help="what whole servers run on")
    parser.addoption("--share", default="1/1", type=chosen, help="of the chosen test files, only this share: 2/3")
    parser.addoption("--run", default="", help="processes of one run, <process>-<anything>, share the deployment's first start")


def pytest_configure(config: pytest.Config) -> None:
    os.environ[CHOSEN] = str(config.getoption("--database"))
    secrets.token_bytes = order.token_bytes


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """The engine's own suites on PostgreSQL take a while; the store's contract is short enough to be always run there. Once
    everything else has chosen, only this process's share of the files stays."""
    for item in items:
        called = getattr(item, "callspec", None)
        if called is not None and called.params.get("host") == "postgres" and "contract" not in item.path.parts:
            item.add_marker("slow")
    yield
    mine, count = config.getoption("--share")
    shares = share_of((item.path.as_posix() for item in items), count)
    others = [item for item in items if shares[item.path.as_posix()] != mine]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if shares[item.path.as_posix()] == mine]


@pytest.fixture(scope="session", params=list(HOSTS))
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    made = HOSTS[request.param](tmp_path_factory.mktemp(request.param))
    yield made
    asyncio.run(made.close())


@pytest.fixture
def stage(request: pytest.FixtureRequest, host: Host) -> Stage:
    return Stage(host, request.node.nodeid)


@pytest.fixture(scope="session")
def first_start(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> deployment.FirstStart:
    """How the deployment's first start went. It draws hundreds of pictures, so it happens once for all processes of a run."""
    run = str(request.config.getoption("--run"))
    if run:
        return once(tmp_path_factory.getbasetemp().parent / f"first_start.{run}", deployment.first_start)
    return deployment.first_start(tmp_path_factory.mktemp("first_start"))
