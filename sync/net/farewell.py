"""The end of a device that the office has wiped: what it held is destroyed, and the office is told until it has heard.

Neighbours: `client.py` comes here once everything is proven; `server/http/wipe.py` listens; `field_app/src/core/wipe.ts` is the
same. Invariants: what is to be said was signed before and lies apart from the journal; nothing is destroyed before it does.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from sync.net.http import Http
from sync.net.keys import sync_folder
from sync.net.problems import ClientError

_KEPT: Final = "wiped.json"
_HELD: Final = ("device.db", "device.db-wal", "device.db-shm", "device.key")


@dataclass(frozen=True)
class Farewell:
    """To whom it is said, and the signed words (a `WipedRequest`)."""

    url: str
    said: dict[str, Any]

    def keep(self, folder: Path) -> None:
        """On the disk before anything is destroyed."""
        path = folder / _KEPT
        beside = path.with_suffix(".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(folder)


def kept_in(folder: Path) -> Farewell | None:
    """What is still to be said of the device that was here."""
    try:
        return Farewell(**json.loads((folder / _KEPT).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def destroy(folder: Path) -> None:
    """Remove journal and key."""
    for name in _HELD:
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


async def say_farewell(
    folder: Path, transport: httpx.AsyncBaseTransport | None = None, asking: Http | None = None
) -> bool:  # fmt: skip
    """Say what is still to be said, over a connection of its own or `asking`; whether it was heard. What the server will never
    take is not said again: the key that could prove more is gone."""
    kept = kept_in(folder)
    if kept is None:
        return True
    http = asking or Http(kept.url, "", transport)
    try:
        await http.json("POST", "/api/v1/wiped", kept.said, renew=False)
    except ClientError as fault:
        if fault.temporary:
            return False
        heard = False
    else:
        heard = True
    finally:
        if asking is None:
            await http.close()
    (folder / _KEPT).unlink(missing_ok=True)
    return heard
