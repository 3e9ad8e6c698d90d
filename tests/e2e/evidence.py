"""What the server really has of a handover, from its database rows and its files: the side of the oracle that cannot flatter.

Neighbours: `serverside.py` reads; `test_story.py` compares with what the screen said. Invariant: nothing here asks the
server's code or the app; hashes are computed from the bytes.
"""

import io
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.e2e.serverside import Server

ALIKE = 0.97
"""Correlation of two thumbnails from which they show the same picture. The browser shifts the film's colours and contrast, which
correlation does not mind."""


@dataclass(frozen=True)
class Entry:
    """One stored entry."""

    device: str
    seq: int
    action: str
    state: str
    body: dict[str, Any]


def entries_of(server: Server, device: str) -> list[Entry]:
    """Everything a device has written, in its order."""
    rows = server.rows("SELECT seq, action, state, body FROM journal WHERE device = ? ORDER BY epoch, seq", device)
    return [Entry(device, row["seq"], row["action"], row["state"], json.loads(row["body"])) for row in rows]


def said_of(entry: Entry, shots: dict[str, int]) -> str:
    """An entry in the words `Phone.said` uses. `shots`: slot → its number in the list."""
    args = entry.body["args"]
    if entry.action == "photo.add":
        return f"photo.add {shots.get(args['slot'], args['slot'])}"
    if entry.action == "reading.record":
        return f"reading.record {args['meter']}"
    if entry.action == "signature.capture":
        return f"signature.capture {args['party']}"
    return entry.action


def files_whole(server: Server, entries: list[Entry]) -> int:
    """Every file the entries name lies on the disk with exactly the hash and size made at capture; returns how many."""
    count = 0
    for entry in entries:
        for blob in entry.body["blobs"]:
            assert server.stored_sha256(blob["sha256"]) == blob["sha256"], f"{entry.action} {blob} is not what was captured"
            assert stored(server, blob["sha256"]).stat().st_size == blob["size"]
            count += 1
    return count


def stored(server: Server, sha256: str) -> Path:
    """Where a file lies."""
    (found,) = (server.data / "blobs").glob(f"*/{sha256[:2]}/{sha256}")
    return found


def seen_by_camera(server: Server, sha256: str, film: Path) -> bool:
    """Whether a stored photograph shows one of the film's frames: the camera's picture came through, not just some bytes."""
    photo = thumbnail(stored(server, sha256).read_bytes())
    return any(likeness(photo, thumbnail(frame)) > ALIKE for frame in _frames(film))


def _frames(film: Path) -> list[bytes]:
    start = b"\xff\xd8\xff"
    return [start + part for part in film.read_bytes().split(start)[1:]]


def thumbnail(jpeg: bytes) -> bytes:
    """A small grey copy, to compare what two pictures show."""
    return Image.open(io.BytesIO(jpeg)).convert("L").resize((48, 27)).tobytes()


def likeness(a: bytes, b: bytes) -> float:
    """Pearson's correlation of two equally long series."""
    return statistics.correlation(list(a), list(b))
