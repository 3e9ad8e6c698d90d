"""Everything that can be known to fail before anything slow is begun.

Neighbours: `commands.py` runs these first; `failures.py` has the sentences. Invariant: nothing is changed on
the machine (a probe file is removed at once).
"""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from server.setup.failures import SetupError
from server.setup.words import ROOT

FREE_BYTES_MIN = 1_000_000_000
PORT_MAX = 65_535


def data_folder() -> Path:
    """Where records and pictures are kept: `HANDOVER_DATA`, else `data/` in the project."""
    chosen = os.environ.get("HANDOVER_DATA", "").strip()
    return Path(chosen).expanduser().resolve() if chosen else ROOT / "data"


def parse_port(text: str) -> int:
    """A port from 1 to 65535, or `setup_port_invalid`."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= PORT_MAX:
        return int(text)
    raise SetupError("setup_port_invalid", port=text)


def check_writable(folder: Path) -> None:
    """Raise `setup_folder_not_writable` unless a file can be made there (or in its nearest parent)."""
    place = existing(folder)
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".handover-probe-"):
            return
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise no_space(place, 0, FREE_BYTES_MIN) from problem
        raise SetupError("setup_folder_not_writable", folder=folder) from problem


def check_space(folder: Path, needed: int = FREE_BYTES_MIN) -> None:
    """Raise `setup_no_space` when the disk of `folder` has less than `needed` bytes free."""
    place = existing(folder)
    free = shutil.disk_usage(place).free
    if free < needed:
        raise no_space(place, free, needed)


def no_space(place: Path, free: int, needed: int) -> SetupError:
    """The failure for a full disk; sizes in bytes."""
    return SetupError("setup_no_space", folder=place, free=f"{free / 1e9:.2f} GB", needed=f"{needed / 1e9:.0f} GB")


def check_port(port: int, host: str = "127.0.0.1") -> None:
    """Raise `setup_port_taken` or `setup_port_forbidden` unless the server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as problem:
            raise SetupError("setup_port_forbidden", port=port, other=other(port)) from problem
        except OSError as problem:
            raise SetupError("setup_port_taken", port=port, other=other(port)) from problem


def check_venv_module() -> None:
    """Raise `setup_venv_missing` when this Python cannot make environments (Debian splits that off)."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetupError("setup_venv_missing", version=f"{sys.version_info.major}.{sys.version_info.minor}")


def existing(folder: Path) -> Path:
    """The folder itself or its nearest parent that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def other(port: int) -> int:
    """A port to suggest instead."""
    return 8123 if port != 8123 else 8124
