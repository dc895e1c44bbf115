"""Free pictures from packages, set into painted scenes.

Two packages are read: Debian's openclipart-svg (public domain dedication) and the npm package @iconify-json/noto
(Google's Noto Emoji, Apache-2.0). SVG becomes pixels through `rsvg-convert` (Debian's librsvg2-bin).
"""

import hashlib
import html
import io
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from nftd.sample.make.canvas import Canvas, Image, as_image, blur, rgb
from nftd.sample.make.works import Piece

OPENCLIPART = Path("/usr/share/openclipart/svg")
RSVG = "/usr/bin/rsvg-convert"


@dataclass(frozen=True, slots=True)
class Packages:
    """Where the packages' files are: openclipart's folder, and the folder of @iconify-json/noto."""

    openclipart: Path
    noto: Path

    def svg(self, source: str) -> bytes:
        """The SVG that a source names: `openclipart:PATH` or `noto:NAME`."""
        package, _, name = source.partition(":")
        if package == "openclipart":
            return (self.openclipart / f"{name}.svg").read_bytes()
        icons = json.loads((self.noto / "icons.json").read_text("utf-8"))
        body, side = icons["icons"][name]["body"], icons.get("width", icons["height"])
        spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        return f'<svg {spaces} viewBox="0 0 {side} {side}">{body}</svg>'.encode()

    def contributor(self, source: str) -> str:
        """Who made it, as the package says."""
        if source.startswith("noto:"):
            return "Google Noto Emoji"
        text = self.svg(source).decode("utf-8", "replace")
        found = re.search(r"<dc:creator[^>]*>(.*?)</dc:creator>", text, re.DOTALL)
        name = html.unescape(re.sub(r"<[^>]+>", " ", found[1] if found else "")).split(" - ")[0]
        return " ".join(name.split()) or "Open Clip Art Library"

    def check_public_domain(self, source: str) -> None:
        """Refuse clip art whose own metadata does not dedicate it to the public domain."""
        if source.startswith("openclipart:") and b"PublicDomain" not in self.svg(source):
            raise ValueError(f"{source} has no public domain dedication in its metadata: choose another")

    def digest(self, source: str) -> str:
        return hashlib.sha256(self.svg(source)).hexdigest()


def render(svg: bytes, height: int) -> Image:
    """SVG to RGBA float [h, w, 4], cropped to what is visible and scaled to this height in pixels."""
    command = [RSVG, "--keep-aspect-ratio", "--height", str(height * 2), "--width", str(height * 4)]
    png = subprocess.run(command, input=svg, capture_output=True, check=True, timeout=60).stdout  # noqa: S603 - a fixed program and numbers
    whole = Pillow.open(io.BytesIO(png)).convert("RGBA")
    cut = whole.crop(whole.getchannel("A").point(lambda a: 255 if a > 24 else 0).getbbox())
    size = (max(1, round(cut.width * height / cut.height)), height)
    # Premultiplied, or the edges take on the color of what is invisible.
    pixels = as_image(np.asarray(cut)) / 255
    pixels[..., :3] *= pixels[..., 3:]
    return as_image(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def rotate(cut: Image, degrees: float) -> Image:
    """Turn a cut-out around its middle, on a canvas that holds it all."""
    height, width = cut.shape[:2]
    side = int(np.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return as_image(cv2.warpAffine(cut, matrix, (side, side), flags=cv2.INTER_AREA))


def laid(canvas: Canvas, cut: Image, left: int, top: int) -> Image:
    """A cut-out as a layer of the canvas's size, clipped at the borders."""
    layer = np.zeros((canvas.height, canvas.width, 4), np.float32)
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(canvas.height, top + cut.shape[0]), min(canvas.width, left + cut.shape[1])
    if y1 > y0 and x1 > x0:
        layer[y0:y1, x0:x1] = cut[y0 - top : y1 - top, x0 - left : x1 - left]
    return layer


def place(canvas: Canvas, packages: Packages, piece: Piece) -> None:
    """Set a piece into the canvas, with its shadow or halo, lit by the scene's own light."""
    cut = render(packages.svg(piece.source), max(8, round(piece.height * canvas.height)))
    cut = as_image(cut[:, ::-1]) if piece.flip else cut
    cut = rotate(cut, piece.turn) if piece.turn else cut
    top = round(piece.foot * canvas.height) - cut.shape[0]
    layer = laid(canvas, cut, round(piece.x * canvas.width - cut.shape[1] / 2), top)
    cast(canvas, layer[..., 3], piece)
    ambient = blur(canvas.rgb, canvas.height / 5)
    lit = layer[..., :3] * as_image(rgb(piece.light)) * (0.84 + 0.2 * ambient + 0.06 * (1 - canvas.y[..., None]))
    canvas.rgb = as_image(np.clip(canvas.rgb * (1 - layer[..., 3:]) + lit, 0, 1))


def cast(canvas: Canvas, alpha: Image, piece: Piece) -> None:
    """Draw what the piece does to its surroundings: a ground shadow, a mirror image, a drop shadow, a halo."""
    size, foot = canvas.height, round(piece.foot * canvas.height)
    if piece.shadow == "ground":
        width = float(alpha[max(0, foot - size // 12) : foot].max(axis=0, initial=0).sum()) / canvas.width
        away = ((canvas.x - piece.x) / max(width * 0.62, 0.05)) ** 2 + ((canvas.y - piece.foot + 0.006) / 0.026) ** 2
        canvas.blend(as_image(np.exp(-away) * 0.6), (0.05, 0.04, 0.08))
    elif piece.shadow == "mirror":
        mirrored = np.zeros_like(alpha)
        rows = min(foot, size - foot)
        mirrored[foot : foot + rows] = alpha[foot - rows : foot][::-1]
        canvas.blend(
            as_image(blur(mirrored, size / 120) * np.clip(1 - (canvas.y - piece.foot) * 5, 0, 1) * 0.35),
            (0.1, 0.1, 0.2),
        )
    elif piece.shadow == "drop":
        shift = size // 45
        shifted = np.pad(alpha, ((shift, 0), (shift, 0)))[:-shift, :-shift]
        canvas.blend(as_image(blur(as_image(shifted), size / 50) * 0.5), (0.04, 0.03, 0.08))
    elif piece.shadow == "halo":
        canvas.light(as_image(blur(alpha, size / 22) * 0.8), rgb(piece.light))
