"""The app's own dictionaries, read from their source: tests look for what a person reads, in either language.

Neighbours: `field_app/src/i18n`. Invariants: nothing is copied here, so that a mended sentence mends the test; a key that
does not exist fails at once.
"""

import re
from pathlib import Path

I18N = Path(__file__).resolve().parents[2] / "field_app" / "src" / "i18n"
_ENTRY = re.compile(r"^\s*'([\w.]+)':\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")", re.MULTILINE)
_SLOT = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")


class Words:
    """One language's texts of some rooms; a later room wins where two have the same key."""

    def __init__(self, lang: str, *rooms: str) -> None:
        self.lang = lang
        self.texts: dict[str, str] = {}
        for room in ("common", "domain", "errors", *rooms):
            source = (I18N / lang / f"{room}.ts").read_text(encoding="utf-8")
            for key, single, double in _ENTRY.findall(source):
                self.texts[key] = re.sub(r"\\(.)", r"\1", single or double)

    def __call__(self, key: str, **params: object) -> re.Pattern[str]:
        """The text wherever it stands in a longer one; a parameter that is not given matches anything."""
        return pattern(self._source(key, params))

    def whole(self, key: str, **params: object) -> re.Pattern[str]:
        """The text and nothing else."""
        return pattern(rf"^\s*{self._source(key, params)}\s*$")

    def text(self, key: str) -> str:
        """A text without parameters, as written."""
        return self.texts[key]

    def _source(self, key: str, params: dict[str, object]) -> str:
        text, at, parts = self.texts[key], 0, []
        for slot in _SLOT.finditer(text):
            parts.append(re.escape(text[at : slot.start()]))
            parts.append(_filled(slot, params))
            at = slot.end()
        return "".join([*parts, re.escape(text[at:])])


def pattern(source: str) -> "re.Pattern[str]":
    """A pattern that may stand in a selector, where a bare slash would end it."""
    return re.compile(source.replace("/", r"\/"))


def _filled(slot: "re.Match[str]", params: dict[str, object]) -> str:
    name, one, many = slot.groups()
    if name not in params:
        return rf"(?:{re.escape(one)}|{re.escape(many)})" if one is not None else ".+?"
    value = params[name]
    if one is not None:
        return re.escape(one if value == 1 else many)
    return re.escape(f"{value:,}" if isinstance(value, int) else str(value))


def field_words(lang: str) -> Words:
    """The everyday screens' texts."""
    return Words(lang, "field")


def office_words(lang: str) -> Words:
    """The office's texts: every file but the field's."""
    field = {"field", "checkin", "checkout", "handout", "common", "domain", "errors"}
    return Words(lang, *sorted(path.stem for path in (I18N / lang).glob("*.ts") if path.stem not in field))
