"""What tests need from the operating system: a browser, a Chinese font, readers of QR codes and PDFs.

Neighbours: `commands.py`, before the tests. Invariant: a missing part stops the run,
nothing is skipped for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from server.setup.failures import SetupError
from server.setup.words import execute

INSTALL_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class SystemPart:
    """A Debian package, and the program (or the language a font must cover) that shows it is there."""

    package: str
    program: str = ""
    font_language: str = ""


PARTS = (
    SystemPart("chromium", program="chromium"),
    SystemPart("fonts-noto-cjk", font_language="zh-cn"),
    SystemPart("zbar-tools", program="zbarimg"),
    SystemPart("poppler-utils", program="pdftotext"),
    SystemPart("fontconfig", program="fc-list"),
)


def present(part: SystemPart) -> bool:
    """True when the part can be used now."""
    if part.program:
        return shutil.which(part.program) is not None
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    found = subprocess.run(
        [lister, f":lang={part.font_language}", "family"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return "Noto Sans CJK" in found.stdout


def missing_parts() -> list[str]:
    """Names of the Debian packages that are not there."""
    return [part.package for part in PARTS if not present(part)]


def install_system_parts() -> str:
    """Install what is missing through apt when we are root, else raise `setup_system_parts_missing`."""
    missing = missing_parts()
    if not missing:
        return "✓"
    apt = shutil.which("apt-get")
    if os.geteuid() == 0 and apt is not None:
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        execute("apt-update", [apt, "update"], seconds=INSTALL_SECONDS, extra_env=env)
        execute(
            "apt-install",
            [apt, "install", "-y", "--no-install-recommends", *missing],
            seconds=INSTALL_SECONDS,
            extra_env=env,
        )
        missing = missing_parts()
        if not missing:
            return "ok"
    raise SetupError("setup_system_parts_missing", names=" ".join(missing))
