"""Films for Chromium's fake camera: QR codes to scan, vans to photograph. MJPEG, every frame another picture."""

import io
from collections.abc import Sequence
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1280, 720
FRAMES = 160


def film_of_qr(path: Path, text: str) -> Path:
    """A QR code held before the camera, a little off centre."""
    code = qrcode.make(text, border=4).convert("RGB").resize((520, 520), Image.Resampling.NEAREST)
    frames = []
    for number in range(8):
        frame = Image.new("RGB", (WIDTH, HEIGHT), (86, 96, 92))
        frame.paste(code, (360 + number * 3, 90 + number % 3))
        frames.append(frame)
    return _write(path, frames)


def film_of(path: Path, pictures: Sequence[bytes]) -> Path:
    """A walk from picture to picture; a running number makes every frame's bytes differ."""
    views = _views(pictures)
    return _write(path, [_numbered(views[number % len(views)], number) for number in range(max(FRAMES, len(views)))])


def film_held(path: Path, pictures: Sequence[bytes], *, hold: int = 75, walk: int = 15) -> Path:
    """The same walk as a person does it: each picture is held for `hold` frames (30 a second), and slid away from in `walk`."""
    views, frames = _views(pictures), list[Image.Image]()
    for at, view in enumerate(views):
        after = views[(at + 1) % len(views)]
        frames.extend(_numbered(view, len(frames) + number) for number in range(hold))
        for step in range(1, walk):
            frame = Image.new("RGB", (WIDTH, HEIGHT))
            gone = WIDTH * step // walk
            frame.paste(view, (-gone, 0))
            frame.paste(after, (WIDTH - gone, 0))
            frames.append(_numbered(frame, len(frames)))
    return _write(path, frames)


def _views(pictures: Sequence[bytes]) -> list[Image.Image]:
    return [Image.open(io.BytesIO(picture)).convert("RGB").resize((WIDTH, HEIGHT)) for picture in pictures]


def _numbered(view: Image.Image, number: int) -> Image.Image:
    frame = view.copy()
    ImageDraw.Draw(frame).text((20, HEIGHT - 40), f"frame {number}", fill=(255, 255, 255))
    return frame


def _write(path: Path, frames: list[Image.Image]) -> Path:
    with path.open("wb") as film:
        for frame in frames:
            frame.save(film, "JPEG", quality=88)
    return path
