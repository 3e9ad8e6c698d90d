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
    views = [Image.open(io.BytesIO(picture)).convert("RGB").resize((WIDTH, HEIGHT)) for picture in pictures]
    frames = []
    for number in range(max(FRAMES, len(views))):
        frame = views[number % len(views)].copy()
        ImageDraw.Draw(frame).text((20, HEIGHT - 40), f"frame {number}", fill=(255, 255, 255))
        frames.append(frame)
    return _write(path, frames)


def _write(path: Path, frames: list[Image.Image]) -> Path:
    with path.open("wb") as film:
        for frame in frames:
            frame.save(film, "JPEG", quality=88)
    return path
