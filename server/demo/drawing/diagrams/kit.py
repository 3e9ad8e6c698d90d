"""The camera kit: the open case from above with everything in its place, and the body from the front and from behind.

Neighbours: `model`. Invariant: what lies in the case is one area each, so that an accessory can be told from its neighbour.
"""

from __future__ import annotations

from typing import Final

from server.demo.drawing.diagrams.model import Area, Diagram, Line, body, edge, glass, lamp, plate, seam, view
from server.demo.drawing.paths import circle, rounded


def _foam(x: float, y: float, w: float, h: float, r: float = 22) -> Line:
    """A cut-out in the foam."""
    return Line("glass", 1, rounded(x, y, w, h, r))


_TRIPOD: Final[tuple[Line, ...]] = (
    _foam(104, 76, 792, 118),
    plate("M124 112 L200 104 L200 166 L124 158 Z"),
    plate(rounded(200, 96, 96, 78, 12)),
    seam("M232 96 L232 174 M264 96 L264 174"),
    plate("M296 104 L700 112 L700 158 L296 166 Z"),
    seam("M296 124 L700 128 M296 146 L700 142"),
    plate(rounded(470, 106, 30, 58, 6)),
    plate(rounded(640, 108, 30, 54, 6)),
    plate("M700 118 L830 122 L830 148 L700 152 Z"),
    plate(rounded(828, 116, 40, 38, 14)),
)
_POCKETS: Final[tuple[Line, ...]] = (
    _foam(104, 218, 250, 186),
    seam("M132 372 C148 268 210 250 232 300 C250 346 190 372 178 326 C166 272 250 242 316 262"),
    seam("M146 384 C162 286 204 268 222 302 M316 262 L330 250 M316 276 L332 284"),
    plate(rounded(112, 364, 48, 28, 6)),
    _foam(378, 218, 250, 186),
    *(seam(circle(503, 310, r)) for r in (72, 60, 48)),
    plate(rounded(484, 228, 38, 26, 5)),
    plate(rounded(556, 346, 34, 46, 6)),
    _foam(652, 218, 244, 186),
    *(plate(circle(x, y, 62)) for x, y in ((728, 312), (822, 312))),
    *(glass(circle(x, y, 48)) for x, y in ((728, 312), (822, 312))),
)
_BODY: Final = (
    "M128 584 Q130 560 156 556 L206 552 L228 518 Q234 508 248 508 L346 508 Q360 508 366 518 L384 552 L430 556 "
    "Q456 560 458 586 L460 720 Q458 744 434 746 L156 746 Q130 744 128 720 Z"
)
_LENS_1: Final[tuple[Line, ...]] = (
    plate("M510 506 L642 506 L636 566 L516 566 Z"),
    plate(rounded(518, 566, 116, 60, 4)),
    plate(rounded(512, 626, 128, 66, 4)),
    seam(" ".join(f"M{x} 632 L{x} 686" for x in range(524, 636, 14))),
    plate(rounded(522, 692, 108, 44, 4)),
    plate(rounded(532, 736, 88, 16, 3)),
)
_LENS_2: Final[tuple[Line, ...]] = (
    plate("M694 504 L858 504 L846 558 L706 558 Z"),
    plate(rounded(712, 558, 128, 66, 4)),
    seam(" ".join(f"M{x} 564 L{x} 618" for x in range(724, 838, 14))),
    plate(rounded(718, 624, 116, 62, 4)),
    plate("M834 640 L868 648 L868 676 L834 672 Z"),
    plate(rounded(706, 686, 140, 50, 4)),
    plate(rounded(722, 736, 108, 16, 3)),
)


def _battery(x: float) -> tuple[Line, ...]:
    return (
        plate(rounded(x, 786, 52, 116, 7)),
        seam(f"M{x:g} 816 L{x + 52:g} 816"),
        seam(f"M{x + 12:g} 794 L{x + 12:g} 806 M{x + 26:g} 794 L{x + 26:g} 806 M{x + 40:g} 794 L{x + 40:g} 806"),
    )


_CASE: Final[tuple[Line, ...]] = (
    body(rounded(60, 28, 880, 412, 40)),
    seam(rounded(84, 52, 832, 368, 24)),
    *(plate(rounded(x, 432, 116, 38, 8)) for x in (208, 676)),
    body(rounded(60, 462, 880, 620, 40)),
    seam(rounded(84, 484, 832, 560, 24)),
    *(plate(rounded(x, 1052, 112, 46, 8)) for x in (196, 692)),
    edge("M404 1082 L404 1104 Q404 1120 420 1120 L580 1120 Q596 1120 596 1104 L596 1082"),
    *_TRIPOD,
    *_POCKETS,
    _foam(104, 496, 380, 266),
    body(_BODY),
    seam("M134 600 L194 594 C206 640 206 690 192 736 L150 738"),
    plate(circle(306, 632, 92)),
    plate(circle(306, 632, 76)),
    glass(rounded(262, 602, 88, 60, 4)),
    plate(rounded(262, 520, 70, 20, 4)),
    plate(circle(166, 576, 15)),
    plate(circle(420, 582, 18)),
    _foam(500, 496, 152, 266),
    *_LENS_1,
    _foam(668, 496, 228, 266),
    *_LENS_2,
    _foam(104, 776, 356, 252),
    plate(rounded(122, 794, 320, 216, 14)),
    glass(rounded(140, 812, 284, 168, 6)),
    plate(circle(282, 994, 7)),
    seam("M160 946 L232 846 M188 960 L250 872"),
    _foam(476, 776, 206, 138),
    *(line for x in (486, 552, 618) for line in _battery(x)),
    _foam(476, 926, 206, 102),
    *(plate(f"M{x} 940 L{x + 60} 940 L{x + 76} 956 L{x + 76} 1014 L{x} 1014 Z") for x in (488, 588)),
    seam("M500 962 L550 962 M600 962 L650 962"),
    _foam(698, 776, 198, 138),
    plate(rounded(712, 790, 170, 110, 14)),
    glass(rounded(730, 804, 134, 62, 6)),
    lamp(circle(750, 884, 8)),
    seam("M776 884 L850 884"),
    _foam(698, 926, 198, 102),
    plate(rounded(712, 950, 118, 54, 24)),
    seam("M732 950 L732 1004 M750 950 L750 1004 M768 950 L768 1004 M786 950 L786 1004"),
    plate(rounded(830, 964, 50, 26, 6)),
)
_CASE_AREAS: Final[tuple[Area, ...]] = (
    Area("lid", "箱盖", "Lid", rounded(60, 28, 880, 412, 40)),
    Area("shell", "箱体", "Case shell", rounded(60, 462, 880, 620, 40)),
    Area("hinges", "铰链", "Hinges", "M200 426 L800 426 L800 476 L200 476 Z"),
    Area("latch_left", "左锁扣", "Latch, left", rounded(186, 1042, 132, 66, 8)),
    Area("latch_right", "右锁扣", "Latch, right", rounded(682, 1042, 132, 66, 8)),
    Area("handle", "提手", "Handle", rounded(396, 1062, 208, 64, 14)),
    Area("tripod", "三脚架", "Tripod", rounded(104, 76, 792, 118, 22)),
    Area("strap", "背带", "Strap", rounded(104, 218, 250, 186, 22)),
    Area("cables", "线材", "Cables", rounded(378, 218, 250, 186, 22)),
    Area("filters", "滤镜", "Filters", rounded(652, 218, 244, 186, 22)),
    Area("body", "机身", "Camera body", rounded(104, 496, 380, 266, 22)),
    Area("lens_standard", "标准镜头", "Standard lens", rounded(500, 496, 152, 266, 22)),
    Area("lens_tele", "长焦镜头", "Telephoto lens", rounded(668, 496, 228, 266, 22)),
    Area("monitor", "监视器", "Monitor", rounded(104, 776, 356, 252, 22)),
    Area("batteries", "电池", "Batteries", rounded(476, 776, 206, 138, 22)),
    Area("cards", "存储卡", "Memory cards", rounded(476, 926, 206, 102, 22)),
    Area("charger", "充电器", "Charger", rounded(698, 776, 198, 138, 22)),
    Area("microphone", "话筒", "Microphone", rounded(698, 926, 198, 102, 22)),
)

_SHAPE: Final = (
    "M80 214 Q82 176 122 170 L318 158 L372 78 Q384 60 406 60 L634 60 Q656 60 668 78 L720 158 L880 168 Q922 174 924 214 "
    "L926 560 Q924 604 880 608 L124 608 Q82 604 80 560 Z"
)
_FACE: Final[tuple[Line, ...]] = (
    plate(rounded(196, 128, 96, 44, 12)),
    plate(rounded(742, 116, 110, 54, 14)),
    seam(" ".join(f"M{x} 120 L{x} 166" for x in range(756, 848, 14))),
    plate(rounded(436, 36, 168, 26, 5)),
    body(_SHAPE),
    seam("M96 236 L262 226 C292 300 296 470 266 592 L122 594"),
    seam("M150 236 C180 330 180 470 156 594 M206 232 C236 330 236 470 214 594"),
    plate(circle(530, 372, 214)),
    plate(circle(530, 372, 186)),
    seam(circle(530, 372, 166)),
    glass(rounded(412, 292, 236, 160, 8)),
    *(plate(circle(x, y, 11)) for x, y in ((530, 196), (378, 462), (682, 462))),
    plate(rounded(768, 400, 54, 84, 22)),
    plate(circle(802, 262, 26)),
    seam("M440 104 L600 104"),
    *(plate(rounded(x, 206, 34, 44, 12)) for x in (58, 912)),
)
_FACE_AREAS: Final[tuple[Area, ...]] = (
    Area("front_panel", "机身正面", "Front panel", _SHAPE),
    Area("grip", "手柄", "Grip", "M80 214 Q82 186 112 176 L250 176 C292 280 296 470 268 608 L124 608 Q82 604 80 560 Z"),
    Area("top_plate", "取景器罩", "Finder housing", "M318 158 L372 78 Q384 60 406 60 L634 60 Q656 60 668 78 L720 158 Z"),
    Area("shutter_button", "快门按钮", "Shutter button", rounded(180, 112, 128, 72, 12)),
    Area("dial_top", "顶部转盘", "Top dial", rounded(730, 104, 134, 72, 14)),
    Area("hot_shoe", "热靴", "Hot shoe", rounded(420, 20, 200, 52, 5)),
    Area("mount", "镜头卡口", "Lens mount", circle(530, 372, 214)),
    Area("sensor", "传感器", "Sensor", rounded(404, 284, 252, 176, 8)),
    Area("lens_release", "镜头释放钮", "Lens release", rounded(752, 386, 86, 112, 22)),
    Area("lug_right", "右背带环", "Strap lug, right", rounded(50, 190, 54, 76, 12)),
    Area("lug_left", "左背带环", "Strap lug, left", rounded(898, 190, 54, 76, 12)),
)

_MIRRORED: Final = (
    "M920 214 Q918 176 878 170 L682 158 L628 78 Q616 60 594 60 L366 60 Q344 60 332 78 L280 158 L120 168 Q78 174 76 214 "
    "L74 560 Q76 604 120 608 L876 608 Q918 604 920 560 Z"
)
_BACK: Final[tuple[Line, ...]] = (
    plate(rounded(708, 128, 96, 44, 12)),
    plate(rounded(148, 116, 110, 54, 14)),
    plate(rounded(396, 36, 168, 26, 5)),
    body(_MIRRORED),
    plate(rounded(376, 76, 212, 106, 30)),
    glass(rounded(416, 98, 132, 62, 10)),
    plate(rounded(128, 224, 530, 350, 18)),
    glass(rounded(154, 246, 478, 306, 8)),
    seam("M186 500 L306 318 M226 516 L338 350"),
    plate(circle(776, 404, 74)),
    plate(circle(776, 404, 30)),
    seam("M776 338 L776 356 M776 452 L776 470 M710 404 L728 404 M824 404 L842 404"),
    plate(circle(706, 262, 26)),
    *(plate(circle(x, y, 17)) for x, y in ((786, 262), (716, 546), (776, 556), (836, 546))),
    seam("M878 232 C900 330 900 470 882 594"),
    plate(rounded(908, 300, 22, 210, 8)),
    plate(rounded(66, 260, 22, 120, 8)),
    plate(rounded(66, 400, 22, 140, 8)),
)
_BACK_AREAS: Final[tuple[Area, ...]] = (
    Area("back_panel", "机身背面", "Back panel", _MIRRORED),
    Area("screen", "显示屏", "Screen", rounded(124, 218, 538, 362, 18)),
    Area("viewfinder", "取景器", "Viewfinder", rounded(366, 64, 232, 128, 30)),
    Area("hot_shoe", "热靴", "Hot shoe", rounded(380, 20, 200, 46, 5)),
    Area("joystick", "摇杆", "Joystick", rounded(668, 222, 158, 82, 22)),
    Area("control_dial", "控制拨盘", "Control dial", circle(776, 404, 86)),
    Area("buttons", "按键", "Buttons", rounded(684, 512, 184, 80, 22)),
    Area("card_door", "卡槽盖", "Card door", rounded(884, 284, 58, 240, 10)),
    Area("port_cover", "接口盖", "Port cover", rounded(52, 244, 58, 310, 10)),
    Area("shutter_button", "快门按钮", "Shutter button", rounded(692, 112, 128, 64, 12)),
)

KIT: Final = Diagram(
    "kit",
    "摄影套装",
    "Camera kit",
    (
        view("top", 1140, None, _CASE, _CASE_AREAS, ("开箱", "Open case"), 75),
        view("front", 640, None, _FACE, _FACE_AREAS, ("机身正面", "Body, front"), 85),
        view("rear", 640, None, _BACK, _BACK_AREAS, ("机身背面", "Body, back"), 85),
    ),
)
