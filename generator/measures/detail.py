"""Detail: how much there is to see. No end is better: noise has the most of it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from generator.gates import gray_entropy
from generator.measures.measure import Measure
from generator.measures.moments import moments
from generator.measures.view import View

SMOOTHING: Final = 1.0  # sigma in pixels, before edges are looked for
WEAK, STRONG = 60.0, 120.0  # Sobel gradients of an edge's course and of its beginning: 15 and 30 gray levels a pixel


def laplacian_variance(view: View) -> float:
    """Variance of the 4-neighbor Laplacian of the gray picture, 0 to 1020 squared."""
    steep = cv2.Laplacian(view.gray, cv2.CV_16S, ksize=1)
    return moments(steep.ravel().astype(np.float64))[1]


def edge_density(view: View) -> float:
    """Share of the pixels that Canny's detector marks, 0 to 1."""
    soft = cv2.GaussianBlur(view.gray, (0, 0), SMOOTHING)
    return cv2.countNonZero(cv2.Canny(soft, WEAK, STRONG, L2gradient=True)) / view.gray.size


def entropy(view: View) -> float:
    """Entropy of the gray levels in bits, 0 to 8; the gate `flat` measures the same."""
    return gray_entropy(view.gray)


MEASURES: Final = (
    Measure(
        name="laplacian-variance",
        group="detail",
        formula="variance of the gray picture under the kernel (0 1 0, 1 -4 1, 0 1 0)",
        source='Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy: a comparative study"',
        low=0.0,
        high=1020.0**2,
        better="none",
        of=laplacian_variance,
    ),
    Measure(
        name="edge-density",
        group="detail",
        formula="share of pixels on edges: Gaussian of sigma 1, Sobel gradients, thresholds 60 and 120",
        source='Canny 1986, "A computational approach to edge detection"; as a measure of clutter: '
        'Rosenholtz et al. 2007, "Measuring visual clutter"',
        low=0.0,
        high=1.0,
        better="none",
        of=edge_density,
    ),
    Measure(
        name="entropy",
        group="detail",
        formula="-sum p log2 p over the shares p of the 256 gray levels, in bits",
        source='Shannon 1948, "A mathematical theory of communication"',
        low=0.0,
        high=8.0,
        better="none",
        of=entropy,
    ),
)
