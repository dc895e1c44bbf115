"""The training of the mini pair, on a handful of pictures made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - the name every reader of torch code expects

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.load import load_from, load_mini
from generator.mini.perceptor import MiniPerceptor
from generator.mini.train.ascent import Ascent, ascend, similarity
from generator.mini.train.figures import paint_people, paint_portrait
from generator.mini.train.item import Item
from generator.mini.train.landscapes import paint_landscape
from generator.mini.train.pack import pack
from generator.mini.train.texts import NOTHING, Texts, item_texts
from generator.mini.train.train_image import ImagePlan, ImageTraining
from generator.mini.train.train_vqgan import VqganPlan, VqganTraining
from generator.mini.train.wordnet import english_words
from generator.mini.vqgan import MiniVqgan

SIDE = 128


@pytest.fixture(scope="module")
def pictures() -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], list[Item]]:
    torch.set_num_threads(1)
    rng = np.random.default_rng(5)
    painted = [paint(rng, SIDE) for paint in (paint_landscape, paint_portrait, paint_people) for _ in range(6)]
    images = np.full((len(painted), 4, SIDE, SIDE), 255, np.uint8)
    for number, (_, image) in enumerate(painted):
        images[number, :3] = (image * 255).astype(np.uint8).transpose(2, 0, 1)
    return images, [replace(item, concept=f"{number}") for number, (item, _) in enumerate(painted)]


def test_a_few_steps_teach_the_vqgan_and_can_be_resumed(
    tmp_path: Path, pictures: tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], list[Item]]
) -> None:
    plan = VqganPlan(steps=34, free_steps=28, adversarial_from=32, batch=3, warmup=4)
    training = VqganTraining(tmp_path, plan, *pictures)
    seen: list[float] = []
    training.stage.run(lambda number: _keep(seen, training.step(number)))
    assert sum(seen[22:28]) / 6 < 0.75 * sum(seen[:3]) / 3
    again = VqganTraining(tmp_path, plan, *pictures)
    again.stage.resume()
    assert again.stage.done == plan.steps
    assert torch.equal(again.vqgan.codebook, training.vqgan.codebook)


def _keep(seen: list[float], losses: Mapping[str, float]) -> Mapping[str, float]:
    seen.append(losses["l1"])
    return losses


def test_a_few_steps_teach_the_image_tower(
    tmp_path: Path, pictures: tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], list[Item]]
) -> None:
    texts = _texts(pictures[1])
    plan = ImagePlan(steps=14, adversarial_from=0.8, batch=16, negatives=32, warmup=2)
    training = ImageTraining(tmp_path, plan, *pictures, texts)
    losses = [sum(training.step(number).values()) for number in range(plan.steps)]
    assert sum(losses[8:11]) / 3 < losses[0]
    assert all(np.isfinite(losses))


def _texts(items: list[Item]) -> Texts:
    every = dict.fromkeys(text for item in items for text in item_texts(item))
    every |= dict.fromkeys(text for prompts in PROMPTS.values() for text in prompts) | dict.fromkeys(NOTHING)
    rng = torch.Generator().manual_seed(1)
    targets = F.normalize(torch.randn(len(every), 256, generator=rng), dim=1)
    return Texts(tuple(every), targets, len(every))


def test_packing_and_loading_keep_what_a_pair_computes(tmp_path: Path) -> None:
    torch.manual_seed(2)
    pieces = ["[UNK]", *"abcdefghij", *(f"##{letter}" for letter in "abcdefghij")]
    vqgan, perceptor = MiniVqgan(), MiniPerceptor(pieces).eval()
    manifest = pack(vqgan, perceptor, pieces, tmp_path)
    pair = load_from(tmp_path)
    assert dict(pair.digests) == manifest
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(pair.perceptor.embed_images(image), perceptor.embed_images(image), atol=0.01)
        assert torch.allclose(
            pair.perceptor.embed_texts(["bad", "cab"]), perceptor.embed_texts(["bad", "cab"]), atol=0.01
        )
        assert torch.allclose(pair.vqgan.encode(image), vqgan.encode(image), atol=0.01)


def test_ten_steps_of_ascent_bring_a_picture_nearer_to_its_prompt() -> None:
    torch.set_num_threads(1)
    pair = load_mini()
    image = torch.from_numpy(paint_people(np.random.default_rng(3), SIDE)[1]).permute(2, 0, 1)[None]
    with torch.no_grad():
        target = pair.perceptor.embed_texts(["a landscape at sunset"])[0]
    painted = ascend(pair, image, target, Ascent(steps=10, cutouts=8), seed=1)
    rise = similarity(pair.perceptor, painted, target, 9) - similarity(pair.perceptor, image, target, 9)
    assert rise >= 0.1


def test_the_split_and_the_painted_pictures_are_the_same_in_every_run() -> None:
    first, second = (paint_portrait(np.random.default_rng(8), 64) for _ in range(2))
    assert first[0] == second[0]
    assert np.array_equal(first[1], second[1])
    assert [Item("s", f"c{n}", ("x",), None).held_out for n in range(12)].count(True) in (0, 1, 2, 3)


def test_english_words_are_read_from_wordnets_files(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "share" / "wordnet"
    folder.mkdir(parents=True)
    for part in ("noun", "verb", "adj", "adv"):
        (folder / f"index.{part}").write_text(f"  1 a licence line\n{part}word n 1 0 1 0 00001740\n", "utf-8")
    words = english_words(tmp_path)
    assert {"nounword", "advword", "the"} <= words
    assert "licence" not in words
