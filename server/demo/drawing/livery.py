"""What both the van's sides and its ends share: plastics, company colour, grips.

Neighbours: ``van``, ``van_ends`` and ``closeup``. Invariants: a company's colour depends only on its lettering and the
van's paint.
"""

from __future__ import annotations

from server.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from server.demo.drawing.paths import first_polygon
from server.demo.drawing.subject import PAINTS, Subject

PLASTIC: Colour = (52, 55, 57)
_ACCENTS: tuple[Colour, ...] = ((12, 106, 92), (217, 72, 15), (26, 92, 172), (196, 38, 46), (244, 168, 20))


def accent(subject: Subject) -> Colour:
    """The company colour, the same for the same lettering, and never the van's own paint."""
    own = PAINTS[subject.paint]
    start = sum(ord(c) for c in subject.lettering)
    for i in range(len(_ACCENTS)):
        colour = _ACCENTS[(start + i) % len(_ACCENTS)]
        if sum(abs(a - b) for a, b in zip(colour, own, strict=True)) > 150:
            return colour
    return _ACCENTS[0]


def title_colour(subject: Subject) -> Colour:
    """The company colour where it reads on the paint, else white (or ink on pale paint)."""
    colour, own = accent(subject), PAINTS[subject.paint]
    bright, ground = (0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2] for c in (colour, own))
    if abs(bright - ground) > 70:
        return colour
    return (248, 250, 248) if ground < 150 else (28, 34, 36)


def handle(c: Canvas, d: str, paint: Colour) -> None:
    """A dark grip with the shadow under it."""
    points = first_polygon(d)
    c.soft([(x, y + 5) for x, y in points], (0, 0, 0), 0.55, 3)
    c.gradient(d, ((0.0, lighter(PLASTIC, 0.3)), (0.4, PLASTIC), (1.0, darker(mix(PLASTIC, paint, 0.1), 0.4))))
