"""Looks at things of clay: fits them into the picture, finds what is seen, lights it and casts shadows."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from generator.mini.train.pictures.render import SIZE
from generator.mini.train.sculpture.clay import Angles, Clay, Floats
from generator.mini.train.sculpture.solids import Light, turned

SIDE = 176  # pixels of the z-buffer, on a half side of 1
BIAS = 0.035  # a surface must lie this much behind another, seen from the light, to be in its shadow
NONE = -1e3


def fitted(clay: Clay, turn: Angles, half: float) -> tuple[Floats, Floats, Floats]:
    """The thing turned, centered and as large as fits `half`; points, normals and colors [N, 3]."""
    points, normals, colors = clay.whole()
    rotation = turned(*turn).T.astype(np.float32)
    points, normals = points @ rotation, normals @ rotation
    low, high = points.min(0), points.max(0)
    size = min(1.25, 2 * half / float((high - low)[:2].max()))
    return (points - (low + high) / 2) * np.float32(size), normals, colors


def show(thing: tuple[Floats, Floats, Floats], light: Light) -> NDArray[np.uint8]:
    """RGBA [4, 128, 128] of points, normals and colors [N, 3], looked at along z."""
    points, normals, colors = thing
    seen, rows = _nearest(points, SIDE, 1.0)
    points, normals, colors = points[rows], normals[rows], colors[rows]
    normals = normals * np.where(normals[:, 2:] < 0, np.float32(-1), np.float32(1))
    toward = np.asarray(light.toward) / np.linalg.norm(light.toward)
    image = torch.zeros(5, SIDE * SIDE)
    image[:3, seen] = torch.from_numpy(colors.T.copy())
    image[3, seen] = 1
    image[4, seen] = torch.from_numpy(_lit(thing[0], points + 0.05 * normals, toward))
    bright = F.avg_pool2d((image[4] * image[3]).view(1, 1, SIDE, SIDE), 5, 1, 2).flatten()
    cover = F.avg_pool2d(image[3].view(1, 1, SIDE, SIDE), 5, 1, 2).flatten()
    open_light = (bright / cover.clamp_min(1e-3))[seen].numpy()
    lit = (normals @ toward).clip(0) * open_light
    half = np.add(toward, (0, 0, 1))
    shine = (light.gloss + 0.08) * (normals @ (half / np.linalg.norm(half))).clip(0) ** 30 * open_light
    strength = light.ambient * (0.75 + 0.25 * normals[:, 1]) + (1.2 - light.ambient) * lit
    shaded = colors * strength[:, None] * np.asarray(light.color) + shine[:, None]
    image[:3, seen] = torch.from_numpy(shaded.clip(0, 1).T.astype(np.float32))
    small = F.interpolate(image[:4].view(1, 4, SIDE, SIDE), size=SIZE, mode="bilinear", antialias=True)[0]
    small[:3] = small[:3] / small[3:].clamp_min(1e-3)
    return (small.clamp(0, 1) * 255).byte().numpy()


def _nearest(points: Floats, side: int, half: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pixels [M] that points fall on, and the row of the nearest point of each [M]."""
    # A point just inside the rim may be rounded onto it.
    column = np.minimum(((points[:, 0] / half + 1) / 2 * side).astype(int), side - 1)
    line = np.minimum(((1 - points[:, 1] / half) / 2 * side).astype(int), side - 1)
    kept = np.flatnonzero((abs(points[:, 0]) < half) & (abs(points[:, 1]) < half))
    level = ((points[kept, 2] / (4 * half) + 0.5) * 65535).clip(0, 65535).astype(np.uint16)  # whole numbers sort faster
    kept = kept[np.argsort(level, kind="stable")]
    top = np.full(side * side, -1, np.intp)
    top[line[kept] * side + column[kept]] = kept  # the last one written, the nearest, stays
    pixels = np.flatnonzero(top >= 0)
    return pixels, top[pixels]


def _lit(everything: Floats, seen: Floats, toward: NDArray[np.float64]) -> Floats:
    """1 where the light reaches the seen points [M], 0.12 where something stands before them."""
    aside = np.cross((0.0, 1.0, 0.0), toward)
    aside /= np.linalg.norm(aside) + 1e-9
    frame = np.stack([aside, np.cross(toward, aside), toward], 1).astype(np.float32)
    from_light, side, half = everything[::3] @ frame, 110, 2.0
    pixels, rows = _nearest(from_light, side, half)
    depth = np.full(side * side, NONE)
    depth[pixels] = from_light[rows, 2]
    mine = seen @ frame
    place = ((mine[:, :2] * (1, -1) / half + 1) / 2 * side).astype(int).clip(0, side - 1)
    return np.where(depth[place[:, 1] * side + place[:, 0]] > mine[:, 2] + BIAS, 0.12, 1.0).astype(np.float32)
