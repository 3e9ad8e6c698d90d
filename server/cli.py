"""The command line: `handover serve`, `handover found`, `handover verify-journal`, `handover device …` (`server/device_cli.py`).

Neighbours: `make run` ends here; `server/app.py` composes. Invariants: what is printed for a person is in both languages;
an exit code other than 0 comes with one sentence saying why.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
import uvicorn

from schemas.errors import MESSAGES, ErrorCode
from schemas.ids import SYSTEM_ACTOR
from schemas.imports import ImportAnswer
from server.app import create_app, make_house
from server.auth.codes import shown
from server.device_cli import device as device_commands
from server.founding import Founding, NameTaken, found
from server.http.context import House
from server.imports.exportfile import ImportRefused
from server.imports.take import take_in
from server.lan.addresses import NoAddress
from server.lan.serving import Lan, print_qr
from server.logs import log_to_stderr
from server.process import share_the_heap, spare_the_collector
from server.proof import verify_device
from server.settings import Settings, SettingsError
from server.storage.database import UnknownSchema, Unreachable, Unsuitable
from server.storage.store import SqlStore

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(device_commands, name="device")
OWN_ENTRIES: Final = (
    "handover.db",
    "handover.db-wal",
    "handover.db-shm",
    "blobs",
    "previews",
    "uploads",
    "quarantine",
    "secrets",
)
"""What this program puts into the data folder, and all that `--fresh` removes."""
UNSEEDED: Final = ".seeding"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - only where the local network was asked for


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 0,
    demo: Annotated[bool, typer.Option(help="Fill an empty installation with the demo company.")] = False,
    fresh: Annotated[bool, typer.Option(help="Remove the data folder's content first.")] = False,
    lan: Annotated[str, typer.Option(help="HTTPS for phones in the local network: 1, or an address of this machine.")] = "",
) -> None:
    """Serve the app and its API from the data folder (HANDOVER_DATA)."""
    settings = _settings()
    host, port = host or settings.host, port or settings.port
    near = _lan_of(lan, port) if lan else None
    if near is not None:
        host, settings = EVERYWHERE, replace(settings, public_url=near.app_url, cookie_secure=True)
    elif "HANDOVER_PUBLIC_URL" not in os.environ:
        settings = replace(settings, public_url=f"http://localhost:{port}")
    log_to_stderr()
    if fresh:
        _remove_data(settings)
    os.umask(0o077)  # names and pictures are for the server's own account only
    _discard_half_seeded(settings)
    share_the_heap()
    house = _open(settings)
    if demo:
        _prepare_demo(house, settings)
    listener = _listen(host, port)
    papers = None if near is None else near.papers(settings.data)
    if demo:
        _welcome(house, settings)
    if near is not None and papers is not None:
        near.begin(_listen(host, near.guide_port), papers)
    # Frames are small: a compressor for each socket would hold more memory and take more time than it saves bytes.
    config = uvicorn.Config(
        create_app(house), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=10,
        ws_max_size=65_536, ws_ping_interval=None, ws_per_message_deflate=False, h11_max_incomplete_event_size=65_536,
        ssl_certfile=None if papers is None else papers.chain, ssl_keyfile=None if papers is None else papers.key,
    )  # fmt: skip
    server = uvicorn.Server(config)
    spare_the_collector()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])  # on uvloop, where it is made for the system
    raise typer.Exit(0 if server.started else 1)


@cli.command("found")
def found_organisation(
    name: Annotated[str, typer.Argument(help="公司名称 · What the organisation is called.")],
    depot: Annotated[str, typer.Option(help="第一个网点 · Its first depot.")],
    person: Annotated[str, typer.Option(help="管理员的姓名 · Who administers it.")],
    username: Annotated[str, typer.Option(help="管理员的用户名 · The name that person signs in with.")],
    name_en: Annotated[str, typer.Option(help="英文名称 · The name in English.")] = "",
    zone: Annotated[str, typer.Option(help="时区 · Where it works, as the IANA names it.")] = "Asia/Shanghai",
) -> None:
    """Found an organisation: first depot, administrator, shipped packs and texts. Stop the server before."""
    os.umask(0o077)
    settings = _settings()
    house = _open(settings)
    try:
        made = found(house, Founding(name, depot, person, username, name_en, zone))
    except NameTaken:
        _stop(f"用户名 {username} 已有人用，什么都没有写入 · The user name {username} is taken, nothing was written")
    except ValueError as problem:
        _stop(f"填写有误，什么都没有写入：{problem} · What was given is wrong, nothing was written: {problem}")
    finally:
        asyncio.run(house.database.close())
    typer.echo(f"✓ {name}  {made.organisation}")
    typer.echo(f"  办公室 office  {settings.public_url}/office/")
    typer.echo(f"  用户名 user    {username}")
    typer.echo(f"  密码 password  {made.password}   （只显示这一次，登录后请改 · shown once, change it once signed in）")


@cli.command("verify-journal")
def verify_journal() -> None:
    """Recompute every device's chain from the stored bytes; exit code 1 when one is broken."""
    house = _open(_settings())

    def job(store: SqlStore) -> bool:
        whole = True
        for organisation in store.organisations():
            for device in store.devices(organisation):
                record = store.record(organisation, "device", device.id)
                chain = verify_device(store, device)
                verdict = "✓" if chain.broken_at is None else f"✗ {chain.broken_at}"
                name = record.data["name"] if record else device.type
                gaps = "".join(f"  released gap {first}–{last}" for first, last in chain.released)
                typer.echo(f"{verdict}  {name}  n={device.seq}  checked={chain.checked}  {device.id}{gaps}")
                whole = whole and chain.broken_at is None
        return whole

    whole = asyncio.run(_read_and_close(house, job))
    raise typer.Exit(0 if whole else 1)


@cli.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(help="The export file of a device.")],
    organisation: Annotated[str, typer.Option(help="Id of the organisation; may be left out when there is only one.")] = "",
) -> None:
    """Take in a device's export file; the server may be stopped or running. Said again, it changes nothing."""
    house = _open(_settings())
    try:
        answer = asyncio.run(_import(house, organisation, path))
    except ImportRefused as refused:
        said = MESSAGES[refused.code]
        _stop(f"{said.zh} · {said.en} ({refused.code}{''.join(f', {name}: {value}' for name, value in refused.detail.items())})")
    except OSError as problem:
        _stop(
            f"文件读不了，或者磁盘写不下：{problem}。已经导入的都在；问题解决后再运行一次，只会补上缺的。"
            f" · The file cannot be read, or the disk cannot be written: {problem}. What was taken in is kept; run it again once"
            " that is mended, only what is missing is added."
        )
    states = "".join(f" {state}={count}" for state, count in answer.states.items())
    typer.echo(
        f"entries={answer.entries} new={answer.new}{states}"
        f" files={answer.files} stored={answer.stored} rejected={answer.rejected}  {answer.device}"
    )


async def _import(house: House, organisation: str, path: Path) -> ImportAnswer:
    try:
        found = await house.database.read(lambda store: store.organisations())
        chosen = organisation or (found[0] if len(found) == 1 else "")
        if chosen not in found:
            raise ImportRefused(ErrorCode.IMPORT_FOREIGN)
        with path.open("rb") as file:
            return await take_in(house, chosen, file, SYSTEM_ACTOR, bounded=False)
    finally:
        await house.database.close()


async def _read_and_close(house: House, job: Callable[[SqlStore], bool]) -> bool:
    try:
        return await house.database.read(job)
    finally:
        await house.database.close()


def _lan_of(wanted: str, port: int) -> Lan:
    try:
        return Lan.at(wanted, port)
    except NoAddress as problem:
        _stop(
            f"找不到本地网络的地址（{problem}），没有改动任何数据；请写明这台电脑的地址，例如 make run LAN=192.168.1.20"
            f" · No address of a local network was found ({problem}), nothing was changed; name one of this computer's,"
            " like make run LAN=192.168.1.20"
        )


def _settings() -> Settings:
    try:
        return Settings.from_environment(os.environ)
    except SettingsError as problem:
        _stop(f"设置有误，什么都没有改动：{problem} · A setting is wrong, nothing was changed: {problem}")


def _open(settings: Settings) -> House:
    try:
        return make_house(settings)
    except UnknownSchema as problem:
        _stop(
            f"数据库是更新的版本写的，或者不是本系统的，什么都没有改动（{problem}）。"
            "请用写它的版本打开；演示数据可用 make run FRESH=1 重新开始。"
            " · The database was written by a newer version, or is none of ours; nothing was changed. Open it with the version"
            " that wrote it; demo data can be started over with make run FRESH=1."
        )
    except Unreachable as problem:
        _stop(
            f"连不上 DATABASE_URL 指的数据库，什么都没有改动（{problem}）。请检查地址、密码和数据库是否在运行，然后再启动。"
            f" · The database DATABASE_URL names cannot be reached, nothing was changed ({problem}). See that the address and the"
            " password are right and that it runs, then start again."
        )
    except Unsuitable as problem:
        _stop(
            f"这个数据库的编码或排序方式不合适，什么都没有改动（{problem}）。请新建一个："
            "createdb --template=template0 --encoding=UTF8 --locale=C handover"
            f" · This database's encoding or order of text does not suit, nothing was changed ({problem}). Make one with the"
            " command above."
        )
    except (OSError, sqlite3.Error) as problem:
        _stop(
            f"数据文件夹 {settings.data} 无法使用，什么都没有改动：{problem}。"
            f" · The data folder cannot be used, nothing was changed: {problem}"
        )


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything says the address: a port in use is one clear sentence."""
    # Named as TCP, or the event loop leaves Nagle's algorithm on and every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as problem:
        _stop(
            f"端口 {port} 用不了（{problem.strerror}），数据没有改动；换一个：make run PORT={port + 1}"
            f" · Port {port} cannot be used ({problem.strerror}), the data is untouched; choose another: make run PORT={port + 1}"
        )
    listener.setblocking(False)
    return listener


def _stop(sentence: str) -> NoReturn:
    typer.echo(f"✗ {sentence}", err=True)
    raise typer.Exit(1)


def _remove_data(settings: Settings) -> None:
    place = settings.database
    if isinstance(place, str):
        _stop(
            "数据在 PostgreSQL 里，什么都没有删除。要重新开始：先清空那个数据库（dropdb、createdb），再清空数据文件夹。"
            " · The data is in PostgreSQL; nothing was removed. To start over, empty that database (dropdb, createdb), then the"
            " data folder."
        )
    database = [place.with_name(place.name + end) for end in ("", "-wal", "-shm")]
    for path in [*database, *(settings.data / name for name in (*OWN_ENTRIES, UNSEEDED))]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _discard_half_seeded(settings: Settings) -> None:
    """A first start that was cut while writing the demo company is begun again: it holds nobody's work."""
    if (settings.data / UNSEEDED).exists():
        _remove_data(settings)


def _prepare_demo(house: House, settings: Settings) -> None:
    from server.demo.seed import is_seeded, seed  # noqa: PLC0415 - most servers are no demo, and what is loaded stays

    if asyncio.run(house.database.read(is_seeded)):
        typer.echo("演示公司已就绪，数据保留 · the demo company is there, its data is kept")
        return
    if asyncio.run(house.database.read(lambda store: bool(store.organisations()))):
        typer.echo("数据文件夹已有公司，不写入演示数据 · the data folder has an organisation; no demo data is written")
        return
    marker = settings.data / UNSEEDED
    marker.touch()
    seed(house, _progress)
    marker.unlink()


_PARTS: Final = {
    "base": "资产、客户、租赁 assets, customers, rentals",
    "accounts": "人员与密码 people and secrets",
    "handovers": "以往的交接与照片 past handovers and pictures",
}


def _progress(what: str, done: int, total: int) -> None:
    end = "\n" if done >= total else ""
    sys.stdout.write(f"\r  演示公司 demo company: {_PARTS[what]} {done}/{total}   {end}")
    sys.stdout.flush()


def _welcome(house: House, settings: Settings) -> None:
    from server.demo.company import STAFF  # noqa: PLC0415 - as above
    from server.demo.seed import demo_secrets, invite  # noqa: PLC0415 - as above

    known = demo_secrets(settings.secrets)
    url = settings.public_url
    code, _expires = invite(house)
    link = f"{url}/#enrol={code}"
    typer.echo("")
    typer.echo(f"  现场 field app   {url}/")
    typer.echo(f"  办公室 office    {url}/office/")
    typer.echo("")
    typer.echo("  办公室登录 office log-in（密码 password: " + known.password + "）")
    for staff in STAFF:
        if staff.office:
            typer.echo(f"    {staff.key:<8}{', '.join(staff.roles):<16}{staff.name} · {staff.name_en}")
    typer.echo("  现场 PIN field PINs")
    for staff in STAFF:
        if staff.pin:
            typer.echo(f"    {known.pins[staff.key]:<8}{', '.join(staff.roles):<16}{staff.name} · {staff.name_en}")
    typer.echo("")
    typer.echo(f"  登记这台设备 enrol a device（24 小时内一次有效 once, within 24 hours）：{shown(code)}")
    typer.echo(f"  {link}")
    print_qr(link)
    typer.echo("  Ctrl+C 停止 stops")


def main() -> None:
    """Entry point of the `handover` script."""
    cli()


if __name__ == "__main__":
    main()
