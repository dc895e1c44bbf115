"""How sharp a picture is: how steep its strongest edges are, whatever their contrast.

The variance of the Laplacian (Pech-Pacheco et al. 2000) asks how much detail a picture has, so that a plain drawing
counts as blurred and a blurred thicket as sharp. The width of edges (Marziliano et al. 2002, "A no-reference perceptual
blur metric") does not depend on how many there are. It is measured here without tracing them: the largest step
between neighbors in a window, over the range of gray in the same window.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

WINDOW: Final = 11  # pixels: wider than an edge that is still called sharp
SMOOTHING: Final = 0.7  # sigma in pixels, so that noise and the steps of a JPEG are no edges
LEAST_CONTRAST: Final = 12.0  # gray levels
STRONG: Final = 0.5  # of the strongest contrast in the picture
PERCENTILE: Final = 90  # a picture is as sharp as its sharpest parts: backgrounds may be soft


def sharpness(gray: Pixels) -> float:
    """Gray picture [H,W] to 0..1: the part of an edge's contrast that one pixel's step takes; 0 where is no edge.

    0.73 for an edge that falls within a pixel, 0.50, 0.32 and 0.20 for one blurred with a sigma of 1, 2 and 5 pixels.
    """
    soft = np.asarray(cv2.GaussianBlur(gray, (0, 0), SMOOTHING), dtype=np.float32)
    window = np.ones((WINDOW, WINDOW), dtype=np.uint8)
    contrast = np.asarray(cv2.dilate(soft, window) - cv2.erode(soft, window))
    at = contrast >= max(LEAST_CONTRAST, STRONG * float(np.percentile(contrast, 99)))
    if not at.any():
        return 0.0
    steepest = np.asarray(cv2.dilate(_steps(soft), window))
    return float(np.percentile(steepest[at] / contrast[at], PERCENTILE))


def _steps(
    gray: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The larger of the differences to the left and to the upper neighbor."""
    steps = np.zeros_like(gray)
    steps[:, 1:] = np.abs(np.diff(gray, axis=1))
    steps[1:] = np.maximum(steps[1:], np.abs(np.diff(gray, axis=0)))
    return steps
