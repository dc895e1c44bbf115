"""Constraints on what may be chosen: no text, no near twin of the source or of our past, nothing unsafe.

Verdicts like those of the gates, of an iterate instead of a source. The fidelity band is a part of the choice itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from generator.decoded import Pixels
from generator.gates import measured
from generator.nouns import Verdict
from generator.nsfw import Likeness, NudityDetector, nsfw_verdict
from generator.phash import hamming, phash
from generator.text import text_share
from generator.twins import Hashes, nearest

if TYPE_CHECKING:
    from generator.text_ocr import TextReader

TEXT: Final = "text"
SOURCE_TWIN: Final = "source_twin"
PAST_TWIN: Final = "past_twin"
TWIN_BITS: Final = 8
MOST_TEXT: Final = 0.03


def text_verdict(picture: Pixels, limit: float = MOST_TEXT, reader: TextReader | None = None) -> Verdict:
    """The share of an RGB picture [H,W,3] that lines of text cover, as intake measures it; a reader reads instead."""
    small = measured(picture)
    if reader is not None:
        share, limit = reader.share(small), reader.limit
    else:
        share = text_share(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8))
    ok = share <= limit
    return Verdict(TEXT, ok=ok, reason="little_text" if ok else "text_heavy", value=round(share, 4), limit=limit)


def twin_verdicts(
    picture: Pixels, source: int, past: Hashes | None = None, bits: int = TWIN_BITS
) -> tuple[Verdict, Verdict]:
    """Bits in which the perceptual hash differs from the source's, and from the nearest of `past` [N], others' and
    ours; a picture within `bits` of either is a twin (Zauner 2010, as `generator.phash`)."""
    own = phash(picture)
    others = np.zeros(0, dtype=np.uint64) if past is None else past
    return (
        _far_enough(SOURCE_TWIN, hamming(own, source), bits, "twin_of_source"),
        _far_enough(PAST_TWIN, nearest(own, others)[0], bits, "twin_of_past"),
    )


def safety_verdict(
    embedding: bytes,
    preset: str,
    likeness: Likeness | None = None,
    detector: NudityDetector | None = None,
    picture: Pixels | None = None,
) -> Verdict:
    """Whether an iterate is safe for work, by whatever judge there is; `not_judged` passes, as in intake."""
    return nsfw_verdict(None, embedding, likeness, preset, detector=detector, image=picture)


def _far_enough(gate: str, found: int, bits: int, bad: str) -> Verdict:
    ok = found > bits
    return Verdict(gate, ok=ok, reason="no_twin" if ok else bad, value=float(found), limit=float(bits))
