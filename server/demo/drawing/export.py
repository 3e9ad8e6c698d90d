"""Writes the line art and parts of every diagram for the app: ``python -m server.demo.drawing.export [--check]``.

Neighbours: ``diagrams`` is the source; ``field_app/src/ui/diagrams`` holds the copies that the app
bundles. Invariants: the copies say exactly what the source says (a test compares them); layout of the JSON is free.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from server.demo.drawing.diagrams import DIAGRAMS, Diagram

TARGET = Path(__file__).resolve().parents[3] / "field_app" / "src" / "ui" / "diagrams"


def drawing_json(diagram: Diagram) -> dict[str, Any]:
    """One thing with its views: heights in units of a width of 1000, lines in painting order; centres and polygons of its parts
    in 0..1000 of both axes."""
    return {
        "code": diagram.code,
        "zh": diagram.zh,
        "en": diagram.en,
        "views": [
            {
                "id": view.id,
                "zh": view.zh,
                "en": view.en,
                "height": round(view.height),
                "ground": None if view.ground is None else round(view.ground),
                "share": view.share,
                "lines": [{"kind": one.kind, "weight": one.weight, "d": one.d} for one in view.lines],
                "parts": [
                    {
                        "id": part.id,
                        "zh": part.zh,
                        "en": part.en,
                        "x": part.centre[0],
                        "y": part.centre[1],
                        "polygon": " ".join(f"{x},{y}" for x, y in part.polygon),
                    }
                    for part in view.parts
                ],
            }
            for view in diagram.views
        ],
    }


def contents() -> dict[str, Any]:
    """File name → what it must hold."""
    return {f"{code}.json": drawing_json(diagram) for code, diagram in DIAGRAMS.items()}


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
