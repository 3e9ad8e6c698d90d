"""What a person reads of an entry has words: every argument of every action is called something, in both languages."""

import re
from pathlib import Path

import pytest

from schemas.actions import ACTIONS

DICTIONARIES = Path(__file__).resolve().parents[2] / "field_app" / "src" / "i18n"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_argument_has_a_word(lang: str) -> None:
    said = {
        name for path in (DICTIONARIES / lang).glob("*.ts")
        for name in re.findall(r"^  '(?:field|said)\.([a-z0-9_]+)'", path.read_text(encoding="utf-8"), re.MULTILINE)
    }  # fmt: skip
    arguments = {name for model in ACTIONS.values() for name in model.model_fields}
    assert sorted(arguments - said) == []
