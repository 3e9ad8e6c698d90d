"""Pictures for the demo company, drawn from numbers: vans with their damage, dials, kits, machines, signatures.

Neighbours: the demo company calls ``draw_photo``, ``draw_signature`` and ``render_signature``; nothing here stores
anything. Invariants: pure functions, the same arguments always give the same bytes.
"""

from server.demo.drawing.parts import Part, part, parts
from server.demo.drawing.photo import draw_photo, locate
from server.demo.drawing.signature import draw_signature, render_signature
from server.demo.drawing.subject import (
    PAINTS,
    DamageKind,
    DrawnDamage,
    Kind,
    Light,
    Readings,
    Scene,
    Subject,
    View,
)

__all__ = [
    "PAINTS",
    "DamageKind",
    "DrawnDamage",
    "Kind",
    "Light",
    "Part",
    "Readings",
    "Scene",
    "Subject",
    "View",
    "draw_photo",
    "draw_signature",
    "locate",
    "part",
    "parts",
    "render_signature",
]
