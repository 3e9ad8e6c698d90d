"""The app's generated types: fresh, deterministic, and complete."""

from pathlib import Path

import pytest

from schemas import export
from schemas.errors import ErrorCode
from schemas.records import RECORDS


def test_committed_types_are_fresh() -> None:
    assert export.stale() == []


def test_output_is_deterministic() -> None:
    assert export.render() == export.render()


def test_every_record_and_code_is_there() -> None:
    files = export.render()
    for kind, model in RECORDS.items():
        assert f"  {kind}: {model.__name__};\n" in files["types.ts"]
    for code in ErrorCode:
        assert f'"{code}"' in files["errors.ts"]


def test_actions_only_the_system_writes_stay_out() -> None:
    text = export.render()["actions.ts"]
    assert '"return.complete"' in text
    assert '"organisation.define"' not in text
    assert '"device.enrol"' not in text


def test_a_missing_changed_or_extra_file_is_stale(tmp_path: Path) -> None:
    for name, text in export.render().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert export.stale(tmp_path) == []
    (tmp_path / "limits.ts").write_text("", encoding="utf-8")
    (tmp_path / "extra.ts").write_text("", encoding="utf-8")
    (tmp_path / "types.ts").unlink()
    assert export.stale(tmp_path) == ["extra.ts", "limits.ts", "types.ts"]


def test_two_models_of_one_name_are_refused() -> None:
    writer = export.Writer()
    writer.owners["Asset"] = object()
    with pytest.raises(TypeError, match="Asset"):
        writer.model(RECORDS["asset"])
