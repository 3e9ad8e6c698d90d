"""What GET /api/openapi.json says of the bodies: routes read their bytes themselves, within bounds, so the framework cannot know.

Neighbours: `schemas/protocol.py` has every message; `tests/fuzz/test_api.py` sends what is described here, and what is not.
Invariant: every POST of the API is in the table (a test walks it).
"""

from typing import Any, Final

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas import protocol as wire
from schemas.accounts import (
    GivePasswordRequest,
    InvitePersonAnswer,
    InvitePersonRequest,
    JoinAnswer,
    JoinRequest,
    PasswordRequest,
)
from schemas.imports import ImportAnswer
from schemas.labels import LabelsAsked
from schemas.notices import AddressRequest, NoticesAnswer, RetryRequest
from schemas.public import FaultSaid
from schemas.sheets import SheetImport, SheetMapping
from server.http.enrolment import ChallengeAnswer, ChallengeRequest

BODIES: Final[dict[str, tuple[type[BaseModel] | None, type[BaseModel] | None]]] = {
    "/api/v1/enrol": (wire.EnrolRequest, wire.EnrolAnswer),
    "/api/v1/challenge": (ChallengeRequest, ChallengeAnswer),
    "/api/v1/renew": (wire.RenewRequest, wire.EnrolAnswer),
    "/api/v1/login": (wire.LoginRequest, wire.LoginAnswer),
    "/api/v1/logout": (None, None),
    "/api/v1/pin": (wire.PinRequest, None),
    "/api/v1/people/{person}/password": (GivePasswordRequest, None),
    "/api/v1/people/{person}/invitation": (InvitePersonRequest, InvitePersonAnswer),
    "/api/v1/people/{person}/pin-reset": (None, None),
    "/api/v1/password": (PasswordRequest, wire.LoginAnswer),
    "/api/v1/join": (JoinRequest, JoinAnswer),
    "/api/v1/blobs": (None, None),
    "/api/v1/sync": (wire.SyncRequest, wire.SyncAnswer),
    "/api/v1/digest": (wire.DigestRequest, wire.DigestAnswer),
    "/api/v1/repair": (wire.RepairRequest, wire.RepairAnswer),
    "/api/v1/wiped": (wire.WipedRequest, None),
    "/api/v1/imports": (None, ImportAnswer),
    "/api/v1/labels": (LabelsAsked, None),
    "/api/v1/tags/{tag}/faults": (FaultSaid, None),
    "/api/v1/notices/address": (AddressRequest, NoticesAnswer),
    "/api/v1/notices/outbox/retry": (RetryRequest, None),
    "/api/v1/sheets/imports": (None, SheetImport),
    "/api/v1/sheets/imports/{import_id}/mapping": (SheetMapping, SheetImport),
    "/api/v1/sheets/imports/{import_id}/run": (None, SheetImport),
    "/api/v1/sheets/imports/{import_id}/undo": (None, SheetImport),
}
"""POST: the message in, the message out; None where there is no body."""
HEADERS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("/api/v1/blobs", "post"): ("Tus-Resumable", "Upload-Length", "Upload-Metadata"),
    ("/api/v1/blobs/uploads/{upload}", "patch"): ("Upload-Offset", "Upload-Checksum"),
}
_PATH: Final = "#/components/schemas/{model}"


class Described(JsonRenderPlugin):
    """The framework's description, with the bodies and headers it does not see."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """As JSON."""
        return self.render_json(request, described(openapi_schema))


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The same OpenAPI document with bodies, answers, headers and the failure every route may tell."""
    models = {model for pair in BODIES.values() for model in pair if model is not None} | {wire.Problem}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, defined = models_json_schema([(model, "validation") for model in ordered], ref_template=_PATH)
    components = schema.get("components", {})
    known = {**components.get("schemas", {}), **defined["$defs"]}
    paths = {
        path: {method: _operation(path, method, operation) for method, operation in item.items()}
        for path, item in schema["paths"].items()
    }
    return {**schema, "paths": paths, "components": {**components, "schemas": known}}


def _operation(path: str, method: str, operation: Any) -> Any:
    if not isinstance(operation, dict):
        return operation
    asked, answered = BODIES.get(path, (None, None)) if method == "post" else (None, None)
    made = {**operation, "responses": {**operation["responses"], "4XX": _content(wire.Problem, "Nothing was done.")}}
    if asked is not None:
        made["requestBody"] = {**_content(asked, "The message."), "required": True}
    if method == "patch":
        binary = {"schema": {"type": "string", "format": "binary"}}
        made["requestBody"] = {"content": {"application/offset+octet-stream": binary}, "required": True}
    if answered is not None:
        made["responses"] = {**made["responses"], "200": _content(answered, "Done.")}
    named = [{"name": name, "in": "header", "schema": {"type": "string"}} for name in HEADERS.get((path, method), ())]
    if named:
        made["parameters"] = [*operation.get("parameters", []), *named]
    return made


def _content(model: type[BaseModel], description: str) -> dict[str, Any]:
    reference = {"$ref": _PATH.format(model=model.__name__)}
    return {"description": description, "content": {"application/json": {"schema": reference}}}
