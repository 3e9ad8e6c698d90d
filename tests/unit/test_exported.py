"""Export files and who signed them: the committed files, the device's own, and what a forger can make."""

import base64
import io
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import limits
from schemas.actions.devices import DeviceRevoke
from schemas.errors import MESSAGES, ErrorCode
from schemas.ids import uuid7
from schemas.protocol import NewEpoch, OrganisationInfo, PushedEntry
from server.auth.keys import verify_p256
from server.imports.exportfile import Export, ImportRefused, check, contents
from sync.brought import pieces, states_of
from sync.device import Device
from sync.exported import BYTES, END, ENTRY, FILE
from sync.journal import genesis
from sync.net.exportfile import Sealer, export
from sync.pushed import PushRefused
from tests.support.exporting import bring_all, said_of, waiting_of
from tests.support.stage import CheckIn, Phone, Stage
from tests.vectors import exported
from tests.vectors.make import FOLDER

VECTORS: dict[str, Any] = json.loads((FOLDER / "exported.json").read_text(encoding="utf-8"))
INFO = OrganisationInfo(
    id=exported.ORGANISATION, name="a", name_en="a", zone="Asia/Shanghai", keys=exported.keys().public_keys()
)  # fmt: skip


def opened(raw: bytes) -> Export:
    return check(io.BytesIO(raw), exported.keys())


def is_signed(made: Export) -> bool:
    jwk = VECTORS["device_key"]
    return verify_p256(jwk["x"], jwk["y"], made.said.text(), made.said.signature)


def test_the_committed_file_says_what_is_committed() -> None:
    good = VECTORS["good"]
    raw = base64.b64decode(good["file"])
    made = opened(raw)
    assert {**vars(made.said), "signature": ""} == {**good["said"], "digest": good["digest"], "signature": ""}
    assert made.said.text().decode() == good["text"]
    assert is_signed(made)
    records = [(one["type"], base64.b64decode(one["content"])) for one in good["records"]]
    assert [type_ for type_, _ in records] == [ENTRY, ENTRY, FILE, BYTES, BYTES, END]
    assert [entry.model_dump() for entry in made.entries] == [
        {name: json.loads(content)[name] for name in ("seq", "hash", "body", "private")}
        for type_, content in records
        if type_ == ENTRY
    ]
    ((named, content),) = contents(io.BytesIO(raw), exported.keys(), frozenset({made.files[0].sha256}))
    assert (named, content) == (made.files[0], records[3][1] + records[4][1])


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_a_committed_file_is_refused(case: dict[str, Any]) -> None:
    try:
        code = None if is_signed(opened(base64.b64decode(case["file"]))) else "import_unsigned"
    except ImportRefused as refused:
        code = refused.code
    assert code == case["code"]
    said = MESSAGES[ErrorCode(case["code"])]
    assert said.zh
    assert said.en


# --- the Python device's own file -------------------------------------------------------------------------------------
def device(sign: Callable[[bytes], str]) -> Device:
    made = Device(exported.ORGANISATION, exported.DEVICE, sign=sign, random=lambda length: bytes(range(length)))
    for number in range(6):
        made.append(uuid7(number, bytes(10)), json.dumps({"private": [], "n": number}).encode())
    return made


def signed(text: bytes) -> str:
    return exported._sign(exported.DEVICE_KEY, text)


def test_the_python_device_signs_its_file(tmp_path: Path) -> None:
    for sign, good in ((signed, True), (lambda text: signed(text[:-1]), False)):
        assert export(device(sign), INFO, tmp_path / "out.hvx", 0) == (6, 0)
        made = opened((tmp_path / "out.hvx").read_bytes())
        assert (made.said.first, made.said.seq, len(made.entries)) == (1, 6, 6)
        assert is_signed(made) == good


def test_a_file_of_a_new_epoch_holds_what_is_chained_in_it(tmp_path: Path) -> None:
    """What lies at or before the base is proven, and of the old chain: with it the file would contradict itself."""
    made = device(signed)
    old = [replace(row, proven=True) for row in made.outbox[:2]]
    made.adopt(NewEpoch(epoch=1, base_seq=2, base_hash=made.hashes[2]))
    made.outbox = [*old, *(row for row in made.outbox if row.seq > 2)]  # as it is until the last page is here
    assert export(made, INFO, tmp_path / "out.hvx", 0) == (4, 0)
    found = opened((tmp_path / "out.hvx").read_bytes())
    assert [entry.seq for entry in found.entries] == [3, 4, 5, 6]
    assert is_signed(found)


# --- what is taken in -------------------------------------------------------------------------------------------------
def written(phone: Phone, handovers: int = 1) -> list[PushedEntry]:
    for _ in range(handovers):
        CheckIn(phone).start()
    return waiting_of(phone.journal)


def refusal(run: Callable[[], Any]) -> ErrorCode:
    with pytest.raises(PushRefused) as refused:
        run()
    return refused.value.code


def test_nothing_is_taken_of_what_its_device_did_not_sign(stage: Stage) -> None:
    phone, forger = stage.phone(), stage.phone()
    entries = written(phone)
    good = said_of(phone.journal, entries)
    forged = [
        replace(good, signature=""),
        replace(good, signature=forger.journal.sign(good.text())),
        replace(good, digest="cd" * 32),
        replace(good, first=2),
        replace(good, seq=2),
        replace(good, hash="cd" * 32),
        replace(good, epoch=1),
        replace(good, device=forger.id),
    ]
    before = stage.snapshot()
    for said in forged:
        assert refusal(partial(bring_all, stage, said, entries)) is ErrorCode.IMPORT_UNSIGNED
    assert refusal(lambda: bring_all(stage, replace(good, device=phone.actor), entries)) is ErrorCode.DEVICE_UNKNOWN
    assert stage.snapshot() == before
    assert bring_all(stage, good, entries) == 1


def test_a_forged_file_does_not_fork_the_real_device(stage: Stage) -> None:
    """Whoever knows the last hash of a journal can go on from it, but cannot sign."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    forger = Device(stage.id, phone.id, sign=stage.phone().journal.sign, random=bytes)
    forger.seq, forger.hash = phone.journal.seq, phone.journal.hash
    forger.append(uuid7(1, bytes(10)), b'{"private":[]}')
    forged = waiting_of(forger)
    assert refusal(lambda: bring_all(stage, said_of(forger, forged), forged)) is ErrorCode.IMPORT_UNSIGNED
    CheckIn(phone).start()
    assert phone.push().new_epoch is None
    assert stage.incidents("fork") == []


def test_a_large_file_comes_in_pieces_and_one_that_stopped_is_completed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 2)
    phone = stage.phone()
    entries = written(phone, 5)
    said = said_of(phone.journal, entries)
    assert [[one.seq for one in piece] for piece in pieces(entries)] == [[1, 2], [3, 4], [5]]
    assert bring_all(stage, said, entries[:2]) == 2  # and there it was killed
    assert [one["detail"]["entries"] for one in stage.incidents("imported")] == [2], "said with the piece, not at the end"
    assert bring_all(stage, said, entries) == 3
    assert bring_all(stage, said, entries) == 0
    assert stage.write(lambda store: dict(states_of(store, said, entries))) == {"applied": 5}
    assert [one["detail"]["entries"] for one in stage.incidents("imported")] == [5]
    pushed = phone.push()
    assert pushed.upload_clear
    assert len(stage.incidents("imported")) == 1


@pytest.mark.parametrize("letter", ["x", "é", "字", "🚐"])
def test_a_piece_is_bounded_in_bytes_too(letter: str) -> None:
    body = letter * (limits.PUSH_BODY_BYTES_MAX // 2 // len(letter.encode()))
    name = genesis(exported.ORGANISATION, exported.DEVICE)
    entries = [PushedEntry(seq=seq, hash=name, body=body) for seq in range(1, 6)]
    assert [len(piece) for piece in pieces(entries)] == [2, 2, 1]
    assert list(pieces([])) == []


def test_chinese_text_comes_in_however_much_of_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine counts bytes: pieces cut by characters are refused, and the same file would be again and again."""
    monkeypatch.setattr(limits, "PUSH_BODY_BYTES_MAX", 2000)
    phone = stage.phone()
    for number in range(20):
        phone.journal.append(uuid7(number, bytes(10)), json.dumps({"private": [], "n": "字" * 200}, ensure_ascii=False).encode())
    entries = waiting_of(phone.journal)
    assert bring_all(stage, said_of(phone.journal, entries), entries) == 20


def test_what_does_not_fit_into_a_quarantine_is_said_and_comes_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 2)
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 3)
    phone = stage.phone()
    entries = written(phone, 5)
    stage.do(DeviceRevoke(device_id=phone.id))
    said = said_of(phone.journal, entries)
    assert refusal(lambda: bring_all(stage, said, entries)) is ErrorCode.IMPORT_INCOMPLETE
    assert stage.write(lambda store: dict(states_of(store, said, entries))) == {"quarantined": 2}
    monkeypatch.setattr(limits, "QUARANTINE_ENTRIES_MAX", 10)
    assert bring_all(stage, said, entries) == 3
    assert stage.write(lambda store: dict(states_of(store, said, entries))) == {"quarantined": 5}


def test_private_parts_that_are_not_what_the_body_names_are_the_devices_own(stage: Stage) -> None:
    """Nothing was changed on its way, the device has signed it: what is wrong with it is parked, and the rest goes on."""
    phone = stage.phone()
    CheckIn(phone).sign("customer")
    CheckIn(phone).start()
    entries = [
        entry.model_copy(update={"private": entry.private and [base64.b64encode(b"spoiled").decode()] * len(entry.private)})
        for entry in waiting_of(phone.journal)
    ]
    said = said_of(phone.journal, entries)
    assert bring_all(stage, said, entries) == len(entries)
    states = [stage.write(partial(states_of, said=said, entries=[one])) for one in entries]
    assert [dict(state) for state in states] == [{"parked": 1} if one.private else {"applied": 1} for one in entries]


def test_a_contradiction_is_found_before_anything_is_taken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 1)
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    twin = Device(stage.id, phone.id, sign=phone.journal.sign, random=bytes)
    for number in range(3):
        twin.append(uuid7(number, bytes(10)), json.dumps({"private": [], "n": number}).encode())
    entries = waiting_of(twin)
    before = stage.snapshot()
    assert refusal(lambda: bring_all(stage, said_of(twin, entries), entries)) is ErrorCode.IMPORT_CONTRADICTS
    assert refusal(lambda: bring_all(stage, said_of(twin, entries[1:]), entries[1:])) is ErrorCode.IMPORT_CONTRADICTS
    assert stage.snapshot() == before


def test_what_does_not_lead_on_in_a_later_piece_is_found_before_anything_is_taken(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first piece would fill a gap; the second goes on from another entry than the one that lies behind the gap."""
    monkeypatch.setattr(limits, "IMPORT_PIECE_ENTRIES_MAX", 1)
    phone = stage.phone()
    CheckIn(phone).start()
    twin = deepcopy(phone.journal)
    CheckIn(phone).start()
    missing, kept = phone.journal.outbox
    phone.journal.outbox = [kept]
    phone.push()
    phone.journal.outbox = [missing, kept]
    for number in range(2):
        twin.append(uuid7(number, bytes(10)), json.dumps({"private": [], "n": number}).encode())
    first, _, third = waiting_of(twin)
    before = stage.snapshot()
    assert refusal(lambda: bring_all(stage, said_of(twin, [first, third]), [first, third])) is ErrorCode.IMPORT_CONTRADICTS
    assert stage.snapshot() == before, "not even the piece that is true"
    good = waiting_of(phone.journal)
    assert bring_all(stage, said_of(phone.journal, good), good) == 1


def test_what_an_abandoned_copy_wrote_is_kept_aside_also_where_its_numbers_are_taken(stage: Stage) -> None:
    """Two copies of a store: one has made a fork and goes on in a new epoch, the other one's file is of the epoch before."""
    phone = stage.phone()
    CheckIn(phone).start()
    phone.push()
    copy = deepcopy(phone.journal)
    CheckIn(phone).start()
    phone.push()
    twin = Phone(stage, copy, phone.actor, phone.secret)
    entries = written(twin)
    assert [one.seq for one in entries] == [2]
    assert refusal(lambda: bring_all(stage, said_of(copy, entries), entries)) is ErrorCode.IMPORT_CONTRADICTS
    assert twin.push().new_epoch is not None
    assert bring_all(stage, said_of(copy, entries), entries) == 1
    assert bring_all(stage, said_of(copy, entries), entries) == 0
    assert stage.write(lambda store: dict(states_of(store, said_of(copy, entries), entries))) == {"quarantined": 1}


# --- whatever else a file may be --------------------------------------------------------------------------------------
def verdict(raw: bytes) -> str:
    """What becomes of a file whose device is the vectors': anything but a refusal by name fails the test."""
    try:
        made = opened(raw)
    except ImportRefused as refused:
        return str(refused.code)
    return "good" if is_signed(made) else "import_unsigned"


@pytest.mark.parametrize("counts", [(5, 1), (7, 1), (6, 0), (6, 2), (1, 6)])
def test_an_end_that_counts_wrong_is_refused(counts: tuple[int, int]) -> None:
    """Rightly signed by the device itself: only the counts tell that something was left out."""
    made = device(signed)

    def ending(entries: int, files: int) -> bytes:
        sealer = Sealer(made, INFO, 0)
        carried = [(ENTRY, _json({"epoch": 0, **row.wire()})) for row in made.outbox]
        carried.append((FILE, _json({"sha256": "ab" * 32, "size": 3, "type": "image/jpeg", "role": "photo"})))
        sealed = b"".join(sealer.record(type_, content) for type_, content in carried)
        return sealer.head + sealed + sealer.end(1, entries, files)

    assert verdict(ending(6, 1)) == "good"
    assert verdict(ending(*counts)) == "import_unreadable"


def test_nothing_beyond_the_head_and_no_other_end_is_believed(tmp_path: Path) -> None:
    """Rightly chained and signed, but not the journal its head tells of."""
    for seq, name in ((5, 5), (5, 6), (6, 5)):
        made = device(signed)
        made.seq, made.hash = seq, made.hashes[name]
        export(made, INFO, tmp_path / "out.hvx", 0)
        assert verdict((tmp_path / "out.hvx").read_bytes()) == "import_unreadable"
    made = device(signed)
    made.outbox.pop()
    export(made, INFO, tmp_path / "out.hvx", 0)
    assert verdict((tmp_path / "out.hvx").read_bytes()) == "good", "what it no longer has is only told"


@pytest.mark.parametrize(
    ("limit", "what"),
    [("IMPORT_ENTRIES_MAX", "entries"), ("IMPORT_ENTRIES_BYTES_MAX", "entries_bytes"), ("IMPORT_FILES_MAX", "files")],
)
def test_a_whole_file_that_is_too_large_is_not_called_damaged(limit: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exporting it again would give the same: what to do is said, and the server's own command takes it."""
    made = device(signed)
    sealer = Sealer(made, INFO, 0)
    carried = [(ENTRY, _json({"epoch": 0, **row.wire()})) for row in made.outbox]
    carried += [(FILE, _json({"sha256": name * 64, "size": 3, "type": "image/jpeg", "role": "photo"})) for name in "abcdef"]
    raw = sealer.head + b"".join(sealer.record(type_, content) for type_, content in carried) + sealer.end(1, 6, 6)
    exact = sum(len(content) for type_, content in carried if type_ == ENTRY) if what == "entries_bytes" else 6
    monkeypatch.setattr(limits, limit, exact)
    assert verdict(raw) == "good"
    monkeypatch.setattr(limits, limit, exact - 1)
    with pytest.raises(ImportRefused) as refused:
        opened(raw)
    assert (refused.value.code, refused.value.detail) == (ErrorCode.IMPORT_TOO_LARGE, {"what": what, "max": exact - 1})
    assert len(check(io.BytesIO(raw), exported.keys(), bounded=False).entries) == 6


def test_no_changed_byte_passes() -> None:
    raw = base64.b64decode(VECTORS["good"]["file"])
    assert verdict(raw) == "good"
    for at in range(len(raw)):
        assert verdict(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]) != "good", at
        assert verdict(raw[:at]) != "good", at


@settings(deadline=None)
@given(st.data())
def test_files_of_any_shape_are_refused_by_name(data: st.DataObject) -> None:
    """Rightly sealed by somebody who is not the device: records left out, doubled, put elsewhere, changed, with any end."""
    good = [(one["type"], base64.b64decode(one["content"])) for one in VECTORS["good"]["records"]]
    end = json.loads(good[-1][1])
    values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers()), st.just(end["signature"]))
    ends = st.dictionaries(st.sampled_from(["entries", "blobs", "signature"]), values).map(lambda more: _json(end | more))
    some = st.one_of(st.sampled_from(good), st.tuples(st.integers(0, 255), st.binary(max_size=40)))
    records = [*data.draw(st.lists(some, max_size=6)), (END, data.draw(ends))]
    sealer = Sealer(device(lambda _text: ""), INFO, 0)
    assert verdict(sealer.head + b"".join(sealer.record(type_, content) for type_, content in records)) != "good"


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
