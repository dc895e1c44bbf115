"""The shipped mini pair: what it computes, that its files are its own, and that it can guide a picture."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from importlib.resources import as_file
from pathlib import Path
from shutil import copytree

import pytest
import torch
from torch import Tensor

from generator.errors import GeneratorError
from generator.mini.errors import BadWeights
from generator.mini.load import load_from, load_mini, weights_folder
from generator.mini.tokenizer import Tokenizer
from generator.models import Pair

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def pair() -> Pair:
    torch.set_num_threads(1)
    return load_mini()


def smooth_picture(side: int, seed: int = 0) -> Tensor:
    coarse = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, size=side, mode="bilinear", align_corners=True)


def test_importing_the_package_does_not_import_torch() -> None:
    script = "import sys, generator.mini; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("side", [64, 128, 256])
def test_a_picture_of_any_size_survives_the_codes(pair: Pair, side: int) -> None:
    image = smooth_picture(side)
    z = pair.vqgan.encode(image)
    zq, codes = pair.vqgan.quantize(z)
    painted = pair.vqgan.decode(zq)
    assert z.shape == zq.shape == (1, 32, side // 8, side // 8)
    assert codes.shape == (1, side // 8, side // 8)
    assert torch.allclose(zq, pair.vqgan.codebook[codes].permute(0, 3, 1, 2), atol=1e-5)
    assert painted.shape == image.shape
    assert 0 <= float(painted.min()) <= float(painted.max()) <= 1
    assert float((painted - image).abs().mean()) < 0.06


def test_quantizing_chooses_the_nearest_code(pair: Pair) -> None:
    z = torch.randn(2, 32, 4, 4, generator=torch.Generator().manual_seed(3))
    _, codes = pair.vqgan.quantize(z)
    flat = z.permute(0, 2, 3, 1).reshape(-1, 32)
    assert torch.equal(torch.cdist(flat, pair.vqgan.codebook).argmin(1), codes.flatten())


def test_the_codebook_range_holds_every_code(pair: Pair) -> None:
    low, high = pair.vqgan.codebook_range()
    assert low.shape == high.shape == (1, 32, 1, 1)
    assert bool((pair.vqgan.codebook >= low.view(-1)).all() and (pair.vqgan.codebook <= high.view(-1)).all())


def test_the_gradient_flows_through_the_codes(pair: Pair) -> None:
    z = pair.vqgan.encode(smooth_picture(64)).requires_grad_(True)
    painted = pair.vqgan.decode(pair.vqgan.quantize(z)[0])
    pair.perceptor.embed_images(painted)[0, 0].backward()
    assert z.grad is not None
    assert float(z.grad.abs().sum()) > 0


def test_embeddings_are_unit_vectors_of_one_space(pair: Pair) -> None:
    seen = pair.perceptor.embed_images(torch.rand(3, 3, pair.perceptor.input_size, pair.perceptor.input_size))
    said = pair.perceptor.embed_texts(["a cat", "mountains at sunset", "a very long prompt " * 40])
    assert seen.shape == said.shape == (3, 256)
    assert torch.allclose(seen.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose(said.norm(dim=1), torch.ones(3), atol=1e-5)


def test_a_text_means_the_same_alone_and_beside_longer_ones(pair: Pair) -> None:
    alone = pair.perceptor.embed_texts(["a red house"])
    beside = pair.perceptor.embed_texts(["a red house", "a small red house beside the sea in the evening"])[:1]
    assert torch.allclose(alone, beside, atol=1e-5)


@pytest.mark.parametrize("word", ["zyxqwvut", "Blorptastic", "naïveté", "漢字", "", "\u202e\x00", "a" * 500])
def test_a_word_never_seen_still_embeds(pair: Pair, word: str) -> None:
    vector = pair.perceptor.embed_texts([word])
    assert bool(vector.isfinite().all())


def test_related_words_lie_nearer_than_strange_ones(pair: Pair) -> None:
    cat, kitten, truck = pair.perceptor.embed_texts(["a cat", "a kitten", "a truck"])
    assert float(cat @ kitten) > float(cat @ truck) + 0.2


def test_words_split_into_the_longest_known_pieces() -> None:
    tokenizer = Tokenizer(["[UNK]", "un", "unhappy", "##ly", "##l", "!"])
    assert tokenizer.encode("Unhappyly!", 8) == [2, 3, 5]
    assert tokenizer.encode("Unhappyly!", 2) == [2, 3]
    assert tokenizer.encode("xyz", 8) == [0]


def test_the_shipped_files_are_those_of_the_manifest_and_the_card(pair: Pair) -> None:
    folder = weights_folder()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    card = (folder.parent / "CARD.md").read_text("utf-8") if isinstance(folder, Path) else ""
    assert pair.digests == tuple(sorted(manifest.items()))
    for file, digest in manifest.items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
        assert f"| {file} |" in card
        assert digest in card


def test_all_weights_together_stay_below_sixteen_megabytes() -> None:
    assert sum(len(path.read_bytes()) for path in weights_folder().iterdir() if path.is_file()) < 16 * MEGABYTE


@pytest.mark.parametrize("file", ["vqgan.safetensors", "vocabulary.txt"])
def test_a_damaged_file_is_named_with_both_digests(tmp_path: Path, file: str) -> None:
    with as_file(weights_folder()) as shipped:
        copytree(shipped, tmp_path / "weights")
    damaged = tmp_path / "weights" / file
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(BadWeights) as caught:
        load_from(tmp_path / "weights")
    expected = json.loads((tmp_path / "weights" / "manifest.json").read_text("utf-8"))[file]
    found = hashlib.sha256(data).hexdigest()
    assert caught.value.evidence == {"file": file, "expected": expected, "found": found}
    assert all(part in str(caught.value) for part in (file, expected, found))
    assert isinstance(caught.value, GeneratorError)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with as_file(weights_folder()) as shipped:
        copytree(shipped, tmp_path / "weights")
    (tmp_path / "weights" / "text.safetensors").unlink()
    with pytest.raises(BadWeights, match=r"text\.safetensors: expected sha256 \w{64}, found no such file"):
        load_from(tmp_path / "weights")
