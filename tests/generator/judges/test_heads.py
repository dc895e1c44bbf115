from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.errors import BadCheckpoint, ModelsMissing
from generator.judges.ask import ask
from generator.judges.errors import NoJudge
from generator.judges.heads import HEADS, build_head, head_names, load_head
from generator.judges.port import Batch
from generator.weights import convert, manifest

from .shown import vectors


class Linear(nn.Module):
    """As LAION and Simulacra publish theirs."""

    def __init__(self, width: int, scaled: bool) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)
        self.scaled = scaled

    def forward(self, seen: Tensor) -> Tensor:
        x = functional.normalize(seen, dim=-1)
        return self.linear(x * seen.shape[-1] ** 0.5 if self.scaled else x)


class Deep(nn.Module):
    """The improved predictor: five layers and dropout."""

    def __init__(self) -> None:
        super().__init__()
        sizes = ((768, 1024), (1024, 128), (128, 64), (64, 16), (16, 1))
        layers: list[nn.Module] = []
        for place, (before, after) in enumerate(sizes):
            layers += [nn.Linear(before, after)] + [nn.Dropout(0.2)] * (place < 3)
        self.layers = nn.Sequential(*layers)

    def forward(self, seen: Tensor) -> Tensor:
        return self.layers(functional.normalize(seen, dim=-1))


def published(name: str) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(len(name))
        if name.startswith("improved"):
            return Deep().eval()
        return Linear(768 if "l-14" in name else 512, name.startswith("simulacra")).eval()


def keys_of(name: str, model: nn.Module) -> Mapping[str, Tensor]:
    tensors = model.state_dict()
    return {key.removeprefix("linear."): one for key, one in tensors.items()} if name.startswith("laion") else tensors


def install(folder: Path, name: str) -> nn.Module:
    model = published(name)
    file = folder / "published.pth"
    torch.save(dict(keys_of(name, model)), file)
    convert(file, folder, name, accept_unknown=True)
    return model


@pytest.mark.parametrize("name", HEADS)
def test_a_head_from_installed_weights_agrees_with_the_published_model(name: str, tmp_path: Path) -> None:
    model = install(tmp_path, name)
    judge = load_head(tmp_path, name)
    seen = vectors(5, judge.weights.size) * np.float32(7)  # of any length: it is normalized
    with torch.no_grad():
        expected = model.double()(torch.from_numpy(seen).double())[:, 0]
    found = judge.raw(Batch(judge.facts.perceptor, embeddings=seen))
    assert found == pytest.approx(expected.numpy(), abs=1e-6)
    assert judge.facts.name == name
    assert judge.facts.license == manifest()[name].license


def test_every_head_of_the_manifest_has_a_judge_bound_to_its_perceptor() -> None:
    known = {name for name, entry in manifest().items() if entry.kind == "head"}
    assert set(HEADS) == known
    for name, head in HEADS.items():
        assert name.endswith(head.perceptor.removeprefix("clip-"))
        assert manifest()[head.perceptor].kind == "clip"
    assert head_names("clip-vit-b-32") == ("laion-vit-b-32", "simulacra-vit-b-32")
    assert head_names("mini-clip-64") == ()


def test_embeddings_of_another_perceptor_get_no_score() -> None:
    judge = build_head("laion-vit-b-32", keys_of("laion-vit-b-32", published("laion-vit-b-32")))
    (row,) = ask([judge], Batch("mini-clip-64", embeddings=vectors(1, 256)))
    assert row[0].raw is None
    assert "clip-vit-b-32" in row[0].reason
    (wide,) = ask([judge], Batch("clip-vit-b-32", embeddings=vectors(1, 256)))
    assert "256 numbers" in wide[0].reason


@pytest.mark.parametrize("name", ["improved-vit-l-14", "simulacra-vit-l-14"])
def test_a_value_does_not_depend_on_the_batch(name: str) -> None:
    judge = build_head(name, keys_of(name, published(name)))
    batch = Batch(judge.facts.perceptor, embeddings=vectors(2100, 768))
    whole = judge.raw(batch)
    for k in (0, 1, 2047, 2048, 2099):
        assert judge.raw(batch.only(k))[0] == whole[k]


def test_the_weights_digest_is_part_of_the_version(tmp_path: Path) -> None:
    install(tmp_path, "laion-vit-b-32")
    first = load_head(tmp_path, "laion-vit-b-32").facts.version
    assert first.startswith("1+")
    assert len(first) == 14


def test_what_is_not_installed_or_no_head_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="nftd weights fetch laion-vit-b-32"):
        load_head(tmp_path, "laion-vit-b-32")
    with pytest.raises(NoJudge, match="no head"):
        load_head(tmp_path, "../laion")


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"weight": torch.zeros(2, 512), "bias": torch.zeros(2)},
        {"weight": torch.zeros(512), "bias": torch.zeros(1)},
        {"weight": torch.zeros(1, 512), "bias": torch.zeros(3)},
        {"layers.0.weight": torch.zeros(8, 512), "layers.2.weight": torch.zeros(1, 9)},
    ],
)
def test_a_broken_chain_of_layers_is_no_head(tensors: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match="no aesthetic head"):
        build_head("laion-vit-b-32", tensors)
