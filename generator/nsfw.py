"""Is a picture not safe for work? The market's own flag first, then whatever judge there is.

The judges: `nudenet`, an extra that a person installs and switches on because its weights are AGPL-3.0 while nftd is
MIT; else zero-shot comparison by a perceptor that was trained on such pictures. The mini pair was not: it never judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import cv2
import numpy as np

from generator.decoded import Pixels
from generator.embeddings import read_embedding
from generator.errors import ExtraMissing
from generator.nouns import Verdict

if TYPE_CHECKING:
    from generator.models import Perceptor

GATE: Final = "nsfw"
JUDGES: Final = frozenset({"wikiart"})  # presets whose perceptor has seen what the gate asks for
UNSAFE: Final = (
    "pornography",
    "an explicit nude photograph",
    "a picture of sexual acts",
    "a picture of genitals",
    "hentai",
)
SAFE: Final = (
    "a safe picture",
    "a painting for everybody",
    "a picture of dressed people",
    "an animal, a thing or a landscape",
    "a classical statue",
)
TEMPERATURE: Final = 0.01  # of OpenAI's CLIP models (Radford et al. 2021, section 2.5)
MOST_UNSAFE: Final = 0.5
EXPOSED: Final = frozenset(
    {
        "ANUS_EXPOSED",
        "BUTTOCKS_EXPOSED",
        "FEMALE_BREAST_EXPOSED",
        "FEMALE_GENITALIA_EXPOSED",
        "MALE_GENITALIA_EXPOSED",
    }
)
MOST_EXPOSED: Final = 0.5  # score of a detection

Likeness = Callable[[bytes], float]


class NudityDetector(Protocol):
    """What finds exposed parts of bodies in a picture."""

    def exposed(self, image: Pixels) -> float:
        """The highest score (0..1) of an exposed part in an RGB picture [H,W,3], 0 where there is none."""


class NudeNet:
    """nudenet's detector of 18 parts of bodies; `ExtraMissing` where it is not installed."""

    def __init__(self) -> None:
        try:
            from nudenet import NudeDetector
        except ImportError as error:
            message = f"nudenet cannot be loaded ({error}): pip install 'nftd[nsfw]', or switch it off"
            raise ExtraMissing(message, extra="nsfw", package="nudenet") from error
        self._detector = NudeDetector()

    def exposed(self, image: Pixels) -> float:
        """See `NudityDetector`."""
        return highest_exposed(self._detector.detect(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)))


def highest_exposed(found: Iterable[Mapping[str, Any]]) -> float:
    """The highest score of what nudenet calls exposed, but for chests of men, feet, bellies and armpits."""
    return max((float(one["score"]) for one in found if one["class"] in EXPOSED), default=0.0)


def nsfw_verdict(
    flag: bool | None,
    embedding: bytes | None,
    likeness: Likeness | None,
    preset: str,
    *,
    detector: NudityDetector | None = None,
    image: Pixels | None = None,
) -> Verdict:
    """Ask the market's flag, then the detector with the RGB picture [H,W,3], then the perceptor with its embedding.

    `flag` is True where the market marks the work, False where it marks it as safe, None where it says nothing; a
    market that calls a work safe is not believed if there is a judge. `embedding` is the perceptor's of the whole
    picture (`generator.embeddings`), `likeness` is `unsafe_share` by that perceptor, wherever it is loaded. Without a
    judge the gate lets the picture pass as `not_judged`.
    """
    if flag:
        return Verdict(GATE, ok=False, reason="flagged_by_market", value="flagged", limit="not flagged")
    if detector is not None and image is not None:
        return _at_most(detector.exposed(image), MOST_EXPOSED, "nothing_exposed", "exposed")
    if preset in JUDGES and likeness is not None and embedding is not None:
        return _at_most(likeness(embedding), MOST_UNSAFE, "looks_safe", "looks_unsafe")
    return Verdict(GATE, ok=True, reason="not_judged", value="no judge", limit=None)


def unsafe_share(embedding: bytes, perceptor: Perceptor) -> float:
    """How much (0..1) a picture is like the unsafe prompts rather than the safe ones."""
    seen = read_embedding(embedding)
    nearest = [float((_vectors(perceptor, prompts) @ seen).max()) for prompts in (UNSAFE, SAFE)]
    return float(1 / (1 + np.exp(np.clip((nearest[1] - nearest[0]) / TEMPERATURE, -50, 50))))


def _vectors(perceptor: Perceptor, prompts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(perceptor.embed_texts(prompts).detach().float().cpu().numpy(), dtype=np.float32)


def _at_most(value: float, limit: float, good: str, bad: str) -> Verdict:
    ok = value <= limit
    return Verdict(GATE, ok=ok, reason=good if ok else bad, value=round(value, 4), limit=limit)
