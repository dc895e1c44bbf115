from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.discriminator import build_discriminator
from generator.errors import BadCheckpoint
from generator.judges.ask import ask
from generator.judges.collect import Maker
from generator.judges.ours import Tools, tools_of
from generator.judges.port import Batch
from generator.judges.realism import RealismJudge, as_images, realism_judge
from generator.judges.reference import shipped_references
from generator.judges.registry import AbsentJudge, make_judges
from generator.models import Pair
from generator.presets import load_pair, preset
from generator.weights import convert
from tests.generator.weights.specimens import discriminator as discriminator_weights
from tests.generator.weights.specimens import vqgan as vqgan_weights

from .shown import picture

GALLERY = Path(__file__).parents[3] / "nftd" / "sample" / "site" / "images"


@pytest.fixture(scope="module")
def tools() -> Tools:
    return tools_of(preset("mini"), load_pair("mini", "cpu"))


@pytest.fixture(scope="module")
def judge(tools: Tools) -> RealismJudge:
    (made,) = make_judges(["realism"], tools)
    assert isinstance(made, RealismJudge)
    return made


def test_the_value_is_the_mean_logit_of_the_patches(judge: RealismJudge) -> None:
    shown = picture(1, 128)
    with torch.no_grad():
        expected = judge.discriminator.discriminate(as_images([shown])).mean()
    assert judge.raw(Batch(pictures=(shown,)))[0] == pytest.approx(float(expected), abs=1e-4)


def test_a_value_does_not_depend_on_the_batch_and_sizes_may_differ(judge: RealismJudge) -> None:
    shown = (picture(1, 128), picture(2, 64), picture(3, 128))
    whole = judge.raw(Batch(pictures=shown))
    assert [judge.raw(Batch(pictures=(one,)))[0] for one in shown] == list(whole)


def test_the_full_discriminator_judges_too() -> None:
    full = realism_judge(build_discriminator(discriminator_weights(), "cpu"), "ab" * 32, terms="unknown")
    assert full.facts.version == "1+abababababab"
    assert full.facts.license == "unknown"
    assert np.isfinite(full.raw(Batch(pictures=(picture(side=64),)))).all()
    with pytest.raises(BadCheckpoint):
        build_discriminator({}, "cpu")


def test_without_a_discriminator_the_score_is_missing() -> None:
    (judge,) = make_judges(["realism"], Tools("mini-clip-64"))
    assert isinstance(judge, AbsentJudge)
    (row,) = ask([judge], Batch(pictures=(picture(),)))
    assert row[0].raw is None
    assert "discriminator" in row[0].reason


@pytest.mark.parametrize("whole", [True, False])
def test_the_discriminator_of_fetched_weights_is_found_beside_them(whole: bool, pair: Pair, tmp_path: Path) -> None:
    kept = {key: one for key, one in vqgan_weights().items() if whole or "discriminator" not in key}
    torch.save(kept, tmp_path / "small.ckpt")
    installed = convert(tmp_path / "small.ckpt", tmp_path, "small", accept_unknown=True, terms="CC0")
    found = tools_of(replace(preset("wikiart"), vqgan="small"), pair, weights=tmp_path)
    (judge,) = make_judges(["realism"], found)
    (row,) = ask([judge], Batch(pictures=(picture(side=64),)))
    assert (row[0].raw is not None) == whole
    assert (judge.facts.license, judge.facts.version) == (("CC0", f"1+{installed.digest[:12]}") if whole else ("", "0"))


@pytest.mark.slow
def test_every_shipped_value_is_made_again_from_the_gallery(judge: RealismJudge) -> None:
    check_values(judge, sorted(GALLERY.iterdir()))


def test_shipped_values_are_made_again_from_the_gallery(judge: RealismJudge) -> None:
    check_values(judge, sorted(GALLERY.iterdir())[:3])


def check_values(judge: RealismJudge, files: list[Path]) -> None:
    """Each work and reconstruction of these files is among the shipped values of realism."""
    reference = shipped_references("mini")["realism"]
    reference.require(judge.facts)
    stored = {name: np.array(values) for name, values in reference.groups}
    maker = Maker(preset("mini"), load_pair("mini", "cpu"))
    works = [work for work in map(maker.work, files) if work]
    assert works
    shown = {"works": works, "reconstructions": [maker.reconstruction(work) for work in works]}
    for name, seen in shown.items():
        for value in judge.raw(Batch(pictures=tuple(one.pixels for one in seen))):
            assert np.abs(stored[name] - value).min() < 1e-3
