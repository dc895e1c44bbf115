"""A small landscape painter: skies, ranges, woods and water on a float RGB canvas, from seeded noise alone.

Everything is drawn with numpy and OpenCV; colors are 0..1 RGB, positions and sizes are fractions of the canvas
(x to the right, y downward), so that one scene can be painted at any size. The same seed paints the same picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Color = tuple[float, float, float]


def rgb(code: str) -> Color:
    """Read "#aabbcc" as a color of three numbers 0..1."""
    value = int(code.lstrip("#"), 16)
    return (value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255


def as_image(array: object) -> Image:
    """Give any OpenCV or numpy result back as float32."""
    return np.asarray(array, dtype=np.float32)


def blur(image: Image, sigma: float) -> Image:
    """Blur with a Gaussian of this width in pixels."""
    return as_image(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.1)))


def noise(rng: np.random.Generator, height: int, width: int, cells: tuple[float, float], octaves: int = 5) -> Image:
    """Sum value noise over octaves: float [height, width] in 0..1, `cells` = coarsest cells down and across."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        shape = tuple(int(max(2, cells[i] * 2**octave)) + 3 for i in (0, 1))
        grid = as_image(rng.random(shape))
        layer = as_image(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC))
        total += layer / 2**octave
    low, high = float(total.min()), float(total.max())
    return as_image((total - low) / max(high - low, 1e-6))


class Canvas:
    """A picture being painted: `rgb` is float32 [height, width, 3] in 0..1; every method adds one layer."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.rng = np.random.default_rng(seed)
        self.rgb: Image = np.zeros((height, width, 3), np.float32)
        grid = np.mgrid[0:height, 0:width].astype(np.float32)
        self.y: Image = grid[0] / height
        self.x: Image = grid[1] / width

    def blend(self, mask: Image, color: Color | Image) -> None:
        """Lay a color, or a whole picture, over the canvas where the mask [height, width] is 1."""
        paint = as_image(np.broadcast_to(as_image(color), self.rgb.shape))
        alpha = np.clip(mask, 0, 1)[..., None]
        self.rgb = as_image(self.rgb * (1 - alpha) + paint * alpha)

    def light(self, mask: Image, color: Color) -> None:
        """Add light of this color: screen blending, so nothing burns out."""
        self.rgb = as_image(1 - (1 - self.rgb) * (1 - np.clip(mask, 0, 1)[..., None] * as_image(color)))

    def gradient(self, stops: list[tuple[float, str]], wobble: float = 0.02) -> Image:
        """Color every pixel by its height between the stops, with a little noise so that no band shows."""
        shift = (noise(self.rng, self.height, self.width, (3, 2), 4) - 0.5) * wobble * 2
        at = np.clip(self.y + shift, 0, 1)
        places = [place for place, _ in stops]
        channels = [np.interp(at, places, [rgb(code)[i] for _, code in stops]) for i in range(3)]
        return as_image(np.stack(channels, axis=-1))

    def sky(self, stops: list[tuple[float, str]]) -> None:
        self.rgb = self.gradient(stops)

    def disc(self, x: float, y: float, radius: float) -> Image:
        """A soft-edged round mask; the radius is a fraction of the height."""
        away = np.hypot((self.x - x) * self.width, (self.y - y) * self.height) / self.height
        return as_image(np.clip((radius - away) * self.height / 1.5 + 0.5, 0, 1))

    def glow(self, x: float, y: float, reach: float, color: str, strength: float = 1.0) -> None:
        away = np.hypot((self.x - x) * self.width, (self.y - y) * self.height) / self.height
        self.light(as_image(np.exp(-((away / reach) ** 1.3)) * strength), rgb(color))

    def sun(self, x: float, y: float, radius: float, color: str = "#fff3c4", halo: str = "#ff9a4d") -> None:
        self.glow(x, y, radius * 7, halo, 0.75)
        self.glow(x, y, radius * 2.2, color, 0.8)
        self.blend(self.disc(x, y, radius), rgb(color))

    def moon(self, x: float, y: float, radius: float, color: str = "#f4f1df") -> None:
        self.glow(x, y, radius * 4.5, "#9fb8ff", 0.45)
        mottled = noise(self.rng, self.height, self.width, (14, 14), 3)
        face = as_image(as_image(rgb(color)) * (0.84 + 0.18 * mottled[..., None]))
        self.blend(self.disc(x, y, radius), face)

    def stars(self, count: int, until: float = 0.7) -> None:
        for _ in range(count):
            x, y = self.rng.random(), self.rng.random() * until
            size = 0.0012 + 0.0022 * self.rng.random() ** 4
            fade = (1 - y / until) ** 0.5 * (0.45 + 0.55 * self.rng.random())
            top, left = int(y * self.height), int(x * self.width)
            spot = (slice(max(0, top - 6), top + 7), slice(max(0, left - 6), left + 7))
            away = np.hypot((self.x[spot] - x) * self.width, (self.y[spot] - y) * self.height) / self.height
            shine = np.exp(-((away / size) ** 2))[..., None] * fade * as_image((1.0, 0.96, 0.88))
            self.rgb[spot] = 1 - (1 - self.rgb[spot]) * (1 - as_image(shine))

    def clouds(self, color: str, shade: str, cover: float, top: float, bottom: float, stretch: float = 3.0) -> None:
        """Lay clouds in the band between top and bottom: lit on their upper side, shaded below."""
        form = noise(self.rng, self.height, self.width, (3 * stretch, 3), 6)
        band = np.clip((self.y - top) / 0.08, 0, 1) * np.clip((bottom - self.y) / 0.12, 0, 1)
        mask = as_image(np.clip((form - (1 - cover)) / 0.22, 0, 1) * band)
        lift = np.clip((form - np.roll(form, -max(2, self.height // 60), axis=0)) * 6 + 0.5, 0, 1)[..., None]
        paint = as_image(rgb(color)) * lift + as_image(rgb(shade)) * (1 - lift)
        self.blend(as_image(mask * 0.85), as_image(paint))

    def aurora(self, color: str, tip: str, base: float, strength: float = 0.9) -> None:
        """Hang a curtain of northern light whose lower seam wanders around `base`."""
        line = noise(self.rng, 1, self.width, (1, 2), 4)[0]
        seam = base + (line - 0.5) * 0.28
        fine = noise(self.rng, 1, self.width, (1, 26), 3)[0] * 0.75 + 0.25
        rise = seam[None, :] - self.y
        body = np.where(rise > 0, np.exp(-rise / (0.10 + 0.12 * fine)), np.exp(rise / 0.012)) * fine
        mix = np.clip(rise / 0.3, 0, 1)[..., None]
        paint = as_image(rgb(color)) * (1 - mix) + as_image(rgb(tip)) * mix
        shine = blur(as_image(body), self.height / 180)[..., None] * paint * strength
        self.rgb = as_image(1 - (1 - self.rgb) * (1 - np.clip(shine, 0, 1)))

    def profile(self, base: float, rise: float, rough: float, peaks: float) -> Image:
        """The y of a skyline at every column: `peaks` tops across, `rise` high, `rough` in detail (0..1)."""
        line = np.zeros(self.width, np.float32)
        for octave in range(7):
            count = int(max(2, peaks * 2**octave)) + 3
            grid = as_image(self.rng.random((1, count)))
            kind = cv2.INTER_LINEAR if rough > 0.5 and octave < 4 else cv2.INTER_CUBIC
            line += as_image(cv2.resize(grid, (self.width, 1), interpolation=kind))[0] * (0.28 + 0.3 * rough) ** octave
        line = (line - line.min()) / max(float(line.max() - line.min()), 1e-6)
        return as_image(base - rise * line)

    def below(self, line: Image) -> Image:
        """The mask of all that lies under a skyline."""
        return as_image(np.clip((self.y - line[None, :]) * self.height + 0.5, 0, 1))

    def ridge(self, base: float, rise: float, crest: str, foot: str, rough: float = 0.7, peaks: float = 3) -> Image:
        """Paint one mountain range, from crest color down to foot color, and give its skyline back."""
        line = self.profile(base, rise, rough, peaks)
        depth = np.clip((self.y - line[None, :]) / max(rise * 1.3, 0.05), 0, 1)[..., None]
        texture = noise(self.rng, self.height, self.width, (8, 5), 5)[..., None]
        paint = as_image(rgb(crest)) * (1 - depth) + as_image(rgb(foot)) * depth
        self.blend(self.below(line), as_image(paint * (0.84 + 0.32 * texture * (1 - 0.6 * depth))))
        return line

    def snowcaps(self, line: Image, reach: float, color: str = "#f4f7ff") -> None:
        """Snow the upper part of the range whose skyline this is, with lit and shaded faces below each top."""
        depth = np.clip(self.y - line[None, :], 0, 1)
        height = 1 - (line - line.min()) / max(float(line.max() - line.min()), 1e-6)
        torn = noise(self.rng, self.height, self.width, (18, 18), 4)
        edge = reach * (0.15 + 1.1 * height[None, :]) * (0.35 + 1.1 * torn)
        mask = np.clip((edge - depth) * self.height / 4, 0, 1) * self.below(line)
        slope = np.gradient(blur(as_image(line[None, :]), self.width / 60)[0]) * self.height
        column = np.clip((self.x + depth * (torn - 0.5) * 0.9) * self.width, 0, self.width - 1).astype(np.int64)
        side = np.clip(slope[column] * 1.1 + 0.5 + (torn - 0.5) * 1.3, 0, 1)[..., None]
        shade = as_image(rgb("#7486b8")) * (1 - side) + as_image(rgb(color)) * side
        self.blend(as_image(mask * 0.95), as_image(shade))

    def fog(self, y: float, thick: float, color: str, strength: float = 0.7) -> None:
        drift = noise(self.rng, self.height, self.width, (5, 2), 4)
        band = np.exp(-(((self.y - y) / thick) ** 2))
        self.blend(as_image(band * strength * (0.45 + 0.75 * drift)), rgb(color))

    def water(self, horizon: float, deep: str, tint: float = 0.45, ripple: float = 1.0) -> None:
        """Mirror what is above the horizon into water below it, broken by ripples that widen toward the viewer."""
        row = int(horizon * self.height)
        rows = self.height - row
        depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
        waves = noise(self.rng, rows, self.width, (26, 3), 4) - 0.5
        down = np.clip(np.arange(rows, dtype=np.float32)[:, None] + waves * (4 + 46 * depth) * ripple, 1, row - 1)
        across = np.arange(self.width, dtype=np.float32)[None, :] + waves * 14 * ripple
        mirror = cv2.remap(
            self.rgb, as_image(across), as_image(row - down), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        mix = as_image(tint + 0.35 * depth)[..., None]
        glint = (1 + waves[..., None] * (0.25 + 0.5 * depth[..., None])) * ripple + (1 - ripple)
        self.rgb[row:] = np.clip((as_image(mirror) * (1 - mix) + as_image(rgb(deep)) * mix) * glint, 0, 1)

    def glitter(self, x: float, horizon: float, color: str, width: float = 0.05) -> None:
        """Lay the shining path that a sun or moon at x draws on water."""
        streak = noise(self.rng, self.height, self.width, (70, 9), 3)
        depth = np.clip((self.y - horizon) / (1 - horizon), 0, 1)
        path = np.exp(-(((self.x - x) / (width * (0.5 + 2.2 * depth))) ** 2)) * (self.y > horizon)
        self.light(as_image(path * np.clip((streak - 0.45) * 4, 0, 1) * 0.9), rgb(color))

    def shapes(self, outlines: list[NDArray[np.float64]], color: str, vary: float = 0.12) -> None:
        """Fill polygons (points in fractions of the canvas) with slightly varied tones of one color."""
        self.fills([(outline, color) for outline in outlines], vary)

    def fills(self, outlines: list[tuple[NDArray[np.float64], str]], vary: float = 0.12) -> None:
        """Fill polygons, each with a tone of its own color, smoothed by drawing at twice the size."""
        size = (self.width * 2, self.height * 2)
        layer = as_image(cv2.resize(self.rgb, size, interpolation=cv2.INTER_LINEAR))
        for outline, color in outlines:
            points = np.round(outline * np.array(size)).astype(np.int32)
            shade = 1 + vary * (self.rng.random() * 2 - 1)
            tone = [float(np.clip(c * shade * (0.98 + 0.04 * self.rng.random()), 0, 1)) for c in rgb(color)]
            cv2.fillPoly(layer, [points], tone, cv2.LINE_AA)
        self.rgb = as_image(cv2.resize(layer, (self.width, self.height), interpolation=cv2.INTER_AREA))
