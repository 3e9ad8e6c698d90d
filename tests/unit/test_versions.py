"""Versions: every former version of an action is accepted for ever, and no schema changes under a version that exists."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from schemas.actions import ACTIONS
from schemas.actions.base import Action, Text
from schemas.ids import Uuid
from schemas.people import PERMISSIONS, Reach, Role
from schemas.protocol import EntryBody
from sync.again import judge_again, parked_for
from sync.unit import Unit
from sync.upcast import UPCASTERS, VOCABULARY, Vocabulary
from tests.support.stage import Phone, Stage
from tests.vectors import bodies, versions

WHAT_TO_DO = """
{names}: the schema is not the one recorded for this version.
Somebody may have entries of it in a journal, or an app that speaks it. So:
 - an action: make a new version and an upcaster (sync/upcast.py says how), leave the old class as it was;
 - the protocol: raise PROTOCOL_VERSION, with its line of history in schemas/protocol.py, and keep answering the old one.
Only if nobody can have it yet: python -m tests.vectors.versions --not-released {names}"""


def test_no_schema_changed_under_its_version() -> None:
    known, now = versions.recorded(), versions.present()
    changed = [name for name, value in now.items() if known.get(name, value) != value]
    assert not changed, WHAT_TO_DO.format(names=" ".join(changed))


def test_every_version_is_recorded_and_none_has_gone() -> None:
    assert set(versions.recorded()) == set(versions.present()), (
        "a new version is recorded by `python -m tests.vectors.versions`; an old one is never taken away"
    )
    assert bodies.missing() == [], "run `python -m tests.vectors.bodies`"


def test_a_word_of_prose_changes_no_hash_and_a_field_of_that_name_does() -> None:
    schema = {"title": "a", "type": "object", "properties": {"title": {"title": "t", "type": "string"}}}
    other = {**schema, "title": "b", "description": "c"}
    without = {**schema, "properties": {}}
    assert versions._hash(schema) == versions._hash(other) != versions._hash(without)


def recorded_bodies() -> list[str]:
    return sorted(path.name for path in bodies.FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", recorded_bodies())
def test_every_recorded_body_is_accepted_for_ever(name: str) -> None:
    body = EntryBody.model_validate_json((bodies.FOLDER / name).read_bytes())
    assert name == f"{body.action}.v{body.v}.json"
    args = VOCABULARY.read(body.action, body.v, body.args)
    assert args is not None, "an action that has been written to a journal is known for ever"
    newest = max(version for action, version in ACTIONS if action == body.action)
    assert (args.action, args.v) == (body.action, newest)


def test_recorded_bodies_are_judged_not_parked(stage: Stage) -> None:
    for name in recorded_bodies():
        phone = stage.phone()
        raw = (bodies.FOLDER / name).read_bytes()
        made = phone.journal.append(json.loads(raw)["id"], raw)
        phone.push()
        state, code = stage.state(made)
        assert code not in ("entry_unreadable", "action_unknown", "entry_server_error"), (name, state, code)
    assert stage.faults == []


# --- an upcaster's whole way, on actions of this test alone ---------------------------------------------------------------
class NoteAdd(Action):
    """The first version: a text."""

    action: ClassVar[str] = "note.add"

    handover_id: Uuid
    text: Text


class NoteAdd2(Action):
    """The second: the text has a language."""

    action: ClassVar[str] = "note.add"
    v: ClassVar[int] = 2

    handover_id: Uuid
    text: Text
    language: str


class NoteAdd3(Action):
    """The third: lines instead of a text."""

    action: ClassVar[str] = "note.add"
    v: ClassVar[int] = 3

    handover_id: Uuid
    lines: list[Text]
    language: str


def with_language(args: dict[str, Any]) -> dict[str, Any]:
    args["language"] = "zh"
    return args


def in_lines(args: dict[str, Any]) -> dict[str, Any]:
    return {"handover_id": args["handover_id"], "lines": args["text"].split("\n"), "language": args["language"]}


NOTES = Vocabulary(
    actions={**ACTIONS, **{(model.action, model.v): model for model in (NoteAdd, NoteAdd2, NoteAdd3)}},
    upcasters={**UPCASTERS, ("note.add", 1): with_language, ("note.add", 2): in_lines},
)


@pytest.fixture
def notes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[NoteAdd3]:
    """A stage whose engine knows three versions of a note, and a handler for the newest only; what it was given."""
    found: list[NoteAdd3] = []

    def add(unit: Unit, args: Any) -> None:
        assert unit.body.action == "note.add"
        found.append(args)

    stage.engine.vocabulary = NOTES
    stage.handlers["note.add", 3] = add
    monkeypatch.setitem(PERMISSIONS, "note.add", {Role.TECHNICIAN: Reach.ORG})
    return found


def write(phone: Phone, version: int, args: dict[str, Any]) -> Callable[[], tuple[str, str | None]]:
    made = phone.record("note.add", args, version=version)
    phone.push()
    return lambda: phone.stage.state(made)


def test_every_former_version_reaches_the_newest_handler(stage: Stage, notes: list[NoteAdd3]) -> None:
    phone, handover = stage.phone(), stage.ids.new()
    wrote: dict[int, dict[str, Any]] = {
        1: {"handover_id": handover, "text": "一\n二"},
        2: {"handover_id": handover, "text": "a\nb", "language": "en"},
        3: {"handover_id": handover, "lines": ["x"], "language": "en"},
    }
    for version, args in wrote.items():
        assert write(phone, version, args)() == ("applied", None)
    assert [(one.lines, one.language) for one in notes] == [(["一", "二"], "zh"), (["a", "b"], "en"), (["x"], "en")]
    entries = stage.write(lambda store: store.entries(stage.id, phone.id, 0, 1, 9))
    assert [json.loads(entry.body or b"")["args"] for entry in entries] == list(wrote.values()), "stored as it was written"
    assert [json.loads(entry.body or b"")["v"] for entry in entries] == [1, 2, 3]


def test_what_was_wrong_in_its_own_version_is_not_made_right(stage: Stage, notes: list[NoteAdd3]) -> None:
    phone, handover = stage.phone(), stage.ids.new()
    assert write(phone, 1, {"handover_id": handover, "text": "x", "language": "zh"})() == ("parked", "entry_unreadable")
    assert write(phone, 4, {"handover_id": handover})() == ("parked", "action_unknown")
    assert write(phone, 1, {"handover_id": handover, "text": "fine"})() == ("applied", None)
    assert len(notes) == 1


def test_an_upcaster_that_raises_costs_nothing_but_time(stage: Stage, notes: list[NoteAdd3]) -> None:
    def broken(_args: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError

    stage.engine.vocabulary = Vocabulary(NOTES.actions, {**NOTES.upcasters, ("note.add", 2): broken})
    phone = stage.phone()
    after = write(phone, 1, {"handover_id": stage.ids.new(), "text": "x"})
    assert after() == ("parked", "entry_server_error")
    stage.engine.vocabulary = NOTES
    stage.write(lambda store: judge_again(stage.engine, store, stage.id, parked_for(["entry_server_error"]), limit=9))
    assert after() == ("applied", None)
    assert len(notes) == 1


def test_a_version_nothing_leads_to_is_found_at_once() -> None:
    with pytest.raises(ValueError, match=r"note\.add has a version 2"):
        Vocabulary({("note.add", 1): NoteAdd, ("note.add", 2): NoteAdd2}, {})
    with pytest.raises(ValueError, match="not there"):
        Vocabulary({("note.add", 1): NoteAdd}, {("note.add", 1): with_language})


def test_an_upcaster_cannot_reach_what_was_written() -> None:
    args = {"handover_id": "0197f3a0-0000-7000-8000-000000000001", "text": "x"}
    before = json.dumps(args)
    assert NOTES.read("note.add", 1, args) is not None
    assert json.dumps(args) == before
    with pytest.raises(ValidationError):
        NOTES.read("note.add", 1, {})
