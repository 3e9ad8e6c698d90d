"""The truck: a light lorry with a box, from its five sides.

Neighbours: `model`. Invariants: the right side (box door, tank) is drawn apart from what both sides share; of front and rear the
picture's left half is drawn and mirrored.
"""

from __future__ import annotations

from typing import Final

from server.demo.drawing.diagrams.model import (
    Area,
    Diagram,
    Line,
    body,
    both,
    edge,
    flipped,
    glass,
    lamp,
    plate,
    seam,
    sided,
    two,
    tyre,
    view,
)
from server.demo.drawing.paths import circle, rounded

_FRONT: Final = (806.0, 474.0)
_REAR: Final = (220.0, 474.0)
_CAB: Final = (
    "M708 180 Q708 168 720 168 L878 168 C904 168 918 176 924 194 L954 318 C964 338 968 360 968 390 L968 448 "
    "Q968 464 952 464 L888 464 A82 82 0 0 0 724 464 L708 464 Z"
)
_DEFLECTOR: Final = "M714 168 L714 84 C768 88 838 122 880 168 Z"
_DOOR: Final = "M722 186 L874 186 C894 186 904 194 908 212 L934 322 L934 392 L884 392 C862 372 752 372 730 396 L722 396 Z"
_WINDOW: Final = (
    "M744 204 L864 204 C878 204 884 210 888 222 L908 304 Q910 314 900 314 L744 314 Q736 314 736 306 L736 212 Q736 204 744 204 Z"
)
_MIRROR: Final = (
    "M934 210 L954 210 Q962 210 962 218 L962 290 Q962 300 952 300 L944 300 Q936 300 936 290 L930 222 Q930 212 934 210 Z"
)
_SIDE: Final[tuple[Line, ...]] = (
    plate("M40 394 L708 394 L708 416 L40 416 Z"),
    plate(rounded(36, 448, 92, 18, 5)),
    seam("M60 416 L60 448 M104 416 L104 448"),
    lamp(rounded(36, 416, 64, 22, 4)),
    body(rounded(30, 40, 660, 354, 8)),
    seam("M46 40 L46 394 M674 40 L674 394 M30 58 L690 58 M30 376 L690 376"),
    body(_DEFLECTOR),
    seam("M736 98 L736 168"),
    body(_CAB),
    seam(_DOOR),
    glass(_WINDOW),
    plate(rounded(734, 336, 44, 13, 6)),
    glass("M914 194 L926 200 L954 316 L944 316 Z"),
    seam("M934 392 L966 392 M934 340 L962 340"),
    lamp("M928 400 L968 398 L968 428 L934 426 Q928 414 928 400 Z"),
    seam("M890 436 L968 434"),
    body(_MIRROR),
    seam("M916 206 L934 216 M924 282 L938 288"),
    edge("M306 458 A88 88 0 0 0 134 458"),
    *tyre(*_FRONT, 58, 36),
    *tyre(*_REAR, 58, 36),
)
_RIBS: Final = seam("M152 58 L152 376 M258 58 L258 376 M364 58 L364 376")
_RIGHT: Final[tuple[Line, ...]] = (
    *_SIDE,
    _RIBS,
    plate(rounded(486, 74, 150, 288, 5)),
    seam("M604 90 L604 346"),
    plate(rounded(596, 204, 16, 44, 6)),
    *(plate(rounded(478, y, 20, 12, 3)) for y in (112, 212, 312)),
    plate(rounded(560, 418, 138, 66, 18)),
    seam("M592 418 L592 484 M666 418 L666 484"),
    plate(rounded(322, 432, 214, 14, 5)),
    plate(rounded(322, 460, 214, 14, 5)),
    seam("M360 416 L360 474 M500 416 L500 474"),
)
_LEFT_AS_RIGHT: Final[tuple[Line, ...]] = (
    *_SIDE,
    _RIBS,
    seam("M470 58 L470 376 M576 58 L576 376"),
    plate(rounded(572, 418, 120, 70, 8)),
    seam("M632 418 L632 488 M586 434 L618 434 M646 434 L678 434"),
    plate(rounded(322, 432, 226, 14, 5)),
    plate(rounded(322, 460, 226, 14, 5)),
    seam("M360 416 L360 474 M510 416 L510 474"),
)
_BOTH_SIDES: Final[tuple[Area, ...]] = (
    Area("deflector", "导流罩", "Wind deflector", _DEFLECTOR),
    Area(
        "cab_corner_{s}",
        "驾驶室{z}前角",
        "Cab corner, {e}",
        "M884 168 C906 168 918 176 924 194 L954 318 C960 330 964 342 966 356 L966 396 L928 396 L934 322 L908 212 C904 194 "
        "894 186 880 186 Z",
    ),
    Area("cab_door_{s}", "{z}侧车门", "Cab door, {e}", "M708 314 L932 314 L934 396 L888 396 C862 378 752 378 728 400 L708 400 Z"),
    Area("cab_window_{s}", "{z}侧车窗", "Cab window, {e}", "M708 180 Q708 168 720 168 L886 168 L908 212 L932 314 L708 314 Z"),
    Area("bumper_front", "前保险杠", "Front bumper", "M884 430 L968 428 L968 448 Q968 464 952 464 L888 464 Z"),
    Area("headlamp_{s}", "{z}前大灯", "Headlamp, {e}", "M894 392 L972 386 L974 436 L896 436 Z"),
    Area("mirror_{s}", "{z}后视镜", "Mirror, {e}", "M930 206 L958 206 L966 216 L966 294 L956 304 L940 304 Z"),
    Area("side_guard_{s}", "{z}侧防护栏", "Side guard, {e}", "M316 420 L552 420 L552 482 L316 482 Z"),
    Area("bumper_rear", "后防护杠", "Rear underrun bar", "M32 442 L132 442 L132 470 L32 470 Z"),
    Area("tail_lamp_{s}", "{z}尾灯", "Tail lamp, {e}", "M32 412 L106 412 L106 442 L32 442 Z"),
    Area("mudguard_{s}", "{z}后挡泥板", "Rear mudguard, {e}", "M312 462 A92 92 0 0 0 128 462 L146 462 A74 74 0 0 1 294 462 Z"),
    Area("wheel_front_{s}", "{z}前轮", "Front wheel, {e}", circle(*_FRONT, 58)),
    Area("wheel_rear_{s}", "{z}后轮", "Rear wheel, {e}", circle(*_REAR, 58)),
)
_RIGHT_AREAS: Final[tuple[Area, ...]] = (
    Area("box_side_rear_{s}", "货厢{z}侧后部", "Box side, {e}, rear", rounded(30, 40, 228, 354, 8)),
    Area("box_side_mid_{s}", "货厢{z}侧中部", "Box side, {e}, middle", "M258 40 L474 40 L474 394 L258 394 Z"),
    Area("box_side_front_{s}", "货厢{z}侧前部", "Box side, {e}, front", "M474 40 L690 40 L690 394 L474 394 Z"),
    Area("box_door", "货厢侧门", "Box side door", rounded(482, 70, 158, 296, 5)),
    *_BOTH_SIDES,
    Area("tank", "燃油箱", "Fuel tank", rounded(556, 416, 146, 72, 16)),
)
_LEFT_AREAS: Final[tuple[Area, ...]] = (
    Area("box_side_rear_{s}", "货厢{z}侧后部", "Box side, {e}, rear", rounded(30, 40, 228, 354, 8)),
    Area("box_side_mid_{s}", "货厢{z}侧中部", "Box side, {e}, middle", "M258 40 L470 40 L470 394 L258 394 Z"),
    Area("box_side_front_{s}", "货厢{z}侧前部", "Box side, {e}, front", "M470 40 L690 40 L690 394 L470 394 Z"),
    *_BOTH_SIDES,
    Area("battery_box", "电瓶箱", "Battery box", rounded(568, 416, 128, 76, 8)),
)

_FRONT_CAB: Final = (
    "M214 960 C196 956 186 946 186 926 L184 660 C184 620 190 590 200 560 L226 366 C230 338 246 322 276 318 "
    "C420 306 580 306 724 318 C754 322 770 338 774 366 L800 560 C810 590 816 620 816 660 L814 926 C814 946 804 956 786 960 "
    "C600 968 400 968 214 960 Z"
)
_FRONT_SCREEN: Final = "M256 388 C420 372 580 372 744 388 L770 586 C600 606 400 606 230 586 Z"
_FRONT_DEFLECTOR: Final = (
    "M280 318 C290 220 310 150 340 132 C440 116 560 116 660 132 C690 150 710 220 720 318 C580 306 420 306 280 318 Z"
)
_WHEEL_END: Final = "M208 900 L318 900 L318 1040 Q318 1056 302 1056 L224 1056 Q208 1056 208 1040 Z"
_FRONT_HALF: Final[tuple[Line, ...]] = (
    lamp("M192 758 L318 758 Q330 758 330 770 L326 812 Q322 826 308 826 L204 822 Q192 818 192 806 Z"),
    plate(circle(256, 792, 26)),
    edge("M222 406 C186 396 160 398 132 410"),
    body("M92 404 Q92 392 104 392 L140 392 Q152 392 152 404 L150 548 Q150 560 138 560 L106 560 Q94 560 94 548 Z"),
    lamp(rounded(220, 882, 92, 40, 12)),
    lamp(rounded(164, 48, 40, 16, 5)),
)
_FRONT_LINES: Final[tuple[Line, ...]] = (
    *two((Line("wheel", 2, _WHEEL_END),)),
    body(rounded(146, 34, 708, 760, 8)),
    seam("M164 34 L164 760 M836 34 L836 760 M146 72 L854 72"),
    body(_FRONT_DEFLECTOR),
    seam("M356 160 C440 148 560 148 644 160"),
    body(_FRONT_CAB),
    seam("M256 340 C420 328 580 328 744 340"),
    glass(_FRONT_SCREEN),
    seam("M190 640 C400 660 600 660 810 640"),
    plate("M348 690 L652 690 Q664 690 664 702 L660 796 Q658 808 646 808 L354 808 Q342 808 340 796 L336 702 Q336 690 348 690 Z"),
    seam("M346 722 L654 722 M346 752 L654 752 M346 782 L654 782"),
    plate(circle(500, 664, 20)),
    plate(
        "M186 846 C400 856 600 856 814 846 L814 926 C814 946 804 956 786 960 C600 968 400 968 214 960 C196 956 186 946 186 926 Z"
    ),
    plate(rounded(404, 868, 192, 56, 6)),
    *two(_FRONT_HALF),
    seam("M300 590 C350 560 420 548 486 548 M540 592 C600 564 660 552 712 552"),
)
_FRONT_AREAS: Final[tuple[Area, ...]] = (
    Area(
        "box_front",
        "货厢前壁",
        "Box front",
        "M146 42 L854 34 L854 420 L776 380 L724 318 L660 132 L340 132 L276 318 L224 380 L146 420 Z",
    ),
    Area("deflector", "导流罩", "Wind deflector", _FRONT_DEFLECTOR),
    Area(
        "cab_roof",
        "驾驶室顶",
        "Cab roof",
        "M228 362 C232 338 246 322 276 318 C420 306 580 306 724 318 C754 322 768 338 772 362 L744 388 C580 372 420 372 256 388 Z",
    ),
    Area("windscreen", "前挡风玻璃", "Windscreen", _FRONT_SCREEN),
    Area(
        "front_panel",
        "前面板",
        "Front panel",
        "M228 588 C400 608 600 608 772 588 L802 600 C812 630 816 660 816 690 L814 760 L664 760 L664 690 L336 690 L336 760 "
        "L186 760 L184 690 C184 660 188 630 198 600 Z",
    ),
    Area("grille", "格栅", "Grille", rounded(336, 690, 328, 152, 12)),
    Area(
        "bumper_front",
        "前保险杠",
        "Front bumper",
        "M186 842 C400 852 600 852 814 842 L814 926 C814 946 804 956 786 960 C600 968 400 968 214 960 C196 956 186 946 186 926 Z",
    ),
    Area("plate_front", "前号牌", "Front plate", rounded(396, 860, 208, 72, 6)),
)
_FRONT_SIDED: Final[tuple[Area, ...]] = (
    Area("headlamp_{s}", "{z}前大灯", "Headlamp, {e}", "M188 752 L332 752 L332 832 L188 832 Z"),
    Area("mirror_{s}", "{z}后视镜", "Mirror, {e}", rounded(86, 386, 72, 180, 12)),
    Area("fog_lamp_{s}", "{z}雾灯", "Fog lamp, {e}", rounded(212, 874, 108, 56, 12)),
    Area("wheel_front_{s}", "{z}前轮", "Front wheel, {e}", "M208 966 L318 966 L318 1056 L208 1056 Z"),
)

_REAR_HALF: Final[tuple[Line, ...]] = (
    seam("M176 74 L494 74 L494 752 L176 752 Z"),
    *(plate(rounded(150, y, 34, 24, 5)) for y in (140, 300, 460, 640)),
    edge("M430 92 L430 734"),
    *(plate(rounded(418, y, 24, 20, 4)) for y in (110, 420, 700)),
    plate(rounded(424, 540, 60, 16, 6)),
    lamp(rounded(164, 46, 44, 14, 5)),
    lamp(rounded(166, 806, 118, 40, 6)),
    seam("M206 806 L206 846 M246 806 L246 846"),
    seam("M330 790 L330 888"),
)
_REAR_WHEEL: Final = "M168 900 L320 900 L320 1040 Q320 1056 304 1056 L184 1056 Q168 1056 168 1040 Z"
_REAR_LINES: Final[tuple[Line, ...]] = (
    *two((Line("wheel", 2, _REAR_WHEEL), seam("M244 900 L244 1056"))),
    body(rounded(146, 34, 708, 736, 8)),
    plate("M152 770 L848 770 L848 796 L152 796 Z"),
    *two(_REAR_HALF),
    seam("M500 74 L500 752"),
    plate(rounded(400, 806, 200, 60, 6)),
    body(rounded(176, 888, 648, 34, 8)),
)
_REAR_AREAS: Final[tuple[Area, ...]] = (
    Area("box_top_edge", "货厢后上框", "Box frame, top", "M146 34 L854 34 L854 74 L146 74 Z"),
    Area("tail_board", "货厢后下框", "Box frame, bottom", "M146 752 L854 752 L854 800 L146 800 Z"),
    Area("plate_rear", "后号牌", "Rear plate", rounded(390, 802, 220, 70, 6)),
    Area("bumper_rear", "后防护杠", "Rear underrun bar", rounded(170, 878, 660, 50, 8)),
)
_REAR_SIDED: Final[tuple[Area, ...]] = (
    Area("box_door_rear_{s}", "货厢后门（{z}）", "Rear door, {e}", "M146 74 L500 74 L500 752 L146 752 Z"),
    Area("lock_{s}", "{z}门锁杆", "Locking bar, {e}", rounded(404, 84, 80, 660, 10)),
    Area("tail_lamp_{s}", "{z}尾灯", "Tail lamp, {e}", rounded(160, 800, 130, 52, 6)),
    Area("wheel_rear_{s}", "{z}后轮", "Rear wheels, {e}", "M168 930 L320 930 L320 1056 L168 1056 Z"),
)

_TOP_CAB: Final = (
    "M708 66 Q708 56 720 56 L860 56 C916 58 950 72 960 110 C970 160 970 280 960 330 C950 368 916 382 860 384 L720 "
    "384 Q708 384 708 374 Z"
)
_TOP_SCREEN: Final = "M886 82 C918 88 938 102 944 130 C952 180 952 260 944 310 C938 338 918 352 886 358 C900 280 900 160 886 82 Z"
_TOP: Final[tuple[Line, ...]] = (
    body("M900 58 L912 26 Q916 16 926 16 L944 16 Q954 16 952 28 L944 50 L916 64 Z"),
    body("M900 382 L912 414 Q916 424 926 424 L944 424 Q954 424 952 412 L944 390 L916 376 Z"),
    plate("M690 190 L708 190 L708 250 L690 250 Z"),
    body(_TOP_CAB),
    glass(_TOP_SCREEN),
    plate("M716 108 C780 112 832 130 856 160 C868 190 868 250 856 280 C832 310 780 328 716 332 Z"),
    seam("M730 128 L730 312"),
    body(rounded(30, 36, 660, 368, 8)),
    seam("M48 36 L48 404 M672 36 L672 404 M30 54 L690 54 M30 386 L690 386"),
    seam("M152 54 L152 386 M258 54 L258 386 M364 54 L364 386 M470 54 L470 386 M576 54 L576 386"),
    lamp(rounded(34, 60, 10, 34, 4)),
    lamp(rounded(34, 346, 10, 34, 4)),
    lamp(rounded(676, 60, 10, 34, 4)),
    lamp(rounded(676, 346, 10, 34, 4)),
)
_TOP_AREAS: Final[tuple[Area, ...]] = (
    Area("box_roof_rear", "货厢顶后部", "Box roof, rear", rounded(30, 36, 228, 368, 8)),
    Area("box_roof_mid", "货厢顶中部", "Box roof, middle", "M258 36 L470 36 L470 404 L258 404 Z"),
    Area("box_roof_front", "货厢顶前部", "Box roof, front", "M470 36 L690 36 L690 404 L470 404 Z"),
    Area(
        "cab_roof", "驾驶室顶", "Cab roof", "M708 66 Q708 56 720 56 L880 58 C900 140 900 300 880 382 L720 384 Q708 384 708 374 Z"
    ),
    Area(
        "deflector",
        "导流罩",
        "Wind deflector",
        "M712 108 C780 112 832 130 856 160 C868 190 868 250 856 280 C832 310 780 328 712 332 Z",
    ),
    Area(
        "windscreen",
        "前挡风玻璃",
        "Windscreen",
        "M884 58 C920 62 952 76 960 110 C970 160 970 280 960 330 C952 364 920 378 884 382 C904 300 904 140 884 58 Z",
    ),
    Area("mirror_left", "左后视镜", "Mirror, left", "M896 56 L910 14 L956 14 L948 52 L914 66 Z"),
    Area("mirror_right", "右后视镜", "Mirror, right", "M896 384 L910 426 L956 426 L948 388 L914 374 Z"),
)

TRUCK: Final = Diagram(
    "truck",
    "轻型货车",
    "Truck",
    (
        view("front", 1090, 1056, _FRONT_LINES, (*_FRONT_AREAS, *both(_FRONT_SIDED, "right", "left"))),
        view("left", 556, 532, flipped(_LEFT_AS_RIGHT), sided(_LEFT_AREAS, "left", flip=True)),
        view("right", 556, 532, _RIGHT, sided(_RIGHT_AREAS, "right")),
        view("rear", 1090, 1056, _REAR_LINES, (*both(_REAR_SIDED, "left", "right"), *_REAR_AREAS)),
        view("top", 440, None, _TOP, _TOP_AREAS),
    ),
)
