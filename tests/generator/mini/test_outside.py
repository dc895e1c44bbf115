"""The measuring on pictures from outside, with a few that are made here; the packages are not fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.mini.load import load_mini
from generator.mini.train.ascent import Ascent
from generator.mini.train.item import CATEGORIES, Item
from generator.mini.train.outside import measure
from generator.mini.train.outside.labels import LABELS
from generator.mini.train.outside.measure import (
    KINDS,
    TEST_SOURCES,
    Outside,
    dreamed_views,
    load_outside,
    measure_outside,
    painted_views,
    plain_views,
    vqgan_views,
)
from generator.mini.train.outside.read import read_labels
from generator.mini.train.outside.views import FILTERS, SIDE, Picture, cropped, fitted, kuwahara, oil
from generator.mini.train.pictures.packages import SOURCES, Source
from generator.mini.train.pictures.photo_names import ENDLESS_SKY

GPL = "License: GPL-2"


def stamp() -> Picture:
    """A red disk cut out, off the middle of a wide empty picture."""
    rgba = np.zeros((120, 300, 4), np.uint8)
    y, x = np.mgrid[:120, :300]
    rgba[(y - 60) ** 2 + (x - 200) ** 2 < 40**2] = (210, 30, 30, 255)
    return rgba


def picture(seed: int) -> Picture:
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 255, (8, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(rough).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


@pytest.fixture(scope="module")
def made() -> Outside:
    torch.set_num_threads(1)
    pictures = [picture(n) if n % 2 else fitted(stamp(), SIDE, 0.8, (0.5, 0.5)) for n in range(10)]
    items = [Item("made", f"made {n}", (), CATEGORIES[n % 5]) for n in range(10)]
    return Outside(tuple(items), tuple(KINDS[n % 3] for n in range(10)), tuple(pictures))


def test_nothing_that_is_measured_on_is_trained_on() -> None:
    shared = {source.package for source in TEST_SOURCES} & {source.package for source in SOURCES}
    assert shared <= {"endless-sky-data"}
    stems = {Path(label.path).stem for label in read_labels(LABELS) if label.package == "endless-sky-data"}
    assert len(stems) > 40
    assert not stems & set(ENDLESS_SKY)
    assert all("-" in stem for stem in stems)  # those that training reads are without a photographer's name
    assert {label.package for label in read_labels(LABELS)} == {source.package for source in TEST_SOURCES}


def test_every_category_has_enough_certain_pictures_and_none_twice() -> None:
    labels = list(read_labels(LABELS))
    shares = Counter(label.category for label in labels)
    rich = Counter(label.category for label in labels if label.kind != "drawing")
    assert set(shares) == set(CATEGORIES)
    assert min(shares.values()) >= 60
    assert min(rich.values()) >= 25
    assert {label.kind for label in labels} == set(KINDS)
    assert len({(label.package, label.path, label.square) for label in labels}) == len(labels)


def test_labels_are_read_with_their_squares() -> None:
    table = "\nfaces|painting|some-package|a/b|.png\none two@-3,4,50\nobjects|photo|other|c/d|.webp\nthree\n"
    one, two, three = read_labels(table)
    assert (one.category, one.kind, one.package) == ("faces", "painting", "some-package")
    assert (one.path, one.square) == ("usr/share/a/b/one.png", None)
    assert (two.path, two.square) == ("usr/share/a/b/two.png", (-3, 4, 50))
    assert (three.category, three.path) == ("objects", "usr/share/c/d/three.webp")


def test_a_stamp_is_cut_to_what_shows_and_keeps_its_color() -> None:
    rgba = fitted(stamp(), SIDE, 0.8, (0.5, 1.0))
    rows = np.flatnonzero((rgba[..., 3] > 128).any(1))
    assert rgba.shape == (SIDE, SIDE, 4)
    assert abs(len(rows) - 0.8 * SIDE) < 6
    assert rows[-1] >= SIDE - 3  # stands on the lower edge
    rim = rgba[(rgba[..., 3] > 20) & (rgba[..., 3] < 230)]
    assert np.abs(rim[:, :3].astype(int) - (210, 30, 30)).max() < 20  # no black bleeds in from what is transparent


def test_a_wide_picture_gives_its_middle() -> None:
    wide = np.zeros((50, 150, 3), np.uint8)
    wide[:, 50:100] = 200
    assert (cropped(wide, 64) == 200).all()


@pytest.mark.parametrize("paint", FILTERS)
def test_every_filter_flattens_noise_and_keeps_the_edge(paint: Callable[[Picture], Picture]) -> None:
    clean = np.full((SIDE, SIDE, 3), 60, np.uint8)
    clean[:, SIDE // 2 :] = 190
    rng = np.random.default_rng(3)
    noisy = (clean + rng.normal(0, 8, clean.shape)).clip(0, 255).astype(np.uint8)
    brushed = paint(noisy).astype(float)
    left, right = brushed[20:-20, 20:108], brushed[20:-20, 148:-20]
    assert brushed.shape == clean.shape
    assert left.std() < noisy[20:-20, 20:108].std()
    assert right.mean() - left.mean() > 90


def test_kuwahara_and_oil_keep_a_plain_picture() -> None:
    plain = np.full((40, 40, 3), (10, 120, 240), np.uint8)
    assert (kuwahara(plain) == plain).all()
    assert np.abs(oil(plain).astype(int) - plain).max() <= 1


def test_views_are_the_same_each_time_and_differ_from_each_other(made: Outside) -> None:
    plain, dressed = plain_views(made), painted_views(made)
    assert plain.shape == dressed.shape == (10, 3, SIDE, SIDE)
    assert torch.equal(dressed, painted_views(made))
    assert torch.equal(plain[1], torch.from_numpy(np.array(made.pictures[1])).permute(2, 0, 1).float() / 255)
    assert (plain - dressed).abs().mean((1, 2, 3)).min() > 0.01


def test_noise_on_the_latents_changes_what_the_vqgan_gives_back(made: Outside) -> None:
    views = painted_views(made)[:2]
    pair = load_mini()
    calm, rough = vqgan_views(pair, views, noise=0.0), vqgan_views(pair, views)
    assert calm.shape == rough.shape == views.shape
    assert torch.equal(rough, vqgan_views(pair, views))
    assert (calm - views).abs().mean() < 0.1
    loud = vqgan_views(pair, views, noise=3.0)
    assert 0 < (rough - calm).abs().mean() < (loud - calm).abs().mean()


def test_a_table_is_measured_for_every_view_and_kind(made: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "load_outside", lambda _: made)
    found = measure_outside(load_mini(), Path("nowhere"))
    for name in ("plain", "painted", "vqgan"):
        recalls = [found[f"{name}_recall_{category}"] for category in CATEGORIES]
        assert found[f"{name}_balanced"] == pytest.approx(sum(recalls) / 5)
        assert all(0 <= found[f"{name}_{kind}_balanced"] <= 1 for kind in KINDS)
    assert not any(key.startswith("dreamed") for key in found)


def test_another_perceptor_dreams_some_of_each_category(made: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "DREAMED_EACH", 1)
    monkeypatch.setattr(measure, "Ascent", lambda: Ascent(steps=2, cutouts=2))
    pair, views = load_mini(), painted_views(made)
    items, dreamed = dreamed_views(pair, pair.perceptor, made, views)
    assert [item.category for item in items] == list(CATEGORIES)
    starts = torch.stack([views[made.items.index(item)] for item in items])
    assert dreamed.shape == starts.shape
    assert (dreamed - starts).abs().mean((1, 2, 3)).min() > 0.005


def test_pictures_come_out_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share = tmp_path / "box" / "usr/share"
    (share / "doc/box").mkdir(parents=True)
    (share / "doc/box/copyright").write_text(GPL)
    Image.fromarray(stamp()).save(share / "disk.png")
    Image.fromarray(picture(1)).save(share / "view.webp", lossless=True)
    table = "objects|photo|box|.|.png\ndisk disk@50,0,40\nscenery|painting|box|.|.webp\nview\n"
    monkeypatch.setattr(measure, "LABELS", table)
    source = Source("box", "debian", "test only", "GPL-2", "usr/share/doc/box/copyright", GPL)
    monkeypatch.setattr(measure, "TEST_SOURCES", (source,))
    loaded = load_outside(tmp_path)
    assert [image.shape[2] for image in loaded.pictures] == [4, 4, 3]
    assert [item.category for item in loaded.items] == ["objects", "objects", "scenery"]
    assert loaded.kinds == ("photo", "photo", "painting")
    assert (loaded.pictures[2] == picture(1)).all()
