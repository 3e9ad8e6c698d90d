"""The command line of a device: `handover device enrol | sign-in | record | attach | sync | live | status | records | export`.

Neighbours: `sync/net` is what it drives; docs/client.md is its guide, whose commands a test runs. Invariants: what is printed for
a person is in both languages, with `--json` one JSON value (a line each under `live`); every failure says what happened, what is
safe and what to do. Exit codes: 0 done · 1 refused, nothing was changed · 2 wrong usage · 3 not reached, kept here, try again.
"""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar, get_args

import typer
from PIL import Image, UnidentifiedImageError

from schemas.errors import ErrorCode
from schemas.ids import uuid7
from schemas.local_errors import LocalCode
from schemas.protocol import BlobRole
from schemas.records import RECORDS
from sync.device import NewFile
from sync.net import Client, ClientError, Status

T = TypeVar("T")
NEW: Final = "@new"
"""Stands for a fresh id in the arguments of `record`; the same number behind it (`@new1`) is the same id."""
FAILED, AGAIN = 1, 3
device = typer.Typer(no_args_is_help=True, help="一台 Python 设备 · A device in Python (docs/client.md)")

Folder = Annotated[
    Path, typer.Option("--folder", "-f", envvar="HANDOVER_DEVICE", help="设备所在的文件夹 · the device's folder")
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="只输出 JSON · print JSON only")]
Pin = Annotated[str, typer.Option("--pin", envvar="HANDOVER_PIN", help="6 位 PIN · that person's PIN")]
HERE: Final = Path("handover-device")


@device.command()
def enrol(
    where: Annotated[str, typer.Argument(help="网址，或扫出来的链接 · the server's address, or the scanned link")],
    code: Annotated[str, typer.Argument(help="登记码 · the enrolment code")] = "",
    *,
    folder: Folder = HERE,
    person: Annotated[str, typer.Option(help="谁来操作 · who acts, by name or id")] = "",
    pin: Pin = "",
    as_json: AsJson = False,
) -> None:
    """登记为一台设备 · Become a device with a code from the office."""

    async def job() -> Status:
        url, _, scanned = where.partition("/#enrol=")
        async with await Client.enrol(url, code or scanned, folder) as client:
            if person:
                await client.sign_in(person, pin)
            return client.status()

    _tell(_run(job, as_json), as_json, lambda status: f"已登记 · enrolled: {status.name} ({status.device})")


@device.command("sign-in")
def sign_in(
    person: Annotated[str, typer.Argument(help="名单里的姓名或编号 · a name or id of the roster")],
    *,
    folder: Folder = HERE,
    pin: Pin = "",
    as_json: AsJson = False,
) -> None:
    """说明谁来操作，用 PIN 确认 · Say who acts from now on, confirmed by their PIN."""
    secret = pin or typer.prompt("PIN", hide_input=True)

    async def job(client: Client) -> dict[str, Any]:
        return (await client.sign_in(person, secret)).model_dump(mode="json")

    _tell(_with(folder, job, as_json), as_json, lambda one: f"现在由 {one['name']} 操作 · {one['name']} acts from now on")


@device.command()
def record(
    action: Annotated[str, typer.Argument(help="操作，如 handover.start · the action")],
    args: Annotated[str, typer.Argument(help='JSON；"-" 从标准输入读 · JSON, or "-" for standard input')],
    *,
    folder: Folder = HERE,
    blob: Annotated[list[str] | None, typer.Option(help="文件，可写 路径:角色 · a file, as PATH or PATH:ROLE")] = None,
    private: Annotated[list[str] | None, typer.Option(help="能认出人的内容 · a part that can identify a person")] = None,
    as_json: AsJson = False,
) -> None:
    """记录一件事：返回时已在本机存好 · Record one thing: when this ends it is safe on this device."""

    async def job(client: Client) -> dict[str, Any]:
        filled = _filled(_parsed(sys.stdin.read() if args == "-" else args), client)
        files = [_file(client, text) for text in blob or []]
        saved = client.record(action, filled, blobs=files, private=[part.encode() for part in private or []])
        return {"id": saved.id, "seq": saved.seq, "hash": saved.hash, "args": filled}

    _tell(_with(folder, job, as_json), as_json, _saved)


@device.command()
def attach(
    handover: Annotated[str, typer.Argument(help="交接的编号 · the handover's id")],
    path: Annotated[Path, typer.Argument(help="照片 · the photo")],
    *,
    slot: Annotated[str, typer.Option(help="拍的是哪里，如 front · what it shows, as the category pack names it")],
    damage: Annotated[str, typer.Option(help="属于哪处损坏 · the damage it shows")] = "",
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """给交接附一张照片 · Attach a photo to a handover."""

    async def job(client: Client) -> dict[str, Any]:
        file = client.attach(path, "damage" if damage else "photo")
        width, height = _pixels(path)
        args: dict[str, Any] = {
            "handover_id": handover, "photo_id": client.new_id(), "slot": slot, "how": "file", "source": "gallery",
            "width": width, "height": height,
        }  # fmt: skip
        saved = client.record("photo.add", args | ({"damage_id": damage} if damage else {}), blobs=[file])
        return {"id": saved.id, "seq": saved.seq, "hash": saved.hash, "args": args, "sha256": file.ref().sha256}

    _tell(_with(folder, job, as_json), as_json, _saved)


@device.command()
def sync(
    *,
    folder: Folder = HERE,
    patience: Annotated[float, typer.Option(help="连不上时再试多少秒 · seconds to go on trying")] = 0,
    as_json: AsJson = False,
) -> None:
    """上传没传的，取回新的 · Send what is unsent, fetch what is new."""

    async def job(client: Client) -> Status:
        return await client.sync(patience_s=patience)

    _tell(_with(folder, job, as_json), as_json, _standing)


@device.command()
def live(
    *,
    folder: Folder = HERE,
    seconds: Annotated[float, typer.Option(help="听多少秒，0 为一直 · how long to listen, 0 for ever")] = 0,
    as_json: AsJson = False,
) -> None:
    """一直听：每条改动一行 · Listen: one line for each record that changes."""

    async def job(client: Client) -> None:
        async def listen() -> None:
            async for changed in client.live():
                line = json.dumps(asdict(changed), ensure_ascii=False) if as_json else _line(asdict(changed))
                typer.echo(line)

        try:
            await asyncio.wait_for(listen(), seconds or None)
        except TimeoutError:
            return

    _with(folder, job, as_json)


@device.command()
def status(*, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """本机的状态，不联网 · How this device stands; asks nobody."""

    async def job(client: Client) -> Status:
        return client.status()

    _tell(_with(folder, job, as_json), as_json, _standing)


@device.command()
def records(
    kind: Annotated[str, typer.Argument(help="种类，如 asset、handover · the kind")],
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """本机看到的记录 · The records this device sees, its own pending work included."""
    if kind not in RECORDS:
        typer.echo(f"✗ 没有这种记录；有 · there is no such kind; there are: {', '.join(sorted(RECORDS))}", err=True)
        raise typer.Exit(2)

    async def job(client: Client) -> list[dict[str, Any]]:
        return client.records(kind)

    found = _with(folder, job, as_json)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo(_line({"kind": kind, "id": one["id"], "record": one}))


@device.command()
def export(
    path: Annotated[Path, typer.Argument(help="写到哪个文件 · the file to write")],
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """把没传的全部写进一个只有办公室能打开的文件 · Everything unsent in one file only the office can open."""

    async def job(client: Client) -> dict[str, Any]:
        entries, files = client.export(path)
        return {"entries": entries, "files": files, "path": str(path)}

    _tell(
        _with(folder, job, as_json), as_json,
        lambda said: f"已写入 · written: {said['entries']} 条记录 entries, {said['files']} 个文件 files",
    )  # fmt: skip


@device.command("new-id")
def new_id() -> None:
    """一个新编号 · A fresh id for a handover, a photo, a damage: sorts by time."""
    typer.echo(uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)))


# --- running a job and telling of it ----------------------------------------------------------------------------------
def _with(folder: Path, job: Callable[[Client], Coroutine[Any, Any, T]], as_json: bool) -> T:
    async def opened() -> T:
        try:
            async with Client.open(folder) as client:
                return await job(client)
        except ClientError as fault:
            if fault.code is LocalCode.DEVICE_WIPED:
                await Client.say_wiped(folder)
            raise

    return _run(opened, as_json)


def _run(job: Callable[[], Coroutine[Any, Any, T]], as_json: bool) -> T:
    try:
        return asyncio.run(job())
    except ClientError as fault:
        _fail(fault, as_json)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _fail(fault: ClientError, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps(fault.as_json(), ensure_ascii=False))
    else:
        detail = f" ({json.dumps(fault.detail, ensure_ascii=False)})" if fault.detail else ""
        typer.echo(f"✗ {fault.code.value}: {fault.zh} · {fault.en}{detail}", err=True)
    raise typer.Exit(AGAIN if fault.temporary else FAILED)


def _tell(said: Any, as_json: bool, words: Callable[[Any], str]) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(said) if isinstance(said, Status) else said, ensure_ascii=False))
    else:
        typer.echo(words(said))


def _saved(said: dict[str, Any]) -> str:
    return f"已存在本机，第 {said['seq']} 条 · saved on this device as number {said['seq']}: {said['id']}"


def _standing(now: Status) -> str:
    gate = "开 open" if now.gate == "open" else "关 shut"
    lines = [
        f"{now.name} · {now.type} · {now.device}",
        f"  已写 written {now.written}，已证实 proven {now.proven}"
        f"，未传 unsent {now.unsent_entries} 条 entries, {now.unsent_files} 个文件 files, {now.unsent_bytes} B",
        f"  闸口 gate {gate} · 上次听到服务器 last heard {now.heard_at or '—'}",
    ]
    if now.revoked:
        lines.append("  ✗ 已被停用，记录还在本机 · revoked; what was recorded is still here")
    return "\n".join(lines)


def _line(changed: dict[str, Any]) -> str:
    record = changed["record"]
    if record is None:
        return f"{changed['kind']} {changed['id']} ✗"
    label = next((record[name] for name in ("label", "name", "number", "type", "state") if record.get(name)), "")
    return f"{changed['kind']} {changed['id']} v{record['_v']}{' …' if record['_pending'] else ''}  {label}"


# --- reading what was typed -------------------------------------------------------------------------------------------
def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ClientError(LocalCode.ARGS_UNREADABLE, {"places": [{"at": "", "fault": "json"}]})
    return found


def _filled(value: Any, client: Client, made: dict[str, str] | None = None) -> Any:
    """The arguments with a fresh id in each place that says `@new`."""
    known: dict[str, str] = {} if made is None else made
    if isinstance(value, dict):
        return {key: _filled(one, client, known) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, client, known) for one in value]
    if not isinstance(value, str) or not value.startswith(NEW):
        return value
    if value == NEW:
        return client.new_id()
    return known.setdefault(value, client.new_id())


def _file(client: Client, text: str) -> NewFile:
    path, colon, role = text.rpartition(":")
    if colon and role in get_args(BlobRole):
        return client.attach(path, role)  # type: ignore[arg-type]
    return client.attach(text)


def _pixels(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as fault:
        raise ClientError(ErrorCode.BLOB_NOT_AN_IMAGE, {"path": os.fspath(path)}) from fault
