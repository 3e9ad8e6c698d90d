"""Films for Chromium's fake camera: QR codes to scan, vans to photograph. MJPEG, every frame another picture."""

import io
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw

from server.demo.drawing import Light, Scene, Subject, View, draw_photo

WIDTH, HEIGHT = 1280, 720
FRAMES = 24


def film_of_qr(path: Path, text: str) -> Path:
    """A QR code held before the camera, a little off centre."""
    code = qrcode.make(text, border=4).convert("RGB").resize((520, 520), Image.Resampling.NEAREST)
    frames = []
    for number in range(8):
        frame = Image.new("RGB", (WIDTH, HEIGHT), (86, 96, 92))
        frame.paste(code, (360 + number * 3, 90 + number % 3))
        frames.append(frame)
    return _write(path, frames)


def film_of_van(path: Path, plate: str) -> Path:
    """A walk around a van; a running number makes every frame's bytes differ."""
    views = (View.FRONT, View.LEFT, View.REAR, View.RIGHT, View.CABIN, View.CARGO, View.DIAL, View.TYRE)
    subject = Subject(plate=plate)
    frames = []
    for number in range(FRAMES):
        content = draw_photo(
            subject, views[number % len(views)], seed=number, size=(WIDTH, HEIGHT), scene=Scene(Light.NOON, bay=3)
        )
        frame = Image.open(io.BytesIO(content)).convert("RGB")
        ImageDraw.Draw(frame).text((20, HEIGHT - 40), f"frame {number}", fill=(255, 255, 255))
        frames.append(frame)
    return _write(path, frames)


def _write(path: Path, frames: list[Image.Image]) -> Path:
    with path.open("wb") as film:
        for frame in frames:
            frame.save(film, "JPEG", quality=88)
    return path
