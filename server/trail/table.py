"""The filtered trail as a table to take along, in words.

Neighbours: `page.py` reads, `words.py` says, `server/http/trail.py` writes the file (`server/imports/sheets/writing.py`) and
sends it. Invariant: what has no words is shown as it is, never left out · times are those of the organisation's zone, named once.
"""

from collections.abc import Mapping
from typing import Final

from schemas.errors import MESSAGES, Sentence
from schemas.trail import TrailLine, TrailSubject
from server.trail.telling import Words
from server.trail.words import ACTION_WORDS, KIND_WORDS, OUTCOME_WORDS, READ_WORDS, TODO_WORDS

TITLE: Final = Sentence("审计", "Audit")
_HEAD: Final = {
    "zh": ("时间（{zone}）", "收到", "人员", "设备", "动作", "阅读", "关于", "变更", "结果", "原因", "记录号", "设备号", "编号"),
    "en": ("at ({zone})", "received", "person", "device", "action", "read", "about", "changes", "outcome", "reason", "entry",
           "device id", "number"),
}  # fmt: skip
_SYSTEM: Final = Sentence("系统", "System")
_LOST: Final = Sentence("没有采用", "does not stand")
_FROM: Final = Sentence("来自：", "from: ")
_MORE: Final = Sentence("另有 {n} 项", "{n} more")
AT_ONCE: Final = 500
"""Lines read in one go: whoever else reads gets his turn in between."""


def head(language: str, zone: str) -> tuple[str, ...]:
    """What stands above the table; the zone of all its times once."""
    return tuple(one.format(zone=zone) for one in _HEAD[language])


def rows(found: list[TrailLine], words: Words) -> list[tuple[str, ...]]:
    """The table without its head."""
    return [_row(line, words) for line in found]


def _row(line: TrailLine, words: Words) -> tuple[str, ...]:
    number = "" if line.seq is None else f"{line.epoch}/{line.seq}"
    nobody = words.said(_SYSTEM) if line.actor else ""
    device = _named(line.device_name, line.device_name_en, words) or (words.said(_SYSTEM) if line.device else "")
    return (
        words.at(line.at), words.at(line.received), _named(line.actor_name, line.actor_name_en, words) or nobody, device,
        _word(ACTION_WORDS, line.action, words), _word(READ_WORDS, line.read, words),
        "; ".join(_about(one, words) for one in line.subjects), _changes(line, words), _word(OUTCOME_WORDS, line.state, words),
        words.said(MESSAGES[line.code]) if line.code else "", line.id or line.sha256 or "", line.device or "", number,
    )  # fmt: skip


def _named(zh: str, en: str, words: Words) -> str:
    return (en if words.language == "en" else "") or zh


def _changes(line: TrailLine, words: Words) -> str:
    """Each field from what to what; of something new, only what it is."""
    parts = []
    for one in line.changes:
        said = f"{one.name}: {one.now}" if one.before is None else f"{one.name}: {one.was} → {one.now}"
        if one.parts:
            said += f" ({words.said(_FROM)}{' + '.join(part.told for part in one.parts)})"
        parts.append(f"{said} ({words.said(_LOST)})" if one.lost or one.conflict else said)
    if line.more:
        parts.append(words.said(_MORE).format(n=line.more))
    return "; ".join(parts)


def _about(one: TrailSubject, words: Words) -> str:
    is_code = one.kind in ("todo", "alert_rule") and one.name in TODO_WORDS
    name = words.said(TODO_WORDS[one.name]) if is_code else _named(one.name, one.name_en, words)
    return f"{_word(KIND_WORDS, one.kind, words)} {name}".rstrip()


def _word(words: Mapping[str, Sentence], code: str | None, reader: Words) -> str:
    return reader.said(words.get(code or ""), code or "")
