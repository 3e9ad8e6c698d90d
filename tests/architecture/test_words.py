"""What a person reads of entries and records has words, in both languages: every field, every key within one, every code."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from schemas.actions import ACTIONS
from schemas.records import RECORDS
from server.trail.code_words import code_words
from server.trail.field_words import FIELD_WORDS

ROOT = Path(__file__).resolve().parents[2]
DICTIONARIES = ROOT / "field_app" / "src" / "i18n"
APP_GROUPS = ROOT / "field_app" / "src" / "office" / "audit" / "codes.ts"
UNTOLD: Final = frozenset({"id", "entry", "hlc"})
"""Inside a value, what says nothing to a person and is left out."""
NOT_WRITTEN: Final = frozenset({"annex", "decided", "hours", "odometer", "transfer"})
"""Keys in the handlers' code that lie in no record: facts and tables of the rules."""
Found = Iterator[tuple[str, str, str]]
"""(where, field, code); code '' : the field itself."""


def said_in(lang: str) -> set[tuple[str, str]]:
    """(group, code) of one language's dictionaries."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((DICTIONARIES / lang).glob("*.ts")))
    return {(one[1], one[2]) for text in texts for one in re.finditer(r"^  '([a-zA-Z]+)\.([a-z0-9_.]+)'", text, re.MULTILINE)}


def walked(annotation: Any, where: str, field: str) -> Found:
    """Every field and every code of a field, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            yield where, name, ""
            yield from walked(info.annotation, where, name)
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from ((where, field, str(one.value)) for one in annotation)
    elif get_origin(annotation) is Literal:
        yield from ((where, field, one) for one in get_args(annotation) if isinstance(one, str))
    else:
        for inner in get_args(annotation):
            yield from () if isinstance(inner, str) else walked(inner, where, field)


RECORDED: Final = [found for kind, model in RECORDS.items() for found in walked(model, kind, "")]
ACTED: Final = [found for (name, _), model in ACTIONS.items() for found in walked(model, name, "")]


def keys_in(template: Any) -> Iterator[str]:
    """The keys of an effect's values, however deep."""
    if isinstance(template, dict):
        yield from (key for key in template if not key.startswith(("$", "@", "%")))
    inner = template.values() if isinstance(template, dict) else template if isinstance(template, list | tuple) else ()
    for one in inner:
        yield from keys_in(one)


def keys_written() -> Iterator[tuple[str, str]]:
    """(file, key) of every map that a handler makes."""
    for path in sorted((ROOT / "server" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for key in node.keys if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and re.fullmatch(r"[a-z][a-z0-9_]*", key.value):
                    yield path.name, key.value


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_argument_has_a_word(lang: str) -> None:
    said = {code for group, code in said_in(lang) if group in ("field", "said")}
    arguments = {name for model in ACTIONS.values() for name in model.model_fields}
    assert sorted(arguments - said) == []


def test_every_field_has_a_word_however_deep_it_lies() -> None:
    told = {name for _, name, code in [*RECORDED, *ACTED] if not code} - UNTOLD
    told |= {key for model in ACTIONS.values() for effect in model.effects for key in keys_in(effect.values)} - UNTOLD
    assert sorted(told - set(FIELD_WORDS)) == [], "a word in server/trail/field_words.py and field_app/src/i18n/*/fields.ts"


def test_every_key_a_handler_writes_has_a_word() -> None:
    known = {*FIELD_WORDS, *UNTOLD, *NOT_WRITTEN, *RECORDS}
    assert sorted({one for one in keys_written() if one[1] not in known}) == [], "a word in server/trail/field_words.py"


def test_every_code_has_a_word_where_the_server_tells_it() -> None:
    missing = {
        (where, field, code) for where, field, code in [*RECORDED, *ACTED]
        if code and code not in code_words(where, field) and code not in code_words("", field)
        and code not in code_words(where.partition(".")[0], field)
    }  # fmt: skip
    assert sorted(missing) == [], "a word in server/trail/value_words.py and the app's dictionary"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_of_an_argument_has_a_word_where_the_app_shows_it(lang: str) -> None:
    said = said_in(lang)
    table = re.findall(r"^  ([a-z_]+): \[([^\]]*)\]", APP_GROUPS.read_text(encoding="utf-8"), re.MULTILINE)
    groups = {field: re.findall(r"'([^']+)'", names) for field, names in table}
    missing = set()
    for where, field, code in ACTED:
        kind = where.partition(".")[0]
        own = [f"{kind}State", f"{kind}{field.capitalize()}", field, "acceptance", "role"]
        keys = [f"{group}.{code}" for group in [*own, *groups.get(field, [])]]
        if code and not any(tuple(key.split(".", maxsplit=1)) in said for key in keys):
            missing.add((where, field, code))
    assert sorted(missing) == [], "a group in field_app/src/office/audit/codes.ts"
