"""How much of a picture is text, by reading it: rapidocr, an extra, where a person installs and switches it on.

Reads small, colored and slanted lettering that `text` misses, in about half a second a picture. Its models come in its
wheel, so that it works offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels
from generator.errors import ExtraMissing

LEAST_SCORE: Final = 0.8  # below it leaves, waves and eyes are read as letters
MOST_TEXT: Final = 0.1  # share of a picture; what is read is nearly all that is there, so more than `text` allows
LEAST_LENGTH: Final = 3  # characters that are no spaces: shorter ones are found in any ornament


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read: its text, score (0..1), and four corners [4,2] in pixels."""

    text: str
    score: float
    corners: np.ndarray[tuple[int, ...], np.dtype[np.float32]]

    @property
    def counts(self) -> bool:
        """Whether it is long and certain enough to be lettering."""
        return self.score >= LEAST_SCORE and len("".join(self.text.split())) >= LEAST_LENGTH


class TextReader:
    """rapidocr's detector and recognizer, loaded once; `ExtraMissing` where they are not installed."""

    limit = MOST_TEXT

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            message = f"rapidocr cannot be loaded ({error}): pip install 'nftd[ocr]', or switch it off"
            raise ExtraMissing(message, extra="ocr", package="rapidocr") from error
        self._engine = RapidOCR(params={"Global.log_level": "critical"})

    def read(self, image: Pixels) -> tuple[Line, ...]:
        """The lines of an RGB picture [H,W,3] that are certain, of any length."""
        # Flags of one call stay for the next ones, so all are said each time.
        found = self._engine(
            cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR),
            use_det=True,
            use_cls=False,
            use_rec=True,
            return_word_box=False,
            return_single_char_box=False,
            text_score=LEAST_SCORE,
            box_thresh=0.5,
            unclip_ratio=1.6,
        )
        if found.boxes is None or found.txts is None or found.scores is None:
            return ()
        corners = np.asarray(found.boxes, dtype=np.float32)
        return tuple(Line(*one) for one in zip(found.txts, found.scores, corners, strict=True))

    def share(self, image: Pixels) -> float:
        """Share (0..1) of an RGB picture [H,W,3] that lines of certain text cover."""
        covered = np.zeros(image.shape[:2], dtype=np.uint8)
        for line in self.read(image):
            if line.counts:
                cv2.fillPoly(covered, [np.round(line.corners).astype(np.int32)], (1,))
        return float(covered.mean())
