"""What grows on a canvas: conifers, round trees, grass and flowers, as outlines or soft dabs."""

import numpy as np
from numpy.typing import NDArray

from nftd.sample.make.canvas import Canvas, rgb

Outline = NDArray[np.float64]


def conifer(rng: np.random.Generator, x: float, foot: float, height: float, ratio: float) -> Outline:
    """The outline of one fir: tiers of branches that widen downward; `ratio` = canvas height / width."""
    tiers = 7 + int(rng.integers(0, 4))
    left, right = [], []
    for tier in range(tiers):
        y = foot - height * (1 - (tier + 1) / tiers * 0.94)
        reach = height * 0.24 * ratio * ((tier + 1) / tiers) ** 0.9 * (0.75 + 0.5 * rng.random())
        left += [(x - reach, y + height * 0.015), (x - reach * 0.42, y - height * 0.012)]
        reach *= 0.8 + 0.4 * rng.random()
        right += [(x + reach, y + height * 0.015), (x + reach * 0.42, y - height * 0.012)]
    trunk = height * 0.02 * ratio
    outline = [(x, foot - height), *left, (x - trunk, foot), (x + trunk, foot), *right[::-1]]
    return np.array(outline, np.float64)


def pines(canvas: Canvas, line: NDArray[np.float32] | float, height: float, color: str, count: int) -> None:
    """Plant a row of firs whose feet follow a skyline (or stand at one y), small ones first."""
    ratio, rng = canvas.height / canvas.width, canvas.rng
    outlines = []
    for size in sorted(rng.random(count)):
        x = rng.random() * 1.1 - 0.05
        column = int(np.clip(x, 0, 0.999) * canvas.width)
        foot = (line if isinstance(line, float) else float(line[column])) + 0.02 + 0.015 * rng.random()
        outlines.append(conifer(rng, x, foot, height * (0.45 + 0.7 * float(size)), ratio))
    canvas.shapes(outlines, color, 0.22)


def blob(rng: np.random.Generator, x: float, y: float, radius: float, ratio: float) -> Outline:
    """A lumpy round outline, for crowns and bushes."""
    turn = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    reach = radius * (0.8 + 0.35 * rng.random(22))
    return np.stack([x + np.cos(turn) * reach * ratio, y + np.sin(turn) * reach], axis=-1)


def crown(canvas: Canvas, x: float, foot: float, height: float, colors: list[str], trunk: str) -> None:
    """One broad-leaved tree: a forked trunk under many small crowns, darker below and lighter above."""
    ratio, rng = canvas.height / canvas.width, canvas.rng
    stem = height * 0.035 * ratio
    top = foot - height * 0.55
    body = np.array([(x - stem, foot), (x - stem * 0.5, top), (x + stem * 0.5, top), (x + stem * 1.1, foot)])
    limbs = [body]
    for side in (-1, -0.5, 0.55, 1):
        tip = (x + side * height * 0.26 * ratio, foot - height * (0.72 + 0.1 * rng.random()))
        start = foot - height * (0.3 + 0.15 * rng.random())
        limbs.append(np.array([(x - stem * 0.4, start), tip, (x + stem * 0.4, start - height * 0.03)]))
    canvas.shapes(limbs, trunk, 0.1)
    dabs = []
    for step in np.linspace(0, 1, 260):
        turn, away = rng.random() * 2 * np.pi, rng.random() ** 0.5
        at_x = x + np.cos(turn) * away * height * 0.36 * ratio
        at_y = foot - height * 0.72 + np.sin(turn) * away * height * 0.27
        light = np.clip(step * 0.7 + 0.3 * (0.5 - np.sin(turn) * away * 0.8) * rng.random() * 2, 0, 0.999)
        color = colors[int(light * len(colors))]
        dabs.append((blob(rng, at_x, at_y, height * (0.06 - 0.04 * step), ratio), color))
    canvas.fills(dabs, 0.12)


def grass(canvas: Canvas, top: float, colors: list[str], count: int, height: float = 0.07) -> None:
    """Draw blades from far (small, at `top`) to near (large, at the lower edge)."""
    rng, blades = canvas.rng, []
    for far in sorted(rng.random(count)):
        y, x = top + (1.04 - top) * float(far), rng.random()
        tall = height * (0.25 + 1.1 * float(far)) * (0.6 + 0.7 * rng.random())
        lean, wide = (rng.random() - 0.5) * tall * 0.9, 0.0016 + 0.003 * float(far)
        blade = np.array([(x - wide, y), (x + lean * 0.5, y - tall * 0.7), (x + lean, y - tall), (x + wide, y)])
        blades.append((blade, colors[int(rng.integers(len(colors)))]))
    canvas.fills(blades, 0.2)


def flowers(canvas: Canvas, top: float, colors: list[str], count: int, size: float = 0.012) -> None:
    """Scatter blossoms over a meadow, larger and sparser toward the viewer."""
    rng, ratio, dabs = canvas.rng, canvas.height / canvas.width, []
    for far in sorted(rng.random(count) ** 1.3):
        x, y = rng.random(), top + (1 - top) * float(far)
        radius = size * (0.25 + 1.3 * float(far)) * (0.7 + 0.6 * rng.random())
        dabs.append((blob(rng, x, y, radius, ratio), colors[int(rng.integers(len(colors)))]))
    canvas.fills(dabs, 0.15)


def bokeh(canvas: Canvas, colors: list[str], count: int, size: float = 0.07) -> None:
    """Float soft discs of light, as an open lens draws them."""
    for _ in range(count):
        x, y = canvas.rng.random(), canvas.rng.random()
        radius = size * (0.3 + canvas.rng.random())
        color = rgb(colors[int(canvas.rng.integers(len(colors)))])
        canvas.light(canvas.disc(x, y, radius) * np.float32(0.12 + 0.3 * canvas.rng.random()), color)
