"""schemathesis over the whole API: what its own description allows and what it does not, as a device, as a manager who has signed
in, as both at once and as nobody at all.

Whatever is asked, the answer is no fault of ours and a refusal has its code; afterwards the server stands and an honest device
comes to `clear`.
"""

from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from server.http.described import BODIES
from tests.fuzz.bounds import bounded_by
from tests.fuzz.ground import BASE, Ground, cookie
from tests.fuzz.test_exchange import Line

OPERATIONS = [
    ("POST", path) for path in BODIES
] + [
    ("GET", "/api/v1/device"), ("GET", "/api/v1/me"), ("GET", "/api/v1/blobs/{sha256}"),
    ("GET", "/api/v1/blobs/{sha256}/preview"),
    ("HEAD", "/api/v1/blobs/uploads/{upload}"), ("PATCH", "/api/v1/blobs/uploads/{upload}"),
    ("DELETE", "/api/v1/blobs/uploads/{upload}"), ("OPTIONS", "/api/v1/blobs"), ("OPTIONS", "/api/v1/blobs/uploads/{upload}"),
    ("GET", "/api/v1/handovers/{handover_id}/proof"),
    ("GET", "/api/v1/devices/{device_id}/quarantine"), ("GET", "/api/v1/devices/{device_id}/report"),
    ("GET", "/api/v1/people/{person}/account"),
    ("GET", "/api/v1/notices"), ("GET", "/api/v1/notices/outbox"),
    ("GET", "/api/v1/sheets/kinds"), ("GET", "/api/v1/sheets/imports"), ("GET", "/api/v1/sheets/imports/{import_id}"),
    ("DELETE", "/api/v1/sheets/imports/{import_id}"), ("GET", "/api/v1/sheets/imports/{import_id}/bad/{format}"),
    ("GET", "/api/v1/sheets/samples/{file}"), ("GET", "/api/v1/sheets/export/{file}"),
    ("GET", "/api/v1/waiting"), ("GET", "/api/v1/history"), ("GET", "/api/v1/trail"), ("GET", "/api/v1/trail/export"),
    ("GET", "/api/v1/search"),
    ("GET", "/api/v1/tags/{tag}"),
    ("GET", "/api/v1/devices/{device_id}/quarantine/{epoch}/{seq}/{chain_hash}"),
]  # fmt: skip
CALLERS: Final = ("device", "person", "both", "nobody")
LOOSE = {("POST", "/api/v1/blobs"), ("POST", "/api/v1/imports"), ("OPTIONS", "/api/v1/blobs/uploads/{upload}")}
"""Operations whose parameters may be any text: nothing contradicts their description."""
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
bounded = bounded_by(12, list(HealthCheck))


@pytest.fixture(scope="module")
def described(ground: Ground) -> dict[str, Any]:
    found: dict[str, Any] = ground.ask("GET", "/api/openapi.json").json()
    return found


@pytest.fixture
def manager(ground: Ground) -> str:
    """The cookie of a manager who has just signed in: what is asked may sign him out."""
    return ground.signed_in("manager-a")


@pytest.fixture(scope="module")
def line(ground: Ground) -> Line:
    return Line(ground)


def test_every_operation_of_the_description_is_tried(described: dict[str, Any]) -> None:
    there = {(method.upper(), path) for path, item in described["paths"].items() for method in item}
    assert there == set(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["described", "not_described"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_is_answered(
    ground: Ground, described: dict[str, Any], line: Line, manager: str, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_dict(described)[path][method]
    raw = operation.definition.raw
    can_contradict = (method, path) not in LOOSE and ("requestBody" in raw or raw.get("parameters"))
    chosen = mode if can_contradict else GenerationMode.POSITIVE

    @bounded
    @given(case=operation.as_strategy(chosen), whom=st.sampled_from(CALLERS))
    def tried(case: Any, whom: str) -> None:
        sent = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        given_body: Any = sent.body or b""
        body = given_body if isinstance(given_body, bytes) else str(given_body).encode("utf-8", "replace")
        named = [(name, str(value)) for name, value in sent.headers.items() if name.lower() not in ("cookie", "content-length")]
        cookies = {"device": [cookie(line.phone)], "person": [manager], "both": [cookie(line.phone), manager], "nobody": []}[whom]
        headers = [*named, ("x-handover", "1"), *([("cookie", "; ".join(cookies))] if cookies else [])]
        answer = ground.ask(sent.method or method, (sent.url or "").removeprefix(BASE), headers, body)
        ground.holds(answer)

    tried()
    ground.stands()
    line.save()
    line.settle()
