"""Words on things: plates, company lettering, dial figures, with the project's small font.

Neighbours: ``van``, ``interior``, ``kit`` and ``machine`` place these pictures through their canvas. Invariants: only
glyphs of ``server/demo/fonts`` are drawn; every result is cached and must not be painted on by callers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from server.demo.drawing.canvas import Colour

_FONT = Path(__file__).resolve().parents[1] / "fonts" / "NotoSansSC-demo.otf"
_MAX_CHARACTERS = 40


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The demo's font at ``size`` pixels."""
    return ImageFont.truetype(_FONT, size)


@lru_cache(maxsize=256)
def words(text: str, colour: Colour, height: int = 96) -> Image.Image:
    """``text`` tightly cropped on a transparent ground, ``height`` pixels to the em."""
    face = font(height)
    left, top, right, bottom = face.getbbox(text[:_MAX_CHARACTERS])
    mask = Image.new("L", (max(1, int(right - left) + 4), max(1, int(bottom - top) + 4)))
    ImageDraw.Draw(mask).text((2 - left, 2 - top), text[:_MAX_CHARACTERS], font=face, fill=255)
    picture = Image.new("RGBA", mask.size, (*colour, 0))
    picture.putalpha(mask)
    return picture


@lru_cache(maxsize=256)
def plate(number: str, energy_green: bool) -> Image.Image:
    """A Chinese number plate, 440 × 140 mm (blue) or 480 × 140 mm (green, new energy)."""
    size = (480, 140) if energy_green else (440, 140)
    picture = Image.new("RGBA", size, (24, 70, 168, 255))
    draw = ImageDraw.Draw(picture)
    if energy_green:
        for y in range(size[1]):
            t = y / size[1]
            draw.line((0, y, size[0], y), fill=(round(238 - 150 * t), round(244 - 44 * t), round(240 - 116 * t), 255))
    ink = (14, 20, 18, 255) if energy_green else (250, 252, 255, 255)
    draw.rounded_rectangle((4, 4, size[0] - 5, size[1] - 5), 12, outline=ink, width=3)
    for x in (110, size[0] - 110):
        for y in (12, size[1] - 13):
            draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=(150, 156, 160, 255))
    characters = [c for c in number if c != "·"][:8]
    if not characters:
        return picture
    step = (size[0] - 44) / (len(characters) + 0.5)
    at = 22.0
    for i, character in enumerate(characters):
        glyph = words(character, ink[:3], 110)
        cell = (round(step * 0.86), 92)
        glyph = glyph.resize(cell, Image.Resampling.BILINEAR)
        picture.alpha_composite(glyph, (round(at + step * 0.07), 25))
        at += step
        if i == 1:
            draw.ellipse((at + step * 0.14, 63, at + step * 0.14 + 13, 76), fill=ink)
            at += step * 0.5
    return picture
