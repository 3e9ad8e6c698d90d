"""Where the picture is taken: yard or basement behind and under the subject, and the light on it all.

Neighbours: ``photo`` asks for a backdrop and the grade; ``van`` and ``machine`` ask ``surroundings`` for the colours
their paint reflects. Invariants: backdrops are larger than the picture so that each shot can frame its own piece;
they are cached and copied, never painted on; textures come from seeded generators only.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from server.demo.drawing.canvas import Colour, darker, gradient, lighter, mix
from server.demo.drawing.lettering import words
from server.demo.drawing.subject import Light, Scene

PLATE = (1440, 1080)
WALL_FOOT = 668
_SLAT = 11


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The colours a glossy surface mirrors, and how hard the shadow under it is (0..1)."""

    sky: Colour
    haze: Colour
    wall: Colour
    ground: Colour
    shadow: float
    wet: bool


_LIGHT: dict[Light, Surroundings] = {
    Light.MORNING: Surroundings((188, 206, 226), (246, 226, 200), (190, 178, 160), (128, 120, 110), 0.62, False),
    Light.NOON: Surroundings((150, 190, 232), (226, 236, 242), (190, 194, 190), (134, 134, 130), 0.72, False),
    Light.RAIN: Surroundings((150, 160, 168), (190, 196, 200), (140, 146, 148), (84, 90, 94), 0.5, True),
    Light.BASEMENT: Surroundings((226, 230, 222), (120, 124, 120), (134, 136, 130), (86, 102, 96), 0.7, False),
}

# Per channel gain and lift of the finished picture: a phone's white balance in that light.
_GRADE: dict[Light, tuple[tuple[float, float, float], float]] = {
    Light.MORNING: ((1.04, 0.985, 0.90), 2),
    Light.NOON: ((1.02, 1.01, 1.0), 0),
    Light.RAIN: ((0.90, 0.94, 0.98), 6),
    Light.BASEMENT: ((0.88, 0.90, 0.80), 4),
}

_DEPOTS: tuple[tuple[Colour, Colour], ...] = (
    ((198, 204, 202), (46, 104, 96)),
    ((206, 196, 180), (70, 92, 122)),
)


def surroundings(light: Light) -> Surroundings:
    """What stands around the subject in that light."""
    return _LIGHT[light]


def grade(light: Light, exposure: float) -> list[int]:
    """A 768-entry table for ``Image.point``: white balance, a soft contrast curve and exposure (1 = as metered)."""
    gains, lift = _GRADE[light]
    table: list[int] = []
    for gain in gains:
        for value in range(256):
            t = value / 255
            curved = t + 0.10 * (t - 0.5) * (1 - abs(2 * t - 1))
            table.append(max(0, min(255, round(curved * 255 * gain * exposure + lift))))
    return table


@lru_cache(maxsize=16)
def texture(seed: int, cells: tuple[int, int], size: tuple[int, int], strength: int) -> Image.Image:
    """Grey noise around 128 (± ``strength``), ``cells`` of it stretched to ``size``."""
    data = random.Random(seed).randbytes(cells[0] * cells[1])
    noise = Image.frombytes("L", cells, data).point([round(128 + (v - 128) * strength / 128) for v in range(256)])
    return noise.resize(size, Image.Resampling.BICUBIC)


def rough(image: Image.Image, seed: int, cells: tuple[int, int], strength: int) -> Image.Image:
    """``image`` with grey noise laid over it."""
    noise = texture(seed, cells, image.size, strength)
    return ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -128)


@lru_cache(maxsize=4)
def _grain_tile(size: tuple[int, int]) -> Image.Image:
    noise = texture(97, (size[0] * 5 // 8, size[1] * 5 // 8), size, 5)
    return Image.merge("RGB", (noise, noise, noise))


def grain(image: Image.Image, seed: int) -> Image.Image:
    """Sensor noise: a fixed tile of it, shifted by ``seed``."""
    tile = _grain_tile((image.width + 160, image.height + 120))
    rng = random.Random(seed)
    x, y = rng.randrange(161), rng.randrange(121)
    return ImageChops.add(image, tile.crop((x, y, x + image.width, y + image.height)), 1, -128)


def _sky(draw: ImageDraw.ImageDraw, image: Image.Image, around: Surroundings, seed: int) -> None:
    column = gradient(((0.0, around.sky), (1.0, around.haze)))
    image.paste(column.resize((PLATE[0], 260)), (0, 0))
    rng = random.Random(seed)
    cloud = Image.new("L", PLATE)
    pen = ImageDraw.Draw(cloud)
    for _ in range(26):
        x, y, w = rng.randrange(-100, PLATE[0]), rng.randrange(0, 150), rng.randrange(80, 260)
        pen.ellipse((x, y, x + w, y + w * 0.22), fill=rng.randrange(60, 150))
    image.paste(lighter(around.haze, 0.6), (0, 0), cloud.filter(ImageFilter.GaussianBlur(18)))
    draw.rectangle((0, 232, PLATE[0], 262), fill=mix(around.haze, (96, 120, 104), 0.45))
    for x in range(-20, PLATE[0], 34):
        r = rng.randrange(16, 44)
        draw.ellipse((x, 240 - r, x + 2.4 * r, 262), fill=mix(around.haze, (82, 108, 90), 0.5 + rng.random() * 0.2))


def _door(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: Colour) -> None:
    x0, y0, x1, y1 = box
    draw.rectangle((x0 - 13, y0 - 16, x1 + 13, y1), fill=darker(colour, 0.5))
    for y in range(y0, y1, _SLAT):
        draw.rectangle((x0, y, x1, y + _SLAT - 1), fill=lighter(colour, 0.16))
        draw.rectangle((x0, y + _SLAT - 4, x1, y + _SLAT - 1), fill=darker(colour, 0.22))
    draw.rectangle((x0, y1 - 14, x1, y1), fill=darker(colour, 0.45))
    draw.rectangle((x0 - 60, y1 - 96, x0 - 42, y1 + 4), fill=(232, 178, 32))
    for y in range(y1 - 84, y1, 34):
        draw.polygon([(x0 - 60, y + 16), (x0 - 42, y), (x0 - 42, y + 14), (x0 - 60, y + 30)], fill=(38, 40, 40))


def _yard(scene: Scene, around: Surroundings) -> Image.Image:
    wall, door = _DEPOTS[scene.depot % len(_DEPOTS)]
    wall = mix(wall, around.wall, 0.45)
    door = mix(door, around.wall, 0.2)
    image = Image.new("RGB", PLATE, around.ground)
    draw = ImageDraw.Draw(image)
    _sky(draw, image, around, scene.depot + 5)
    column = gradient(((0.0, lighter(wall, 0.18)), (0.55, wall), (1.0, darker(wall, 0.18))))
    image.paste(column.resize((PLATE[0], WALL_FOOT - 196)), (0, 196))
    for x in range(0, PLATE[0], 26):
        draw.line((x, 214, x, WALL_FOOT - 60), fill=darker(wall, 0.1), width=3)
        draw.line((x + 4, 214, x + 4, WALL_FOOT - 60), fill=lighter(wall, 0.12), width=2)
    draw.rectangle((0, 190, PLATE[0], 216), fill=darker(door, 0.1))
    draw.rectangle((0, 214, PLATE[0], 220), fill=darker(wall, 0.4))
    draw.rectangle((0, WALL_FOOT - 58, PLATE[0], WALL_FOOT), fill=mix(darker(wall, 0.32), (120, 120, 116), 0.4))
    for i, x0 in enumerate((96, 566, 1036)):
        _door(draw, (x0, 318, x0 + 330, WALL_FOOT), door)
        number = words(f"{(scene.bay + i - 1) % 40 + 1}", (250, 250, 246), 66)
        draw.rectangle((x0 + 122, 236, x0 + 208, 296), fill=darker(door, 0.25))
        image.paste(number.convert("RGB"), (x0 + 165 - number.width // 2, 266 - number.height // 2), number.getchannel("A"))
    ground = gradient(((0.0, darker(around.ground, 0.14)), (0.2, around.ground), (1.0, lighter(around.ground, 0.12)))).resize(
        (PLATE[0], PLATE[1] - WALL_FOOT)
    )
    ground = rough(rough(ground, 11, (700, 150), 20), 12, (26, 10), 7)
    image.paste(ground, (0, WALL_FOOT))
    draw.rectangle((0, WALL_FOOT, PLATE[0], WALL_FOOT + 7), fill=darker(around.ground, 0.4))
    for x in (-260, 700, 1660):
        top = 720 + (x - 720) * 0.62
        draw.polygon(
            [(top, WALL_FOOT + 14), (top + 13, WALL_FOOT + 14), (x + 34, PLATE[1]), (x, PLATE[1])],
            fill=mix(around.ground, (240, 214, 120), 0.62),
        )
    return image


def _basement(scene: Scene, around: Surroundings) -> Image.Image:
    image = Image.new("RGB", PLATE, (96, 98, 94))
    draw = ImageDraw.Draw(image)
    ceiling = gradient(((0.0, (62, 64, 62)), (1.0, (104, 106, 100))))
    image.paste(ceiling.resize((PLATE[0], 250)), (0, 0))
    for y, colour in ((84, (128, 52, 46)), (118, (150, 152, 148)), (142, (86, 88, 86))):
        draw.rectangle((0, y, PLATE[0], y + 15), fill=colour)
        draw.line((0, y + 3, PLATE[0], y + 3), fill=lighter(colour, 0.3), width=3)
    wall = gradient(((0.0, (150, 150, 142)), (0.4, (168, 168, 158)), (1.0, (126, 128, 120))))
    image.paste(wall.resize((PLATE[0], WALL_FOOT - 200)), (0, 200))
    draw.rectangle((0, WALL_FOOT - 150, PLATE[0], WALL_FOOT), fill=(88, 122, 112))
    draw.rectangle((0, WALL_FOOT - 156, PLATE[0], WALL_FOOT - 148), fill=(226, 222, 200))
    for i, x in enumerate((120, 640, 1160)):
        draw.rectangle((x, 180, x + 130, WALL_FOOT + 8), fill=(176, 176, 166))
        draw.rectangle((x + 96, 180, x + 130, WALL_FOOT + 8), fill=(138, 139, 132))
        for y in range(WALL_FOOT - 150, WALL_FOOT, 50):
            draw.rectangle((x, y, x + 130, y + 25), fill=(226, 180, 40))
            draw.rectangle((x, y + 25, x + 130, y + 50), fill=(40, 42, 40))
        sign = words(f"B{scene.bay + i}", (60, 92, 84), 58)
        image.paste(sign.convert("RGB"), (x + 28, 330), sign.getchannel("A"))
    floor = gradient(((0.0, (66, 84, 78)), (0.3, (92, 112, 104)), (1.0, (112, 130, 122))))
    floor = rough(rough(floor.resize((PLATE[0], PLATE[1] - WALL_FOOT)), 21, (500, 90), 12), 22, (14, 8), 18)
    image.paste(floor, (0, WALL_FOOT))
    glow = Image.new("L", PLATE)
    pen = ImageDraw.Draw(glow)
    for x in (220, 700, 1180):
        pen.rectangle((x, 36, x + 230, 58), fill=255)
        pen.ellipse((x + 20, WALL_FOOT + 60, x + 210, PLATE[1] + 60), fill=70)
        pen.ellipse((x - 60, 180, x + 290, 330), fill=60)
    image.paste((246, 250, 236), (0, 0), glow.filter(ImageFilter.GaussianBlur(26)))
    for x in (220, 700, 1180):
        draw.rounded_rectangle((x, 38, x + 230, 54), 6, fill=(255, 255, 250))
    for x in (-200, 720, 1640):
        top = 720 + (x - 720) * 0.62
        draw.polygon([(top, WALL_FOOT + 14), (top + 12, WALL_FOOT + 14), (x + 30, PLATE[1]), (x, PLATE[1])], fill=(206, 214, 206))
    return image


def _soak(image: Image.Image) -> Image.Image:
    """A wet yard mirrors the wall, darker and smeared downwards, broken by puddles' edges."""
    depth = PLATE[1] - WALL_FOOT
    mirrored = image.crop((0, WALL_FOOT - depth, PLATE[0], WALL_FOOT)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = mirrored.resize((PLATE[0] // 4, 14)).resize((PLATE[0], depth), Image.Resampling.BICUBIC)
    mirrored = mirrored.filter(ImageFilter.GaussianBlur(5))
    mask = texture(33, (16, 12), (PLATE[0], depth), 110).point([max(0, min(180, (v - 70) * 2)) for v in range(256)])
    image.paste(mirrored, (0, WALL_FOOT), mask)
    return image


@lru_cache(maxsize=8)
def backdrop(scene: Scene) -> Image.Image:
    """The scene without its subject, ``PLATE`` pixels, a little out of focus."""
    around = surroundings(scene.light)
    if scene.light is Light.BASEMENT:
        return _basement(scene, around).filter(ImageFilter.GaussianBlur(1.1))
    image = _yard(scene, around)
    if around.wet:
        image = _soak(image)
    return image.filter(ImageFilter.GaussianBlur(1.1))


@lru_cache(maxsize=4)
def enlarged(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """The backdrop stretched for a surface of ``size`` pixels, with a margin of an eighth for framing."""
    width = round(size[0] * 1.125)
    height = round(width * PLATE[1] / PLATE[0])
    return backdrop(scene).resize((width, height), Image.Resampling.BILINEAR)
