"""Pictures built from solids and surfaces: the same for a seed, whole, named, and every kind of them grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.sculpture import animals, every
from generator.mini.train.sculpture.animals import CREATURES, sculpt_animal
from generator.mini.train.sculpture.beasts import beast, portrait
from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.coats import BEASTS
from generator.mini.train.sculpture.creatures import creature
from generator.mini.train.sculpture.every import SCULPTORS, read_sculpted
from generator.mini.train.sculpture.heads import sculpt_head
from generator.mini.train.sculpture.kinds import COLORS, KINDS
from generator.mini.train.sculpture.people import sculpt_people
from generator.mini.train.sculpture.skeletons import beside, fitted
from generator.mini.train.sculpture.solids import Light, Solid, ball, sculpt, turned
from generator.mini.train.sculpture.stilllife import LOW, TALL
from generator.mini.train.sculpture.things import sculpt_kind, sculpt_thing

Sculptor = Callable[[np.random.Generator], tuple[Item, NDArray[np.uint8]]]
CATEGORY: dict[Sculptor, str] = {
    sculpt_head: "faces", sculpt_people: "people", sculpt_animal: "animals", sculpt_thing: "objects",
}  # fmt: skip
ABOVE = Light((0.0, 1.0, 0.4), (1.0, 1.0, 1.0), 0.3, 0.0)
EACH = 3


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_all_four_kinds_are_built() -> None:
    assert {sculptor for sculptor, _ in SCULPTORS} == set(CATEGORY)


@pytest.mark.parametrize("sculptor", CATEGORY, ids=lambda sculptor: str(sculptor.__name__))
def test_a_picture_is_whole_and_named(sculptor: Sculptor) -> None:
    rng = np.random.default_rng(11)
    made = [sculptor(rng) for _ in range(EACH)]
    for item, pixels in made:
        cover = pixels[3] > 128
        assert pixels.shape == (4, 128, 128)
        assert pixels.dtype == np.uint8
        assert cover.mean() > 0.05
        assert pixels[:3][:, cover].std() > 5  # light and shade, not a flat patch
        assert item.source == "sculpted"
        assert item.category == CATEGORY[sculptor]
        assert item.concept.startswith("sculpted:")
        assert len(item.captions) == len(set(item.captions)) >= 4
        assert all(caption == " ".join(caption.split()) and caption.isascii() for caption in item.captions)
    assert len({pixels.tobytes() for _, pixels in made}) == EACH
    again = sculptor(np.random.default_rng(11))
    assert again[0] == made[0][0]
    assert np.array_equal(again[1], made[0][1])


def test_every_picture_of_a_seed_comes_in_one_order_whichever_is_ready_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(every, "SCULPTORS", ((sculpt_people, 2), (sculpt_animal, 1), (sculpt_head, 1)))
    monkeypatch.setattr(every, "ProcessPoolExecutor", ThreadPoolExecutor)
    first, second = list(read_sculpted(5)), list(read_sculpted(5))
    assert [item.category for item, _ in first] == ["people", "people", "animals", "faces"]
    assert [item for item, _ in first] == [item for item, _ in second]
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(first, second, strict=True))
    assert not np.array_equal(first[0][1], next(iter(read_sculpted(6)))[1])


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_thing_grows_from_clean_surfaces(name: str) -> None:
    kind, clay = KINDS[name], Clay(0.15)  # coarse: only the shape counts here
    kind.grow(clay, np.random.default_rng(2), COLORS.get(kind.colors[0], (0.5, 0.5, 0.5)))
    points, normals, colors = clay.whole()
    assert points.shape == normals.shape == colors.shape
    assert all(np.isfinite(part).all() for part in (points, normals, colors))
    assert 1.0 < np.ptp(points, axis=0).max() < 5.0  # about two units large
    assert colors.min() >= 0
    lengths = np.linalg.norm(normals, axis=1)
    assert ((lengths < 1e-3) | (abs(lengths - 1) < 1e-3)).all()
    assert (lengths > 0.5).mean() > 0.9


@pytest.mark.parametrize("kind", [*BEASTS, *CREATURES])
def test_every_kind_of_animal_is_built_in_every_pose_and_fits_the_picture(kind: str) -> None:
    rng = np.random.default_rng(3)
    if kind in BEASTS:
        form, coats, names = BEASTS[kind]
        built = [beast(form, coats[0], pose, rng) for pose in form.poses] + [portrait(form, coats[0], rng)]
        assert set(form.poses) <= set(animals.POSES)
    else:
        creature_form = CREATURES[kind]
        names = creature_form.names
        built = [creature(creature_form, color, rng) for color in creature_form.colors.values()]
    assert names
    turn = turned(0.4, 0.1)
    for solids in built:
        numbers = np.array([[*one.a, *one.b, one.ra, one.rb, *one.color, *one.scale] for one in solids])
        assert np.isfinite(numbers).all()
        assert (numbers[:, 6:] >= 0).all()
        ends = np.array([end for one in fitted(solids, turn, 0.9) for end in (one.a, one.b)]) @ turn.T
        assert abs(ends[:, :2]).max() <= 0.9 + 1e-6


def test_what_stands_on_a_table_has_a_size_there() -> None:
    assert all(KINDS[name].size > 0 for name in (*TALL, *LOW))
    assert {name for kind in KINDS.values() for name in kind.colors} <= {*COLORS, "ripe"}


def test_a_ball_is_round_and_lit_from_above() -> None:
    pixels = sculpt([ball((0, 0, 0), 0.6, (0.8, 0.2, 0.2))], turned(0, 0), ABOVE)
    cover = pixels[3] > 128
    assert cover.mean() == pytest.approx(np.pi * 0.6**2 / 4, abs=0.02)
    assert np.array_equal(cover, cover[:, ::-1])
    red = pixels[0].astype(float)
    assert red[45, 64] > red[85, 64] + 30
    assert (pixels[0][cover] >= pixels[1][cover]).all()


def test_nothing_in_view_is_an_empty_picture() -> None:
    pixels = sculpt([ball((9, 9, 0), 0.1, (1, 1, 1))], turned(0, 0), ABOVE)
    assert not pixels[3].any()


def test_two_beside_each_other_do_not_share_their_places() -> None:
    one = [Solid((0, 0, 0), (1, 0, 0), 0.1, 0.2, (1, 1, 1))]
    first, second = beside(one, one, (2.0, 0.0, -1.0), 0.5)
    assert (first.a, first.b) == ((0, 0, 0), (1, 0, 0))
    assert (second.a, second.b) == ((2.0, 0.0, -1.0), (2.5, 0.0, -1.0))
    assert second.rb == pytest.approx(0.1)


def test_a_thing_is_shown_in_its_color_and_called_by_it() -> None:
    rng = np.random.default_rng(4)
    made = [sculpt_kind(rng, "cup") for _ in range(3)]
    for item, pixels in made:
        color = item.concept.rpartition(":")[2]
        assert item.captions[0] in (f"a {color} cup", f"an {color} cup")
        assert {"a cup", "an object", "a mug"} <= set(item.captions)
        assert 0 < (pixels[3] > 128).mean() < 1
    assert Counter(item.category for item, _ in made) == {"objects": 3}
