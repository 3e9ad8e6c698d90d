"""The van's outlines, one set per view, in diagram units (1000 wide, ``height`` high, y downwards).

Neighbours: ``parts`` names hit areas over these outlines; ``van`` paints them as a photo; ``export`` writes them
for the field app's line art. Invariants: left is the mirror of right except for what differs on a real van
(sliding door and rail on the kerb side, charge flap on the driver's side); roles are unique within a view.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from server.demo.drawing.paths import circle, mirror, rounded

HEAVY = 2
FINE = 1
PAINT_ONLY = 0

WHEEL_FRONT = (790.0, 363.0)
WHEEL_REAR = (226.0, 363.0)
WHEEL_R = 62.0
GROUND_SIDE = 425.0
GROUND_FRONT = 868.0


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline: what it is (``role``), its path data, and its line weight in the diagram."""

    role: str
    d: str
    weight: int = FINE


@dataclass(frozen=True, slots=True)
class ViewGeometry:
    """All shapes of one view; ``height`` in units of a width of 1000."""

    view: str
    height: float
    shapes: tuple[Shape, ...]

    def path(self, role: str) -> str:
        """Path data of a role; raises ``KeyError`` when this view has no such shape."""
        for shape in self.shapes:
            if shape.role == role:
                return shape.d
        raise KeyError(role)


_SIDE_BODY = (
    "M46 386 C36 386 31 378 31 366 L31 318 C31 250 36 150 46 92 C51 62 64 50 92 47 C260 40 480 38 612 42 "
    "C650 44 674 54 696 72 C748 114 792 156 834 197 C880 203 926 215 948 236 C962 250 968 276 970 308 "
    "C971 332 972 352 966 372 C963 382 955 386 944 386 L864.5 386 A78 78 0 1 0 715.5 386 L300.5 386 "
    "A78 78 0 1 0 151.5 386 Z"
)


def _spokes(centre: tuple[float, float]) -> str:
    rays = ((math.cos(a), math.sin(a)) for a in (math.tau * i / 5 - math.pi / 2 for i in range(5)))
    return " ".join(
        f"M{centre[0] + 15 * c:.1f} {centre[1] + 15 * s:.1f} L{centre[0] + 39 * c:.1f} {centre[1] + 39 * s:.1f}" for c, s in rays
    )


_SIDE_COMMON: tuple[Shape, ...] = (
    Shape("body", _SIDE_BODY, HEAVY),
    Shape(
        "windscreen",
        "M700 79 C750 120 790 158 826 194 L812 194 C774 158 736 122 690 84 Z",
        FINE,
    ),
    Shape(
        "door_glass",
        "M622 84 L672 84 C688 86 700 94 712 105 L788 176 C796 186 794 193 782 193 L622 193 Q614 193 614 185 "
        "L614 92 Q614 84 622 84 Z",
        FINE,
    ),
    Shape("quarter_seam", "M716 110 L716 193", FINE),
    Shape(
        "door_front",
        "M608 60 L668 61 C692 65 708 80 722 93 L806 178 C812 190 810 236 806 270 L786 281 C748 286 716 318 712 372 "
        "L614 372 Q606 372 606 364 L604 66 Z",
        FINE,
    ),
    Shape("rear_stamp", rounded(76, 84, 306, 110, 16), FINE),
    Shape("mid_stamp", rounded(416, 84, 170, 110, 16), FINE),
    Shape("crease", "M44 222 C240 216 480 214 600 214 C720 214 820 224 868 238", FINE),
    Shape("cladding_mid", "M306 318 L600 318 L600 346 L304 346 Z", PAINT_ONLY),
    Shape("cladding_door", "M612 318 L722 318 L714 346 L612 346 Z", PAINT_ONLY),
    Shape("sill", "M302 366 L714 366 L715.5 386 L300.5 386 Z", FINE),
    Shape("roof_gutter", "M58 64 C260 57 480 54 606 58", FINE),
    Shape(
        "bonnet_line",
        "M836 199 C868 214 900 224 948 237",
        FINE,
    ),
    Shape(
        "bumper_front",
        "M969 300 C971 332 972 352 966 372 C963 382 955 386 944 386 L864.5 386 C868 366 868 344 862 326 "
        "C900 324 936 316 969 300 Z",
        FINE,
    ),
    Shape(
        "bumper_rear",
        "M31 322 C70 326 110 328 152 326 C146 344 148 368 151.5 386 L46 386 C36 386 31 378 31 366 Z",
        FINE,
    ),
    Shape(
        "headlamp",
        "M962 262 C934 246 900 238 872 239 C882 258 916 276 966 284 C966 276 964 268 962 262 Z",
        FINE,
    ),
    Shape("tail_lamp", "M40 168 L56 170 C58 210 58 252 54 292 L32 290 C33 250 36 208 40 168 Z", FINE),
    Shape(
        "mirror",
        "M756 158 C756 150 762 147 772 148 L794 152 C801 154 804 160 803 168 L800 198 C799 206 794 209 786 208 "
        "L768 205 C760 203 757 199 757 190 Z",
        HEAVY,
    ),
    Shape("handle_front", rounded(620, 230, 42, 13, 6), FINE),
    Shape("arch_front", "M868 386 A82 82 0 1 0 712 386", PAINT_ONLY),
    Shape("arch_rear", "M304 386 A82 82 0 1 0 148 386", PAINT_ONLY),
    Shape("wheel_front", circle(*WHEEL_FRONT, WHEEL_R), HEAVY),
    Shape("wheel_rear", circle(*WHEEL_REAR, WHEEL_R), HEAVY),
    Shape("rim_front", circle(*WHEEL_FRONT, 42), FINE),
    Shape("rim_rear", circle(*WHEEL_REAR, 42), FINE),
    Shape("spokes_front", _spokes(WHEEL_FRONT), FINE),
    Shape("spokes_rear", _spokes(WHEEL_REAR), FINE),
    Shape("hub_front", circle(*WHEEL_FRONT, 11), FINE),
    Shape("hub_rear", circle(*WHEEL_REAR, 11), FINE),
)

_RIGHT_ONLY: tuple[Shape, ...] = (
    Shape("sliding_door", "M398 58 L598 57 L600 372 L402 372 Q396 372 396 364 Z", FINE),
    Shape("rail", "M112 206 L396 203", FINE),
    Shape("handle_sliding", rounded(548, 230, 38, 13, 6), FINE),
)

_LEFT_ONLY_RIGHT_HANDED: tuple[Shape, ...] = (
    Shape("panel_seam", "M398 58 L396 372", FINE),
    Shape("pillar_seam", "M598 57 L600 372", FINE),
    Shape("charge_flap", rounded(84, 240, 46, 46, 10), FINE),
)

_FRONT_BODY = (
    "M158 806 C136 800 127 784 126 752 L121 566 C121 500 127 462 141 420 C154 340 170 226 191 132 C200 86 224 68 "
    "272 61 C400 50 600 50 728 61 C776 68 800 86 809 132 C830 226 846 340 859 420 C873 462 879 500 879 566 "
    "L874 752 C873 784 864 800 842 806 C640 818 360 818 158 806 Z"
)

_FRONT_HALF: tuple[Shape, ...] = (
    Shape(
        "headlamp_right",
        "M133 512 C176 518 238 536 292 560 C300 580 292 602 270 610 C220 612 166 600 131 584 C128 560 128 534 133 512 Z",
        FINE,
    ),
    Shape(
        "mirror_right",
        "M136 398 L104 388 C70 386 44 376 38 344 C34 308 36 274 48 262 C62 254 92 256 102 268 C110 284 110 318 108 346 "
        "L116 364 L144 380 Z",
        HEAVY,
    ),
    Shape("fog_right", rounded(164, 700, 84, 46, 14), FINE),
    Shape("wheel_right", "M158 790 L262 790 L262 852 Q262 868 246 868 L174 868 Q158 868 158 852 Z", HEAVY),
)


def _mirrored(shapes: tuple[Shape, ...], swap: tuple[str, str]) -> tuple[Shape, ...]:
    return tuple(Shape(s.role.replace(*swap), mirror(s.d), s.weight) for s in shapes)


_FRONT_SHAPES: tuple[Shape, ...] = (
    *(s for s in _FRONT_HALF if s.role.startswith("wheel")),
    *_mirrored(tuple(s for s in _FRONT_HALF if s.role.startswith("wheel")), ("right", "left")),
    Shape("body", _FRONT_BODY, HEAVY),
    Shape(
        "windscreen",
        "M236 128 C400 112 600 112 764 128 C786 206 808 306 822 388 C700 416 300 416 178 388 C192 306 214 206 236 128 Z",
        FINE,
    ),
    Shape("roof_line", "M206 112 C400 92 600 92 794 112", FINE),
    Shape("cowl", "M178 396 C300 424 700 424 822 396 L832 416 C700 446 300 446 168 416 Z", FINE),
    Shape(
        "bonnet",
        "M166 420 C300 450 700 450 834 420 C850 452 860 484 864 510 C820 518 760 534 704 556 C600 568 400 568 296 556 "
        "C240 534 180 518 136 510 C140 484 150 452 166 420 Z",
        FINE,
    ),
    Shape("bonnet_crease_right", "M306 448 C296 486 300 524 318 556", FINE),
    Shape("bonnet_crease_left", mirror("M306 448 C296 486 300 524 318 556"), FINE),
    Shape(
        "grille",
        "M304 566 C420 577 580 577 696 566 C700 590 692 608 680 618 C580 626 420 626 320 618 C308 608 300 590 304 566 Z",
        FINE,
    ),
    Shape("badge", circle(500, 592, 19), FINE),
    Shape(
        "bumper_front",
        "M126 620 C300 652 700 652 874 620 L874 752 C873 784 864 800 842 806 C640 818 360 818 158 806 C136 800 127 784 126 752 Z",
        FINE,
    ),
    Shape("intake", "M292 716 L708 716 C712 740 704 766 690 776 L310 776 C296 766 288 740 292 716 Z", FINE),
    Shape("plate", rounded(398, 646, 204, 58, 6), FINE),
    *(s for s in _FRONT_HALF if not s.role.startswith("wheel")),
    *_mirrored(tuple(s for s in _FRONT_HALF if not s.role.startswith("wheel")), ("right", "left")),
    Shape("wiper_right", "M300 404 C360 384 420 376 470 376", FINE),
    Shape("wiper_left", "M560 406 C620 388 680 378 730 376", FINE),
)

_REAR_BODY = (
    "M158 806 C136 800 127 784 126 752 L121 566 C121 500 124 462 132 420 C144 330 158 216 176 132 C186 84 214 66 "
    "264 61 C400 52 600 52 736 61 C786 66 814 84 824 132 C842 216 856 330 868 420 C876 462 879 500 879 566 "
    "L874 752 C873 784 864 800 842 806 C640 814 360 814 158 806 Z"
)

_REAR_HALF: tuple[Shape, ...] = (
    Shape("wheel_left", "M158 790 L262 790 L262 852 Q262 868 246 868 L174 868 Q158 868 158 852 Z", HEAVY),
    Shape(
        "rear_door_left",
        "M216 116 L494 110 L494 696 L176 696 Q164 696 164 684 L166 470 C176 340 190 220 204 128 Q206 117 216 116 Z",
        FINE,
    ),
    Shape(
        "rear_glass_left",
        "M236 146 L470 142 Q478 142 478 150 L478 352 Q478 362 468 362 L214 368 Q202 368 204 356 L224 156 Q226 146 236 146 Z",
        FINE,
    ),
    Shape("tail_lamp_left", "M148 380 L160 384 L158 590 L128 596 L126 520 C128 466 136 420 148 380 Z", FINE),
    Shape("hinge_left", rounded(150, 250, 22, 38, 5), PAINT_ONLY),
    Shape("hinge_low_left", rounded(142, 622, 22, 38, 5), PAINT_ONLY),
    Shape(
        "mirror_left",
        "M138 392 L104 386 C80 384 62 376 58 348 C56 314 58 286 66 276 C76 270 96 272 104 282 C110 296 110 320 108 346 "
        "L116 362 L144 374 Z",
        HEAVY,
    ),
)

_REAR_SHAPES: tuple[Shape, ...] = (
    *(s for s in _REAR_HALF if s.role.startswith(("wheel", "mirror"))),
    *_mirrored(tuple(s for s in _REAR_HALF if s.role.startswith(("wheel", "mirror"))), ("left", "right")),
    Shape("body", _REAR_BODY, HEAVY),
    *(s for s in _REAR_HALF if not s.role.startswith(("wheel", "mirror"))),
    *_mirrored(tuple(s for s in _REAR_HALF if not s.role.startswith(("wheel", "mirror"))), ("left", "right")),
    Shape("centre_seam", "M500 108 L500 698", FINE),
    Shape("brake_lamp", rounded(430, 78, 140, 16, 7), FINE),
    Shape(
        "bumper_rear",
        "M125 706 C300 714 700 714 875 706 L874 752 C873 784 864 800 842 806 C640 814 360 814 158 806 C136 800 127 784 126 752 Z",
        FINE,
    ),
    Shape("step", rounded(300, 720, 400, 26, 8), FINE),
    Shape("plate", rounded(396, 590, 208, 60, 6), FINE),
    Shape("rear_handle", rounded(512, 470, 22, 72, 9), FINE),
)

_TOP_BODY = (
    "M56 70 Q58 56 76 55 C240 50 460 50 640 53 C740 55 840 60 900 78 C950 96 968 150 969 230 C968 310 950 364 900 382 "
    "C840 400 740 405 640 407 C460 410 240 410 76 405 Q58 404 56 390 C42 330 42 130 56 70 Z"
)

_TOP_SHAPES: tuple[Shape, ...] = (
    Shape("mirror_left", "M762 54 C770 26 776 14 790 12 L804 12 C812 14 812 24 806 34 L790 56 Z", HEAVY),
    Shape("mirror_right", "M762 406 C770 434 776 446 790 448 L804 448 C812 446 812 436 806 426 L790 404 Z", HEAVY),
    Shape("body", _TOP_BODY, HEAVY),
    Shape(
        "roof",
        "M76 78 Q78 70 90 70 C260 66 480 66 612 70 Q626 70 628 82 C636 180 636 280 628 378 Q626 390 612 390 "
        "C480 394 260 394 90 390 Q78 390 76 382 C66 320 66 140 76 78 Z",
        FINE,
    ),
    Shape(
        "windscreen",
        "M648 84 C720 92 770 100 812 112 C832 180 832 280 812 348 C770 360 720 368 648 376 C656 280 656 180 648 84 Z",
        FINE,
    ),
    Shape(
        "bonnet",
        "M826 106 C876 112 916 122 936 142 C954 180 954 280 936 318 C916 338 876 348 826 354 C844 280 844 180 826 106 Z",
        FINE,
    ),
    Shape("rib_1", "M110 116 L588 112", FINE),
    Shape("rib_2", "M106 173 L594 171", FINE),
    Shape("rib_3", "M104 230 L596 230", FINE),
    Shape("rib_4", "M106 287 L594 289", FINE),
    Shape("rib_5", "M110 344 L588 348", FINE),
    Shape("headlamp_left", "M884 78 C916 88 940 104 950 128 C930 118 904 104 876 98 Z", FINE),
    Shape("headlamp_right", "M884 382 C916 372 940 356 950 332 C930 342 904 356 876 362 Z", FINE),
    Shape("side_glass_left", "M642 62 C700 64 750 70 790 80 L806 100 C756 88 700 80 646 76 Z", FINE),
    Shape("side_glass_right", "M642 398 C700 396 750 390 790 380 L806 360 C756 372 700 380 646 384 Z", FINE),
)

_RIGHT_SHAPES = (*_SIDE_COMMON, *_RIGHT_ONLY)
_LEFT_SHAPES = tuple(Shape(s.role, mirror(s.d), s.weight) for s in (*_SIDE_COMMON, *_LEFT_ONLY_RIGHT_HANDED))

VAN: dict[str, ViewGeometry] = {
    "front": ViewGeometry("front", 900, _FRONT_SHAPES),
    "left": ViewGeometry("left", 450, _LEFT_SHAPES),
    "right": ViewGeometry("right", 450, _RIGHT_SHAPES),
    "rear": ViewGeometry("rear", 900, _REAR_SHAPES),
    "top": ViewGeometry("top", 460, _TOP_SHAPES),
}
