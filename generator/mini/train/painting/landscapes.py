"""Paints landscapes by program, since no openly licensed package holds enough scenery, and says what is in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item

Image = NDArray[np.float32]
Generator = np.random.Generator

SKIES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "day": ((0.25, 0.5, 0.85), (0.75, 0.88, 0.97)),
    "sunset": ((0.35, 0.2, 0.45), (0.98, 0.6, 0.25)),
    "sunrise": ((0.45, 0.5, 0.8), (0.99, 0.8, 0.6)),
    "night": ((0.02, 0.03, 0.12), (0.12, 0.15, 0.35)),
    "storm": ((0.2, 0.22, 0.27), (0.5, 0.52, 0.55)),
    "fog": ((0.65, 0.68, 0.7), (0.85, 0.86, 0.85)),
}
GROUNDS: dict[str, tuple[float, float, float]] = {
    "meadow": (0.35, 0.6, 0.2), "desert": (0.85, 0.68, 0.4), "snow": (0.92, 0.94, 0.98), "sea": (0.1, 0.35, 0.55),
    "lake": (0.25, 0.45, 0.6), "wheat field": (0.85, 0.72, 0.25), "flower field": (0.4, 0.55, 0.2),
    "beach": (0.9, 0.82, 0.6), "river": (0.3, 0.5, 0.25),
}  # fmt: skip
BACKS = ("mountains", "hills", "forest", "city skyline", "volcano", "nothing", "village")
WHEN = {"day": "on a clear day", "sunset": "at sunset", "sunrise": "at sunrise", "night": "at night",
        "storm": "in a storm", "fog": "in fog"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """What a landscape holds."""

    sky: str
    ground: str
    back: str

    def captions(self) -> tuple[str, ...]:
        """Descriptions, from whole to part."""
        back = "" if self.back == "nothing" else f" with {self.back}"
        whole = f"{self.ground}{back} {WHEN[self.sky]}"
        back_alone = f"{self.back} {WHEN[self.sky]}" if back else f"{self.ground} {WHEN[self.sky]}"
        return (
            whole,
            f"a landscape, {whole}",
            f"scenery of {whole}",
            back_alone,
            self.ground,
            f"{self.sky} landscape",
        )


def paint_landscape(rng: Generator, size: int = 128) -> tuple[Item, Image]:
    """Paint one random landscape [size, size, 3] in 0..1."""
    scene = Scene(_pick(rng, SKIES), _pick(rng, GROUNDS), str(rng.choice(BACKS)))
    horizon = int(size * rng.uniform(0.35, 0.7))
    image = _sky(rng, scene, size, horizon)
    if scene.back != "nothing":
        _back(rng, image, scene, horizon)
    _ground(rng, image, scene, horizon)
    if scene.sky == "fog":
        image = image * 0.55 + 0.45 * np.float32(0.8)
    image = image * _light(rng, scene) + smooth_noise(rng, size, int(rng.integers(16, 64)))[..., None] * 0.05
    concept = f"landscape:{scene.ground}:{scene.back}:{scene.sky}"
    return Item("landscapes", concept, scene.captions(), "scenery"), image.clip(0, 1).astype(np.float32)


def smooth_noise(rng: Generator, size: int, cells: int) -> Image:
    """Noise [size, size] around zero, smooth over size/cells pixels."""
    coarse = rng.normal(size=(cells + 1, cells + 1)).astype(np.float32)
    at = np.linspace(0, cells - 1e-3, size)
    low, part = at.astype(int), (at % 1).astype(np.float32)
    part = part * part * (3 - 2 * part)
    rows = coarse[low] * (1 - part)[:, None] + coarse[low + 1] * part[:, None]
    noise: Image = rows[:, low] * (1 - part) + rows[:, low + 1] * part
    return noise


def _pick(
    rng: Generator,
    table: dict[str, tuple[float, float, float]]
    | dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]],
) -> str:
    return str(rng.choice(sorted(table)))


def _light(rng: Generator, scene: Scene) -> Image:
    night = 0.6 if scene.sky == "night" else 1.0
    return (night * rng.uniform(0.85, 1.1, size=3)).astype(np.float32)


def _sky(rng: Generator, scene: Scene, size: int, horizon: int) -> Image:
    top, low = (np.array(color, np.float32) + rng.normal(0, 0.05, 3) for color in SKIES[scene.sky])
    part = (np.linspace(0, 1, size) * size / horizon).clip(0, 1)[:, None, None]
    image = np.broadcast_to(top * (1 - part) + low * part, (size, size, 3)).astype(np.float32).copy()
    if scene.sky == "night":
        stars = rng.random((size, size)) < rng.uniform(0.003, 0.02)
        image[stars] = 0.95
    else:
        _clouds(rng, image, size)
    if scene.sky not in ("storm", "fog"):
        _disc(rng, image, size, horizon, scene.sky)
    return image


def _clouds(rng: Generator, image: Image, size: int) -> None:
    noise = smooth_noise(rng, size, 4) + 0.5 * smooth_noise(rng, size, 9) + 0.25 * smooth_noise(rng, size, 20)
    cover = (noise + rng.uniform(-1.2, 0.6)).clip(0, 1)[..., None]
    color = image[-1, -1] * 0.4 + 0.6 * rng.uniform(0.6, 1)
    image[:] = image * (1 - cover) + color * cover


def _disc(rng: Generator, image: Image, size: int, horizon: int, sky: str) -> None:
    y, x = np.mgrid[:size, :size]
    radius = size * rng.uniform(0.03, 0.12)
    place = rng.uniform(0.7, 1.0) if sky in ("sunset", "sunrise") else rng.uniform(0.15, 0.6)
    distance = np.hypot(y - horizon * place, x - size * rng.uniform(0.1, 0.9))
    color = np.array((0.95, 0.95, 0.85) if sky == "night" else (1.0, 0.9, 0.45), np.float32)
    glow = np.exp(-distance / (radius * 3))[..., None] * 0.5 + (distance < radius)[..., None] * 0.5
    image[:] = image * (1 - glow) + color * glow


def _ridge(rng: Generator, size: int, rough: float) -> NDArray[np.float32]:
    line = sum(smooth_noise(rng, size, cells)[0] / cells**rough * 2 for cells in (2, 4, 8, 16, 32))
    return np.asarray(line, np.float32)


def _back(rng: Generator, image: Image, scene: Scene, horizon: int) -> None:
    size = image.shape[0]
    layers = int(rng.integers(1, 4)) if scene.back in ("mountains", "hills", "forest") else 1
    for layer in range(layers):
        near = (layer + 1) / layers
        height = horizon * rng.uniform(0.25, 0.7) * (1.15 - 0.6 * near)
        line = horizon - height * _profile(rng, scene.back, size)
        color = _back_color(rng, scene, image, horizon, near)
        rows = np.arange(size)[:, None]
        mask = (rows >= line[None]) & (rows <= horizon + 2)
        shade = 1 + 0.12 * smooth_noise(rng, size, 24)[mask][:, None]
        image[mask] = color * shade
        if scene.back in ("mountains", "volcano") and rng.random() < 0.6:
            image[mask & (rows < line[None] + height * 0.22)] = (0.93, 0.94, 0.97)
        if scene.back in ("city skyline", "village"):
            _windows(rng, image, mask)


def _profile(rng: Generator, back: str, size: int) -> NDArray[np.float32]:
    if back in ("city skyline", "village"):
        count = int(rng.integers(8, 24))
        return np.repeat(rng.uniform(0.15, 1.0, count), -(-size // count))[:size].astype(np.float32)
    if back == "volcano":
        x = np.abs(np.linspace(-1, 1, size) - rng.uniform(-0.4, 0.4))
        return (1.2 - 1.6 * x).clip(0.05, 0.85).astype(np.float32)
    if back == "forest":
        saw = np.abs((np.linspace(0, rng.uniform(8, 22), size) % 1) - 0.5)
        return (0.5 + 0.9 * (0.5 - saw) + 0.1 * _ridge(rng, size, 0.5)).clip(0.1, 1).astype(np.float32)
    rough, level = (0.9, 0.6) if back == "mountains" else (2.2, 0.45)
    return (level + 0.45 * _ridge(rng, size, rough)).clip(0.03, 1).astype(np.float32)


def _back_color(rng: Generator, scene: Scene, image: Image, horizon: int, near: float) -> Image:
    tints = {"mountains": (0.4, 0.38, 0.42), "hills": (0.3, 0.45, 0.22), "forest": (0.1, 0.3, 0.13),
             "city skyline": (0.3, 0.3, 0.36), "volcano": (0.3, 0.22, 0.2), "village": (0.6, 0.4, 0.3)}  # fmt: skip
    tint = np.array(tints[scene.back]) + rng.normal(0, 0.06, 3)
    haze = 0.5 * (1 - near) + 0.1
    dark = 0.35 if scene.sky == "night" else 0.65 if scene.sky == "sunset" else 1.0
    return np.asarray(tint * dark * (1 - haze) + image[max(horizon - 2, 0), 0] * haze, np.float32)


def _windows(rng: Generator, image: Image, mask: NDArray[np.bool_]) -> None:
    grid = np.zeros_like(mask)
    grid[::4, ::3] = rng.random(grid[::4, ::3].shape) < 0.5
    image[mask & grid] = (0.98, 0.9, 0.55)


def _ground(rng: Generator, image: Image, scene: Scene, horizon: int) -> None:
    size = image.shape[0]
    depth = np.linspace(0.75, 1.15, size - horizon)[:, None, None]
    color = np.array(GROUNDS[scene.ground]) + rng.normal(0, 0.04, 3)
    texture = np.repeat(smooth_noise(rng, size, 40)[: size - horizon, :], 1, 0)[..., None]
    image[horizon:] = color * depth * (1 + 0.1 * texture)
    if scene.ground in ("sea", "lake"):
        _water(rng, image, horizon)
    elif scene.ground == "flower field":
        dots = rng.random((size - horizon, size)) < 0.18 * np.linspace(0.3, 1, size - horizon)[:, None]
        image[horizon:][dots] = rng.uniform(0.3, 1, 3)
    elif scene.ground in ("beach", "river"):
        _stream(rng, image, horizon, scene.ground == "beach")


def _water(rng: Generator, image: Image, horizon: int) -> None:
    size = image.shape[0]
    rows = size - horizon
    mirror = image[horizon - 1 :: -1][:rows]
    image[horizon : horizon + len(mirror)] = image[horizon : horizon + len(mirror)] * 0.6 + mirror * 0.4
    waves = np.repeat(rng.normal(0, 0.05, (rows, size // 8)), 8, 1)[:, :size]
    image[horizon:] += waves[..., None]


def _stream(rng: Generator, image: Image, horizon: int, beach: bool) -> None:
    size = image.shape[0]
    y, x = np.mgrid[horizon:size, :size]
    part = (y - horizon) / max(size - horizon, 1)
    shift = 0.1 * np.sin(part * rng.uniform(3, 8) + rng.uniform(0, 6))
    left = rng.uniform(0.2, 0.8) + shift
    wet = x / size < left - 0.35 * part if beach else np.abs(x / size - left) < 0.04 + 0.16 * part
    image[horizon:][wet] = np.array((0.15, 0.5, 0.65)) + rng.normal(0, 0.04, 3)
