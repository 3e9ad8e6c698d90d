"""The body of an entry, read for judging. Pure.

`schemas.protocol.EntryBody` says what a body is. To read hundreds of them in a push through those classes takes ten times as
long as through `msgspec`: what `msgspec` finds well formed, under the same or narrower rules, is taken from there; everything
else is put before `EntryBody`, whose word holds and who names the fault. Neighbours: `judge.py`, `conflicts.py`. Invariant: both
ways accept the same bodies and give the same values (`tests/unit/test_body.py` compares them on changed and torn ones).
"""

import json
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, MsgspecError, Struct, field
from msgspec.json import Decoder

from schemas import limits
from schemas.protocol import BlobRole, BlobType, EntryBody

_HEX = "[0-9a-f]"
_Uuid = Annotated[str, Meta(pattern=rf"\A{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\Z")]
_Sha256 = Annotated[str, Meta(pattern=rf"\A{_HEX}{{64}}\Z")]
_Epoch = Annotated[int, Meta(ge=0, le=2**31)]
_Count = Annotated[int, Meta(ge=0, le=limits.SEQ_MAX)]
_Number = Annotated[int, Meta(ge=1, le=limits.SEQ_MAX)]
_Millis = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class BodyBlob(Struct, forbid_unknown_fields=True):
    """A file the entry declares; see `schemas.protocol.BlobRef`."""

    sha256: _Sha256
    size: Annotated[int, Meta(ge=1, le=limits.BLOB_BYTES_MAX)]
    type: BlobType
    role: BlobRole


class BodyGeo(Struct, forbid_unknown_fields=True):
    """Where it happened; see `schemas.protocol.Geo`."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, Meta(ge=0)]


class Body(Struct, forbid_unknown_fields=True):
    """An entry as its device wrote it; field by field `schemas.protocol.EntryBody`. Nobody changes anything inside it."""

    id: _Uuid
    epoch: _Epoch
    seq: _Number
    nonce: Annotated[str, Meta(pattern=rf"\A{_HEX}{{32}}\Z")]
    action: Annotated[str, Meta(max_length=60)]
    v: Annotated[int, Meta(ge=1, le=10_000)]
    args: dict[str, Any]
    actor: _Uuid
    auth: Literal["pin", "password", "passkey", "system"]
    at: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z\Z")]
    zone: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_+\-/]{1,64}\Z")]
    mono: _Millis
    boot: Annotated[str, Meta(max_length=64)]
    hlc: Annotated[str, Meta(pattern=rf"\A[0-9]{{13}}-{_HEX}{{4}}\Z")]
    app: Annotated[str, Meta(max_length=40)]
    skew: _Millis | None = None
    gate: Literal["clear", "grace"] = "clear"
    seen: Annotated[dict[_Uuid, _Count], Meta(max_length=limits.ENTRY_SEEN_MAX)] = field(default_factory=dict)
    needs: Annotated[list[_Uuid], Meta(max_length=limits.ENTRY_NEEDS_MAX)] = field(default_factory=list)
    blobs: Annotated[list[BodyBlob], Meta(max_length=limits.ENTRY_BLOBS_MAX)] = field(default_factory=list)
    private: Annotated[list[_Sha256], Meta(max_length=limits.PRIVATE_PARTS_MAX)] = field(default_factory=list)
    geo: BodyGeo | None = None


_decode: Final = Decoder(Body).decode


def read_body(raw: bytes) -> Body:
    """The body in these bytes. pydantic's ValidationError when they are none; ValueError when a number among the arguments is
    none that JSON has."""
    try:
        return _decode(raw)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return _as_declared(EntryBody.model_validate_json(raw))


def _as_declared(body: EntryBody) -> Body:
    json.dumps(body.args, allow_nan=False)
    values = {name: getattr(body, name) for name in EntryBody.model_fields}
    values["blobs"] = [BodyBlob(blob.sha256, blob.size, blob.type, blob.role) for blob in body.blobs]
    values["geo"] = None if body.geo is None else BodyGeo(body.geo.lat, body.geo.lon, body.geo.accuracy_m)
    return Body(**values)
