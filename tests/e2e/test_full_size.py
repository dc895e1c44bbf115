"""A cycle with the models at full size, from a fetch of their weights to artworks that wait: true architecture, random
numbers, served from `file://`."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from generator.perceptor import CONFIGS, ClipPerceptor
from generator.pictures import read_texts
from generator.vqgan import VqganConfig, VqganModel
from tests.e2e.gallery import Gallery
from tests.e2e.launcher import Home


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as their authors publish them: a lightning checkpoint, and safetensors."""
    folder = tmp_path_factory.mktemp("published")
    torch.manual_seed(6)  # the random CLIP of this seed finds nothing unsafe
    vqgan = VqganModel(VqganConfig()).state_dict()
    torch.save({"epoch": 1, "state_dict": vqgan, "optimizer_states": [{}]}, folder / "wikiart_16384.ckpt")
    clip = ClipPerceptor(CONFIGS["clip-vit-b-32"]).state_dict()
    save_file({key: tensor.contiguous() for key, tensor in clip.items()}, folder / "open_clip_model.safetensors")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_cycle_at_full_size(home: Home, gallery: Gallery, published: Path) -> None:
    small = {"preset": "wikiart", "size": 128, "iterations": 3, "cutouts": 4, "precision": "fp32"}
    home.configure(gallery.url, generator=small)

    refused = home.nftd("once")
    assert refused.code != 0
    assert "nftd weights fetch wikiart_16384 clip-vit-b-32" in refused.complaint

    for name, file in (("wikiart_16384", "wikiart_16384.ckpt"), ("clip-vit-b-32", "open_clip_model.safetensors")):
        source = (published / file).as_uri()
        home.ok("weights", "fetch", name, "--from", source, "--accept", "--accept-unknown")
    summary = home.ok("once", "--json").json
    assert summary["runs"] == {"done": 3, "failed": 0}, summary["refused"]
    assert summary["artworks"] == {"waiting": 3}

    digests = {f"model {row['name']}": row["digest"] for row in home.json("weights", "verify")["weights"]}
    assert len(digests) == 2
    pictures = [path for path in (home.data / "blobs").rglob("*") if path.is_file()]
    iterates = [texts for path in pictures if path.read_bytes()[:4] == b"\x89PNG" and (texts := texts_of(path))]
    assert len(iterates) == 9
    for texts in iterates:
        assert {key: texts[key] for key in digests} == digests
        assert texts["source"].startswith("s-")
        assert int(texts["seed"]) >= 0
    assert home.nftd("once", "--json").json["runs"] == {"done": 0, "failed": 0}


def texts_of(path: Path) -> dict[str, str]:
    """The texts of an iterate; empty for a picture that is none."""
    texts = read_texts(path.read_bytes())
    return texts if "recipe" in texts else {}
