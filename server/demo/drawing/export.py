"""Writes the van's line art and parts for the field app: ``python -m server.demo.drawing.export [--check]``.

Neighbours: ``geometry`` and ``parts`` are the source; ``field_app/src/ui/diagrams`` holds the copies that the app
bundles. Invariants: the copies say exactly what the source says (a test compares them); layout of the JSON is free.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from server.demo.drawing.geometry import VAN
from server.demo.drawing.parts import parts

TARGET = Path(__file__).resolve().parents[3] / "field_app" / "src" / "ui" / "diagrams"


def van_json() -> dict[str, Any]:
    """View → height (units of a width of 1000) and the shapes drawn as lines, in painting order."""
    return {
        name: {
            "height": round(view.height),
            "shapes": [{"role": s.role, "weight": s.weight, "d": s.d} for s in view.shapes if s.weight],
        }
        for name, view in VAN.items()
    }


def parts_json() -> list[dict[str, Any]]:
    """Every part: names, centre and polygon, both axes 0..1000 of the diagram."""
    return [
        {
            "id": p.id,
            "view": p.view,
            "zh": p.zh,
            "en": p.en,
            "x": p.centre[0],
            "y": p.centre[1],
            "polygon": " ".join(f"{x},{y}" for x, y in p.polygon),
        }
        for p in parts()
    ]


def contents() -> dict[str, Any]:
    """File name → what it must hold."""
    return {"van.json": van_json(), "parts.json": parts_json()}


def stale(target: Path = TARGET) -> list[str]:
    """Names of copies that are missing or differ from the source."""
    return [
        name
        for name, value in contents().items()
        if not (target / name).is_file() or json.loads((target / name).read_text("utf-8")) != value
    ]


def main(arguments: list[str]) -> int:
    """Write the copies, or with ``--check`` only say which are stale (exit code 1)."""
    if "--check" in arguments:
        for name in stale():
            print(f"{name} differs from its source: run python -m server.demo.drawing.export")
        return 1 if stale() else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, value in contents().items():
        (TARGET / name).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
