"""Pictures in and out: PNG bytes and tensors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape, unescape
from io import BytesIO

import numpy as np
import torch
from PIL import Image, PngImagePlugin
from torch import Tensor

from generator.decoded import Pixels
from generator.errors import BadPicture

_DESCRIPTION = re.compile(r'<rdf:li xml:lang="x-default">(.*?)</rdf:li>', re.DOTALL)
PNG_COMPRESSION = 1  # a dream writes a picture a step: level 6 takes 5 times as long for 10 % of the bytes


def read_work(png: bytes, device: torch.device | str = "cpu") -> Tensor:
    """A square RGB PNG, as intake makes it, to [1,3,S,S] in 0..1; `BadPicture` on anything else."""
    return torch.from_numpy(read_pixels(png)).to(device).permute(2, 0, 1)[None].float() / 255


def read_pixels(png: bytes) -> Pixels:
    """A square RGB PNG, as intake makes it, to [S,S,3]; `BadPicture` on anything else."""
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as picture:
            pixels = np.array(picture)
            mode = picture.mode
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPicture(f"the work is not a PNG that can be read ({error}): hand over intake's") from error
    if mode != "RGB" or pixels.shape[0] != pixels.shape[1]:
        height, width = pixels.shape[:2]
        raise BadPicture(
            f"the work is {width}x{height} {mode}, it must be square RGB: hand over intake's",
            width=width,
            height=height,
            mode=mode,
        )
    return pixels


def to_pixels(image: Tensor) -> Pixels:
    """[1,3,H,W] in 0..1 to [H,W,3] in 0..255."""
    pixels: Pixels = (image.detach()[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return pixels


def write_png(image: Tensor | Pixels, texts: Mapping[str, str]) -> bytes:
    """[1,3,H,W] in 0..1, or its pixels, to PNG bytes with the texts as UTF-8 chunks; alike input gives alike bytes."""
    pixels = to_pixels(image) if isinstance(image, Tensor) else image
    chunks = PngImagePlugin.PngInfo()
    for key, text in sorted(texts.items()):
        chunks.add_itxt(key, text)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=PNG_COMPRESSION, pnginfo=chunks)
    return out.getvalue()


def write_webp(png: bytes) -> bytes:
    """A PNG of ours as lossless WebP; its texts go on in the XMP packet, which is what WebP has for text."""
    with Image.open(BytesIO(png), formats=("PNG",)) as picture:
        texts = {str(key): str(text) for key, text in picture.info.items() if isinstance(text, str)}
        out = BytesIO()
        picture.save(out, "WEBP", lossless=True, method=2, xmp=_packet(texts))
    return out.getvalue()


def read_texts(data: bytes) -> dict[str, str]:
    """The texts that `write_png` or `write_webp` put into a picture; empty where there are none."""
    with Image.open(BytesIO(data), formats=("PNG", "WEBP")) as picture:
        packet = picture.info.get("xmp", b"")
        if picture.format == "PNG":
            return {str(key): str(text) for key, text in picture.info.items() if isinstance(text, str)}
    found = _DESCRIPTION.search(packet.decode("utf-8", "replace"))
    texts: dict[str, str] = json.loads(unescape(found[1])) if found else {}
    return texts


def _packet(texts: Mapping[str, str]) -> bytes:
    """An XMP packet (ISO 16684-1) whose dc:description is the texts as JSON."""
    said = escape(json.dumps(dict(sorted(texts.items())), ensure_ascii=False))
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{said}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF>'
        "</x:xmpmeta>"
    ).encode()
