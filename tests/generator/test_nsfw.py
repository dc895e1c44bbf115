"""The nsfw gate; the slow test runs the real nudenet: `pip install 'nftd[nsfw]'`, `pytest -m slow` on this file."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.embeddings import embedding_bytes
from generator.errors import ExtraMissing
from generator.nsfw import MOST_EXPOSED, SAFE, UNSAFE, NudeNet, highest_exposed, nsfw_verdict, unsafe_share
from tests.bench.gates.works import gallery_files, read_whole

PICTURE = np.zeros((64, 64, 3), dtype=np.uint8)


class Prudish:
    """A perceptor for which unsafe words point along x and safe ones along y."""

    name = "prudish"
    input_size = 4

    def embed_images(self, images: Tensor) -> Tensor:
        return images.mean((2, 3))

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        known = dict.fromkeys(UNSAFE, (1.0, 0.0)) | dict.fromkeys(SAFE, (0.0, 1.0))
        return torch.tensor([known[text] for text in texts])


class Finds:
    """A detector that always has the same answer."""

    def __init__(self, score: float) -> None:
        self.score = score

    def exposed(self, _image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        return self.score


def looks(unsafe: float, safe: float) -> bytes:
    return embedding_bytes(torch.nn.functional.normalize(torch.tensor([unsafe, safe], dtype=torch.float32), dim=0))


def likeness(embedding: bytes) -> float:
    return unsafe_share(embedding, Prudish())


@pytest.mark.parametrize("preset", ["mini", "wikiart"])
def test_the_markets_flag_refuses_before_anything_is_judged(preset: str) -> None:
    found = nsfw_verdict(True, looks(0, 1), likeness, preset, detector=Finds(0.0), image=PICTURE)
    assert (found.gate, found.ok, found.reason) == ("nsfw", False, "flagged_by_market")


@pytest.mark.parametrize("flag", [None, False])
def test_the_mini_pair_says_that_it_does_not_judge(flag: bool | None) -> None:
    found = nsfw_verdict(flag, looks(1, 0), likeness, "mini")
    assert (found.ok, found.reason) == (True, "not_judged")


@pytest.mark.parametrize("flag", [None, False])
@pytest.mark.parametrize(("unsafe", "ok", "reason"), [(1.0, False, "looks_unsafe"), (0.6, True, "looks_safe")])
def test_full_models_compare_with_prompts_whatever_the_market_calls_safe(
    flag: bool | None, unsafe: float, ok: bool, reason: str
) -> None:
    found = nsfw_verdict(flag, looks(unsafe, 0.7), likeness, "wikiart")
    assert (found.ok, found.reason) == (ok, reason)


def test_the_share_is_a_softmax_of_the_nearest_prompts() -> None:
    assert unsafe_share(looks(1, 1), Prudish()) == pytest.approx(0.5)
    assert unsafe_share(looks(0, 1), Prudish()) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("score", "ok"), [(0.0, True), (MOST_EXPOSED, True), (0.51, False)])
def test_a_detector_is_asked_first(score: float, ok: bool) -> None:
    found = nsfw_verdict(None, looks(1, 0), likeness, "wikiart", detector=Finds(score), image=PICTURE)
    assert (found.ok, found.value, found.limit) == (ok, score, MOST_EXPOSED)


def test_only_what_nudenet_calls_exposed_counts() -> None:
    found = [{"class": "FACE_FEMALE", "score": 0.99}, {"class": "MALE_BREAST_EXPOSED", "score": 0.9}]
    assert highest_exposed(found) == 0
    assert highest_exposed([*found, {"class": "BUTTOCKS_EXPOSED", "score": 0.4}]) == 0.4


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nudenet", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'nftd\[nsfw\]'"):
        NudeNet()


@pytest.mark.slow
def test_the_real_nudenet_finds_nothing_exposed_in_the_bundled_gallery() -> None:
    detector = NudeNet()
    scores = {path.name: detector.exposed(read_whole(path)) for path in gallery_files()}
    assert len(scores) == 55
    assert {name: score for name, score in scores.items() if score > MOST_EXPOSED} == {}
