"""The demo's pictures: the same arguments give the same bytes, damage lies under its pin, words are all in the font."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFont

from server.demo.drawing import (
    DamageKind,
    DrawnDamage,
    Kind,
    Light,
    Readings,
    Scene,
    Subject,
    View,
    draw_photo,
    draw_signature,
    locate,
    part,
    parts,
    render_signature,
)
from server.demo.drawing.export import stale
from server.demo.drawing.geometry import VAN
from server.demo.drawing.paths import commands, first_polygon, flatten, mirror

VAN_SUBJECT = Subject(plate="浙A·D3K907")
OUTSIDE = (View.FRONT, View.LEFT, View.RIGHT, View.REAR)
FONT = Path(__file__).resolve().parents[2] / "server" / "demo" / "fonts" / "NotoSansSC-demo.otf"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("view", [v for v in View if v not in (View.TOP, View.WIDE, View.CLOSE)])
def test_every_slot_of_a_van_is_a_phone_photo(view: View) -> None:
    data = draw_photo(VAN_SUBJECT, view, readings=Readings(18412, 62), seed=3)
    image = opened(data)
    assert image.format == "JPEG"
    assert image.size == (1280, 960)
    assert 60_000 < len(data) < 200_000
    assert len(image.resize((64, 48)).getcolors(4000) or ()) > 200


def test_same_arguments_same_bytes_and_another_seed_another_picture() -> None:
    one = draw_photo(VAN_SUBJECT, View.RIGHT, seed=5, size=(640, 480))
    assert one == draw_photo(VAN_SUBJECT, View.RIGHT, seed=5, size=(640, 480))
    assert one != draw_photo(VAN_SUBJECT, View.RIGHT, seed=6, size=(640, 480))


@pytest.mark.parametrize("view", OUTSIDE)
@pytest.mark.parametrize("kind", list(DamageKind))
def test_damage_changes_the_picture_at_its_pin_and_nowhere_else(view: View, kind: DamageKind) -> None:
    size = (640, 480)
    damage = DrawnDamage(view, 420, 600, kind, 14, 2)
    clean = opened(draw_photo(VAN_SUBJECT, view, seed=9, size=size))
    marked = opened(draw_photo(VAN_SUBJECT, view, damages=[damage], seed=9, size=size))
    changed = ImageChops.difference(clean, marked).convert("L").point([0] * 28 + [255] * 228)
    box = changed.getbbox()
    assert box is not None
    x, y = locate(view, damage.x, damage.y, seed=9, size=size)
    assert box[0] <= x <= box[2]
    assert box[1] - 12 <= y <= box[3] + 12
    assert max(box[2] - box[0], box[3] - box[1]) < 90


@pytest.mark.parametrize("light", list(Light))
def test_light_changes_the_whole_picture(light: Light) -> None:
    image = opened(draw_photo(VAN_SUBJECT, View.LEFT, seed=1, size=(320, 240), scene=Scene(light, 1, 7)))
    assert image.size == (320, 240)


@pytest.mark.parametrize(
    ("subject", "views"),
    [
        (Subject(Kind.CAMERA_KIT, label="C-07"), (View.TOP,)),
        (Subject(Kind.EXCAVATOR), (View.FRONT, View.LEFT, View.DIAL)),
        (Subject(Kind.GENERATOR), (View.FRONT, View.LEFT, View.DIAL)),
    ],
)
def test_other_things_have_their_views(subject: Subject, views: tuple[View, ...]) -> None:
    for view in views:
        assert opened(draw_photo(subject, view, seed=2, size=(320, 240))).format == "JPEG"


def test_what_cannot_be_pictured_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its damage"):
        draw_photo(VAN_SUBJECT, View.CLOSE)
    with pytest.raises(ValueError, match="no view"):
        draw_photo(VAN_SUBJECT, View.TOP)
    with pytest.raises(ValueError, match="no view"):
        draw_photo(Subject(Kind.GENERATOR), View.REAR)
    with pytest.raises(ValueError, match="size"):
        draw_photo(VAN_SUBJECT, View.FRONT, size=(9000, 9000))
    with pytest.raises(ValueError, match="too many"):
        draw_photo(VAN_SUBJECT, View.FRONT, damages=[DrawnDamage(View.FRONT, 1, 1, DamageKind.DENT)] * 41)


def test_wide_and_close_show_the_damage() -> None:
    damage = DrawnDamage(View.RIGHT, 490, 640, DamageKind.SCRATCH, 8)
    for view in (View.WIDE, View.CLOSE):
        assert opened(draw_photo(VAN_SUBJECT, view, damages=[damage], size=(320, 240))).size == (320, 240)


def test_parts_are_unique_within_bounds_and_named_in_both_languages() -> None:
    keys = [(p.view, p.id) for p in parts()]
    assert len(keys) == len(set(keys))
    for p in parts():
        assert p.zh
        assert p.en
        assert p.view in VAN
        assert len(p.polygon) >= 4
        assert all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in (*p.polygon, p.centre))
    assert part("right", "sliding_door_right").zh == "右侧滑门"
    with pytest.raises(KeyError):
        part("right", "wing")


def test_the_app_carries_the_same_outlines() -> None:
    assert stale() == []


def test_paths_mirror_onto_themselves_and_arcs_stay_round() -> None:
    arc = "M864.5 386 A78 78 0 1 0 715.5 386"
    points = flatten(arc)[0]
    assert min(y for _, y in points) == pytest.approx(285, abs=1)
    twice = flatten(mirror(mirror(arc)))[0]
    assert all(a == pytest.approx(b) for p, q in zip(points, twice, strict=True) for a, b in zip(p, q, strict=True))
    for bad in ("10 20 L 1 2", "M 1", "M 1 2 Z 3"):
        with pytest.raises(ValueError, match=r"command|cut short"):
            commands(bad)
    with pytest.raises(ValueError, match="nothing"):
        first_polygon("M 1 1")


def test_signatures_are_strokes_in_their_box_with_rising_time() -> None:
    for seed in range(40):
        strokes = draw_signature(seed)
        assert 2 <= len(strokes) <= 5
        flat = [point for stroke in strokes for point in stroke]
        assert all(0 <= x <= 1000 and 0 <= y <= 400 for x, y, _ in flat)
        assert [t for _, _, t in flat] == sorted(t for _, _, t in flat)
    assert draw_signature(1) == draw_signature(1) != draw_signature(2)
    picture = opened(render_signature(draw_signature(4), width=500))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (500, 200), "RGBA")
    ink = picture.getchannel("A").point([0] * 128 + [255] * 128).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] > 150
    with pytest.raises(ValueError, match="too many"):
        render_signature([[(0, 0, 0)] * 5000])


def test_the_font_is_small_and_holds_every_plate() -> None:
    assert FONT.stat().st_size <= 60_000
    assert (FONT.parent / "OFL.txt").is_file()
    face = ImageFont.truetype(FONT, 40)
    box = bytes(face.getmask("\ue000"))
    wanted = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼ABCDEFGHJKLMNPQRSTUVWXYZ0123456789·"
    assert [c for c in wanted if bytes(face.getmask(c)) == box] == []
