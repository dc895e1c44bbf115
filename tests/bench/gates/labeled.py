"""Labeled pictures a gate: clean works, and the same kinds of works with one defect put in by code.

Every function takes a work and a seeded generator and gives an `Example`: what the gate should say is known because we
made it so. Defects are drawn over the range that people would call bad; what lies between bad and good (a caption
that takes a tenth of the picture, a JPEG of quality 30) is in neither class: `bad` is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.bench.gates.works import Pixels, Rng, Work, encoded, shrunk

FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
WORDS = """the of and to in is you that it he was for on are as with his they at be this from have or by one had not but
what all were when we there can an your which their said if do will each about how up out them then she many some so
these would other into has more her two like him see time could no make than first been its who now people my made over
did down only way find use may water long little very after words called just where most know GALLERY MINT SALE EDITION
Studio Sunday Festival Market Opening Tickets Community Summer 2021 1/1 100% #4521 WAGMI rare drop whitelist""".split()
HEAVY_FROM = 0.18  # share of the picture's area that the boxes of the drawn lines take
LIGHT_TO = 0.04
MARGIN = 0.03
SEEN_BELOW, UNSEEN_ABOVE = 34.0, 40.0  # dB


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and whether the gate should refuse it; `how` says what was done to it."""

    work: str
    kind: str
    how: str
    bad: bool | None
    pixels: Pixels


def saved(pixels: Pixels, rng: Rng, lowest: int = 75) -> Pixels:
    """As files come: half as PNG, the others through a JPEG or WebP file of decent quality."""
    kind = ("PNG", "PNG", "JPEG", "WEBP")[int(rng.integers(4))]
    return pixels if kind == "PNG" else encoded(pixels, kind, int(rng.integers(lowest, 96)))


def clean(work: Work, rng: Rng) -> Example:
    """The work as it is, in a decent file."""
    return Example(work.name, work.kind, "clean", False, saved(work.pixels, rng))


# --- blur -----------------------------------------------------------------------------------------


def blurred(work: Work, rng: Rng) -> Example:
    """Out of focus, moved, or enlarged from a few pixels; widths are those at 512 pixels."""
    pixels = shrunk(work.pixels, 512)
    how = ("gauss", "disc", "motion", "enlarged")[int(rng.integers(4))]
    soft = _BLURS[how](pixels, rng)
    if rng.random() < 0.3:
        soft = np.clip(soft + rng.normal(0, rng.uniform(0.5, 2), soft.shape), 0, 255)
    return Example(work.name, work.kind, how, True, saved(np.asarray(soft, np.uint8), rng))


def _gauss(pixels: Pixels, rng: Rng) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(2.5, 7)), np.uint8)


def _disc(pixels: Pixels, rng: Rng) -> Pixels:
    radius = rng.uniform(4.5, 11)
    y, x = np.mgrid[-12:13, -12:13]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), np.uint8)


def _motion(pixels: Pixels, rng: Rng) -> Pixels:
    length, angle = rng.uniform(14, 32), rng.uniform(0, math.pi)
    kernel = np.zeros((65, 65), np.float32)
    reach = length / 2 * np.array([math.cos(angle), math.sin(angle)])
    ends = [tuple(int(v * 16) for v in 32 + sign * reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 2, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), np.uint8)


def _enlarged(pixels: Pixels, rng: Rng) -> Pixels:
    small = shrunk(pixels, round(max(pixels.shape[:2]) / rng.uniform(5.5, 11)))
    way = (cv2.INTER_CUBIC, cv2.INTER_LINEAR)[int(rng.integers(2))]
    return np.asarray(cv2.resize(small, pixels.shape[1::-1], interpolation=way), np.uint8)


_BLURS: dict[str, Callable[[Pixels, Rng], Pixels]] = {
    "gauss": _gauss,
    "disc": _disc,
    "motion": _motion,
    "enlarged": _enlarged,
}


# --- blocking -------------------------------------------------------------------------------------


def blocky(work: Work, rng: Rng) -> Example:
    """Saved once as a JPEG of quality 3 to 15; then maybe cut, so that the grid starts anywhere, and saved again.

    Where that lost nothing to see (pixel art whose squares are the blocks, a few plain shapes) it is no defect.
    """
    quality = int(rng.integers(3, 16))
    pixels = encoded(work.pixels, "JPEG", quality)
    noise = _noise_ratio(pixels, work.pixels)
    if rng.random() < 0.5:
        top, left = rng.integers(0, 8, 2)
        pixels = pixels[top:, left:]
    how = f"quality {'3-6' if quality < 7 else '7-10' if quality < 11 else '11-15'}"
    bad = True if noise < SEEN_BELOW else False if noise > UNSEEN_ABOVE else None
    return Example(work.name, work.kind, how, bad, saved(np.ascontiguousarray(pixels), rng, 88))


def _noise_ratio(changed: Pixels, before: Pixels) -> float:
    """Peak signal-to-noise ratio of the gray levels in dB."""
    a, b = (cv2.cvtColor(np.ascontiguousarray(one), cv2.COLOR_RGB2GRAY).astype(np.float64) for one in (changed, before))
    return float(10 * np.log10(255**2 / max(float(((a - b) ** 2).mean()), 1e-9)))


# --- flatness -------------------------------------------------------------------------------------


def flat(work: Work, rng: Rng) -> Example:
    """Nothing to see: one color, a dot on it, a hint of a gradient, of noise or of the work."""
    how = ("plain", "dot", "fade", "noise", "ghost", "corner")[int(rng.integers(6))]
    height, width = work.pixels.shape[:2]
    sheet = np.full((height, width, 3), rng.integers(0, 256, 3), np.float64)
    sheet = _FLATS[how](sheet, work.pixels, rng)
    return Example(work.name, work.kind, how, True, saved(np.clip(sheet, 0, 255).astype(np.uint8), rng))


def _plain(sheet: np.ndarray, _work: Pixels, _rng: Rng) -> np.ndarray:
    return sheet


def _dot(sheet: np.ndarray, _work: Pixels, rng: Rng) -> np.ndarray:
    height, width = sheet.shape[:2]
    middle = (int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.2, 0.8) * height))
    radius = int(min(height, width) * rng.uniform(0.02, 0.07))
    return np.asarray(cv2.circle(sheet.copy(), middle, radius, rng.integers(0, 256, 3).tolist(), -1, cv2.LINE_AA))


def _fade(sheet: np.ndarray, _work: Pixels, rng: Rng) -> np.ndarray:
    return sheet + np.linspace(0, rng.uniform(1, 5), sheet.shape[0])[:, None, None]


def _noise(sheet: np.ndarray, _work: Pixels, rng: Rng) -> np.ndarray:
    return sheet + rng.normal(0, rng.uniform(0.3, 1.5), sheet.shape)


def _ghost(sheet: np.ndarray, work: Pixels, rng: Rng) -> np.ndarray:
    """The work at one or two hundredths of its contrast."""
    return sheet + (work - work.mean((0, 1))) * rng.uniform(0.005, 0.02)


def _corner(sheet: np.ndarray, work: Pixels, rng: Rng) -> np.ndarray:
    """The work as a stamp in the corner of an empty page."""
    stamp = shrunk(work, round(max(work.shape[:2]) * rng.uniform(0.06, 0.14)))
    sheet = sheet.copy()
    sheet[4 : 4 + stamp.shape[0], 4 : 4 + stamp.shape[1]] = stamp
    return sheet


_FLATS: dict[str, Callable[[np.ndarray, Pixels, Rng], np.ndarray]] = {
    "plain": _plain,
    "dot": _dot,
    "fade": _fade,
    "noise": _noise,
    "ghost": _ghost,
    "corner": _corner,
}


# --- text -----------------------------------------------------------------------------------------


def lettered(work: Work, rng: Rng) -> Example:
    """Lines of text over the work or over a plain ground, until they take `HEAVY_FROM` of its area or more."""
    how = ("poster", "page", "meme", "overlay")[int(rng.integers(4))]
    pixels = shrunk(work.pixels, 640)
    if how in ("poster", "page"):
        ground = rng.integers(0, 256, 3)
        pixels = (pixels * 0.25 + 0.75 * ground).astype(np.uint8) if how == "poster" else pixels * 0 + ground
        pixels = pixels.astype(np.uint8)
    letters = {"poster": (0.05, 0.11), "page": (0.028, 0.05), "meme": (0.1, 0.16), "overlay": (0.045, 0.09)}[how]
    share, pixels = 0.0, pixels.copy()
    least = rng.uniform(HEAVY_FROM, 0.5) if how != "page" else rng.uniform(0.25, 0.6)
    top = pixels.shape[0] * MARGIN
    while share < least and top < pixels.shape[0] * 0.94:
        line = max(11, pixels.shape[0] * rng.uniform(*letters))
        share += _write(pixels, rng, top, line, full=True)
        top += line * rng.uniform(1.15, 1.5)
    return Example(work.name, work.kind, how, True if share >= HEAVY_FROM else None, saved(pixels, rng))


def signed(work: Work, rng: Rng) -> Example:
    """A word or two, as artists sign: at most `LIGHT_TO` of the area."""
    pixels = shrunk(work.pixels, 640).copy()
    before = pixels.copy()
    line = max(10, pixels.shape[0] * rng.uniform(0.025, 0.045))
    share = _write(pixels, rng, pixels.shape[0] * rng.uniform(0.05, 0.92), line, full=False)
    return Example(work.name, work.kind, "signed", False, saved(pixels if share <= LIGHT_TO else before, rng))


def _write(pixels: Pixels, rng: Rng, top: float, line: float, *, full: bool) -> float:
    """Write a line of this height in place; the share of the picture that its box takes."""
    height, width = pixels.shape[:2]
    left = int(width * rng.uniform(MARGIN, 0.12 if full else 0.6))
    here = pixels[int(top) : int(top + line), left:].mean((0, 1)) if int(top) < height else np.zeros(3)
    color = _readable(here, rng)
    limit = width * (1 - MARGIN) - left
    words = _words(rng, 40 if full else 2)
    if rng.random() < 0.5:
        across = _write_pillow(pixels, (left, int(top)), line, words, color, limit)
    else:
        across = _write_hershey(pixels, (left, int(top)), line, words, color, limit, rng)
    return across * line / (height * width)


def _readable(here: np.ndarray, rng: Rng) -> tuple[int, int, int]:
    bright = here.mean() < 128
    low, high = (195, 256) if bright else (0, 60)
    red, green, blue = (int(one) for one in rng.integers(low, high, 3))
    return red, green, blue


def _words(rng: Rng, count: int) -> list[str]:
    words = [WORDS[int(rng.integers(len(WORDS)))] for _ in range(count)]
    return [word.upper() for word in words] if rng.random() < 0.3 else words


def _write_pillow(
    pixels: Pixels, at: tuple[int, int], line: float, words: list[str], color: tuple[int, int, int], limit: float
) -> float:
    font = ImageFont.load_default(round(line * 0.85))
    text = _fitting(words, limit, font.getlength)
    sheet = Image.fromarray(pixels)
    ImageDraw.Draw(sheet).text(at, text, fill=color, font=font)
    pixels[:] = np.asarray(sheet)
    return float(font.getlength(text))


def _write_hershey(
    pixels: Pixels, at: tuple[int, int], line: float, words: list[str], color: tuple[int, int, int], limit: float,
    rng: Rng,
) -> float:  # fmt: skip
    face, scale = FACES[int(rng.integers(len(FACES)))], line / 30
    thick = max(1, round(line / (14 if line > 24 else 18)))
    text = _fitting(words, limit, lambda words: cv2.getTextSize(words, face, scale, thick)[0][0])
    cv2.putText(pixels, text, (at[0], at[1] + round(line * 0.8)), face, scale, color, thick, cv2.LINE_AA)
    return float(cv2.getTextSize(text, face, scale, thick)[0][0])


def _fitting(words: list[str], limit: float, length: Callable[[str], float]) -> str:
    count = 1
    while count < len(words) and length(" ".join(words[: count + 1])) <= limit:
        count += 1
    return " ".join(words[:count])


# --- near-duplicates ------------------------------------------------------------------------------


def copied(work: Work, rng: Rng) -> Example:
    """The work as copies of it turn up: resized, encoded anew, cut, brightened, marked, or several of these."""
    pixels, names = work.pixels, list(_COPIES)
    chosen = rng.choice(len(names), int(rng.integers(1, 4)), replace=False)
    for number in sorted(chosen):
        pixels = _COPIES[names[number]](pixels, rng)
    how = names[chosen[0]] if len(chosen) == 1 else f"{len(chosen)} changes"
    return Example(work.name, work.kind, how, True, pixels)


def _resized(pixels: Pixels, rng: Rng) -> Pixels:
    factor = rng.uniform(0.4, 1.8)
    size = (max(128, round(pixels.shape[1] * factor)), max(128, round(pixels.shape[0] * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


def _cut(pixels: Pixels, rng: Rng) -> Pixels:
    """2 to 5 % off the sides together."""
    height, width = pixels.shape[:2]
    tall, wide = (round(side * (1 - rng.uniform(0.02, 0.05))) for side in (height, width))
    top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
    return np.ascontiguousarray(pixels[top : top + tall, left : left + wide])


def _brightened(pixels: Pixels, rng: Rng) -> Pixels:
    gain, lift = rng.uniform(0.85, 1.15), rng.uniform(-14, 14)
    return np.clip(pixels * gain + lift, 0, 255).astype(np.uint8)


def _marked(pixels: Pixels, rng: Rng) -> Pixels:
    """A small watermark."""
    pixels = pixels.copy()
    line = max(10, pixels.shape[0] * rng.uniform(0.03, 0.05))
    _write(pixels, rng, pixels.shape[0] * rng.uniform(0.05, 0.9), line, full=False)
    return pixels


def _reencoded(pixels: Pixels, rng: Rng) -> Pixels:
    return encoded(pixels, ("JPEG", "WEBP")[int(rng.integers(2))], int(rng.integers(20, 90)))


_COPIES: dict[str, Callable[[Pixels, Rng], Pixels]] = {
    "resize": _resized,
    "crop 2-5 %": _cut,
    "brightness": _brightened,
    "watermark": _marked,
    "encode": _reencoded,
}
