"""Golden vectors of export files: whole files, what stands in them, what their device signed, and what the server says of each.

Neighbours: `make.py` writes them, `field_app/src/core/test/exported.test.ts` and `tests/unit/test_exported.py` read them. The
files are put together here from docs/protocol.md alone, not by the code that writes or reads them. Invariant: the same code
writes the same bytes.
"""

import base64
import hashlib
import json
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.auth.keys import OrganisationKeys
from sync.journal import extend, genesis, private_hash
from sync.net.keys import b64url, public_jwk

ORGANISATION: Final = "0197f3a0-0000-7000-8000-000000000001"
DEVICE: Final = "0197f3a0-0000-7000-8000-000000000002"
_PICTURE: Final = b"\xff\xd8\xff not a picture, but bytes"
_SALTED: Final = bytes(range(16)) + "王芳".encode()


def key(number: int) -> ec.EllipticCurvePrivateKey:
    """A private key for tests."""
    return ec.derive_private_key(number, ec.SECP256R1())


DEVICE_KEY: Final = key(201)
EXPORT_KEY: Final = key(202)


def keys() -> OrganisationKeys:
    """The organisation's keys that open the vectors' files."""
    pems = [
        one.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        for one in (key(203), EXPORT_KEY)
    ]
    return OrganisationKeys(ORGANISATION, *pems)


def _sign(private: ec.EllipticCurvePrivateKey, text: bytes) -> str:
    raw = private.sign(text, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = utils.decode_dss_signature(raw)
    return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _framed(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _entries(epoch: int) -> list[dict[str, Any]]:
    """Numbers 3 and 4 of a journal whose first two have left."""
    last = extend(extend(genesis(ORGANISATION, DEVICE, epoch), 1, b"{}"), 2, b"{}")
    made = []
    for seq, private in ((3, []), (4, [_SALTED])):
        body = json.dumps(
            {"note": "中文 · 🛵", "seq": seq, "private": [private_hash(part) for part in private]}, ensure_ascii=False
        )
        last = extend(last, seq, body.encode())
        parts = [base64.b64encode(part).decode() for part in private]
        made.append({"epoch": epoch, "seq": seq, "hash": last, "body": body, "private": parts})
    return made


def _file(
    *, signer: ec.EllipticCurvePrivateKey | None = DEVICE_KEY, magic: str = "HVX2", organisation: str = ORGANISATION,
    claims: dict[str, Any] | None = None, more: list[tuple[int, bytes]] | None = None, cut: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """One file and what it is made of. `claims`: what the signed text says otherwise than the file; `more`: records put in after
    it was signed."""
    entries = _entries(0)
    ours = key(204)
    epk = public_jwk(ours.public_key())
    salt = bytes(range(32))
    head = {
        "v": int(magic[3]), "organisation": organisation, "device": DEVICE, "epoch": 0, "seq": 4, "hash": entries[-1]["hash"],
        "kid": keys().public_keys()[1].kid, "epk": {"x": epk["x"], "y": epk["y"]}, "salt": b64url(salt),
        "at": "2026-11-21T09:52:00.000Z",
    }  # fmt: skip
    start = magic.encode() + _framed(_json(head))
    named = {"sha256": hashlib.sha256(_PICTURE).hexdigest(), "size": len(_PICTURE), "type": "image/jpeg", "role": "photo"}
    records = [(1, _json(entry)) for entry in entries] + [(2, _json(named)), (3, _PICTURE[:10]), (3, _PICTURE[10:])]
    covered = [_framed(bytes([type_]) + content) for type_, content in records if type_ in (1, 2)]
    digest = hashlib.sha256(start + b"".join(covered)).hexdigest()
    said = {"organisation": organisation, "device": DEVICE, "epoch": 0, "first": 3, "seq": 4, "hash": head["hash"]}
    text = "\n".join(str(part) for part in ("handover-export-v2", *(said | (claims or {})).values(), digest))
    records = records + (more or [])
    counts = {"entries": sum(type_ == 1 for type_, _ in records), "blobs": sum(type_ == 2 for type_, _ in records)}
    records.append((255, _json(counts | ({"signature": _sign(signer, text.encode())} if signer else {}))))
    info = f"handover-export-key-v2\n{organisation}\n{DEVICE}".encode()
    secret = ours.exchange(ec.ECDH(), EXPORT_KEY.public_key())
    aead = AESGCM(HKDF(hashes.SHA256(), 32, salt, info).derive(secret))
    sealed = [
        _framed(aead.encrypt(number.to_bytes(12, "big"), bytes([type_]) + content, start))
        for number, (type_, content) in enumerate(records)
    ]
    raw = start + b"".join(sealed)
    return {
        "file": base64.b64encode(raw[: len(raw) - cut]).decode(), "said": said, "digest": digest, "text": text,
        "records": [{"type": type_, "content": base64.b64encode(content).decode()} for type_, content in records],
    }  # fmt: skip


def vectors() -> dict[str, Any]:
    """Keys, one good file with all that stands in it, and files that are refused, each with its code."""
    unnamed = _json({"sha256": "ab" * 32, "size": 0, "type": "image/jpeg", "role": "photo"})
    refused = [
        ("signed by another key", "import_unsigned", _file(signer=key(205))),
        ("not signed", "import_unsigned", _file(signer=None)),
        ("signed for an earlier end", "import_unsigned", _file(claims={"seq": 3})),
        ("signed for another device", "import_unsigned", _file(claims={"device": ORGANISATION})),
        ("signed from another number on", "import_unsigned", _file(claims={"first": 1})),
        ("a name added after it was signed", "import_unsigned", _file(more=[(2, unnamed)])),
        ("of the former format", "import_version", _file(magic="HVX1")),
        ("of a later format", "import_version", _file(magic="HVX3")),
        ("of another organisation", "import_foreign", _file(organisation=DEVICE)),
        ("cut", "import_unreadable", _file(cut=1)),
    ]
    number = EXPORT_KEY.private_numbers().private_value
    return {
        "device_key": public_jwk(DEVICE_KEY.public_key()),
        "export_key": {**public_jwk(EXPORT_KEY.public_key()), "d": b64url(number.to_bytes(32, "big"))},
        "good": _file(),
        "refused": [{"name": name, "code": code, "file": made["file"]} for name, code, made in refused],
    }
