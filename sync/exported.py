"""What makes an export file its device's own: what the device signs over all that the file carries. Pure.

Neighbours: `sync/net/exportfile.py` and `field_app/src/core/exportfile.ts` write such files, `server/imports/exportfile.py`
reads them, `brought.py` takes in what stands in them; docs/protocol.md tells the format. Invariant: nothing that an import
believes stands outside the signature — the head and every entry and name of a file as written, a file's bytes by the hash in
its name.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sync.journal import export_text

MAGIC: Final = b"HVX2"
ENTRY, FILE, BYTES, END = 1, 2, 3, 255
FORMAT: Final = 2


def key_info(organisation: str, device: str) -> bytes:
    """What the key of a file's records is derived for."""
    return f"handover-export-key-v2\n{organisation}\n{device}".encode()


def framed(raw: bytes) -> bytes:
    """Bytes behind their length, as head and records stand in the file."""
    return len(raw).to_bytes(4, "big") + raw


class Carried:
    """Digest of what a file carries, fed in the order of the file: `head` is all that stands before the first record."""

    def __init__(self, head: bytes) -> None:
        self._sum = hashlib.sha256(head)

    def add(self, type_: int, content: bytes) -> None:
        """One record. Bytes of a file are passed over: the hash in its name, which counts, is their own."""
        if type_ in (ENTRY, FILE):
            self._sum.update(framed(bytes([type_]) + content))

    def digest(self) -> str:
        """Hex."""
        return self._sum.hexdigest()


@dataclass(frozen=True)
class Exported:
    """Whose journal a file holds, from which number on (0: no entry); `seq` and `hash` are of the newest entry written. `digest`
    is what was computed from the file itself, `signature` what stands in it ('' when none does)."""

    organisation: str
    device: str
    epoch: int
    first: int
    seq: int
    hash: str
    digest: str
    signature: str

    def text(self) -> bytes:
        """What the device must have signed."""
        return export_text(self.organisation, self.device, self.epoch, self.first, self.seq, self.hash, self.digest)
