"""The van's parts a damage can be pinned to: hit areas with names, per view.

Neighbours: ``geometry`` gives the outlines these areas lie on; ``export`` writes them to the field app; the demo
company chooses damage positions from ``PARTS``. Invariants: ids are unique within a view; every polygon lies
inside 0..1000 × 0..1000 (both axes normalised to the diagram); the centre lies on the polygon's box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from server.demo.drawing.geometry import VAN
from server.demo.drawing.paths import Polygon, first_polygon, mirror


@dataclass(frozen=True, slots=True)
class Part:
    """One part in one view; ``polygon`` and ``centre`` in 0..1000 of the diagram's width and height."""

    id: str
    view: str
    zh: str
    en: str
    centre: tuple[int, int]
    polygon: tuple[tuple[int, int], ...]


_SIDE: tuple[tuple[str, str, str, str], ...] = (
    (
        "roof_edge_{s}",
        "{z}侧车顶边",
        "Roof edge, {e}",
        "M46 92 C51 62 64 50 92 47 C260 40 480 38 612 42 C640 44 660 49 674 58 L668 61 L606 60 L58 66 Z",
    ),
    (
        "side_panel_rear_{s}",
        "{z}后侧板",
        "Rear side panel, {e}",
        "M58 66 L394 60 L396 318 L298 318 C284 300 258 285 226 285 C194 285 168 300 154 318 L33 318 L34 292 L56 292 "
        "L56 170 L41 168 Z",
    ),
    ("{mid}", "{midz}", "{mide}", "M398 58 L604 57 L606 366 L398 366 Z"),
    (
        "door_front_{s}",
        "{z}前门",
        "Front door, {e}",
        "M606 194 L756 193 L760 204 L786 209 L806 200 L806 270 L786 281 C748 286 716 318 712 366 L608 366 Z",
    ),
    (
        "window_front_{s}",
        "{z}前门玻璃",
        "Front door window, {e}",
        "M606 62 L668 61 C692 65 708 80 722 93 L776 146 L758 150 L757 193 L606 194 Z",
    ),
    (
        "windscreen",
        "前挡风玻璃",
        "Windscreen",
        "M672 58 L704 70 C752 110 796 156 842 198 L806 200 L812 188 L724 96 C710 82 696 70 670 62 Z",
    ),
    (
        "bonnet",
        "引擎盖",
        "Bonnet",
        "M834 197 C880 203 926 215 948 236 L958 258 C934 246 900 238 872 239 L808 214 L812 200 Z",
    ),
    (
        "fender_front_{s}",
        "{z}前翼子板",
        "Front wing, {e}",
        "M808 214 L872 239 C882 258 916 276 968 286 L969 300 C936 316 900 324 862 "
        "326 C850 300 822 285 790 285 L800 276 "
        "C806 262 808 240 808 214 Z",
    ),
    ("headlamp_{s}", "{z}前大灯", "Headlamp, {e}", "M962 262 C934 246 900 238 872 239 C882 258 916 276 967 285 Z"),
    (
        "mirror_{s}",
        "{z}后视镜",
        "Mirror, {e}",
        "M756 158 C756 150 762 147 772 148 L794 152 C801 154 804 160 803 168 L800 "
        "198 C799 206 794 209 786 208 L768 205 "
        "C760 203 757 199 757 190 Z",
    ),
    (
        "bumper_front",
        "前保险杠",
        "Front bumper",
        "M969 300 C971 332 972 352 966 372 C963 382 955 386 944 386 L864 386 C868 366 868 344 862 326 C900 324 936 316 969 300 Z",
    ),
    (
        "bumper_rear",
        "后保险杠",
        "Rear bumper",
        "M31 322 C70 326 110 328 152 326 C146 344 148 368 151 386 L46 386 C36 386 31 378 31 366 Z",
    ),
    (
        "tail_lamp_{s}",
        "{z}尾灯",
        "Tail lamp, {e}",
        "M40 168 L56 170 C58 210 58 252 54 292 L32 290 C33 250 36 208 40 168 Z",
    ),
    ("sill_{s}", "{z}侧裙", "Sill, {e}", "M302 366 L714 366 L715 388 L300 388 Z"),
    ("wheel_front_{s}", "{z}前轮", "Front wheel, {e}", "M852 363 A62 62 0 0 1 728 363 A62 62 0 0 1 852 363 Z"),
    ("wheel_rear_{s}", "{z}后轮", "Rear wheel, {e}", "M288 363 A62 62 0 0 1 164 363 A62 62 0 0 1 288 363 Z"),
)

# Half of the front as the onlooker sees it: the van's right side lies on the picture's left.
_FRONT_HALF: tuple[tuple[str, str, str, str], ...] = (
    (
        "headlamp_{s}",
        "{z}前大灯",
        "Headlamp, {e}",
        "M133 512 C176 518 238 536 292 560 C300 580 292 602 270 610 C220 612 166 600 131 584 C128 560 128 534 133 512 Z",
    ),
    (
        "mirror_{s}",
        "{z}后视镜",
        "Mirror, {e}",
        "M136 398 L104 388 C70 386 44 376 38 344 C34 308 36 274 48 262 C62 254 92 "
        "256 102 268 C110 284 110 318 108 346 L116 "
        "364 L144 380 Z",
    ),
    ("fog_lamp_{s}", "{z}雾灯", "Fog lamp, {e}", "M152 690 L262 690 L262 756 L152 756 Z"),
    ("wheel_front_{s}", "{z}前轮", "Front wheel, {e}", "M158 800 L262 808 L262 868 L158 868 Z"),
)
_FRONT: tuple[tuple[str, str, str, str], ...] = (
    (
        "roof_front",
        "车顶前沿",
        "Front roof edge",
        "M191 132 C200 86 224 68 272 61 C400 50 600 50 728 61 C776 68 800 86 809 132 L764 128 C600 112 400 112 236 128 Z",
    ),
    (
        "windscreen",
        "前挡风玻璃",
        "Windscreen",
        "M236 128 C400 112 600 112 764 128 C786 206 808 306 826 394 C700 424 300 424 174 394 C192 306 214 206 236 128 Z",
    ),
    (
        "bonnet",
        "引擎盖",
        "Bonnet",
        "M168 418 C300 448 700 448 832 418 C850 452 860 484 864 510 C820 518 760 534 "
        "704 556 C600 568 400 568 296 556 C240 534 "
        "180 518 136 510 C140 484 150 452 168 418 Z",
    ),
    (
        "grille",
        "格栅",
        "Grille",
        "M304 566 C420 577 580 577 696 566 C700 590 692 608 680 618 C580 626 420 626 320 618 C308 608 300 590 304 566 Z",
    ),
    (
        "bumper_front",
        "前保险杠",
        "Front bumper",
        "M126 620 C300 640 700 640 874 620 L874 752 C873 784 864 800 842 806 C640 818 360 818 158 806 C136 800 127 784 126 752 Z",
    ),
    ("plate_front", "前号牌", "Front plate", "M392 640 L608 640 L608 710 L392 710 Z"),
)

_REAR_HALF: tuple[tuple[str, str, str, str], ...] = (
    (
        "rear_door_{s}",
        "{z}后门",
        "Rear door, {e}",
        "M204 368 L500 364 L500 698 L176 698 Q164 696 164 684 L166 470 L176 368 Z",
    ),
    (
        "rear_window_{s}",
        "{z}后窗",
        "Rear window, {e}",
        "M210 118 L500 112 L500 364 L176 368 C184 280 194 200 210 118 Z",
    ),
    (
        "tail_lamp_{s}",
        "{z}尾灯",
        "Tail lamp, {e}",
        "M148 380 L162 384 L160 592 L127 598 L124 520 C126 466 134 420 148 380 Z",
    ),
    (
        "mirror_{s}",
        "{z}后视镜",
        "Mirror, {e}",
        "M138 392 L104 386 C80 384 62 376 58 348 C56 314 58 286 66 276 C76 270 96 "
        "272 104 282 C110 296 110 320 108 346 L144 "
        "374 Z",
    ),
    ("wheel_rear_{s}", "{z}后轮", "Rear wheel, {e}", "M158 800 L262 806 L262 868 L158 868 Z"),
)
_REAR: tuple[tuple[str, str, str, str], ...] = (
    (
        "roof_rear",
        "车顶后沿",
        "Rear roof edge",
        "M176 132 C186 84 214 66 264 61 C400 52 600 52 736 61 C786 66 814 84 824 132 L790 116 L210 116 Z",
    ),
    ("plate_rear", "后号牌", "Rear plate", "M392 584 L608 584 L608 656 L392 656 Z"),
    (
        "bumper_rear",
        "后保险杠",
        "Rear bumper",
        "M125 704 C300 712 700 712 875 704 L874 752 C873 784 864 800 842 806 C640 814 360 814 158 806 C136 800 127 784 126 752 Z",
    ),
)
_TOP: tuple[tuple[str, str, str, str], ...] = (
    ("roof_rear", "车顶后部", "Roof, rear", "M76 78 L350 68 L350 392 L76 382 C66 320 66 140 76 78 Z"),
    ("roof_front", "车顶前部", "Roof, front", "M350 68 L612 70 L628 82 C636 180 636 280 628 378 L612 390 L350 392 Z"),
    (
        "windscreen",
        "前挡风玻璃",
        "Windscreen",
        "M648 84 C720 92 770 100 818 110 C838 180 838 280 818 350 C770 360 720 368 648 376 C656 280 656 180 648 84 Z",
    ),
    (
        "bonnet",
        "引擎盖",
        "Bonnet",
        "M826 106 C876 112 916 122 936 142 C954 180 954 280 936 318 C916 338 876 348 826 354 C844 280 844 180 826 106 Z",
    ),
    ("mirror_left", "左后视镜", "Mirror, left", "M756 56 L766 14 L812 10 L814 34 L796 58 Z"),
    ("mirror_right", "右后视镜", "Mirror, right", "M756 404 L766 446 L812 450 L814 426 L796 402 Z"),
    (
        "bumper_front",
        "前保险杠",
        "Front bumper",
        "M938 128 C962 150 969 190 969 230 C969 270 962 310 938 332 C952 280 952 180 938 128 Z",
    ),
    ("side_panel_left", "左侧板上沿", "Side panel top, left", "M58 62 L640 53 L640 70 L612 70 L90 70 L64 80 Z"),
    ("side_panel_right", "右侧板上沿", "Side panel top, right", "M58 398 L640 407 L640 390 L612 390 L90 390 L64 380 Z"),
)

_WORDS = {"left": ("左", "left"), "right": ("右", "right")}


def _part(view: str, spec: tuple[str, str, str, str], side: str, d: str) -> Part:
    zh, en = _WORDS[side]
    middle = (
        ("sliding_door_right", "右侧滑门", "Sliding door, right")
        if side == "right"
        else ("side_panel_mid_left", "左中侧板", "Middle side panel, left")
    )
    words = {"s": side, "z": zh, "e": en, "mid": middle[0], "midz": middle[1], "mide": middle[2]}
    points = normalised(d, VAN[view].height)
    return Part(spec[0].format(**words), view, spec[1].format(**words), spec[2].format(**words), centre(points), points)


def normalised(d: str, height: float) -> tuple[tuple[int, int], ...]:
    """The first outline of path data as few points, both axes in 0..1000 of a view of that height."""
    outline = first_polygon(d)[:-1]
    half = len(outline) // 2
    outline = (*_simpler(outline[: half + 1])[:-1], *_simpler((*outline[half:], outline[0]))[:-1])
    return tuple((_unit(x), _unit(y * 1000 / height)) for x, y in outline)


def _simpler(line: Polygon, tolerance: float = 1.6) -> Polygon:
    """The line with every point left out that lies within ``tolerance`` units of the rest (Douglas and Peucker)."""
    (x0, y0), (x1, y1) = line[0], line[-1]
    span = math.hypot(x1 - x0, y1 - y0) or 1.0
    far, index = 0.0, 0
    for i, (x, y) in enumerate(line[1:-1], start=1):
        away = abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / span
        if away > far:
            far, index = away, i
    if far <= tolerance:
        return (line[0], line[-1])
    return (*_simpler(line[: index + 1], tolerance)[:-1], *_simpler(line[index:], tolerance))


def _unit(value: float) -> int:
    return min(1000, max(0, round(value)))


def centre(points: Polygon) -> tuple[int, int]:
    """The middle of an area by its weight."""
    area = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        cx += (x0 + x1) * cross
        cy += (y0 + y1) * cross
    return round(cx / (3 * area)), round(cy / (3 * area))


@cache
def parts() -> tuple[Part, ...]:
    """Every part of every view, later ones lying above earlier ones."""
    found: list[Part] = []
    for spec in _SIDE:
        found.append(_part("right", spec, "right", spec[3]))
        found.append(_part("left", spec, "left", mirror(spec[3])))
    for spec in _FRONT:
        found.append(_part("front", spec, "left", spec[3]))
    for spec in _FRONT_HALF:
        found.append(_part("front", spec, "right", spec[3]))
        found.append(_part("front", spec, "left", mirror(spec[3])))
    for spec in _REAR_HALF:
        found.append(_part("rear", spec, "left", spec[3]))
        found.append(_part("rear", spec, "right", mirror(spec[3])))
    for spec in _REAR:
        found.append(_part("rear", spec, "left", spec[3]))
    for spec in _TOP:
        found.append(_part("top", spec, "left", spec[3]))
    order = ["front", "left", "right", "rear", "top"]
    return tuple(sorted(found, key=lambda p: order.index(p.view)))


@cache
def part(view: str, part_id: str) -> Part:
    """The part of a view; raises ``KeyError`` when the view has no such part."""
    for candidate in parts():
        if (candidate.view, candidate.id) == (view, part_id):
            return candidate
    raise KeyError(f"{view}/{part_id}")
