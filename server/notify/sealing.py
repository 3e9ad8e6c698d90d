"""Addresses lie sealed: AES-256-GCM under a key of the organisation's in `data/secrets/<organisation>/notify.key`.

Neighbours: `addresses.py`. Invariants: a stolen database without the secrets holds no address · a sealed address opens only for
the organisation, holder and channel that it was sealed for · the key is made once, readable by the owner only.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.ids import is_uuid
from server.auth.keys import sync_folder

_NONCE_BYTES: Final = 12


class Sealing:
    """All organisations' keys for addresses; a missing one is made at first use. OSError when it cannot be read or written."""

    def __init__(self, secrets: Path) -> None:
        self.folder = secrets
        self._known: dict[str, AESGCM] = {}

    def seal(self, organisation: str, place: str, text: str) -> bytes:
        """Nonce and sealed bytes. `place`: holder and channel, bound to it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._key(organisation).encrypt(nonce, text.encode(), place.encode())

    def open(self, organisation: str, place: str, sealed: bytes) -> str | None:
        """What was sealed; None when it was not sealed here, for this place."""
        try:
            opened = self._key(organisation).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            return None
        return opened.decode()

    def _key(self, organisation: str) -> AESGCM:
        found = self._known.get(organisation)
        if found is None:
            if not is_uuid(organisation):
                raise ValueError("not an organisation id")
            found = self._known[organisation] = AESGCM(_kept(self.folder / organisation / "notify.key"))
        return found


def _kept(path: Path) -> bytes:
    """Read the key, or make it: written aside, fsynced, then linked into place so that of two makers one wins."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, AESGCM.generate_key(256))
        os.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
    sync_folder(path.parent)
    return path.read_bytes()
