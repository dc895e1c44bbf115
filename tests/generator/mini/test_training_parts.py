"""The parts of the training: what is painted, composed, labeled and drawn how often."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.mini.load import load_mini
from generator.mini.train.ascent import Ascent, ascend, similarity
from generator.mini.train.balance import balance
from generator.mini.train.item import Item
from generator.mini.train.painting.composites import Composites, paint_extras, without_ground
from generator.mini.train.painting.figures import paint_people, paint_portrait
from generator.mini.train.painting.landscapes import paint_landscape
from generator.mini.train.painting.scenes import KINDS, paint_scene
from generator.mini.train.pictures.clipart import category_of
from generator.mini.train.pictures.wordnet import english_words

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


def test_composed_views_are_the_same_for_a_seed_and_show_the_drawing_on_other_grounds(
    pictures: tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], list[Item]],
) -> None:
    extras = paint_extras(6, scenes=4, portraits=2, people=2)
    count = len(pictures[0]) + len(extras.items)
    views = [Composites(pictures[0], np.arange(6), extras, 3).compose(torch.arange(count), 64) for _ in range(2)]
    assert torch.equal(*views)
    assert views[0].shape == (count, 3, 64, 64)
    assert 0 <= float(views[0].min()) <= float(views[0].max()) <= 1
    assert float(views[0].std((2, 3)).mean()) > 0.02
    assert bool((extras.images[extras.scenes :, 3].mean((1, 2)) < 230).all())
    assert bool((extras.images[: extras.scenes, 3] == 255).all())


def test_a_plain_ground_is_cut_away_and_a_full_picture_is_not() -> None:
    rgba = np.full((4, SIDE, SIDE), 255, np.uint8)
    rgba[:3, 40:90, 40:90] = 0
    rgba[:3, 60:70, 60:70] = 255
    cover = without_ground(rgba)
    assert cover is not None
    assert cover[50, 50] == cover[65, 65] == 255
    assert cover[10, 10] == cover[0, 0] == cover[39, 64] == 0
    rgba[:3, :64] = 90
    assert without_ground(rgba) is None
    rgba[3] = 0
    assert without_ground(rgba) is None


def test_every_kind_of_scene_is_painted_and_is_scenery() -> None:
    rng = np.random.default_rng(4)
    found = [paint_scene(rng, 64) for _ in range(60)]
    assert {item.concept for item, _ in found} == {f"scene:{kind}" for kind in KINDS}
    assert {item.category for item, _ in found} == {"scenery"}
    assert not any(item.held_out for item, _ in found)
    assert all(image.shape == (64, 64, 3) and image.std() > 0.01 and image.min() >= 0 for _, image in found)
    assert all(image.max() <= 1 for _, image in found)


@pytest.mark.parametrize(
    ("concept", "caption", "category"),
    [
        ("people/clothing/hats:fedora", "a hat", "objects"),
        ("people:smith", "a smith", "people"),
        ("people:grandpa", "grandpa", "faces"),
        ("people:someone", "portrait of a man", "faces"),
        ("people:people", "people", None),
        ("people/stickmen:one", "people", "people"),
        ("unsorted:beach", "a beach", "scenery"),
        ("unsorted:thing", "a thing", None),
    ],
)
def test_the_nearest_folder_and_the_words_tell_a_drawings_category(
    concept: str, caption: str, category: str | None
) -> None:
    assert category_of(concept, (caption,)) == category


def test_rare_styles_of_a_category_are_drawn_more_often() -> None:
    items = [Item("noto", f"n{n}", ("x",), "faces") for n in range(90)]
    items += [Item("openclipart", f"o{n}", ("x",), "faces") for n in range(10)]
    items += [Item("openclipart", f"p{n}", ("x",), None) for n in range(10)]
    weights = balance(items, (1, 1, 1, 1, 1, 1))
    assert abs(float(weights.sum()) - 1) < 1e-5
    assert float(weights[90]) > 2 * float(weights[0]) > 0


def test_what_is_of_no_category_for_certain_has_a_share_of_its_own() -> None:
    items = [Item("openclipart", f"o{n}", ("x",), "faces") for n in range(90)]
    items += [Item("openclipart", f"p{n}", ("x",), None) for n in range(10)]
    none, twice = balance(items, (1, 1, 1, 1, 1, 0)), balance(items, (1, 1, 1, 1, 1, 2))
    assert float(none[90:].sum()) < 0.1
    assert float(twice[90:].sum()) > 0.4


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
        (folder / f"index.{part}").write_text(f"  1 a license line\n{part}word n 1 0 1 0 00001740\n", "utf-8")
    words = english_words(tmp_path)
    assert {"nounword", "advword", "the"} <= words
    assert "license" not in words
