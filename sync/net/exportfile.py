"""Everything that has not left this device, in one file that only the office can open.

Neighbours: `client.py` offers it, `sync/exported.py` says what is signed, `field_app/src/core/exportfile.ts` writes the same.
Invariants: nothing personal stands outside the ciphertext; the device's signature covers all of it; the file is written beside
its place and renamed when it is whole.
"""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.limits import BLOB_CHUNK_BYTES
from schemas.local_errors import LocalCode
from schemas.protocol import OrganisationInfo
from sync import instants
from sync.device import Device
from sync.exported import BYTES, END, ENTRY, FILE, FORMAT, MAGIC, Carried, Exported, framed, key_info
from sync.net.keys import b64url, public_jwk, public_key
from sync.net.problems import ClientError


class Sealer:
    """Seals numbered records to the organisation's export key, and signs for them with the device's."""

    def __init__(self, device: Device, organisation: OrganisationInfo, now_ms: int) -> None:
        office = next((key for key in organisation.keys if (key.kid or "").endswith(".export")), None)
        if office is None:
            raise ClientError(LocalCode.KEY_MISSING)
        ours = ec.generate_private_key(ec.SECP256R1())
        epk = public_jwk(ours.public_key())
        salt = secrets.token_bytes(32)
        info = key_info(organisation.id, device.id)
        secret = ours.exchange(ec.ECDH(), public_key(office))
        self._aead = AESGCM(HKDF(hashes.SHA256(), 32, salt, info).derive(secret))
        self.head = MAGIC + framed(_json({
            "v": FORMAT, "organisation": organisation.id, "device": device.id, "epoch": device.epoch, "seq": device.seq,
            "hash": device.hash, "kid": office.kid, "epk": {"x": epk["x"], "y": epk["y"]}, "salt": b64url(salt),
            "at": instants.to_text(now_ms),
        }))  # fmt: skip
        self._device, self._organisation = device, organisation.id
        self._carried = Carried(self.head)
        self._count = 0

    def record(self, type_: int, content: bytes) -> bytes:
        """One sealed record as it stands in the file."""
        sealed = self._aead.encrypt(self._count.to_bytes(12, "big"), bytes([type_]) + content, self.head)
        self._count += 1
        self._carried.add(type_, content)
        return framed(sealed)

    def end(self, first: int, entries: int, files: int) -> bytes:
        """The last record: how many of each it carries (`first`: the number of its first entry), signed by the device."""
        device = self._device
        digest = self._carried.digest()
        signed = Exported(self._organisation, device.id, device.epoch, first, device.seq, device.hash, digest, "")
        return self.record(END, _json({"entries": entries, "blobs": files, "signature": device.sign(signed.text())}))


def export(device: Device, organisation: OrganisationInfo, path: Path, now_ms: int) -> tuple[int, int]:
    """Write the file; (entries, files) in it. What a believed receipt covers is left out: after a new epoch it is of another
    chain. ClientError `key_missing`; OSError when it cannot be written."""
    waiting = [row for row in device.outbox if not row.proven]
    sealer = Sealer(device, organisation, now_ms)
    beside = path.with_name(path.name + ".part")
    files = 0
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealer.head)
        for row in waiting:
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
        file.write(sealer.end(waiting[0].seq if waiting else 0, len(waiting), files))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return len(waiting), files


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
