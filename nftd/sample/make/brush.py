"""Turn a clean picture into a painted one.

Strokes follow Hertzmann, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes" (SIGGRAPH 1998): from
large brushes to small, strokes run along the image's edges wherever the painting still differs from the picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from nftd.sample.make.canvas import Image, as_image, blur, noise


def stroke(flow: NDArray[np.float32], x: float, y: float, brush: int, steps: int) -> NDArray[np.int32]:
    """Follow the edge direction from a point: int32 [n, 1, 2] pixel positions, in 1/8 pixel."""
    height, width = flow.shape[:2]
    points, last = [(x, y)], (0.0, 0.0)
    for _ in range(steps):
        dx, dy = (float(v) for v in flow[int(y), int(x)])
        if dx * last[0] + dy * last[1] < 0:
            dx, dy = -dx, -dy
        dx, dy = 0.6 * dx + 0.4 * last[0], 0.6 * dy + 0.4 * last[1]
        x, y, last = x + dx * brush, y + dy * brush, (dx, dy)
        if not (0 <= x < width and 0 <= y < height):
            break
        points.append((x, y))
    return np.round(np.array(points) * 8).astype(np.int32)[:, None, :]


def edge_flow(image: Image, sigma: float) -> NDArray[np.float32]:
    """The unit direction along edges at every pixel [H, W, 2], smoothed so that flat areas follow their neighbors."""
    gray = as_image(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    gx, gy = as_image(cv2.Sobel(gray, cv2.CV_32F, 1, 0)), as_image(cv2.Sobel(gray, cv2.CV_32F, 0, 1))
    xx, yy, xy = blur(gx * gx, sigma), blur(gy * gy, sigma), blur(gx * gy, sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return as_image(np.stack([np.cos(angle), np.sin(angle)], axis=-1))


def layer(painting: Image, target: Image, brush: int, threshold: float, rng: np.random.Generator) -> Image:
    """Add one brush size: a stroke in every grid cell where the painting is off by more than the threshold."""
    reference = blur(target, brush * 0.45)
    flow = edge_flow(reference, brush * 1.5)
    out = np.ascontiguousarray(painting)
    error = as_image(cv2.boxFilter(np.abs(out - reference).sum(axis=-1), -1, (brush, brush)))
    cells = [(x, y) for y in range(0, out.shape[0], brush) for x in range(0, out.shape[1], brush)]
    for index in rng.permutation(len(cells)):
        x, y = cells[int(index)]
        block = error[y : y + brush, x : x + brush]
        if float(block.max()) < threshold:
            continue
        dy, dx = np.unravel_index(int(block.argmax()), block.shape)
        spot = reference[y + int(dy), x + int(dx)]
        color = [float(c) for c in np.clip(spot * (1 + 0.05 * rng.standard_normal()), 0, 1)]
        line = stroke(flow, x + float(dx), y + float(dy), brush, 5)
        cv2.polylines(out, [line], False, color, max(1, int(brush * 0.9)), cv2.LINE_AA, 3)
    return out


def paint(image: Image, seed: int, detail: float = 0.55) -> Image:
    """Paint a picture with brushes of 16 to 3 pixels; `detail` (0..1) is how much of the original shines through."""
    rng = np.random.default_rng(seed)
    canvas = blur(image, 14)
    for brush, threshold in ((16, 0.0), (9, 0.10), (5, 0.16), (3, 0.24)):
        canvas = layer(canvas, image, brush, threshold, rng)
    canvas = as_image(cv2.bilateralFilter(canvas, 0, 0.06, 1.5))
    return as_image(np.clip(canvas * (1 - detail) + image * detail, 0, 1))


def finish(image: Image, seed: int, vignette: float = 0.28, weave: float = 0.012) -> Image:
    """Darken the corners a little and let a faint canvas weave show."""
    height, width = image.shape[:2]
    grid = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    corners = 1 - vignette * np.clip(np.hypot(grid[0], grid[1]) - 0.45, 0, 1) ** 1.5
    cloth = (noise(np.random.default_rng(seed), height, width, (40, 40), 2) - 0.5) * weave
    return as_image(np.clip(image * corners[..., None] + cloth[..., None], 0, 1))
