"""Reads CC0 panoramas (equirectangular, half floats) and looks into them: what a camera would see in a direction."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item, fixed_hash
from generator.mini.train.pictures.photos import SCENES
from generator.mini.train.pictures.render import SIZE, Rgba

OUTDOORS = {
    "city": ("a city square on a gray day", "a city", "buildings"),
    "dawn": ("bare hills at dawn", "a desert at dawn", "a landscape"),
    "forest": ("a pine forest", "a forest", "trees"),
    "night": ("a savanna at night", "a steppe under stars", "a landscape"),
    "park": ("a green meadow under a blue sky", "a park", "a meadow"),
    "sky": ("clouds over still water", "the sky", "a sea"),
    "sunrise": ("fields at sunrise", "a sunrise", "a landscape"),
    "sunset": ("a square by the water at sunset", "Venice", "a city"),
    "venice": ("a promenade by the sea", "the sea at dusk", "a landscape"),
}
SHARPER = {
    "city": ("a parking lot and tall buildings", "a city", "buildings"),
    "forest": ("a garden with trees", "a park", "trees"),
    "night": ("a meadow at night", "a dark field", "a landscape"),
    "sunrise": ("a meadow in the morning", "a sunrise", "a landscape"),
    "sunset": ("a harbor at sunset", "a town by the water", "a sunset"),
}
INDOORS = {
    "apartment": "an empty room", "esplanade": "a shopping mall", "hall": "a great hall", "lab": "an old laboratory",
    "lobby": "a lobby", "studio": "a photo studio", "warehouse": "a warehouse", "workshop": "a workshop",
}  # fmt: skip
SHARPER_INDOORS = {"courtyard": "a roofed courtyard", "interior": "a hotel room"}
OUTDOOR_VIEWS, INDOOR_VIEWS = 36, 14
FIELD = (55.0, 95.0)  # degrees seen
PITCH = (-6.0, 20.0)  # degrees above the horizon
BRIGHT = (0.38, 0.62)  # what the middle gray of a view becomes
GLARE = 20.0  # linear light; the sky stays below

Panorama = NDArray[np.float32]


def read_panoramas(data: Path) -> Iterator[tuple[Item, Rgba]]:
    """Yield views of every panorama; those of rooms have no category and serve as grounds."""
    small = data / "pmndrs-assets" / "package" / "hdri"
    large = data / "blender-data" / "usr" / "share" / "blender" / "datafiles" / "studiolights" / "world"
    for folder, ending, outdoors, indoors in (
        (small, "exr.js", OUTDOORS, INDOORS),
        (large, "exr", SHARPER, SHARPER_INDOORS),
    ):
        for name, captions in outdoors.items():
            # A place that both packages show has one concept: it is held out in both or in none.
            item = Item(SCENES, f"panorama:{name}", captions, "scenery")
            yield from ((item, view) for view in _views(folder / f"{name}.{ending}", OUTDOOR_VIEWS))
        for name, caption in indoors.items():
            item = Item(SCENES, f"panorama:{name}", (caption, "the inside of a building", "a room"), None)
            yield from ((item, view) for view in _views(folder / f"{name}.{ending}", INDOOR_VIEWS))


def _views(path: Path, count: int) -> Iterator[Rgba]:
    rng = np.random.default_rng(fixed_hash(path.name) % 2**32)
    panorama = _read(path)
    for number in range(count):
        turn = 2 * np.pi * (number + rng.uniform(0, 1)) / count
        light = _look(panorama, turn, np.radians(rng.uniform(*PITCH)), np.radians(rng.uniform(*FIELD)))
        yield _developed(light, rng.uniform(*BRIGHT))


def _read(path: Path) -> Panorama:
    """The picture [H, 2H, 3] of a file, or of a module that holds it in base64."""
    if path.suffix == ".exr":
        return _decoded(path)
    held = re.search(r"base64,([A-Za-z0-9+/=]+)", path.read_text("ascii"))
    if held is None:
        raise ValueError(f"{path.name} holds no picture")
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(base64.b64decode(held.group(1)))
        file.flush()
        return _decoded(Path(file.name))


def _decoded(path: Path) -> Panorama:
    import OpenEXR  # an extra: only those who make the pictures need it

    pixels = np.asarray(OpenEXR.File(str(path)).channels()["RGB"].pixels, np.float32)
    light: Panorama = np.nan_to_num(pixels, posinf=65504.0).clip(0)
    brightest = light.max(2, keepdims=True)
    # The sun's disk has lost its red and green in some of the compressed files; what glares is white.
    return np.where(brightest > GLARE, brightest, light)


def _look(panorama: Panorama, turn: float, pitch: float, field: float) -> Panorama:
    """What a camera with this field of view (radians) sees [128, 128, 3], interpolated, in linear light."""
    line = np.tan(field / 2) * (np.arange(SIZE) + 0.5 - SIZE / 2) / (SIZE / 2)
    x, y = np.meshgrid(line, -line)
    up, ahead = y * np.cos(pitch) + np.sin(pitch), np.cos(pitch) - y * np.sin(pitch)
    longitude = np.arctan2(x, ahead) + turn
    latitude = np.arctan2(up, np.hypot(x, ahead))
    height, width = panorama.shape[:2]
    across = longitude / (2 * np.pi) * width
    down = ((0.5 - latitude / np.pi) * height - 0.5).clip(0, height - 1.001)
    left, top = np.floor(across).astype(int), np.floor(down).astype(int)
    right_part, bottom_part = (across - left)[..., None], (down - top)[..., None]
    upper = panorama[top, left % width] * (1 - right_part) + panorama[top, (left + 1) % width] * right_part
    lower = panorama[top + 1, left % width] * (1 - right_part) + panorama[top + 1, (left + 1) % width] * right_part
    seen: Panorama = (upper * (1 - bottom_part) + lower * bottom_part).astype(np.float32)
    return seen


def _developed(light: Panorama, gray: float) -> Rgba:
    """Linear light as an opaque picture: exposed so that the median becomes `gray`, highlights rolled off."""
    exposed = light * (gray**2.2 / max(float(np.median(light)), 1e-5))
    rolled = exposed * (1 + exposed / 9) / (1 + exposed)  # Reinhard's curve, white at 3
    pixels = np.full((4, SIZE, SIZE), 255, np.uint8)
    pixels[:3] = (rolled.clip(0, 1) ** (1 / 2.2) * 255).astype(np.uint8).transpose(2, 0, 1)
    return pixels
