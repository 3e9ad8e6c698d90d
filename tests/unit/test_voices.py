"""Voice notes: kept by what they are about, one recording an entry, walked before they count as one."""

from pathlib import Path

import pytest

from schemas.errors import ErrorCode
from schemas.limits import VOICE_BYTES_MAX, VOICE_SECONDS_MAX, VOICES_MAX
from schemas.protocol import BlobRef
from server.blobs.examine import examine
from tests.support import sounds
from tests.support.stage import CheckIn, Phone, Stage, blob


def voice(name: str, **more: object) -> BlobRef:
    return blob(name, "voice", "audio/webm").model_copy(update=more)


def said(phone: Phone, about: str, id_: str, *blobs: BlobRef, **more: object) -> tuple[str, str | None]:
    args = {"depot_id": phone.stage.depots[0], "about": about, "about_id": id_, "seconds": 7, **more}
    recorded = phone.record("voice.add", args, blobs=list(blobs))
    phone.push()
    return phone.stage.state(recorded)


def fault_of(phone: Phone) -> str:
    fault = phone.stage.ids.new()
    phone.record("fault.report", {"fault_id": fault, "asset_id": phone.stage.van, "what": "x"})
    phone.push()
    return fault


def test_a_fault_keeps_what_was_said_of_it_by_whom_and_how_long(stage: Stage) -> None:
    phone = stage.phone()
    fault = fault_of(phone)
    assert said(phone, "fault", fault, voice("a")) == ("applied", None)
    ((sha256, note),) = stage.the("fault", fault)["voices"].items()
    assert sha256 == voice("a").sha256
    assert (note["seconds"], note["by"]) == (7, phone.actor)


def test_a_handover_and_its_evidence_are_not_touched_by_what_is_said_beside_it(stage: Stage) -> None:
    phone = stage.phone()
    handover = CheckIn(phone)
    handover.start()
    phone.push()
    before = stage.the("handover", handover.id)["evidence"]
    assert said(phone, "handover", handover.id, voice("a")) == ("applied", None)
    assert list(stage.the("handover", handover.id)["voices"]) == [voice("a").sha256]
    assert stage.the("handover", handover.id)["evidence"] == before


def test_it_is_one_recording_of_a_bounded_size_about_something_that_is_here(stage: Stage) -> None:
    phone = stage.phone()
    fault = fault_of(phone)
    assert said(phone, "fault", fault) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert said(phone, "fault", fault, voice("a"), voice("b")) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert said(phone, "fault", fault, blob("a")) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert said(phone, "fault", fault, voice("a", size=VOICE_BYTES_MAX + 1)) == ("refused", ErrorCode.BLOB_TOO_LARGE)
    assert said(phone, "task", fault, voice("a")) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert said(phone, "fault", fault, voice("a"), seconds=VOICE_SECONDS_MAX + 1)[1] == ErrorCode.ENTRY_UNREADABLE
    for number in range(VOICES_MAX):
        assert said(phone, "fault", fault, voice(f"v{number}")) == ("applied", None)
    assert said(phone, "fault", fault, voice("more")) == ("refused", ErrorCode.STATE_ILLEGAL)


def test_nobody_adds_to_what_another_depot_has_by_naming_his_own(stage: Stage) -> None:
    fault = fault_of(stage.phone())
    elsewhere = stage.phone(place=1)
    assert said(elsewhere, "fault", fault, voice("a"))[0] == "refused"
    assert said(elsewhere, "fault", fault, voice("a"), depot_id=stage.depots[1]) == ("refused", ErrorCode.RECORD_UNKNOWN)
    assert stage.the("fault", fault)["voices"] == {}


@pytest.mark.parametrize(("type_", "content"), sounds.REAL)
def test_what_browsers_record_is_sound(tmp_path: Path, type_: str, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert examine(tmp_path / "file", type_).code is None


@pytest.mark.parametrize(("type_", "content"), sounds.NOT_REAL)
def test_what_only_pretends_is_not(tmp_path: Path, type_: str, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert examine(tmp_path / "file", type_).code is ErrorCode.BLOB_NOT_SOUND


@pytest.mark.parametrize(("type_", "content"), sounds.REAL)
def test_no_byte_of_a_cut_or_broken_recording_ends_the_examination(tmp_path: Path, type_: str, content: bytes) -> None:
    file = tmp_path / "file"
    for at in range(len(content)):
        for broken in (content[:at], content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]):
            file.write_bytes(broken)
            assert examine(file, type_).code in (None, ErrorCode.BLOB_NOT_SOUND)


def test_a_recording_beyond_its_bound_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(sounds.webm(sound=b"\0" * VOICE_BYTES_MAX))
    assert examine(tmp_path / "file", "audio/webm").code is ErrorCode.BLOB_NOT_SOUND
