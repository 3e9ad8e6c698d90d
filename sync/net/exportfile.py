"""Everything that has not left this device, in one file that only the office can open.

Neighbours: `client.py` offers it, `field_app/src/core/exportfile.ts` tells the format. Invariants: nothing personal stands
outside the ciphertext; the file is written beside its place and renamed when it is whole.
"""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.limits import BLOB_CHUNK_BYTES
from schemas.local_errors import LocalCode
from schemas.protocol import OrganisationInfo
from sync import instants
from sync.device import Device
from sync.net.keys import b64url, public_jwk, public_key
from sync.net.problems import ClientError

MAGIC: Final = b"HVX1"
ENTRY, FILE, BYTES, END = 1, 2, 3, 255


class Sealer:
    """Seals numbered records to the organisation's export key."""

    def __init__(self, device: Device, organisation: OrganisationInfo, now_ms: int) -> None:
        office = next((key for key in organisation.keys if (key.kid or "").endswith(".export")), None)
        if office is None:
            raise ClientError(LocalCode.KEY_MISSING)
        ours = ec.generate_private_key(ec.SECP256R1())
        epk = public_jwk(ours.public_key())
        salt = secrets.token_bytes(32)
        info = f"handover-export-v1\n{organisation.id}\n{device.id}".encode()
        secret = ours.exchange(ec.ECDH(), public_key(office))
        self._aead = AESGCM(HKDF(hashes.SHA256(), 32, salt, info).derive(secret))
        self.head = MAGIC + _framed(_json({
            "v": 1, "organisation": organisation.id, "device": device.id, "epoch": device.epoch, "seq": device.seq,
            "hash": device.hash, "kid": office.kid, "epk": {"x": epk["x"], "y": epk["y"]}, "salt": b64url(salt),
            "at": instants.to_text(now_ms),
        }))  # fmt: skip
        self._count = 0

    def record(self, type_: int, content: bytes) -> bytes:
        """One sealed record as it stands in the file."""
        sealed = self._aead.encrypt(self._count.to_bytes(12, "big"), bytes([type_]) + content, self.head)
        self._count += 1
        return _framed(sealed)


def export(device: Device, organisation: OrganisationInfo, path: Path, now_ms: int) -> tuple[int, int]:
    """Write the file; (entries, files) in it. ClientError `key_missing`; OSError when it cannot be written."""
    sealer = Sealer(device, organisation, now_ms)
    beside = path.with_name(path.name + ".part")
    files = 0
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealer.head)
        for row in device.outbox:
            parts = [base64.b64encode(part).decode() for part in row.private]
            entry = {
                "epoch": device.epoch, "seq": row.seq, "hash": row.hash, "body": row.body.decode(), "private": parts,
            }  # fmt: skip
            file.write(sealer.record(ENTRY, _json(entry)))
        for sha256, kept in device.files.items():
            content = device.store.content(sha256) if device.store is not None else None
            if content is None:
                continue
            files += 1
            named = {"sha256": sha256, "size": kept.size, "type": kept.type, "role": kept.role}
            file.write(sealer.record(FILE, _json(named)))
            for at in range(0, len(content), BLOB_CHUNK_BYTES):
                file.write(sealer.record(BYTES, content[at : at + BLOB_CHUNK_BYTES]))
        file.write(sealer.record(END, _json({"entries": len(device.outbox), "blobs": files})))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return len(device.outbox), files


def _framed(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
