"""The shipped weights, measured again: `pytest -m slow -n 0 -s tests/generator/mini/test_reevaluation.py`.

NFTD_TRAIN_WORK names a work folder of `python -m generator.mini.train`; by default it is a folder in the user's cache.
Pictures, texts and the judge are made there when they are missing, which downloads packages and takes an hour.

Tests here run without a network where the system lets them; then the work folder has to be made before, by the
command that the failure names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import as_file
from pathlib import Path

import pytest

from generator.mini.manifest import weights_folder
from generator.mini.train.ship import PACKAGE

ROOT = Path(__file__).parents[3]
PREPARED = {
    "pictures-images.npy": "pictures", "sculptures-images.npy": "sculptures", "images.npy": "texts",
    "items.json": "texts", "texts.json": "texts", "targets.pt": "texts", "settled_judge.pt": "settled_judge",
}  # fmt: skip
SECONDS_FACTOR = 4.0  # another machine, or a busy one
OTHERWISE = 0.02

TOLERANCES = (
    # The first that the key starts or ends with counts. All but the first depend on rounding in many steps.
    ("psnr_", 0.1),  # dB
    ("codes_used", 8.0),
    ("code_perplexity", 8.0),
    ("text_cosine", 0.005),
    ("guidance_judge_named", 0.1),  # of 36 pictures; the judge is trained anew, elsewhere with other rounding
    ("guidance_smallest_rise", 0.06),
    ("guidance_", 0.04),
    ("_majority", 0.01),
    ("dreamed_", 0.1),  # 60 pictures that the judge has dreamed
    ("_recall_scenery", 0.09),  # one of the 12 scenes that were not painted by program
    ("_recall_", 0.03),
    ("retrieval_", 0.02),
)


def tolerance(key: str) -> float:
    """How far a number may be from the shipped one."""
    return next((allowed for part, allowed in TOLERANCES if key.startswith(part) or part in key[1:]), OTHERWISE)


def deviations(shipped: Mapping[str, float], measured: Mapping[str, float]) -> list[str]:
    """What does not agree, in words."""
    found = [f"{key} is in one of both only" for key in sorted(set(shipped) ^ set(measured))]
    for key in sorted(set(shipped) & set(measured)):
        value, wanted = measured[key], shipped[key]
        if key.startswith("seconds_"):
            if value > SECONDS_FACTOR * wanted:
                found.append(f"{key} is {value}, more than {SECONDS_FACTOR:g} times {wanted}")
        elif not abs(value - wanted) <= tolerance(key):
            found.append(f"{key} is {value}, shipped is {wanted}, allowed are {tolerance(key)} between them")
    return found


def work_folder() -> Path:
    """The folder of the environment variable, or the one in the user's cache (tests have a cache of their own)."""
    given = os.environ.get("NFTD_TRAIN_WORK")
    return Path(given) if given else Path.home() / ".cache" / "nftd" / "mini-train"


def make_missing(work: Path) -> None:
    """Prepare what is missing; fails with what to do."""
    stages = ",".join(dict.fromkeys(stage for file, stage in PREPARED.items() if not (work / file).exists()))
    if not stages:
        return
    command = [sys.executable, "-m", "generator.mini.train", "--work", str(work), "--stages", stages]
    told = f"{work} lacks what the evaluation needs. Make it, with a network, by: {' '.join(command)}"
    lacking = [module for module in ("OpenEXR", "resvg_py") if importlib.util.find_spec(module) is None]
    if "pictures" in stages and lacking:
        pytest.fail(f"{told}\nThat needs {' and '.join(lacking)}: pip install 'nftd[train]'", pytrace=False)
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        pytest.fail(f"{told}\nHere it ended with:\n{ended.stderr[-2000:]}", pytrace=False)


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
def test_the_shipped_weights_still_measure_what_the_card_says() -> None:
    import torch

    from generator.mini.train.report import measure

    work = work_folder()
    make_missing(work)
    torch.set_num_threads(1)
    shipped = json.loads((PACKAGE / "evaluation.json").read_text("utf-8"))
    with as_file(weights_folder()) as weights:
        measured = measure(work, Path(weights))
    for key, value in measured.items():
        print(f"{key}: {value} (shipped: {shipped.get(key)})")
    assert not (found := deviations(shipped, measured)), "\n".join(found)


def test_a_number_may_differ_by_its_tolerance_and_no_more() -> None:
    shipped = {"psnr_drawings_128": 23.0, "single_recall_faces": 0.9, "seconds_a_step": 0.1, "single_accuracy": 0.8}
    near = {"psnr_drawings_128": 22.95, "single_recall_faces": 0.92, "seconds_a_step": 0.3, "single_accuracy": 0.81}
    assert deviations(shipped, near) == []
    for key, value in (("psnr_drawings_128", 22.8), ("single_recall_faces", 0.86), ("seconds_a_step", 0.5),
                       ("single_accuracy", 0.77), ("single_accuracy", float("nan"))):  # fmt: skip
        assert [line.partition(" ")[0] for line in deviations(shipped, {**near, key: value})] == [key]


def test_a_number_on_one_side_only_is_a_deviation() -> None:
    assert deviations({"a": 1.0}, {}) == deviations({}, {"a": 1.0}) == ["a is in one of both only"]


def test_every_shipped_number_has_a_tolerance_that_could_fail() -> None:
    shipped = json.loads((PACKAGE / "evaluation.json").read_text("utf-8"))
    wide = [
        key for key, value in shipped.items() if not key.startswith("seconds_") and tolerance(key) >= 0.5 * abs(value)
    ]
    assert set(wide) <= {"guidance_before", "guidance_judge_before", "guidance_smallest_rise"}  # these are near nothing


def test_a_folder_that_cannot_be_made_is_a_clear_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    told = r"--stages pictures,sculptures,texts,settled_judge\nThat needs OpenEXR and resvg_py: pip install"
    with pytest.raises(pytest.fail.Exception, match=told):
        make_missing(tmp_path / "none")
    for file in PREPARED:
        (tmp_path / file).touch()
    make_missing(tmp_path)


def test_a_stage_that_fails_is_told_with_its_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: "there")
    failing = subprocess.CompletedProcess([], 1, "", "no network today")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failing)
    with pytest.raises(pytest.fail.Exception, match="no network today"):
        make_missing(tmp_path)


def test_the_work_folder_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NFTD_TRAIN_WORK", str(tmp_path))
    assert work_folder() == tmp_path
    monkeypatch.delenv("NFTD_TRAIN_WORK")
    assert work_folder().parts[-3:] == (".cache", "nftd", "mini-train")
