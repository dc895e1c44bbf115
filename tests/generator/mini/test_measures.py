"""What is measured on the held-out tenth: the split and its grounds, the numbers, and the tables of the card."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.load import load_mini
from generator.mini.train import guidance as module
from generator.mini.train import heldout
from generator.mini.train.ascent import Ascent
from generator.mini.train.guidance import GUIDANCE_PROMPTS, guidance, proxies
from generator.mini.train.heldout import LEFT_OUT, PHOTOGRAPHS, HeldOut, composed, held_out
from generator.mini.train.item import CATEGORIES, Item
from generator.mini.train.measures import categories, class_vectors, embed_all, reconstruction, retrieval
from generator.mini.train.painting.composites import paint_extras
from generator.mini.train.prepare import IMAGES, ITEMS
from generator.mini.train.sheet import choose

SOURCES = ("noto", "landscapes", "portraits", "photos", "sculpted")


KNOWN = {"red": (1.0, 0.1, 0.1), "green": (0.1, 1.0, 0.1), "blue": (0.1, 0.1, 1.0)}


class Colors:
    """A perceptor that knows a picture by its mean color, and a text by the color that it names."""

    name = "colors"
    input_size = 8

    def embed_images(self, images: Tensor) -> Tensor:
        return F.normalize(images.mean((2, 3)), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        found = [KNOWN.get(text.rpartition(" ")[2], (1.0, 1.0, 1.0)) for text in texts]
        return F.normalize(torch.tensor(found), dim=1)


def colored(*names: str) -> Tensor:
    return torch.stack([torch.tensor(KNOWN[name]).view(3, 1, 1).expand(3, 16, 16) for name in names])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder of 40 pictures, some of them held out, each covered in its middle."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("work")
    items = [Item(SOURCES[n % 5], f"thing {n}", ("a red",), CATEGORIES[n % 5]) for n in range(80)]
    images = np.zeros((80, 4, 128, 128), np.uint8)
    images[:, :, 30:90, 30:90] = np.random.default_rng(1).integers(100, 255, (80, 4, 1, 1))
    images[[n for n, item in enumerate(items) if item.source in LEFT_OUT or item.source == "landscapes"], 3] = 255
    np.save(folder / IMAGES, images)
    (folder / ITEMS).write_text(json.dumps([asdict(item) for item in items]), "utf-8")
    return folder


def test_only_held_out_pictures_are_measured_on_grounds_that_stay(work: Path) -> None:
    first, second = held_out(work), held_out(work)
    assert 2 < len(first.items) < 20
    assert all(item.held_out for item in first.items)
    assert torch.equal(first.images, second.images)
    grounds = {tuple(image[:, 0, 0].tolist()) for item, image in zip(first.items, first.images, strict=True)
               if item.source in ("noto", "sculpted")}  # fmt: skip
    assert len(grounds) > 1


def test_what_fills_its_frame_is_not_composed(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heldout, "paint_extras", lambda seed, **_: paint_extras(seed, scenes=4, portraits=0, people=0))
    items, views = composed(work, 32, views=2)
    assert views.shape == (len(items), 3, 32, 32)
    assert {item.source for item in items} <= {"noto", "landscapes", "sculpted"}
    assert set(PHOTOGRAPHS) < set(LEFT_OUT)
    assert items[: len(items) // 2] == items[len(items) // 2 :]
    half = len(items) // 2
    assert not torch.equal(views[:half], views[half:])
    assert torch.equal(views, composed(work, 32, views=2)[1])


def test_the_right_caption_is_found_whoever_else_has_it() -> None:
    names = ("red", "green", "blue", "red")
    items = [Item("made", name, (f"a {name}",), None) for name in names]
    vectors = embed_all(Colors(), colored(*names))
    assert retrieval(Colors(), items, vectors) == {"retrieval_r1": 1.0, "retrieval_r10": 1.0}
    wrong = [replace(item, captions=(f"a {name}",)) for item, name in zip(items, names[1:] + names[:1], strict=True)]
    assert retrieval(Colors(), wrong, vectors)["retrieval_r1"] == pytest.approx(0.25)


def test_recalls_are_counted_over_what_has_a_category() -> None:
    classes = F.normalize(torch.eye(5), dim=1)
    named = ("animals", "animals", "faces", "people", "objects", "scenery", None)
    items = [Item("made", str(n), ("x",), category) for n, category in enumerate(named)]
    vectors = torch.eye(5)[[0, 1, 1, 2, 3, 4, 0]]
    found = categories(vectors, classes, items)
    assert found["recall_animals"] == 0.5
    assert found["accuracy"] == pytest.approx(5 / 6)
    assert found["balanced"] == pytest.approx(0.9)
    assert found["majority"] == pytest.approx(2 / 6)
    prompts = dict(zip(CATEGORIES, (["red"], ["green"], ["blue"], ["red", "green"], ["x"]), strict=True))
    means = class_vectors(Colors(), prompts)
    assert means.shape == (5, 3)
    assert torch.allclose(means.norm(dim=1), torch.ones(5))
    assert float(means[3, 0]) == pytest.approx(float(means[3, 1]))


def test_reconstruction_is_measured_apart_for_what_people_and_programs_made() -> None:
    torch.set_num_threads(1)
    sources = ("noto", "landscapes", "portraits", "photos")
    images = F.interpolate(torch.rand(4, 3, 6, 6, generator=torch.Generator().manual_seed(1)), size=128, mode="bicubic")
    test = HeldOut(tuple(Item(source, source, ("x",), None) for source in sources), images.clamp(0, 1))
    found = reconstruction(load_mini(), test)
    assert all(math.isfinite(value) for value in found.values())
    assert found["psnr_drawings_128"] > found["psnr_drawings_mean_color"] + 3
    assert 1 <= found["code_perplexity"] <= found["codes_used"] <= 256
    assert len({found[f"psnr_{name}_128"] for name in ("drawings", "scenes", "figures", "photographs")}) == 4


def test_guidance_is_seen_by_the_pair_and_by_a_second_model(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(module, "GUIDANCE_PAIRS", 1)
    monkeypatch.setattr(module, "GUIDANCE_PROMPTS", GUIDANCE_PROMPTS[:2])
    monkeypatch.setattr(module, "DREAMED", 1)
    monkeypatch.setattr(module, "Ascent", lambda: Ascent(steps=1, cutouts=1))
    pair = load_mini()
    items = tuple(Item("noto", f"{n}", ("x",), CATEGORIES[n % 5]) for n in range(5))
    test = HeldOut(items, torch.rand(5, 3, 128, 128, generator=torch.Generator().manual_seed(2)))
    found = guidance(pair, pair.perceptor, test, Ascent(steps=3, cutouts=4))
    assert found["guidance_after"] > found["guidance_before"]
    assert found["guidance_smallest_rise"] == pytest.approx(found["guidance_after"] - found["guidance_before"])
    assert found["guidance_judge_named"] in (0.0, 1.0)
    assert found["seconds_a_step"] > 0
    seen = proxies(pair, pair.perceptor, test)
    assert {key.partition("_")[0] for key in seen} == {"painted", "dreamed"}
    assert all(0 <= value <= 1 for value in seen.values())


def test_a_sheet_shows_every_source_in_turn() -> None:
    items = tuple(Item(source, f"{source} {n}", ("x",), None) for source in ("b", "a") for n in range(3))
    chosen = choose(HeldOut(items, torch.zeros(6, 3, 8, 8)), 4)
    assert [items[n].source for n in chosen] == ["a", "b", "a", "b"]
    assert len(set(chosen)) == 4
