"""Export files brought to the office: whole or not at all, before or after the network, the same."""

import asyncio
import copy
import hashlib
import io
import os
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from schemas import limits
from schemas.errors import MESSAGES, ErrorCode
from schemas.protocol import BlobRef, OrganisationInfo
from server.blobs.vault import Vault
from server.cli import cli
from server.http import imports as spool
from server.imports.exportfile import ImportRefused, check
from server.imports.take import take_in
from sync.exported import END, ENTRY, FILE
from sync.net.exportfile import Sealer, export
from tests.http.pictures import photo
from tests.http.test_live import next_frame, socket
from tests.http.world import Company, Phone, World, new_id

pytestmark = pytest.mark.asyncio


async def recorded(world: World, company: Company) -> tuple[Phone, str]:
    """A device with a handover and a photo that it has not sent; the photo's hash."""
    phone = await world.enrolled(company)
    assert phone.journal is not None
    handover, picture = new_id(), photo(size=(40, 30))
    sha256 = hashlib.sha256(picture).hexdigest()
    phone.record("handover.start", {"handover_id": handover, "type": "check_in", "asset_id": company.van})
    args = {
        "handover_id": handover,
        "photo_id": new_id(),
        "slot": "front",
        "how": "still",
        "source": "camera",
        "width": 4,
        "height": 3,
    }
    named = BlobRef.model_validate({"sha256": sha256, "size": len(picture), "type": "image/jpeg", "role": "photo"})
    phone.record("photo.add", args, blobs=[named])
    return phone, sha256


def exported(world: World, phone: Phone, company: Company, folder: Path, content: bytes | None = None) -> bytes:
    journal = phone.journal
    assert journal is not None
    keys = world.house.keys.of(company.id).public_keys()
    info = OrganisationInfo(id=company.id, name="a", name_en="a", zone="Asia/Shanghai", keys=keys)
    path = folder / "out.hvx"

    class Pictures:
        def content(self, _sha256: str) -> bytes:
            return photo(size=(40, 30)) if content is None else content

    picture = photo(size=(40, 30))
    row = SimpleNamespace(size=len(picture), type="image/jpeg", role="photo")
    named = {hashlib.sha256(picture).hexdigest(): row}
    holder: Any = SimpleNamespace(**vars(journal) | {"files": named, "store": Pictures()})
    export(holder, info, path, world.clock())
    return path.read_bytes()


async def states(world: World, phone: Phone) -> list[tuple[int, str, Any]]:
    def job(store: Any) -> list[tuple[int, str, Any]]:
        found = store.entries(phone.company.id, phone.id, 0, 1, 100)
        return [(entry.seq, entry.state, entry.version) for entry in found]

    return await world.house.database.read(job)


async def test_a_file_brings_what_the_device_could_not_send_and_the_device_repeats_it(world: World, tmp_path: Path) -> None:
    phone, sha256 = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=raw)
    assert answer.status_code == 200, answer.text
    known = {"device": phone.id, "entries": 2, "states": {"applied": 2}, "files": 1, "rejected": 0}
    assert answer.json() == {**known, "new": 2, "stored": 1}
    before = await states(world, phone)
    assert [state for _, state, _ in before] == ["applied", "applied"]
    assert world.house.vault.blob_path(world.a.id, sha256).read_bytes() == photo(size=(40, 30))
    again = await manager.post("/api/v1/imports", content=raw)
    assert again.json() == {**known, "new": 0, "stored": 0}
    pushed = await phone.push()
    assert ([one["state"] for one in pushed["outcomes"]], pushed["upload"]) == (["applied", "applied"], "clear")
    assert await states(world, phone) == before


async def test_a_file_that_comes_after_the_upload_changes_nothing(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    await phone.push()
    before = await states(world, phone)
    manager = await world.signed_in("manager-a")
    answer = (await manager.post("/api/v1/imports", content=raw)).json()
    assert (answer["new"], answer["stored"]) == (0, 1), "the photo had not come"
    assert await states(world, phone) == before


@pytest.mark.parametrize("type_", [ENTRY, FILE, END])
@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"entries":' * 100_000, b'{"entries":' + b"9" * 5000 + b"}", b"\xff", b"3"]
)
async def test_a_file_rightly_sealed_over_nonsense_is_refused(world: World, type_: int, content: bytes) -> None:
    phone, _ = await recorded(world, world.a)
    keys = world.house.keys.of(world.a.id).public_keys()
    info = OrganisationInfo(id=world.a.id, name="a", name_en="a", zone="Asia/Shanghai", keys=keys)
    assert phone.journal is not None
    sealer = Sealer(phone.journal, info, world.clock())
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=sealer.head + sealer.record(type_, content))
    assert (answer.status_code, answer.json()["code"]) == (422, "import_unreadable")


async def test_a_broken_file_is_refused_whole(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    manager = await world.signed_in("manager-a")
    head = 8 + int.from_bytes(raw[4:8], "big")
    for wrong in (
        b"",
        raw[:-1],
        raw + b"x",
        raw[:head],
        b"PK34" + raw[4:],
        raw[:-5] + b"00000",
        raw[: head + 4] + b"0" + raw[head + 5 :],
    ):
        answer = await manager.post("/api/v1/imports", content=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "import_unreadable")
    assert await states(world, phone) == []
    with pytest.raises(ImportRefused):
        check(io.BytesIO(raw[:-1]), world.house.keys.of(world.a.id))


async def test_what_its_device_did_not_sign_is_refused_and_the_true_file_is_taken(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    assert phone.journal is not None
    manager = await world.signed_in("manager-a")
    true, sign = exported(world, phone, world.a, tmp_path), phone.journal.sign
    stranger, _ = await recorded(world, world.a)
    assert stranger.journal is not None
    for forge in (stranger.journal.sign, lambda _text: "", lambda _text: "A" * 86, lambda text: sign(text + b"x")):
        phone.journal.sign = forge
        answer = await manager.post("/api/v1/imports", content=exported(world, phone, world.a, tmp_path))
        assert (answer.status_code, answer.json()["code"]) == (422, "import_unsigned")
        assert (answer.json()["zh"], answer.json()["en"]) == tuple(MESSAGES[ErrorCode.IMPORT_UNSIGNED])
    former = await manager.post("/api/v1/imports", content=b"HVX1" + true[4:])
    assert (former.status_code, former.json()["code"], former.json()["detail"]) == (422, "import_version", {"known": 2})
    assert await states(world, phone) == []
    assert (await manager.post("/api/v1/imports", content=true)).json()["new"] == 2


async def test_the_enrolled_key_counts_also_of_a_device_that_is_shut_out(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    await world.revoke(world.a, phone.id)
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=exported(world, phone, world.a, tmp_path))
    assert answer.json()["states"] == {"quarantined": 2}


async def test_one_spoiled_picture_keeps_no_journal_out(world: World, tmp_path: Path) -> None:
    """A damaged store of the device: its entries come in, the picture is asked for again."""
    phone, sha256 = await recorded(world, world.a)
    true, spoiled = photo(size=(40, 30)), photo(size=(40, 30))[:-1] + b"?"
    raw = exported(world, phone, world.a, tmp_path, content=spoiled)
    manager = await world.signed_in("manager-a")
    answer = (await manager.post("/api/v1/imports", content=raw)).json()
    assert (answer["states"], answer["stored"], answer["rejected"]) == ({"applied": 2}, 0, 1)
    assert not world.house.vault.blob_path(world.a.id, sha256).exists()
    long = exported(world, phone, world.a, tmp_path, content=true + b"?")
    assert (await manager.post("/api/v1/imports", content=long)).json()["code"] == "import_unreadable"
    answer = (await manager.post("/api/v1/imports", content=exported(world, phone, world.a, tmp_path))).json()
    assert (answer["stored"], answer["rejected"]) == (1, 0)


class Killed(BaseException):
    """The process ends here."""


class Mortal:
    """A database that is killed when it has committed so often; another device has its turn after each commit."""

    def __init__(self, database: Any, commits: int, other: Phone) -> None:
        self.read, self._write, self._left, self._other = database.read, database.write, commits, other

    async def write(self, job: Any) -> Any:
        if self._left == 0:
            raise Killed
        self._left -= 1
        found = await self._write(job)
        self._other.record("handover.abandon", {"handover_id": new_id(), "reason": "x"})
        assert (await self._other.push())["upload"] == "clear"
        return found


async def test_killed_between_two_pieces_it_is_completed_by_importing_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each of three pieces and before its picture, in turn; the end is that of a file taken in at once."""
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 1)
    manager, other = await world.signed_in("manager-a"), await world.enrolled(world.a)
    for stop in range(4):
        phone, _ = await recorded(world, world.a)
        phone.record("handover.abandon", {"handover_id": new_id(), "reason": "x"})
        raw = exported(world, phone, world.a, tmp_path)
        house: Any = copy.copy(world.house)
        house.database = Mortal(world.house.database, stop, other)
        with pytest.raises(Killed):
            await take_in(house, world.a.id, io.BytesIO(raw), world.a.manager)
        assert len(await states(world, phone)) == min(stop, 3)
        answer = (await manager.post("/api/v1/imports", content=raw)).json()
        assert (answer["new"], answer["states"]) == (3 - min(stop, 3), {"applied": 2, "refused": 1})
        assert [state for _, state, _ in await states(world, phone)] == ["applied", "applied", "refused"]
        assert (await phone.push())["upload"] == "clear"


async def test_only_the_own_organisations_manager_imports(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    for username, code in (("desk-a", "forbidden"), ("manager-b", "import_foreign")):
        answer = await (await world.signed_in(username)).post("/api/v1/imports", content=raw)
        assert answer.json()["code"] == code
    assert (await world.client().post("/api/v1/imports", content=raw)).status_code == 401
    assert await states(world, phone) == []


async def test_a_file_that_contradicts_what_is_here_changes_nothing(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    await phone.push()
    before = await states(world, phone)
    assert phone.journal is not None
    twin_seq, twin_hash = phone.journal.seq, phone.journal.hash
    other, _ = await recorded(world, world.a)
    assert other.journal is not None
    other.journal.id, other.journal.seq, other.journal.sign = phone.id, twin_seq, phone.journal.sign
    manager = await world.signed_in("manager-a")
    answer = await manager.post("/api/v1/imports", content=exported(world, other, world.a, tmp_path))
    assert (answer.status_code, answer.json()["code"]) == (409, "import_contradicts")
    assert await states(world, phone) == before
    assert (await phone.push())["new_epoch"] is None
    assert phone.journal.hash == twin_hash


async def test_what_did_not_take_effect_is_counted(world: World, tmp_path: Path) -> None:
    phone, _ = await recorded(world, world.a)
    assert phone.journal is not None
    phone.record("handover.abandon", {"handover_id": new_id(), "reason": "x"})
    phone.record("handover.abandon", {"handover_id": new_id(), "reason": "x"}, needs=[new_id()])
    raw = exported(world, phone, world.a, tmp_path)
    manager = await world.signed_in("manager-a")
    answer = (await manager.post("/api/v1/imports", content=raw)).json()
    assert (answer["new"], answer["states"]) == (4, {"applied": 2, "parked": 1, "refused": 1})
    await world.revoke(world.a, phone.id)
    phone.record("handover.abandon", {"handover_id": new_id(), "reason": "x"})
    answer = (await manager.post("/api/v1/imports", content=exported(world, phone, world.a, tmp_path))).json()
    assert answer["states"]["quarantined"] >= 1, "what a revoked device has is kept aside"


async def test_the_disk_is_written_by_threads(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    writers: set[int] = set()

    class Watched:
        """A file that remembers who touched it."""

        def __init__(self, **more: Any) -> None:
            writers.add(threading.get_ident())
            self.file = open_temporary(**more)

        def write(self, raw: bytes) -> int:
            writers.add(threading.get_ident())
            return int(self.file.write(raw))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    open_temporary = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", Watched)
    answer = await (await world.signed_in("manager-a")).post("/api/v1/imports", content=raw)
    assert answer.status_code == 200, answer.text
    assert writers
    assert threading.get_ident() not in writers


async def test_a_full_disk_says_so_before_anything_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.house.vault, "free_bytes_min", 2**62)
    answer = await (await world.signed_in("manager-a")).post("/api/v1/imports", content=b"HVX1")
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


@pytest.mark.parametrize("length_is_told", [True, False])
async def test_more_than_is_taken_at_once_says_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, length_is_told: bool
) -> None:
    monkeypatch.setattr("server.http.imports.IMPORT_BYTES_MAX", 10)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"HVX2"

    content = b"HVX2" * 3 if length_is_told else chunks()
    answer = await (await world.signed_in("manager-a")).post("/api/v1/imports", content=content)
    assert (answer.status_code, answer.json()["code"]) == (413, "import_too_large")
    assert (answer.json()["zh"], answer.json()["en"]) == tuple(MESSAGES[ErrorCode.IMPORT_TOO_LARGE])


async def test_a_body_of_no_announced_length_stops_at_the_reserve(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked while the body comes: what had been written is gone, and nothing was taken in."""
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    asked: list[int] = []

    def a_little(size: int) -> bool:
        asked.append(size)
        return sum(asked) <= 400

    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), 200):
            yield raw[start : start + 200]

    manager = await world.signed_in("manager-a")
    with monkeypatch.context() as patched:
        patched.setattr(spool, "_WRITE_BYTES", 200)
        patched.setattr(world.house.vault, "has_room", a_little)
        answer = await manager.post("/api/v1/imports", content=body())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert 400 < sum(asked) <= len(raw), "nothing is asked for that does not come any more"
    assert await states(world, phone) == []
    assert list((world.house.settings.data / "uploads").iterdir()) == []
    assert (await manager.post("/api/v1/imports", content=body())).json()["new"] == 2


async def test_what_has_come_is_on_the_disk_whenever_the_reserve_is_asked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What still lay in the process's memory would not be counted."""
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    opened: list[Any] = []
    on_the_disk: list[int] = []
    asked: list[int] = []

    def temporary(**more: Any) -> Any:
        opened.append(open_temporary(**more))
        return opened[-1]

    def look(size: int) -> bool:
        on_the_disk.append(os.fstat(opened[0].fileno()).st_size)
        asked.append(size)
        return True

    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), 200):
            yield raw[start : start + 200]

    open_temporary = tempfile.TemporaryFile
    manager = await world.signed_in("manager-a")
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", temporary)
        patched.setattr(spool, "_WRITE_BYTES", 200)
        patched.setattr(world.house.vault, "has_room", look)
        assert (await manager.post("/api/v1/imports", content=body())).status_code == 200
    assert 0 < asked[0] <= len(raw)
    assert on_the_disk[:2] == [0, asked[0]]


async def test_files_stop_at_the_reserve_and_come_with_the_same_file_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, sha256 = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    picture = photo(size=(40, 30))
    manager = await world.signed_in("manager-a")

    async def body() -> AsyncIterator[bytes]:
        yield raw

    with monkeypatch.context() as patched:  # the file itself finds room, the picture in it does not
        patched.setattr(world.house.vault, "has_room", lambda size: size != len(picture))
        answer = await manager.post("/api/v1/imports", content=body())
        said = (answer.status_code, answer.json()["code"], answer.json()["detail"])
        assert said == (507, "import_no_room", {"stored": 0})
        assert (answer.json()["zh"], answer.json()["en"]) == tuple(MESSAGES[ErrorCode.IMPORT_NO_ROOM])
        told = await asyncio.to_thread(
            command_that_finds_no_room, world, patched, str(tmp_path / "out.hvx"), "--organisation", world.a.id
        )
        assert told.exit_code == 1
        assert MESSAGES[ErrorCode.IMPORT_NO_ROOM].zh in told.output
    assert [state for _, state, _ in await states(world, phone)] == ["applied", "applied"]
    assert not world.house.vault.blob_path(world.a.id, sha256).exists()
    assert list((world.house.settings.data / "uploads").iterdir()) == []
    again = (await manager.post("/api/v1/imports", content=raw)).json()
    assert (again["new"], again["stored"]) == (0, 1)
    assert world.house.vault.blob_path(world.a.id, sha256).read_bytes() == picture


# --- the command line -------------------------------------------------------------------------------------------------
def command(world: World, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    """`handover import …` on the same data folder, beside the running server."""
    settings = world.house.settings
    monkeypatch.setenv("HANDOVER_DATA", str(settings.data))
    if settings.database_url:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
    return CliRunner().invoke(cli, ["import", *args])


def command_that_finds_no_room(world: World, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    """The same, where the reserve begins at once."""
    monkeypatch.setattr(Vault, "has_room", lambda _vault, _size: False)
    return command(world, monkeypatch, *args)


async def test_the_command_line_imports_beside_the_running_server(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, sha256 = await recorded(world, world.a)
    exported(world, phone, world.a, tmp_path)
    file = str(tmp_path / "out.hvx")
    done = await asyncio.to_thread(command, world, monkeypatch, file, "--organisation", world.a.id)
    assert done.exit_code == 0, done.output
    assert done.output == f"entries=2 new=2 applied=2 files=1 stored=1 rejected=0  {phone.id}\n"
    assert [state for _, state, _ in await states(world, phone)] == ["applied", "applied"]
    assert world.house.vault.blob_path(world.a.id, sha256).is_file()
    again = await asyncio.to_thread(command, world, monkeypatch, file, "--organisation", world.a.id)
    assert again.output.startswith("entries=2 new=0 ")
    assert (await phone.push())["upload"] == "clear"


async def test_the_command_line_takes_what_is_too_large_for_a_server_at_work(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORT_ENTRIES_MAX", 1)
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    answer = await (await world.signed_in("manager-a")).post("/api/v1/imports", content=raw)
    assert (answer.status_code, answer.json()["code"]) == (413, "import_too_large")
    assert await states(world, phone) == []
    file = str(tmp_path / "out.hvx")
    done = await asyncio.to_thread(command, world, monkeypatch, file, "--organisation", world.a.id)
    assert done.output.startswith("entries=2 new=2 applied=2 "), done.output


async def test_the_command_line_says_what_is_wrong(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = await recorded(world, world.a)
    exported(world, phone, world.a, tmp_path)
    file, cut = tmp_path / "out.hvx", tmp_path / "cut.hvx"
    cut.write_bytes(file.read_bytes()[:-1])
    for args, code in (
        ((str(file),), ErrorCode.IMPORT_FOREIGN),  # two organisations, none named
        ((str(file), "--organisation", world.b.id), ErrorCode.IMPORT_FOREIGN),
        ((str(cut), "--organisation", world.a.id), ErrorCode.IMPORT_UNREADABLE),
    ):
        refused = await asyncio.to_thread(command, world, monkeypatch, *args)
        assert refused.exit_code == 1
        assert MESSAGES[code].zh in refused.output
        assert MESSAGES[code].en in refused.output
    missing = await asyncio.to_thread(command, world, monkeypatch, str(tmp_path / "none.hvx"), "--organisation", world.a.id)
    assert missing.exit_code == 1
    assert "none.hvx" in missing.output
    assert await states(world, phone) == []


async def test_colleagues_hear_of_each_piece_without_a_hole(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 1)
    phone, _ = await recorded(world, world.a)
    raw = exported(world, phone, world.a, tmp_path)
    colleague, manager = await world.enrolled(world.a), await world.signed_in("manager-a")
    async with socket(world, colleague) as connection:
        await next_frame(connection)  # hello
        assert (await manager.post("/api/v1/imports", content=raw)).status_code == 200
        field = f"depot:{world.a.depots[0]}/field"
        heard: list[dict[str, Any]] = []
        while len(heard) < 2:
            frame = await next_frame(connection)
            heard += [frame] if frame.get("bucket") == field else []
    assert heard[1]["prev"] == heard[0]["to"], "one piece after the other"
    assert [change["kind"] for frame in heard for change in frame["changes"]].count("handover") == 2
