"""Artifacts: what neither a painter nor a camera leaves behind. All of them are better low."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from generator.blocking import blockiness
from generator.measures.measure import Measure
from generator.measures.view import View
from generator.text import text_share

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Spectrum = np.ndarray[tuple[int, ...], np.dtype[np.complex64]]

PERIOD: Final = 4  # pixels: upsampling twice; 2 is among its frequencies, and longer ones are what pictures are made of
LEAST_SIDE: Final = 64  # pixels: below, the frequencies around are too few to compare with
LOBE: Final = 1  # bins to each side that a wave takes under a Hann window
REACH: Final = 7  # bins to each side that are compared with


def blocking(view: View) -> float:
    """The mean visible step between 8x8 blocks in gray levels, as the gate `blocking` measures; at most 120."""
    return blockiness(view.own_gray)


def checkerboard(view: View) -> float:
    """Amplitude (RMS, gray levels, 0 to 127.5) of what repeats every 2 or 4 pixels and stands out of the spectrum.

    Works of the gallery have below 0.5; drawings full of upright lines, which begin and end somewhere, up to 2.
    """
    height, width = (side // PERIOD * PERIOD for side in view.own_gray.shape)
    if min(height, width) < LEAST_SIDE:
        return 0.0
    down, across = _hann(height), _hann(width)
    gray = view.own_gray[:height, :width] - np.float32(127.5)
    spectrum = np.asarray(np.fft.rfft2(gray * down[:, None] * across), dtype=np.complex64)
    places = [(row, column) for row in range(PERIOD) for column in range(PERIOD) if row or column]
    found = math.fsum(_stands_out(_near(spectrum, width, row, column)) for row, column in places)
    return min(math.sqrt(found / (height * width * float((down @ down) * (across @ across)))), 127.5)


def lettering(view: View) -> float:
    """Share of the picture that lines of letters cover, 0 to 1, as the gate `text` measures."""
    return text_share(view.gray)


def _hann(side: int) -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(side) / side), dtype=np.float32)


def _near(spectrum: Spectrum, width: int, row: int, column: int) -> Floats:
    """Power around a frequency, in quarters of a wave a pixel; the half that `rfft2` leaves out mirrors the other."""
    height = spectrum.shape[0]
    around = np.arange(-REACH - LOBE, REACH + LOBE + 1)
    rows = (row * height // PERIOD + around)[:, None]
    columns = (column * width // PERIOD + around)[None] % width
    mirrored = columns > width // 2
    found = spectrum[np.where(mirrored, -rows, rows) % height, np.where(mirrored, width - columns, columns)]
    return np.asarray(np.square(found.real) + np.square(found.imag))


def _stands_out(power: Floats) -> float:
    """Power of the wave in the middle, less that of the strongest around it; 0 where that is as strong."""
    size = 2 * LOBE + 1
    waves = np.asarray(cv2.boxFilter(power, -1, (size, size), normalize=False))[LOBE:-LOBE, LOBE:-LOBE]
    others = waves.copy()
    others[REACH - 2 * LOBE : REACH + 2 * LOBE + 1, REACH - 2 * LOBE : REACH + 2 * LOBE + 1] = 0
    return float(max(waves[REACH, REACH] - others.max(), 0.0))


MEASURES: Final = (
    Measure(
        name="blocking",
        group="artifacts",
        formula="visible step between 8x8 blocks in gray levels, on the strongest of eight phases less the next",
        source='Wang, Sheikh and Bovik 2002, "No-reference perceptual quality assessment of JPEG compressed images"; '
        'Liu and Heynderickx 2009, "A perceptually relevant no-reference blockiness metric"',
        low=0.0,
        high=120.0,
        better="lower",
        of=blocking,
    ),
    Measure(
        name="checkerboard",
        group="artifacts",
        formula="sqrt of the power at the 15 frequencies of 4x4 pixels (Hann window, 3x3 bins), each less the "
        "strongest within 7 bins around it: gray levels RMS",
        source='Odena et al. 2016, "Deconvolution and checkerboard artifacts"; in the spectrum: Zhang, Karaman and '
        'Chang 2019, "Detecting and simulating artifacts in GAN fake images"',
        low=0.0,
        high=127.5,
        better="lower",
        of=checkerboard,
    ),
    Measure(
        name="text-share",
        group="artifacts",
        formula="share of the picture under lines of letters: connected components with even strokes that stand in "
        "lines",
        source='Epshtein, Ofek and Wexler 2010, "Detecting text in natural scenes with stroke width transform"',
        low=0.0,
        high=1.0,
        better="lower",
        of=lettering,
    ),
)
