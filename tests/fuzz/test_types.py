"""A field of a request is read as the type it has, on every route: a text is no number, a number is no yes, 1.0 is no 1."""

import json
import re
from typing import Any, Final

import pytest

from schemas.errors import ErrorCode
from server.http.described import BODIES
from tests.fuzz.ground import Ground, cookie

OTHERS: Final[dict[str, list[Any]]] = {"integer": ["1", True, 1.0], "boolean": ["yes", "true", 1, 0]}
"""JSON type → what a lenient reader would take for it."""
NOBODY: Final = "0197f3a0-0000-7000-8000-000000000009"


def disguised() -> list[tuple[str, str, Any]]:
    """(path, field, a value of another type) of every field of a request that is a number, a yes or a no, or a list of them."""
    found: list[tuple[str, str, Any]] = []
    for path, (model, _) in BODIES.items():
        for name, said in (model.model_json_schema()["properties"] if model else {}).items():
            found += [(path, name, other) for other in OTHERS.get(said.get("type", ""), ())]
            found += [(path, name, [other]) for other in OTHERS.get(said.get("items", {}).get("type", ""), ())]
    return found


@pytest.fixture(scope="module")
def callers(ground: Ground) -> list[str]:
    """A manager, and one at a device: who may not ask at all is told so first."""
    manager = ground.signed_in("manager-a")
    return [manager, f"{manager}; {cookie(ground.phone())}"]


def test_there_are_such_fields() -> None:
    assert {path for path, *_ in disguised()} >= {"/api/v1/sync", "/api/v1/pin", "/api/v1/repair", "/api/v1/wiped"}


@pytest.mark.parametrize(("path", "name", "value"), disguised(), ids=str)
def test_nothing_is_read_as_another_type(ground: Ground, callers: list[str], path: str, name: str, value: Any) -> None:
    """All else is missing, which is a fault, too: that this field is named among the faults is what counts."""
    target, body = re.sub("{.*?}", NOBODY, path), json.dumps({name: value}).encode()
    for cookies in callers:
        answer = ground.ask("POST", target, [("x-handover", "1"), ("cookie", cookies)], body)
        ground.holds(answer)
        if answer.json()["code"] == ErrorCode.BAD_REQUEST:
            break
    told = answer.json()
    if (path, name) == ("/api/v1/sync", "protocol"):
        assert told["code"] in (ErrorCode.BAD_REQUEST, ErrorCode.PROTOCOL_UNSUPPORTED)
        return
    assert told["code"] == ErrorCode.BAD_REQUEST
    assert any(fault.startswith(name) for fault in told["detail"]["faults"]), told
