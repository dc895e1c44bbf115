"""One work in, the bytes of its picture out; the traps that live in a picture's bytes are set here."""

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from nftd.sample.make.brush import finish, paint
from nftd.sample.make.canvas import Canvas, Image, as_image
from nftd.sample.make.clipart import Packages, place
from nftd.sample.make.scenes import set_scene
from nftd.sample.make.works import Work

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
QUALITY = {"JPEG": 82, "WEBP": 84}
HTML_ANSWER = b"<!doctype html>\n<title>Moved</title>\n<p>This picture has moved. Please sign in to see it.\n"
POSTER = (
    (64, "OPEN STUDIO"),
    (40, "every Sunday, ten to five"),
    (26, "Painting, print, clay, light and sound."),
    (26, "Bring paper, brushes, ink and a friend."),
    (26, "Coffee and cake at the long table."),
    (44, "FREE ENTRANCE"),
    (26, "Ring twice at the blue door in the yard."),
    (26, "Children paint along from four years up."),
    (26, "Finished works dry in the upper hall."),
    (40, "COME AS YOU ARE"),
)


def painted(work: Work, packages: Packages) -> Image:
    """Paint a work: its scene, its pieces, then brush strokes over it all."""
    canvas = Canvas(*work.size, seed=work.seed)
    set_scene(canvas, work.scene)
    background = paint(canvas.rgb, work.seed, work.detail)
    canvas.rgb = background
    for piece in work.pieces:
        place(canvas, packages, piece)
    picture = paint(canvas.rgb, work.seed + 1, 0.72) if work.pieces else background
    return finish(picture, work.seed)


def encoded(image: Image, kind: str) -> bytes:
    """Float RGB to a JPEG or WebP file, with nothing in it but the picture."""
    out = io.BytesIO()
    Pillow.fromarray(np.round(image * 255).astype(np.uint8)).save(
        out, kind, quality=QUALITY[kind], optimize=True, method=6, progressive=True
    )
    return out.getvalue()


def still(work: Work, packages: Packages) -> bytes:
    return encoded(painted(work, packages), "WEBP" if work.format == "webp" else "JPEG")


def truncated(work: Work, packages: Packages) -> bytes:
    """A JPEG whose second half is missing, as an upload that broke off leaves it."""
    whole = still(work, packages)
    return whole[: len(whole) * 2 // 5]


def near_duplicate(work: Work, packages: Packages) -> bytes:
    """The same picture once more: slightly shifted and enlarged, resized, brightened, encoded anew."""
    image = painted(work, packages)
    height, width = image.shape[:2]
    shifted = as_image(cv2.resize(image[5 : height - 4, 7 : width - 2], (540, 540), interpolation=cv2.INTER_AREA))
    return encoded(as_image(np.clip(shifted * 1.03, 0, 1)), "WEBP")


def poster(work: Work, packages: Packages) -> bytes:
    """Lettering from edge to edge: what the text gate is for."""
    ground = painted(work, packages) * 0.45
    sheet = Pillow.fromarray(np.round(ground * 255).astype(np.uint8))
    pen, y = ImageDraw.Draw(sheet), 34
    for size, line in POSTER:
        font = ImageFont.truetype(FONT, size)
        fit = min(1.0, (sheet.width - 44) / pen.textlength(line, font=font))
        font = ImageFont.truetype(FONT, int(size * fit))
        pen.text((sheet.width / 2, y), line, fill=(250, 244, 228), font=font, anchor="ma")
        y += round(size * 1.12) + 13
    return encoded(as_image(np.asarray(sheet, dtype=np.float32) / 255), "JPEG")


def animation(work: Work, packages: Packages) -> bytes:
    """Eight frames of snow that falls in a seamless loop over a still night, as a GIF of 32 colors."""
    ground, count = painted(work, packages), 8
    rng = np.random.default_rng(work.seed)
    flakes = [(float(rng.random()), float(rng.random()), int(rng.integers(1, 3))) for _ in range(70)]
    frames = []
    for frame in range(count):
        sheet = Pillow.fromarray(np.round(ground * 255).astype(np.uint8))
        pen = ImageDraw.Draw(sheet)
        for x, y, size in flakes:
            at_x, at_y = x * sheet.width, (y + frame / count) % 1 * sheet.height
            pen.ellipse((at_x - size, at_y - size, at_x + size, at_y + size), fill=(245, 248, 255))
        frames.append(sheet)
    palette = frames[0].quantize(32)
    indexed = [sheet.quantize(palette=palette, dither=Pillow.Dither.NONE) for sheet in frames]
    out = io.BytesIO()
    indexed[0].save(out, "GIF", save_all=True, append_images=indexed[1:], duration=120, loop=0, optimize=True)
    return out.getvalue()


def no_picture(_work: Work, _packages: Packages) -> bytes:
    """What a picture's address answers once its owner has moved: a page."""
    return HTML_ANSWER


MAKERS: dict[str | None, Callable[[Work, Packages], bytes]] = {
    "broken-image": truncated,
    "near-duplicate": near_duplicate,
    "text-poster": poster,
    "animation": animation,
    "image-is-html": no_picture,
}


def picture(work: Work, packages: Packages) -> bytes:
    """The bytes behind a work's picture address."""
    return MAKERS.get(work.trap, still)(work, packages)
