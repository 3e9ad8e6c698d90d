"""The organisations' own keys, and the check of devices' signatures.

Each organisation has two P-256 keys in `data/secrets/<organisation>/`: `sign.pem` (ES256, seals receipts)
and `export.pem` (ECDH, opens files a device exported to the office). Neighbours: `server/exchange.py`
signs receipts, `server/http/enrolment.py` hands out the public halves. Invariants: a private key is created
once, complete or not at all, readable by the owner only, and never leaves this module's objects.
"""

import base64
import contextlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jws
from joserfc.jwk import ECKey

from schemas.ids import is_uuid
from schemas.protocol import PublicKey

_ES256: Final = ec.ECDSA(hashes.SHA256())
_KEYS_KEPT: Final = 4096
_CHECKS_KEPT: Final = 1024


class OrganisationKeys:
    """One organisation's keys, parsed once. Safe to use from any thread."""

    def __init__(self, organisation: str, sign_pem: bytes, export_pem: bytes) -> None:
        self.organisation = organisation
        self._sign = ECKey.import_key(sign_pem)
        self._raw = _private_key(sign_pem)
        self._export = _private_key(export_pem)
        self.kid = self._sign.thumbprint()
        self._head = _base64url(f'{{"alg":"ES256","kid":"{self.kid}"}}'.encode()).encode()

    def sign_receipt(self, payload: bytes) -> str:
        """Compact JWS (ES256, `kid`) over the exact payload bytes."""
        text = self._head + b"." + base64.urlsafe_b64encode(payload).rstrip(b"=")
        return f"{text.decode()}.{self.sign_text(text)}"

    def sign_text(self, text: bytes) -> str:
        """base64url of the raw 64 bytes r ‖ s over a text: how the organisation's system device signs its journal."""
        r, s = utils.decode_dss_signature(self._raw.sign(text, _ES256))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()

    def verify_receipt(self, token: str) -> bytes:
        """The payload of a receipt this organisation sealed. ValueError for anything else."""
        try:
            return bytes(jws.deserialize_compact(token, self._sign, algorithms=["ES256"]).payload)
        except Exception as problem:
            raise ValueError("not a receipt of this organisation") from problem

    def public_keys(self) -> list[PublicKey]:
        """The signing key first, then the export key (its kid ends in `.export`)."""
        sign = self._sign.as_dict(private=False)
        x, y = _coordinates(self._export.public_key())
        return [
            PublicKey(x=str(sign["x"]), y=str(sign["y"]), kid=self.kid),
            PublicKey(x=x, y=y, kid=f"{self.kid[:32]}.export"),
        ]

    def exchange(self, other: PublicKey) -> bytes:
        """The 32-byte ECDH secret between the export key and a file's ephemeral key. ValueError for a bad point."""
        return self._export.exchange(ec.ECDH(), _public_key(other.x, other.y))


class KeyRing:
    """All organisations' keys of one installation; a missing pair is generated at first use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, OrganisationKeys] = {}

    def of(self, organisation: str) -> OrganisationKeys:
        """The organisation's keys. ValueError when the id is not one; OSError when they cannot be read or written."""
        found = self._known.get(organisation)
        if found is None:
            if not is_uuid(organisation):
                raise ValueError("not an organisation id")
            folder = self.folder / organisation
            found = OrganisationKeys(organisation, _pem(folder / "sign.pem"), _pem(folder / "export.pem"))
            self._known[organisation] = found
        return found


@lru_cache(maxsize=_CHECKS_KEPT)
def verify_p256(x: str, y: str, message: bytes, signature: str) -> bool:
    """Whether `signature` (base64url of the raw 64 bytes r ‖ s) is this key's ES256 signature over the message. A device
    that only asks sends the same head each time: what was checked once need not be computed again."""
    try:
        raw = unbase64url(signature)
        if len(raw) != 64:
            return False
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        _public_key(x, y).verify(der, message, _ES256)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_point(x: str, y: str) -> bool:
    """Whether the coordinates (base64url, 32 bytes each) are a point of P-256."""
    try:
        _public_key(x, y)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=_KEYS_KEPT)
def _public_key(x: str, y: str) -> ec.EllipticCurvePublicKey:
    raw = (unbase64url(x), unbase64url(y))
    if len(raw[0]) != 32 or len(raw[1]) != 32:
        raise ValueError("a P-256 coordinate has 32 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw[0] + raw[1])


def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("expected a P-256 key")  # noqa: TRY004 - the file's content is wrong, not a type in the code
    return key


def _coordinates(key: ec.EllipticCurvePublicKey) -> tuple[str, str]:
    numbers = key.public_numbers()
    return _base64url(numbers.x.to_bytes(32, "big")), _base64url(numbers.y.to_bytes(32, "big"))


def _pem(path: Path) -> bytes:
    """Read a key file, or make it: written aside, fsynced, then linked into place so that of two makers one wins."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    aside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, pem)
        os.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
    sync_folder(path.parent)
    return path.read_bytes()


def sync_folder(folder: Path) -> None:
    """Make names created in or removed from a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    """base64url without padding. ValueError when it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
