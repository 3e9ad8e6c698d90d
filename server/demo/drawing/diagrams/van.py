"""The delivery van, from the outlines its photos are painted with.

Neighbours: `geometry` and `parts`. Invariant: ids, polygons and centres are those of `parts`.
"""

from __future__ import annotations

import re
from typing import Final

from server.demo.drawing.diagrams.model import FIVE, Diagram, Kind, Line, View, share_of
from server.demo.drawing.geometry import VAN as OUTLINES
from server.demo.drawing.parts import parts

_GROUND_BELOW: Final = {"front": 31, "rear": 31, "left": 24, "right": 24}


def _kind(role: str) -> Kind:
    if re.search(r"glass|windscreen", role):
        return "glass"
    if re.search(r"lamp|fog", role):
        return "lamp"
    if "wheel" in role:
        return "wheel"
    return "solid" if re.match(r"body|mirror|plate|badge|rim|hub|bumper|step", role) else "open"


def _view(id_: str) -> View:
    outline = OUTLINES[id_]
    zh, en = FIVE[id_]
    below = _GROUND_BELOW.get(id_)
    lines = tuple(Line(_kind(one.role), one.weight, one.d) for one in outline.shapes if one.weight)
    ground = None if below is None else outline.height - below
    areas = tuple(one for one in parts() if one.view == id_)
    return View(id_, zh, en, outline.height, ground, share_of(outline.height), lines, areas)


VAN: Final = Diagram("van", "厢式货车", "Van", tuple(_view(id_) for id_ in FIVE))
