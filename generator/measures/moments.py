"""Mean and variance that no order of adding changes."""

from __future__ import annotations

import numpy as np

from generator.measures.view import Floats


def moments(values: Floats) -> tuple[float, float]:
    """Mean and variance of float64 [n] that are multiples of a half; sums of those are exact below 2**52."""
    count, total, squares = float(values.size), float(values.sum()), float(np.dot(values, values))
    return total / count, max(count * squares - total * total, 0.0) / count**2
