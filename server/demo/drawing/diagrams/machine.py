"""The machine: a small excavator from its five sides, its controls and its engine bay.

Neighbours: `model`. Invariants: the side is drawn facing right; the left side is its mirror with the cab's door instead of the
tank's cover. The cab stands on the machine's left.
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
    view,
)
from server.demo.drawing.paths import circle, rounded

_BOOM: Final = (
    "M596 486 L640 448 L690 250 Q702 200 748 176 L828 132 Q846 124 856 140 L862 158 Q866 172 852 180 L778 220 "
    "Q752 234 744 268 L676 512 Q666 532 644 532 L610 528 Q592 520 596 486 Z"
)
_STICK: Final = "M806 118 Q808 100 826 98 L858 96 Q874 96 880 112 L936 402 Q938 420 922 424 L908 426 Q894 426 888 412 L812 160 Z"
_BUCKET: Final = "M880 408 L946 398 C976 436 990 492 968 540 C938 582 886 584 838 552 L846 530 C884 530 902 484 880 408 Z"
_HOOD: Final = "M206 524 C186 510 176 470 182 424 C186 398 198 384 222 382 L366 376 L366 532 L230 532 Q214 530 206 524 Z"
_CAB: Final = "M350 520 L356 178 Q358 154 382 152 L562 152 Q584 154 590 176 L636 430 L640 520 Z"
_TRACK: Final = rounded(232, 566, 452, 126, 63)
_BLADE: Final = "M726 566 C708 604 708 650 730 692 L756 692 C736 650 738 606 750 566 Z"
_ROLLERS: Final = ((384, 664), (434, 664), (484, 664), (534, 664))
_SIDE: Final[tuple[Line, ...]] = (
    plate("M600 610 L724 616 L724 648 L600 640 Z"),
    body(_BLADE),
    Line("wheel", 2, _TRACK),
    seam(rounded(248, 582, 420, 94, 47)),
    seam(" ".join(f"M{x} 566 L{x} 582 M{x} 676 L{x} 692" for x in range(300, 632, 22))),
    *(Line("solid", 1, circle(x, 629, r)) for x, r in ((298, 44), (298, 16), (618, 40), (618, 14))),
    *(Line("solid", 1, circle(x, y, 15)) for x, y in _ROLLERS),
    plate("M340 600 L576 600 L576 632 L340 632 Z"),
    plate("M346 532 L604 532 L590 568 L360 568 Z"),
    body(_HOOD),
    plate("M366 470 L642 470 L650 532 L366 532 Z"),
    body(_CAB),
    body(rounded(340, 134, 266, 26, 12)),
    lamp(rounded(590, 156, 26, 18, 5)),
)
_ARM: Final[tuple[Line, ...]] = (
    body(_BUCKET),
    seam("M896 452 C914 490 906 524 880 546"),
    plate("M838 552 L816 566 L830 540 Z M866 566 L850 588 L856 558 Z"),
    edge("M668 492 L716 330"),
    body(_BOOM),
    plate("M652 520 L676 500 L716 356 L692 348 Z"),
    body(_STICK),
    plate("M742 172 L752 190 L842 132 L832 114 Z"),
    plate("M858 150 L876 146 L912 330 L894 336 Z"),
    edge("M903 332 L926 402"),
    *(plate(circle(x, y, 12)) for x, y in ((624, 500), (836, 150), (912, 410), (704, 352), (748, 182))),
)
_SEAT: Final = seam("M420 470 L424 398 Q426 376 446 376 L456 452 Q460 462 474 462 L520 464 M552 470 L548 404 L560 396")
_LEFT_AS_RIGHT: Final[tuple[Line, ...]] = (
    *_SIDE,
    glass("M376 334 L380 186 Q380 176 390 176 L434 176 L434 334 Z"),
    glass("M452 176 L552 176 Q564 176 568 188 L612 428 L614 500 L452 500 Z"),
    _SEAT,
    seam("M443 164 L443 512 M366 344 L443 344"),
    plate(rounded(456, 356, 14, 52, 6)),
    plate(rounded(452, 536, 96, 18, 5)),
    seam(" ".join(f"M{x} 410 L{x} 466" for x in range(220, 300, 14))),
    seam("M200 490 L366 486 M316 384 L316 486"),
    *_ARM,
)
_RIGHT: Final[tuple[Line, ...]] = (
    *_SIDE,
    glass("M376 452 L384 190 Q384 178 396 178 L548 178 Q562 178 566 192 L606 420 L608 452 Z"),
    _SEAT,
    seam("M474 178 L474 452"),
    plate("M382 462 L636 462 L644 524 L382 524 Z"),
    seam("M506 462 L506 524"),
    plate(circle(436, 492, 15)),
    plate(rounded(590, 484, 34, 12, 5)),
    seam(" ".join(f"M{x} 410 L{x} 466" for x in range(220, 300, 14))),
    seam("M200 490 L366 486 M316 384 L316 486"),
    *_ARM,
)
_SIDE_AREAS: Final[tuple[Area, ...]] = (
    Area("track_{s}", "{z}履带", "Track, {e}", _TRACK),
    Area(
        "blade",
        "推土铲",
        "Dozer blade",
        "M684 604 L716 604 L724 566 L750 560 C738 606 738 650 758 692 L730 694 L716 656 L680 650 Z",
    ),
    Area("swing_bearing", "回转支承", "Swing bearing", "M346 532 L604 532 L590 568 L360 568 Z"),
    Area(
        "engine_hood",
        "发动机罩",
        "Engine hood",
        "M182 424 C186 398 198 384 222 382 L366 376 L366 486 L186 490 C180 470 178 446 182 424 Z",
    ),
    Area(
        "counterweight",
        "配重",
        "Counterweight",
        "M186 490 L366 486 L366 532 L230 532 Q214 530 206 524 C196 516 190 506 186 490 Z",
    ),
)
_OVER_AREAS: Final[tuple[Area, ...]] = (
    Area("cab_roof", "驾驶室顶", "Cab roof", "M340 134 L606 134 L616 176 L340 170 Z"),
    Area("boom", "动臂", "Boom", _BOOM),
    Area("boom_cylinder", "动臂油缸", "Boom cylinder", "M644 524 L668 496 L692 340 L726 350 L684 508 L660 532 Z"),
    Area("stick", "斗杆", "Stick", _STICK),
    Area("stick_cylinder", "斗杆油缸", "Stick cylinder", "M738 168 L832 108 L846 134 L752 194 Z"),
    Area("bucket_cylinder", "铲斗油缸", "Bucket cylinder", "M856 146 L880 142 L934 400 L916 404 Z"),
    Area("bucket", "铲斗", "Bucket", _BUCKET),
)
_LEFT_AREAS: Final[tuple[Area, ...]] = (
    *_SIDE_AREAS,
    Area("cab_frame_{s}", "驾驶室{z}侧", "Cab frame, {e}", _CAB),
    Area("window_rear", "后侧窗", "Rear side window", "M372 344 L378 172 L443 172 L443 344 Z"),
    Area("cab_door", "驾驶室门", "Cab door", "M443 172 L560 172 L574 186 L620 430 L620 512 L443 512 Z"),
    Area("step", "踏板", "Step", rounded(440, 524, 120, 40, 5)),
    *_OVER_AREAS,
)
_RIGHT_AREAS: Final[tuple[Area, ...]] = (
    *_SIDE_AREAS,
    Area("cab_frame_{s}", "驾驶室{z}侧", "Cab frame, {e}", _CAB),
    Area("window_{s}", "{z}侧窗", "Window, {e}", "M370 456 L380 172 L560 172 L574 186 L612 420 L614 456 Z"),
    Area("tank_cover", "油箱盖板", "Tank cover", "M378 458 L640 458 L648 528 L378 528 Z"),
    *_OVER_AREAS,
)

_TRACK_END: Final = rounded(216, 812, 128, 198, 18)
_CLEATS: Final = seam(" ".join(f"M210 {y} L350 {y}" for y in range(832, 1000, 24)))
_FRONT_CAB: Final = "M432 640 L442 190 Q444 162 470 160 L716 160 Q742 162 744 190 L758 640 Z"
_FRONT_HOUSE: Final = "M232 640 Q232 624 248 624 L752 624 Q768 624 768 640 L764 762 Q762 776 748 776 L252 776 Q238 776 236 762 Z"
_FRONT: Final[tuple[Line, ...]] = (
    *two((Line("wheel", 2, _TRACK_END), _CLEATS)),
    plate(rounded(344, 776, 312, 90, 10)),
    body(_FRONT_HOUSE),
    body(_FRONT_CAB),
    body(rounded(424, 138, 340, 30, 14)),
    glass("M462 606 L470 210 Q470 194 486 194 L702 194 Q716 194 718 210 L728 606 Z"),
    seam("M466 430 L724 430 M556 606 L556 520 Q556 500 576 500 L620 500 Q640 500 640 520 L640 606"),
    seam("M500 606 L500 540 M696 606 L696 540 M484 400 C540 340 600 320 652 322"),
    lamp(rounded(470, 144, 52, 18, 6)),
    lamp(rounded(666, 144, 52, 18, 6)),
    body(rounded(296, 90, 104, 640, 20)),
    plate(rounded(326, 400, 44, 250, 12)),
    plate(rounded(336, 240, 24, 170, 8)),
    *(plate(circle(348, y, 18)) for y in (126, 690)),
    body("M250 700 L446 700 L458 850 Q350 884 238 850 Z"),
    seam("M262 740 L434 740"),
    *(plate(f"M{x} 856 L{x + 34} 862 L{x + 16} 904 Z") for x in (252, 304, 358, 408)),
    body("M176 914 Q176 906 186 906 L814 906 Q824 906 824 914 L832 998 Q832 1010 820 1010 L180 1010 Q168 1010 168 998 Z"),
    seam("M172 984 L828 984"),
)
_FRONT_AREAS: Final[tuple[Area, ...]] = (
    Area("house_front", "转台前部", "Upper body, front", _FRONT_HOUSE),
    Area("cab_frame_front", "驾驶室正面", "Cab frame, front", _FRONT_CAB),
    Area("windscreen", "前挡风玻璃", "Windscreen", "M456 430 L466 194 L720 194 L728 430 Z"),
    Area("windscreen_low", "前下窗", "Lower windscreen", "M456 430 L728 430 L732 612 L452 612 Z"),
    Area("cab_roof", "驾驶室顶", "Cab roof", rounded(424, 130, 340, 60, 14)),
    Area("boom", "动臂", "Boom", rounded(296, 90, 104, 640, 20)),
    Area("boom_cylinder", "动臂油缸", "Boom cylinder", rounded(320, 236, 56, 420, 12)),
    Area("bucket", "铲斗", "Bucket", "M246 690 L450 690 L462 854 L440 900 L256 900 L232 854 Z"),
    Area("blade", "推土铲", "Dozer blade", rounded(168, 902, 664, 110, 12)),
)
_TRACKS_END: Final[tuple[Area, ...]] = (Area("track_{s}", "{z}履带", "Track, {e}", "M210 806 L350 806 L350 902 L210 902 Z"),)

_REAR_HOUSE: Final = (
    "M206 520 Q210 470 260 462 L740 462 Q790 470 794 520 L806 700 C806 750 780 780 730 784 L270 784 C220 780 194 750 194 700 Z"
)
_REAR_CAB: Final = "M246 470 L258 190 Q260 162 286 160 L530 160 Q556 162 558 190 L566 470 Z"
_REAR: Final[tuple[Line, ...]] = (
    *two((Line("wheel", 2, _TRACK_END), _CLEATS)),
    plate(rounded(344, 784, 312, 80, 10)),
    plate(rounded(600, 96, 104, 380, 20)),
    *(plate(circle(652, y, 18)) for y in (132, 250)),
    body(_REAR_CAB),
    body(rounded(236, 138, 340, 30, 14)),
    glass("M284 440 L292 212 Q292 196 308 196 L508 196 Q524 196 524 212 L532 440 Z"),
    seam("M366 440 L366 350 Q366 330 386 330 L430 330 Q450 330 450 350 L450 440"),
    body(_REAR_HOUSE),
    plate("M286 500 L714 500 Q726 500 726 512 L726 626 Q726 638 714 638 L286 638 Q274 638 274 626 L274 512 Q274 500 286 500 Z"),
    seam(" ".join(f"M304 {y} L620 {y}" for y in range(522, 630, 18))),
    plate(rounded(650, 546, 48, 44, 10)),
    seam("M198 664 C400 680 600 680 802 664"),
    lamp(rounded(228, 540, 30, 60, 8)),
    lamp(rounded(742, 540, 30, 60, 8)),
    plate(circle(500, 726, 20)),
)
_REAR_AREAS: Final[tuple[Area, ...]] = (
    Area("boom", "动臂", "Boom", rounded(596, 92, 112, 372, 20)),
    Area("cab_frame_rear", "驾驶室后部", "Cab frame, rear", _REAR_CAB),
    Area("window_rear", "后窗", "Rear window", "M278 448 L288 192 L528 192 L538 448 Z"),
    Area("cab_roof", "驾驶室顶", "Cab roof", rounded(236, 130, 340, 56, 14)),
    Area(
        "house_rear",
        "转台后部",
        "Upper body, rear",
        "M206 520 Q210 470 260 462 L740 462 Q790 470 794 520 L804 668 C600 684 400 684 196 668 Z",
    ),
    Area("engine_cover", "发动机舱盖", "Engine cover", rounded(270, 496, 460, 146, 12)),
    Area(
        "counterweight",
        "配重",
        "Counterweight",
        "M196 666 C400 682 600 682 804 666 L806 700 C806 750 780 780 730 784 L270 784 C220 780 194 750 194 700 Z",
    ),
)
_REAR_TRACKS: Final[tuple[Area, ...]] = (Area("track_{s}", "{z}履带", "Track, {e}", "M206 786 L354 786 L354 1010 L206 1010 Z"),)

_TOP_HOUSE: Final = (
    "M560 96 L560 388 Q560 400 548 400 L330 408 C226 404 160 330 160 242 C160 154 226 80 330 76 L548 84 Q560 84 560 96 Z"
)
_TOP: Final[tuple[Line, ...]] = (
    Line("wheel", 2, rounded(176, 40, 420, 86, 26)),
    Line("wheel", 2, rounded(176, 358, 420, 86, 26)),
    seam(" ".join(f"M{x} 40 L{x} 126 M{x} 358 L{x} 444" for x in range(204, 590, 24))),
    plate("M560 168 L650 196 L650 288 L560 316 Z"),
    body("M640 30 Q650 24 664 30 C676 160 676 324 664 454 Q650 460 640 454 C652 324 652 160 640 30 Z"),
    body(_TOP_HOUSE),
    seam("M320 84 L320 400 M184 170 L320 170 M184 314 L320 314"),
    seam(" ".join(f"M206 {y} L292 {y}" for y in range(196, 300, 18))),
    body(rounded(336, 88, 236, 158, 20)),
    glass(rounded(528, 104, 32, 126, 8)),
    seam(rounded(364, 112, 140, 110, 12)),
    plate(rounded(340, 268, 190, 120, 10)),
    plate(circle(384, 328, 20)),
    seam("M436 268 L436 388"),
    body("M520 252 L560 244 L900 252 Q912 254 912 266 L912 318 Q912 330 900 332 L560 340 L520 332 Z"),
    seam("M560 268 L760 272 M560 316 L760 312"),
    plate(rounded(600, 278, 150, 28, 8)),
    plate(rounded(740, 262, 180, 60, 12)),
    plate(rounded(760, 282, 120, 20, 6)),
    body("M888 230 L964 226 Q976 226 976 240 L976 344 Q976 358 964 358 L888 354 Q880 292 888 230 Z"),
    plate("M976 238 L992 246 L976 254 Z M976 284 L992 292 L976 300 Z M976 330 L992 338 L976 346 Z"),
)
_TOP_AREAS: Final[tuple[Area, ...]] = (
    Area("track_left", "左履带", "Track, left", rounded(176, 36, 420, 60, 26)),
    Area("track_right", "右履带", "Track, right", rounded(176, 388, 420, 60, 26)),
    Area("blade", "推土铲", "Dozer blade", "M628 26 L676 26 C688 160 688 324 676 458 L628 458 Z"),
    Area("engine_hood", "发动机罩", "Engine hood", "M320 78 C226 80 160 154 160 242 C160 330 226 404 320 406 Z"),
    Area("cab_roof", "驾驶室顶", "Cab roof", rounded(332, 84, 244, 166, 20)),
    Area("tank_cover", "油箱盖板", "Tank cover", rounded(324, 254, 210, 150, 10)),
    Area("boom", "动臂", "Boom", "M534 246 L760 246 L760 338 L534 338 Z"),
    Area("stick", "斗杆", "Stick", "M760 246 L886 250 L886 334 L760 338 Z"),
    Area("bucket", "铲斗", "Bucket", "M882 224 L992 222 L992 362 L882 358 Z"),
)


def _lever(x: float, y: float) -> tuple[Line, ...]:
    """A joystick on its console, as one sees it from the seat."""
    return (
        plate(rounded(x - 62, y + 96, 124, 40, 14)),
        plate(f"M{x - 34:g} {y + 96:g} L{x - 20:g} {y + 56:g} L{x + 20:g} {y + 56:g} L{x + 34:g} {y + 96:g} Z"),
        body(
            f"M{x - 22:g} {y + 58:g} L{x - 30:g} {y - 46:g} Q{x - 30:g} {y - 78:g} {x:g} {y - 80:g} "
            f"Q{x + 30:g} {y - 78:g} {x + 30:g} {y - 46:g} L{x + 22:g} {y + 58:g} Z"
        ),
        plate(circle(x, y - 46, 13)),
        seam(f"M{x - 26:g} {y:g} L{x + 26:g} {y:g} M{x - 25:g} {y + 22:g} L{x + 25:g} {y + 22:g}"),
    )


_CONTROLS: Final[tuple[Line, ...]] = (
    body("M70 700 L100 70 Q104 40 134 38 L866 38 Q896 40 900 70 L930 700 Z"),
    glass("M142 420 L156 92 Q158 76 174 76 L826 76 Q842 76 844 92 L858 420 Z"),
    seam("M230 400 C320 250 400 180 520 130 M300 410 C380 280 460 210 560 168"),
    plate("M110 440 L890 440 L910 690 L90 690 Z"),
    *(body(rounded(x, 470, 62, 148, 14)) for x in (428, 510)),
    seam("M440 500 L478 500 M440 524 L478 524 M440 548 L478 548 M522 500 L560 500 M522 524 L560 524 M522 548 L560 548"),
    *(edge(f"M{x} 470 L{x} 356") for x in (459, 541)),
    *(plate(rounded(x - 20, 308, 40, 62, 16)) for x in (459, 541)),
    plate(rounded(120, 586, 190, 94, 16)),
    plate(rounded(690, 586, 190, 94, 16)),
    *_lever(215, 470),
    *_lever(785, 470),
    plate(rounded(700, 210, 170, 150, 14)),
    glass(rounded(716, 226, 138, 72, 6)),
    *(plate(circle(x, 330, 12)) for x in (736, 770, 804, 838)),
    plate(circle(160, 300, 34)),
    seam("M160 276 L160 324 M150 300 L170 300"),
)
_CONTROL_AREAS: Final[tuple[Area, ...]] = (
    Area("windscreen", "前挡风玻璃", "Windscreen", "M142 420 L156 92 Q158 76 174 76 L826 76 Q842 76 844 92 L858 420 Z"),
    Area("floor", "地板", "Floor", "M106 430 L894 430 L912 700 L88 700 Z"),
    Area("display", "显示屏", "Display", rounded(694, 204, 182, 162, 14)),
    Area("key_switch", "钥匙开关", "Key switch", rounded(108, 248, 104, 104, 30)),
    Area("travel_levers", "行走操纵杆", "Travel levers", rounded(418, 296, 164, 170, 14)),
    Area("pedals", "踏板", "Pedals", rounded(418, 466, 164, 160, 14)),
    Area("joystick_left", "左手柄", "Joystick, left", rounded(120, 380, 190, 206, 20)),
    Area("joystick_right", "右手柄", "Joystick, right", rounded(690, 380, 190, 206, 20)),
    Area("console_left", "左操纵台", "Console, left", rounded(110, 586, 210, 104, 16)),
    Area("console_right", "右操纵台", "Console, right", rounded(680, 586, 210, 104, 16)),
)

_ENGINE: Final[tuple[Line, ...]] = (
    body(rounded(50, 40, 900, 600, 40)),
    seam(rounded(76, 66, 848, 548, 24)),
    plate(rounded(100, 100, 200, 360, 12)),
    seam(" ".join(f"M116 {y} L284 {y}" for y in range(124, 446, 16))),
    plate(rounded(160, 82, 70, 26, 10)),
    body("M340 240 Q340 224 356 224 L648 224 Q664 224 664 240 L664 470 Q664 486 648 486 L356 486 Q340 486 340 470 Z"),
    plate(rounded(360, 160, 284, 64, 12)),
    *(plate(circle(x, 192, 16)) for x in (404, 468, 532, 596)),
    plate(circle(330, 420, 56)),
    plate(circle(330, 420, 20)),
    edge("M330 364 C300 340 296 320 312 300 M386 420 L430 470"),
    plate(rounded(420, 300, 90, 130, 14)),
    plate(circle(588, 366, 50)),
    seam("M340 270 L664 270"),
    plate(rounded(706, 106, 190, 150, 40)),
    seam("M706 150 L896 150 M706 212 L896 212"),
    edge("M706 180 C690 180 684 192 684 210 L684 224"),
    plate(rounded(706, 290, 190, 136, 12)),
    seam("M706 324 L896 324"),
    *(plate(rounded(x, 270, 36, 24, 6)) for x in (730, 836)),
    plate(rounded(706, 452, 190, 140, 22)),
    plate(circle(750, 484, 22)),
    seam("M790 520 L876 520 M790 548 L876 548"),
    edge("M120 520 C220 500 260 560 360 530 C460 506 540 570 690 540"),
    edge("M120 556 C220 536 260 596 360 566 C460 542 540 600 690 574"),
)
_ENGINE_AREAS: Final[tuple[Area, ...]] = (
    Area("bay", "舱体", "Engine bay", rounded(50, 40, 900, 600, 40)),
    Area("radiator", "散热器", "Radiator", rounded(94, 78, 212, 388, 12)),
    Area("engine", "发动机", "Engine", rounded(340, 150, 324, 336, 14)),
    Area("fan_belt", "风扇皮带", "Fan belt", circle(330, 420, 64)),
    Area("air_filter", "空气滤清器", "Air filter", rounded(696, 96, 210, 170, 40)),
    Area("battery", "电瓶", "Battery", rounded(696, 272, 210, 160, 12)),
    Area("hydraulic_tank", "液压油箱", "Hydraulic tank", rounded(696, 442, 210, 158, 22)),
    Area("hoses", "液压软管", "Hydraulic hoses", "M108 500 L690 500 L690 606 L108 606 Z"),
)

MACHINE: Final = Diagram(
    "machine",
    "工程机械",
    "Machine",
    (
        view("front", 1040, 1010, _FRONT, (*_FRONT_AREAS, *both(_TRACKS_END, "right", "left"))),
        view("left", 724, 692, flipped(_LEFT_AS_RIGHT), sided(_LEFT_AREAS, "left", flip=True), share=100),
        view("right", 724, 692, _RIGHT, sided(_RIGHT_AREAS, "right"), share=100),
        view("rear", 1040, 1010, _REAR, (*_REAR_AREAS, *both(_REAR_TRACKS, "left", "right"))),
        view("top", 484, None, _TOP, _TOP_AREAS),
        view("cab", 730, None, _CONTROLS, _CONTROL_AREAS, ("操纵台", "Controls"), 80),
        view("engine", 680, None, _ENGINE, _ENGINE_AREAS, ("发动机舱", "Engine bay"), 80),
    ),
)
