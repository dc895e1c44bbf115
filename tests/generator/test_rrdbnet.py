"""RRDBNet computes what spandrel's computes with the same weights, under every published naming, and loads strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from generator.errors import BadCheckpoint, BadRecipe, ModelsMissing
from generator.levers import PLAIN, Levers, levers_for
from generator.rrdbnet import REACH, RrdbConfig, build_rrdbnet, rrdb_config_of
from generator.strict import shapes_of
from generator.tiling import tiled
from generator.upscaler import best_installed, load_upscaler
from generator.weights import convert

from .vectors.rrdbnet import FILE, FULL, SMALL, picture, weights
from .weights.specimens import esrgan_first, esrgan_second, head

LEVERS = {"plain": PLAIN} | {f"those of {kind}": levers_for(kind, "fp32") for kind in ("cpu", "cuda", "mps")}


@pytest.fixture(scope="module")
def vectors() -> Mapping[str, Tensor]:
    return load_file(FILE)


def stored(vectors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The small network's weights as they are stored: under the keys of ESRGAN's first release."""
    return {key.removeprefix("small."): tensor for key, tensor in vectors.items() if key.startswith("small.model.")}


def wide(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: tensor.half().float() for key, tensor in tensors.items()}


def installed(folder: Path, content: object, name: str = "mine") -> Path:
    file = folder / "published.pth"
    torch.save(content, file)
    convert(file, folder, name, accept_unknown=True)
    return folder


@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS.keys())
def test_a_small_network_agrees_with_spandrel(vectors: Mapping[str, Tensor], levers: Levers) -> None:
    network = build_rrdbnet(wide(weights(SMALL, 1)), "cpu", "fp32", levers)
    assert torch.allclose(network(vectors["small.image"]), vectors["small.answer"], atol=1e-6)


def test_the_published_size_agrees_with_spandrel(vectors: Mapping[str, Tensor]) -> None:
    answer = vectors["full.answer"]
    assert float(answer.std()) > 1
    network = build_rrdbnet(weights(FULL, 4), "cpu", "fp32")
    assert network.config == RrdbConfig(blocks=23, width=64, growth=32)
    assert torch.allclose(network(vectors["full.image"]), answer, atol=1e-4)


@pytest.mark.parametrize("wrapper", [None, "params_ema", "params"])
@pytest.mark.parametrize("style", ["first release", "second release", "basicsr"])
def test_every_published_file_gives_spandrels_picture(
    tmp_path: Path, vectors: Mapping[str, Tensor], style: str, wrapper: str | None
) -> None:
    ours = wide(weights(SMALL, 1))
    published = {"first release": stored(vectors), "second release": esrgan_second(ours), "basicsr": ours}[style]
    folder = installed(tmp_path, {wrapper: published} if wrapper else published)
    upscaler = load_upscaler("mine", folder, "cpu", "fp32")
    assert torch.allclose(upscaler.network(vectors["small.image"]), vectors["small.answer"], atol=1e-6)


def test_of_two_sets_of_weights_the_averaged_ones_are_taken(tmp_path: Path, vectors: Mapping[str, Tensor]) -> None:
    folder = installed(tmp_path, {"params": weights(SMALL, 9), "params_ema": wide(weights(SMALL, 1))})
    upscaler = load_upscaler("mine", folder, "cpu", "fp32")
    assert torch.allclose(upscaler.network(vectors["small.image"]), vectors["small.answer"], atol=1e-6)


def test_the_stored_weights_are_those_that_are_made_anew(vectors: Mapping[str, Tensor]) -> None:
    first = esrgan_first({key: tensor.half() for key, tensor in weights(SMALL, 1).items()}, SMALL.blocks)
    assert {key: tensor.tolist() for key, tensor in first.items()} == {
        key: tensor.tolist() for key, tensor in stored(vectors).items()
    }


def test_half_precision_is_near(vectors: Mapping[str, Tensor]) -> None:
    network = build_rrdbnet(weights(SMALL, 1), "cpu", "bf16")
    found = network(vectors["small.image"])
    assert found.dtype == torch.float32
    assert 1e-6 < float((found - vectors["small.answer"]).abs().max()) < 0.01


def test_painting_looks_no_further_than_its_reach() -> None:
    network = build_rrdbnet(weights(SMALL, 1), "cpu", "fp32")
    features = network.extract(picture(20, 30, 5))
    whole = network.reconstruct(features)
    assert torch.allclose(tiled(features, network.reconstruct, 4, 12, 2 * REACH, 0), whole, atol=1e-6)
    assert not torch.allclose(tiled(features, network.reconstruct, 4, 12, 2 * REACH - 2, 0), whole, atol=1e-3)


@pytest.mark.parametrize(
    ("key", "shape", "said"),
    [
        ("conv_hr.weight", None, "is missing"),
        ("body.0.rdb3.conv5.bias", (9,), r"is \[9\], it must be \[8\]"),
        ("conv_new.weight", (8, 8, 3, 3), "is unexpected"),
        ("conv_first.weight", (8, 12, 3, 3), "only networks that enlarge 4 times"),
        ("conv_first.weight", None, "is missing"),
        ("body.0.rdb1.conv1.weight", (0, 8, 3, 3), "must be the weights of a convolution"),
    ],
)
def test_a_wrong_key_is_named(key: str, shape: tuple[int, ...] | None, said: str) -> None:
    shapes = shapes_of(weights(SMALL, 1))
    changed = {name: size for name, size in shapes.items() if name != key} | ({} if shape is None else {key: shape})
    with pytest.raises(BadCheckpoint, match=said) as error:
        rrdb_config_of(changed)
    assert error.value.evidence["key"] == key


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(BadRecipe, match="'fp8'"):
        build_rrdbnet(weights(SMALL, 1), "cpu", "fp8")


def test_only_an_installed_upscaler_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="nftd weights fetch esrgan-x4"):
        load_upscaler("esrgan-x4", tmp_path, "cpu", "fp32")
    installed(tmp_path, head(), "my-head")
    with pytest.raises(BadCheckpoint, match="are a head, to enlarge they must be an upscaler"):
        load_upscaler("my-head", tmp_path, "cpu", "fp32")


def test_weights_that_changed_on_disk_are_refused(tmp_path: Path) -> None:
    folder = installed(tmp_path, weights(SMALL, 1))
    (file,) = folder.glob("mine-*.safetensors")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(BadCheckpoint, match="is damaged"):
        load_upscaler("mine", folder, "cpu", "fp32")


def test_without_weights_there_is_no_best_one(tmp_path: Path) -> None:
    assert best_installed(tmp_path / "absent") is None
    installed(tmp_path, weights(SMALL, 1))
    assert best_installed(tmp_path) is None
