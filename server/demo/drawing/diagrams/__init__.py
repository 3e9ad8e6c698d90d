"""The line art of everything a pack may be drawn as: `DIAGRAMS` by code.

Neighbours: `export` writes them for the app, `schemas.records.assets.Diagram` names the codes. Invariant: both name the same.
"""

from typing import Final

from server.demo.drawing.diagrams.car import CAR
from server.demo.drawing.diagrams.kit import KIT
from server.demo.drawing.diagrams.machine import MACHINE
from server.demo.drawing.diagrams.model import Diagram
from server.demo.drawing.diagrams.truck import TRUCK
from server.demo.drawing.diagrams.van import VAN

DIAGRAMS: Final[dict[str, Diagram]] = {one.code: one for one in (VAN, CAR, TRUCK, KIT, MACHINE)}

__all__ = ["DIAGRAMS", "Diagram"]
