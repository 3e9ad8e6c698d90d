"""What is pictured: the words of a picture's request.

Neighbours: the demo company fills these in; ``photo`` turns them into a JPEG. Invariants: plain frozen values only,
so equal requests give equal bytes; positions of damages are 0..1000 of the diagram's width and height.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.demo.drawing.canvas import Colour


class View(StrEnum):
    """The shot: a photo slot of the category packs, or a damage's wide and close shot."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    REAR = "rear"
    CABIN = "cabin"
    CARGO = "cargo"
    DIAL = "dial"
    TYRE = "tyre"
    TOP = "top"
    WIDE = "wide"
    CLOSE = "close"


class Kind(StrEnum):
    """The thing pictured."""

    VAN = "van"
    CAMERA_KIT = "camera_kit"
    EXCAVATOR = "excavator"
    GENERATOR = "generator"


class Light(StrEnum):
    """Time of day and weather."""

    MORNING = "morning"
    NOON = "noon"
    RAIN = "rain"
    BASEMENT = "basement"


class DamageKind(StrEnum):
    """What a damage looks like."""

    SCRATCH = "scratch"
    DENT = "dent"
    CRACK = "crack"
    MISSING = "missing"
    STAIN = "stain"
    DEFORMATION = "deformation"


PAINTS: dict[str, Colour] = {
    "white": (233, 235, 234),
    "silver": (176, 182, 186),
    "yellow": (240, 176, 28),
    "blue": (34, 92, 164),
    "green": (30, 122, 88),
    "red": (188, 44, 40),
    "grey": (108, 116, 120),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The asset: ``paint`` is a key of ``PAINTS``, ``plate`` as 浙A·D3K907 (green when ``electric``, else blue)."""

    kind: Kind = Kind.VAN
    paint: str = "white"
    plate: str = ""
    lettering: str = "城配快运"
    electric: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """What the dial shows; ``energy_percent`` 0..100 (charge or fuel); ``hours`` for machines."""

    odometer_km: int = 0
    energy_percent: int = 80
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class DrawnDamage:
    """A damage on a view's diagram; ``size_cm`` is its longest side."""

    view: View
    x: int
    y: int
    kind: DamageKind
    size_cm: float = 12.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when: ``depot`` picks the yard's colours, ``bay`` its door number."""

    light: Light = Light.NOON
    depot: int = 0
    bay: int = 1
