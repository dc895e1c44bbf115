"""Building with solids in a frame of one's own: a head on its neck, a leg at its hip, then the whole fitted to view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.sculpture.solids import Color, Point, Solid

DARK: Color = (0.05, 0.04, 0.04)
WHITE: Color = (0.95, 0.94, 0.9)
EVEN: Point = (1.0, 1.0, 1.0)


@dataclass(slots=True)
class Clay:
    """Solids given in a frame: x forward, y up, z to the animal's right; `unit` is the frame's length of one."""

    origin: Point = (0.0, 0.0, 0.0)
    pitch: float = 0.0  # radians by which forward points up
    yaw: float = 0.0  # radians by which forward turns to the right side
    unit: float = 1.0
    solids: list[Solid] = field(default_factory=list)

    def at(self, x: float, y: float, z: float) -> Point:
        """Where a point of this frame is in the frame of the whole animal."""
        cp, sp, cy, sy = np.cos(self.pitch), np.sin(self.pitch), np.cos(self.yaw), np.sin(self.yaw)
        along, up = x * cp - y * sp, x * sp + y * cp
        moved = (along * cy - z * sy, up, along * sy + z * cy)
        placed = [float(o + self.unit * m) for o, m in zip(self.origin, moved, strict=True)]
        return placed[0], placed[1], placed[2]

    def frame(self, origin: Point, pitch: float = 0.0, yaw: float = 0.0, unit: float = 1.0) -> Clay:
        """A frame at a point of this one, whose solids come to the same heap."""
        return Clay(self.at(*origin), self.pitch + pitch, self.yaw + yaw, self.unit * unit, self.solids)

    def cone(self, a: Point, b: Point, ra: float, rb: float, color: Color, flat: Point = EVEN) -> None:
        """A cone with round ends, or with `flat` stretched along the axes of the whole."""
        self.solids.append(Solid(self.at(*a), self.at(*b), ra * self.unit, rb * self.unit, color, flat))

    def ball(self, center: Point, radius: float, color: Color, flat: Point = EVEN, melt: float = 0.05) -> None:
        """A ball, or with `flat` an ellipsoid along the axes of the whole."""
        place = self.at(*center)
        self.solids.append(Solid(place, place, radius * self.unit, radius * self.unit, color, flat, melt))

    def pair(self, a: Point, b: Point, ra: float, rb: float, color: Color, flat: Point = EVEN) -> None:
        """The same cone on both sides."""
        self.cone(a, b, ra, rb, color, flat)
        self.cone((a[0], a[1], -a[2]), (b[0], b[1], -b[2]), ra, rb, color, flat)

    def path(self, points: Sequence[Point], radii: Sequence[float], colors: Sequence[Color]) -> None:
        """A bent limb: cones from point to point, with colors taking turns."""
        for at, (a, b) in enumerate(pairwise(points)):
            self.cone(a, b, radii[at], radii[at + 1], colors[at % len(colors)])

    def eyes(self, place: Point, radius: float, iris: Color = DARK) -> None:
        """Two dark balls; with an iris of another color a pupil before it."""
        x, y, z = place
        for side in (1.0, -1.0):
            self.ball((x, y, z * side), radius, iris, melt=0.012)
            if iris != DARK:
                self.ball((x + radius * 0.55, y, (z + radius * 0.45) * side), radius * 0.72, DARK, melt=0.012)


def fitted(solids: Sequence[Solid], turn: NDArray[np.float64], fill: float, beyond: int = 0) -> list[Solid]:
    """Moved and scaled so that, turned, all but the first `beyond` fill the picture up to `fill` of its half side."""
    low, high = _bounds(solids[beyond:], turn)
    grow = min(2 * fill / float((high - low)[:2].max()), 2.4 / float((high - low)[2]))  # rays are 2.6 long
    middle = turn.T @ ((low + high) / 2)
    return [_moved(solid, middle, grow) for solid in solids]


def _bounds(solids: Sequence[Solid], turn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ends = np.array([[solid.a, solid.b] for solid in solids]) @ turn.T  # [K, 2, 3]
    radii = np.array([[solid.ra, solid.rb] for solid in solids])[..., None]
    reach = radii * np.array([np.linalg.norm(turn * np.array(solid.scale), axis=1) for solid in solids])[:, None]
    return (ends - reach).min((0, 1)), (ends + reach).max((0, 1))


def _moved(solid: Solid, middle: NDArray[np.float64], grow: float) -> Solid:
    a, b = (((np.array(end) - middle) * grow).tolist() for end in (solid.a, solid.b))
    return replace(solid, a=(a[0], a[1], a[2]), b=(b[0], b[1], b[2]), ra=solid.ra * grow, rb=solid.rb * grow)


def beside(first: Sequence[Solid], second: Sequence[Solid], away: Point, grow: float) -> list[Solid]:
    """Two animals as one heap, the second scaled by `grow` and moved by `away`."""
    start = -np.array(away) / grow
    return [*first, *(_moved(solid, start, grow) for solid in second)]
