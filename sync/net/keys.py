"""The device's key in a file of its own, and the check of the organisation's signatures.

Neighbours: `client.py` signs heads and challenges with it. Invariants: the private key (P-256, PKCS #8 in PEM) is written once,
whole or not at all, readable by its owner only, and leaves this module never; a receipt counts only after `unseal`.
"""

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from schemas.protocol import PublicKey


def b64url(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    """The bytes of base64url without padding. ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A public key as JWK."""
    numbers = key.public_numbers()
    return {
        "kty": "EC", "crv": "P-256",
        "x": b64url(numbers.x.to_bytes(32, "big")), "y": b64url(numbers.y.to_bytes(32, "big")),
    }  # fmt: skip


def public_key(jwk: PublicKey) -> ec.EllipticCurvePublicKey:
    """A public key from its JWK. ValueError when it is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + unb64url(jwk.x) + unb64url(jwk.y))


class DeviceKey:
    """The device's private key."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.jwk = public_jwk(private.public_key())

    @classmethod
    def of(cls, path: Path) -> "DeviceKey":
        """The key in this file; made and written there first when there is none."""
        if not path.exists():
            pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            _write_once(path, pem)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise OSError(f"{path.name} holds no P-256 key")
        return cls(key)

    def sign(self, text: bytes) -> str:
        """base64url of the raw 64 bytes r ‖ s over a text."""
        r, s = utils.decode_dss_signature(self._private.sign(text, ec.ECDSA(hashes.SHA256())))
        return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _write_once(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable, where the system has a way to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unseal(keys: Sequence[PublicKey], jws: str) -> bytes:
    """The payload of a receipt that one of the organisation's keys signed (compact JWS, ES256). ValueError for anything else."""
    head, payload, signature = jws.split(".")
    header: Any = json.loads(unb64url(head))
    if not isinstance(header, dict) or header.get("alg") != "ES256":
        raise ValueError("not signed with ES256")
    known = next((key for key in keys if key.kid == header.get("kid") and not (key.kid or "").endswith(".export")), None)
    raw = unb64url(signature)
    if known is None or len(raw) != 64:
        raise ValueError("not signed by a known key")
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        public_key(known).verify(der, f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("the signature differs") from None
    return unb64url(payload)
