"""Things made of surfaces: turned on a wheel, cut from boards, bent from rods; seen with light and shadow.

The solids that melt together suit bodies; jugs, chairs and violins need thin walls and edges. Here a surface is a
cloud of points closer than the picture's pixels, and the nearest point of each pixel is what is seen (a z-buffer);
a second look, from the light, tells what lies in shadow. Lengths as in `sculpt`: x to the right, y up, z to the eye.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.sculpture.solids import Color, Point, turned

Floats = NDArray[np.float32]
Angles = tuple[float, float, float]
STEP = 0.0068  # between points, in half sides: less than 0.7 pixels, so that nothing shines through


class Clay:
    """Grows a thing part by part: points, normals and colors [N, 3] each. A thing is about two units large."""

    def __init__(self, size: float = 1.0) -> None:
        self.step = STEP / size
        self.points: list[Floats] = []
        self.normals: list[Floats] = []
        self.colors: list[Floats] = []

    def whole(self) -> tuple[Floats, Floats, Floats]:
        """All points, normals and colors."""
        return np.concatenate(self.points), np.concatenate(self.normals), np.concatenate(self.colors)

    def put(self, other: Clay, size: float, at: Point, turn: Angles = (0.0, 0.0, 0.0)) -> None:
        """Set another thing into this one."""
        points, normals, colors = other.whole()
        self.add(points * np.float32(size), normals, colors, at, turn)

    def lathe(
        self, profile: Sequence[tuple[float, float]], color: Color, at: Point = (0, 0, 0), turn: Angles = (0, 0, 0),
        smooth: bool = True,
    ) -> None:  # fmt: skip
        """Turn a profile of (radius, height) about the vertical."""
        line = _curve(np.asarray(profile, float), self.step, smooth)
        self._rings(line, np.gradient(line, axis=0), color, at, turn)

    def _rings(
        self, line: NDArray[np.float64], slope: NDArray[np.float64], color: Color, at: Point, turn: Angles,
        stretch: Point = (1, 1, 1),
    ) -> None:  # fmt: skip
        radius = np.abs(line[:, 0])
        counts = np.ceil(2 * np.pi * radius * max(stretch) / self.step).astype(int) + 1
        row = np.repeat(np.arange(len(line)), counts)
        angle = (np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)) / counts[row] * 2 * np.pi
        across, up = np.cos(angle), np.sin(angle)
        points = np.stack([radius[row] * across, line[row, 1], radius[row] * up], 1)
        normals = np.stack([slope[row, 1] * across, -slope[row, 0], slope[row, 1] * up], 1)
        size = np.asarray(stretch)
        self.add(points * size, normals / size, color, at, turn)

    def ball(self, at: Point, radii: Point, color: Color, turn: Angles = (0, 0, 0)) -> None:
        """An ellipsoid."""
        angle = np.linspace(0, np.pi, int(np.pi * max(radii) / self.step) + 3)
        line, slope = np.stack([np.sin(angle), -np.cos(angle)], 1), np.stack([np.cos(angle), np.sin(angle)], 1)
        self._rings(line, slope, color, at, turn, radii)

    def rod(self, path: Sequence[Point], radii: Sequence[float] | float, color: Color, smooth: bool = True) -> None:
        """A round rod along a path; its ends are round."""
        ends = np.asarray(path, float)
        thick = np.full(len(ends), radii) if isinstance(radii, (int, float)) else np.asarray(radii, float)
        line = _curve(np.column_stack([ends, thick]), self.step, smooth)
        along = np.gradient(line[:, :3], axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        aside = np.cross(along, (0.13, 0.21, 0.97) if abs(along[:, 2]).mean() < 0.8 else (0.1, 0.97, 0.2))
        aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-9
        over = np.cross(along, aside)
        angle = np.linspace(0, 2 * np.pi, int(2 * np.pi * max(thick) / self.step) + 5)[:, None, None]
        normals = np.cos(angle) * aside + np.sin(angle) * over
        points = line[:, :3] + normals * line[:, 3:]
        self.add(points.reshape(-1, 3), normals.reshape(-1, 3), color)
        for end in (0, -1) if max(thick) > 2 * self.step else ():
            self.ball(tuple(ends[end]), (thick[end],) * 3, color)

    def box(
        self,
        at: Point,
        half: Point,
        color: Color,
        turn: Angles = (0, 0, 0),
        axes: tuple[int, ...] = (0, 1, 2),
    ) -> None:
        """A box of these half sides about `at`, or only its faces across some axes."""
        for axis in axes:
            first, second = (axis + 1) % 3, (axis + 2) % 3
            face = self._grid(half[first], half[second])
            for sign in (-1, 1):
                points, normals = np.zeros((len(face), 3)), np.zeros((len(face), 3))
                points[:, [first, second]], points[:, axis], normals[:, axis] = face, sign * half[axis], sign
                self.add(points, normals, color, at, turn)

    def board(
        self, outline: Sequence[tuple[float, float]], half: float, color: Color, at: Point = (0, 0, 0),
        turn: Angles = (0, 0, 0), rim: Color | None = None, smooth: bool = False,
    ) -> None:  # fmt: skip
        """A closed outline in x and y cut from a board `2 * half` thick, seen from z; the rim may differ in color."""
        edge = _curve(np.asarray([*outline, outline[0]], float), self.step, smooth)
        low, high = edge.min(0), edge.max(0)
        face = self._grid(*((high - low) / 2)) + (low + high) / 2
        face = face[_inside(face, edge[:: max(1, len(edge) // 120)])]
        for sign in (-1, 1):
            points = np.column_stack([face, np.full(len(face), sign * half)])
            self.add(points, np.tile((0.0, 0.0, sign), (len(face), 1)), color, at, turn)
        slope = np.gradient(edge, axis=0)
        deep = np.linspace(-half, half, int(2 * half / self.step) + 2)
        points = np.column_stack([np.repeat(edge, len(deep), 0), np.tile(deep, len(edge))])
        normals = np.repeat(np.column_stack([slope[:, 1], -slope[:, 0], np.zeros(len(edge))]), len(deep), 0)
        self.add(points, normals, rim or color, at, turn)

    def _grid(self, wide: float, high: float) -> NDArray[np.float64]:
        x, y = (np.linspace(-half, half, int(2 * half / self.step) + 2) for half in (wide, high))
        return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)

    def add(
        self, points: NDArray[np.floating], normals: NDArray[np.floating], color: Color | Floats,
        at: Point = (0, 0, 0), turn: Angles = (0, 0, 0),
    ) -> None:  # fmt: skip
        """Points [N, 3] with their normals, turned, then moved to `at`."""
        if any(turn):
            rotation = turned(*turn).T
            points, normals = points @ rotation, normals @ rotation
        normals = normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)
        self.points.append((points + np.asarray(at)).astype(np.float32))
        self.normals.append(normals.astype(np.float32))
        self.colors.append(np.broadcast_to(np.asarray(color, np.float32), points.shape))


def _curve(corners: NDArray[np.float64], step: float, smooth: bool) -> NDArray[np.float64]:
    """Points along corners [K, D], a step apart; rounded (Catmull and Rom 1974) or straight between them."""
    padded = np.concatenate([corners[:1], corners, corners[-1:]])
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = int(np.abs(c - b).max() * 1.25 / step) + 1
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        bent = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        pieces.append(bent if smooth else b + (c - b) * t)
    return np.concatenate([*pieces, corners[-1:]])


def _inside(points: NDArray[np.float64], edge: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points [N, 2] a closed line [K, 2] goes round."""
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (ax, ay), (bx, by) in zip(edge, np.roll(edge, -1, 0), strict=True):
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return inside
