"""The exported trail and the audit page call things by the same words, in both languages."""

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from schemas.errors import MESSAGES, ErrorCode, Sentence
from schemas.records import RECORDS
from schemas.todos import TODO_SENTENCES
from schemas.trail import FieldChange, TrailLine, TrailSubject
from server.trail import code_words, field_words, part_words, table, telling, value_words, words
from server.trail.names import Names, in_both

APP = Path(__file__).resolve().parents[2] / "field_app" / "src"
I18N = APP / "i18n"
GROUPS = {"action": words.ACTION_WORDS, "kind": words.KIND_WORDS, "read": words.READ_WORDS, "outcome": words.OUTCOME_WORDS,
          "alertCode": words.TODO_WORDS}  # fmt: skip
ONE = "01900000-0000-7000-8000-000000000001"
CHANGE = FieldChange(kind="customer_terms", record=ONE, field="payment_days", after=60, name="付款天数", now="60")
_LINE = re.compile(r"""^\s*'([a-zA-Z]+)\.([a-z0-9_.]+)':\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")""", re.MULTILINE)


def of_the_app(lang: str) -> dict[tuple[str, str], str]:
    """(group, code) → word."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((I18N / lang).glob("*.ts")))
    found = [one for text in texts for one in _LINE.finditer(text)]
    return {(one[1], one[2]): (one[3] or one[4] or "").replace("\\'", "'") for one in found}


def test_every_to_do_and_every_error_has_words() -> None:
    assert set(words.TODO_WORDS) == set(TODO_SENTENCES)
    assert set(MESSAGES) == set(ErrorCode)


@pytest.mark.parametrize("group", GROUPS)
def test_the_page_says_the_same(group: str) -> None:
    zh, en = of_the_app("zh"), of_the_app("en")
    for code, said in GROUPS[group].items():
        assert said == Sentence(zh[group, code], en[group, code]), code


@pytest.mark.parametrize("group", value_words.VALUE_WORDS)
def test_the_page_says_the_same_of_values(group: str) -> None:
    zh, en = of_the_app("zh"), of_the_app("en")
    for code, said in value_words.VALUE_WORDS[group].items():
        assert said == Sentence(zh[group, code], en[group, code]), code


def test_the_page_says_the_same_of_fields() -> None:
    zh, en = of_the_app("zh"), of_the_app("en")
    for name, said in field_words.FIELD_WORDS.items():
        group = "field" if ("field", name) in zh else "said"
        assert said == Sentence(zh[group, name], en[group, name]), name
    assert {name for model in RECORDS.values() for name in model.model_fields} <= set(field_words.FIELD_WORDS)


def test_every_part_of_every_drawing_is_called_as_it_is_drawn() -> None:
    drawn: dict[str, set[Sentence]] = {}
    for path in sorted((APP / "ui" / "diagrams").glob("*.json")):
        for view in json.loads(path.read_text(encoding="utf-8"))["views"]:
            for part in view["parts"]:
                drawn.setdefault(part["id"], set()).add(Sentence(part["zh"], part["en"]))
    assert set(part_words.PART_WORDS) == set(drawn)
    assert [part for part, said in part_words.PART_WORDS.items() if said not in drawn[part]] == []


def codes_of(annotation: Any) -> set[str]:
    """The codes a field may hold, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {str(one.value) for one in annotation}
    inner = get_args(annotation)
    if get_origin(annotation) is Literal:
        return {one for one in inner if isinstance(one, str)}
    return set().union(*(codes_of(one) for one in inner if not isinstance(one, str)))


def test_every_code_a_record_may_hold_has_words() -> None:
    for kind, model in RECORDS.items():
        for name, field in model.model_fields.items():
            assert codes_of(field.annotation) <= set(code_words.code_words(kind, name)), (kind, name)


def test_a_device_is_called_what_its_user_called_it_and_a_name_of_ours_is_in_both_languages() -> None:
    person = ("叶总", "Ye Chengzhi")
    assert in_both("叶总 · Chrome 156 · Linux · 2026-11-22 21:43", person) == (
        "叶总 · Chrome 156 · Linux · 2026-11-22 21:43", "Ye Chengzhi · Chrome 156 · Linux · 2026-11-22 21:43",
    )  # fmt: skip
    assert in_both("叶总 · 办公室 Office · 2026-11-22 21:43", person) == (
        "叶总 · 办公室 · 2026-11-22 21:43", "Ye Chengzhi · Office · 2026-11-22 21:43",
    )  # fmt: skip
    assert in_both("叶总的手机", person) == ("叶总的手机", "")
    assert in_both("手机 XS-02", ("", "")) == ("手机 XS-02", "")


def words_in(lang: str) -> telling.Words:
    store: Any = MemoryNames()
    said = telling.Words(Names(store, "o"), lang)
    said.__dict__["zone_name"] = "Asia/Shanghai"
    return said


class MemoryNames:
    """A store that knows one customer."""

    def record(self, organisation: str, kind: str, record_id: str) -> None:
        """Nothing is there."""

    def records(self, organisation: str, kind: str) -> list[Any]:
        """Nothing of a kind."""
        return []


def test_values_are_told_in_words() -> None:
    zh, en = words_in("zh"), words_in("en")
    assert en.value("customer_terms", "credit_limit_fen", 1_234_567) == "¥12,345.67"
    assert zh.value("rental", "due_at", "2027-01-15T08:00:00.000Z") == "2027-01-15 16:00"
    assert (zh.value("rental", "note", ""), en.value("asset", "locked", value=True)) == ("（空）", "yes")
    assert en.value("rental_terms", "deposit_state", "part_settled") == "Partly settled"
    step = {"step": "receive", "amount_fen": 5000, "method": "wechat", "at": "2027-01-15T08:00:00.000Z"}
    assert (
        en.value("rental_terms", "deposit_steps", step)
        == "Step: Receive · Amount: ¥50.00 · Method: WeChat Pay · At: 2027-01-15 16:00"
    )
    line = {"state": "returned", "at": "2027-01-15T08:00:00.000Z"}
    assert zh.value("rental", "assets", line) == "状态: 已归还 · 时间: 2027-01-15 16:00", "one line is not the rental"
    assert "状态: 已归还" in zh.value("rental", "assets", {"0197f3a0-0000-7000-8000-0000000000fe": line})
    assert zh.value("rental", "state", "returned") == "已全部归还"
    plan = {"id": "a" * 8, "late_fen_per_day": 30_000, "tiers": [{"from_days": 1, "fen": 18_000}]}
    assert en.value("rental_terms", "plan", plan).startswith("Late, per day: ¥300.00 · ")
    assert en.value("rental_terms", "plan", plan).endswith("¥180.00")
    assert [one.value("rental", "assets", {"X": {"state": "reserved"}}) for one in (zh, en)] == [
        "X: 状态: 待交付",
        "X: State: To leave",
    ]
    assert en.value("thing", "code", "never_heard_of") == "never_heard_of"
    assert len(zh.value("rental", "note", "长" * 500)) == 161


def test_what_was_captured_is_told_without_a_code() -> None:
    zh, en = words_in("zh"), words_in("en")
    signature = {
        "party": "customer", "decision": "keys_dropped", "authority": "entrusted", "role": "site_manager", "language": "zh",
        "document_sha256": "a" * 64, "entry": ONE, "at": "2027-01-15T08:00:00.000Z",
    }  # fmt: skip
    assert zh.value("handover", "signatures", signature) == (
        "一方: 客户 · 决定: 只留下钥匙 · 权限: 受托 · 角色: 现场负责人 · 语言: 中文 · "
        "所签文件指纹: aaaaaaaaaaaa… · 时间: 2027-01-15 16:00"
    )
    photo = {"slot": "front", "how": "still", "source": "camera", "width": 4000}
    assert en.value("handover", "photos", photo) == "Shot: Front · How: Still capture · Source: Live camera · Width: 4,000"
    word = {"verdict": "warn", "reasons": [{"rule": "asset_not_inspected", "level": "warn", "params": {}}]}
    assert en.value("handover", "gate", {"server": word}) == (
        "The server’s word: Verdict: Warn · Reasons: Rule: Not inspected since its return · Level: Warn"
    )
    assert zh.value("damage", "part", "bumper_rear") == "后保险杠"
    assert zh.value("conflict", "differs", ["acceptance", "readings.odometer"]) == "验收状态 · 读数 里程"
    assert en.value("todo", "rule", "return_due") == "Return due soon"


def test_a_line_is_told_in_words_and_what_has_none_as_it_is() -> None:
    line = TrailLine(
        at="2027-01-15T08:00:00.000Z", received="2027-01-15T08:00:01.000Z", actor=None, actor_name="", actor_name_en="",
        device=None, device_name="", changes=[CHANGE, CHANGE.model_copy(update={"before": 30, "was": "30", "lost": "review"})],
        more=2, action="todo.hand_over", state="refused", code=ErrorCode.TODO_OWNER_BLIND,
        subjects=[TrailSubject(kind="todo", id=ONE, name="return_due"), TrailSubject(kind="thing", id=ONE, name="X")],
    )  # fmt: skip
    ((zh,), (en,)) = (table.rows([line], words_in(lang)) for lang in ("zh", "en"))
    assert zh[:2] == ("2027-01-15 16:00:00", "2027-01-15 16:00:01")
    assert zh[6:10] == (
        "待办 即将到期归还; thing X", "付款天数: 60; 付款天数: 30 → 60 (没有采用); 另有 2 项", "未生效，已保留",
        MESSAGES[ErrorCode.TODO_OWNER_BLIND].zh,
    )  # fmt: skip
    assert en[6:7] + en[8:10] == (
        "To-do Return due soon; thing X",
        words.OUTCOME_WORDS["refused"].en,
        MESSAGES[ErrorCode.TODO_OWNER_BLIND].en,
    )
    assert zh[4] == "todo.hand_over"
    assert table.head("en", "Asia/Shanghai")[0] == "at (Asia/Shanghai)"
