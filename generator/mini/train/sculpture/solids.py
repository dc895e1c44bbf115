"""Solid shapes with light on them: cones and balls melted together, seen from one side (sphere tracing, Hart 1996).

Drawings and emoji are flat; paintings show volume. What is built here gives the training figures with shaded sides,
from any direction, under any light. Lengths are in half sides of the picture, x to the right, y up, z to the eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.pictures.render import SIZE

Point = tuple[float, float, float]
Color = tuple[float, float, float]
STEPS = 32
FAR = 2.6
NEAR_ENOUGH = 0.006


@dataclass(frozen=True, slots=True)
class Solid:
    """A cone with round ends from `a` to `b`, or a ball (`b` is `a`), stretched about `a` by `scale`."""

    a: Point
    b: Point
    ra: float
    rb: float
    color: Color
    scale: Point = (1.0, 1.0, 1.0)
    melt: float = 0.05  # how far it flows into what it touches


def ball(center: Point, radius: float, color: Color, scale: Point = (1.0, 1.0, 1.0), melt: float = 0.05) -> Solid:
    """A ball, or with a scale an ellipsoid."""
    return Solid(center, center, radius, radius, color, scale, melt)


@dataclass(frozen=True, slots=True)
class Light:
    """Where the light comes from, its color, and how much comes from everywhere."""

    toward: Point
    color: Color
    ambient: float
    gloss: float


def some_light(rng: np.random.Generator) -> Light:
    """A light from above or a side, warm or cool, strong or soft."""
    angle, height = rng.uniform(-2.6, 2.6), rng.uniform(-0.2, 0.9)
    toward = (float(np.sin(angle)), float(height), float(0.35 + abs(np.cos(angle))))
    warm = rng.normal(0, 0.12)
    return Light(toward, (1 + warm, 1.0, 1 - warm), float(rng.uniform(0.2, 0.6)), float(rng.choice([0, 0, 0.1, 0.3])))


def sculpt(solids: Sequence[Solid], turn: NDArray[np.float64], light: Light, size: int = 96) -> NDArray[np.uint8]:
    """Look at solids, turned by a rotation [3, 3]; RGBA [4, 128, 128], uncovered where nothing is."""
    return _rgba(*_look(_Scene(solids, torch.from_numpy(turn).float()), light, size))


def turned(yaw: float, pitch: float, roll: float = 0.0) -> NDArray[np.float64]:
    """A rotation [3, 3] about the vertical, then the horizontal, then the line of sight; angles in radians."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turn: NDArray[np.float64] = about_z @ about_x @ about_y
    return turn


class _Scene:
    """The solids as tensors, to measure many points at once."""

    def __init__(self, solids: Sequence[Solid], turn: Tensor) -> None:
        self.turn = turn  # rows times a rotation: points of the picture go back into the solids' own space
        self.a = _floats([solid.a for solid in solids])
        self.scale = _floats([solid.scale for solid in solids])
        self.along = (_floats([solid.b for solid in solids]) - self.a) / self.scale
        self.ra, self.rb = _floats([solid.ra for solid in solids]), _floats([solid.rb for solid in solids])
        self.colors = _floats([solid.color for solid in solids])
        self.melt = _floats([solid.melt for solid in solids]).clamp_min(1e-3)
        self.least = self.scale.amin(1)
        self.length = self.along.square().sum(1).clamp_min(1e-9)

    def each(self, points: Tensor) -> Tensor:
        """Distances [K, N] of points [N, 3] from every solid, roughly where it is stretched."""
        local = ((points @ self.turn)[None] - self.a[:, None]) / self.scale[:, None]
        share = (torch.einsum("knd,kd->kn", local, self.along) / self.length[:, None]).clamp(0, 1)
        away = (local - share[..., None] * self.along[:, None]).norm(dim=2)
        found: Tensor = (away - torch.lerp(self.ra[:, None], self.rb[:, None], share)) * self.least[:, None]
        return found

    def distance(self, points: Tensor) -> Tensor:
        """Distance [N] from the whole, melted together where solids meet."""
        each = self.each(points)
        nearest = each.amin(0)
        soft = (-(each - nearest) / self.melt[:, None]).exp().sum(0).log()
        return nearest - soft * 0.03

    def color(self, points: Tensor) -> Tensor:
        """Color [N, 3] of the nearest solids."""
        weights = (-self.each(points) / 0.006).softmax(0)
        return weights.T @ self.colors


def _floats(rows: object) -> Tensor:
    return torch.tensor(rows, dtype=torch.float32)


def _look(scene: _Scene, light: Light, size: int) -> tuple[Tensor, Tensor, int]:
    """Colors [N, 3] of the rays that hit, their numbers, and the side of the picture."""
    line = (torch.arange(size) + 0.5) / size * 2 - 1
    y, x = torch.meshgrid(-line, line, indexing="ij")
    points = torch.stack([x.flatten(), y.flatten(), torch.full((size * size,), FAR / 2)], 1)
    rays = torch.arange(size * size)
    hits: list[Tensor] = []
    for _ in range(STEPS):
        away = scene.distance(points[rays])
        hits.append(rays[away < NEAR_ENOUGH])
        points[rays, 2] -= away * 0.9
        rays = rays[(away >= NEAR_ENOUGH) & (points[rays, 2] > -FAR / 2)]
        if not len(rays):
            break
    hit = torch.cat(hits)
    return _shade(scene, points[hit], light), hit, size


def _shade(scene: _Scene, points: Tensor, light: Light) -> Tensor:
    base = scene.distance(points)
    slope = torch.stack([scene.distance(points + 0.01 * axis) - base for axis in torch.eye(3)], 1)
    normal = F.normalize(slope, dim=1)
    toward = F.normalize(_floats(light.toward), dim=0)
    open_sky = (scene.distance(points + 0.12 * normal) / 0.12).clamp(0.45, 1)  # less light in hollows
    lit = (normal @ toward).clamp_min(0) * _unshadowed(scene, points + 0.04 * normal, toward)
    shine = light.gloss * (normal @ F.normalize(toward + torch.tensor([0.0, 0.0, 1.0]), dim=0)).clamp_min(0).pow(24)
    strength = light.ambient * open_sky + (1.15 - light.ambient) * lit
    return scene.color(points) * strength[:, None] * _floats(light.color) + shine[:, None]


def _unshadowed(scene: _Scene, points: Tensor, toward: Tensor) -> Tensor:
    """How much of the light reaches each point past the solids themselves [N]."""
    least = torch.ones(len(points))
    for reach in (0.06, 0.14, 0.26, 0.42, 0.62):
        least = torch.minimum(least, scene.distance(points + reach * toward) / (0.2 * reach))
    return least.clamp(0.15, 1)


def _rgba(colors: Tensor, hit: Tensor, size: int) -> NDArray[np.uint8]:
    image = torch.zeros(4, size * size)
    image[:3, hit] = colors.T.clamp(0, 1)
    image[3, hit] = 1
    image = image.view(1, 4, size, size)
    # Colors spread a little under the rim before the picture grows, else a dark line would follow it.
    near = F.avg_pool2d(image, 3, 1, 1)
    image[:, :3] = torch.where(image[:, 3:] > 0, image[:, :3], near[:, :3] / near[:, 3:].clamp_min(1e-3))
    large = F.interpolate(image, size=SIZE, mode="bilinear", align_corners=False)[0]
    return (large.clamp(0, 1) * 255).byte().numpy()
