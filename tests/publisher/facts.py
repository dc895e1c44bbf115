"""Made-up artworks for tests, complete and small."""

import struct
import zlib
from dataclasses import replace
from typing import Any

from publisher.draft import ArtworkFacts, Part, SourceFacts, TermsInput

MINTER = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
FRIEND = "0x5050A4F4b3f9338C3472dcC01A87C76A144b3c9c"

SOURCE = SourceFacts(
    title="Three foxes",
    creator="Ana",
    market="gallery",
    url="https://gallery.example/works/17",
    rights="CC BY 4.0, please name me",
    license="CC-BY-4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=True,
)
FACTS = ArtworkFacts(
    name="Three foxes, dreamed",
    description="A machine looked at foxes.",
    category="animals",
    prompt="a painting of an animal",
    step=20,
    generator="mini",
    recipe="ab" * 32,
    seed=2**63 + 5,
    models=(("vqgan.safetensors", "cd" * 32), ("clip.safetensors", "ef" * 32)),
    source=SOURCE,
)
TERMS = TermsInput(chain_id=11155111, minter=MINTER, royalties=(Part(MINTER, 750),))


def facts(**changes: Any) -> ArtworkFacts:
    """The artwork with some of its own or its source's fields changed (``source_title=..``)."""
    source = {key.removeprefix("source_"): changes.pop(key) for key in list(changes) if key.startswith("source_")}
    return replace(FACTS, source=replace(SOURCE, **source), **changes)


def png(width: int = 4, height: int = 4) -> bytes:
    """A real PNG of one color, made by hand so that no library's version changes its bytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x20\x60\xa0" * width) * height, level=0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", rows), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
