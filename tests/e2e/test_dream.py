"""`nftd dream` by itself: any picture is dreamed on or refused with its reason, and what was made is said."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.pictures import read_texts
from tests.e2e.launcher import Home

QUICK = ("--size", "64", "--iterations", "2", "--cutouts", "2")


@pytest.fixture
def home(home: Home) -> Home:
    home.config.touch()
    return home


def picture(folder: Path, mode: str, size: tuple[int, int]) -> Path:
    """A picture of smooth colors with a sharp grain, in a mode of Pillow's."""
    width, height = size
    grain = np.random.default_rng(3).integers(0, 255, (height, width, 3), dtype=np.uint8)
    path = folder / f"{mode}-{width}x{height}.png"
    Image.fromarray(grain).convert(mode).save(path)
    return path


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "1"])
def test_pictures_of_every_mode_are_dreamed_on(home: Home, mode: str) -> None:
    made = home.json("dream", str(picture(home.folder, mode, (200, 180))), "--prompt", "a cat", *QUICK)
    assert [Path(step["file"]).name for step in made["steps"]] == ["step-01.png", "step-02.png"]
    with Image.open(home.folder / "cwd" / made["steps"][1]["file"]) as iterate:
        assert (iterate.mode, iterate.size) == ("RGB", (64, 64))


@pytest.mark.parametrize(
    ("size", "reason"), [((1, 1), "limit 128"), ((1, 5000), "limit 128"), ((2000, 130), "limit 3"), ((127, 127), "128")]
)
def test_a_picture_of_a_shape_that_cannot_be_dreamed_on_is_refused(
    home: Home, size: tuple[int, int], reason: str
) -> None:
    refused = home.nftd("dream", str(picture(home.folder, "RGB", size)), "--prompt", "a cat", *QUICK)
    assert refused.code == 2
    assert reason in refused.complaint


def test_what_was_made_is_said_and_stands_in_the_files(home: Home) -> None:
    image, other = picture(home.folder, "RGB", (200, 200)), picture(home.folder, "RGB", (160, 160))
    prompts = ("--prompt", "a cat:2", "--prompt", "text:-0.5", "--image-prompt", f"{other}:0.5", "--fidelity", "0.1")
    made = home.json("dream", str(image), *prompts, "--out", "made", "--format", "webp", "--seed", "7", *QUICK)
    assert made["seed"] == 7
    assert made["precision"] == "fp32"
    last = made["steps"][-1]
    assert set(last["losses"]) == {"total", "prompt", "fidelity"}
    texts = read_texts((home.folder / "cwd" / last["file"]).read_bytes())
    assert texts["recipe"] == made["recipe"]
    assert (texts["seed"], texts["step"]) == ("7", "2")
    assert texts["source"] == f"sha256:{hashlib.sha256(image.read_bytes()).hexdigest()}"
    assert any(key.startswith("model ") for key in texts)

    told = home.ok("dream", str(image), *prompts, "--out", "made", "--seed", "7", *QUICK)
    assert "made/step-0" in told.out
    assert "2 iterates" in told.out
    assert told.err.splitlines()[-1].startswith("step   2 of 2  loss ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prompt", "cat:0"), "must not be 0"),
        (("--prompt", "cat", "--size", "100"), "multiple of 8"),
        (("--prompt", "cat", "--precision", "bf16"), "fp32"),
        (("--prompt", "cat", "--device", "tpu"), "cuda:1"),
        (("--prompt", "cat", "--preset", "huge"), "mini"),
        (("--prompt", "cat", "--image-prompt", "nowhere.png"), "cannot be read"),
        (("--prompt", "cat", "--preset", "wikiart"), "nftd weights fetch wikiart_16384 clip-vit-b-32"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_answered_with_the_rule(
    home: Home, arguments: tuple[str, ...], words: str
) -> None:
    refused = home.nftd("dream", str(picture(home.folder, "RGB", (200, 200))), *arguments)
    assert refused.code == 2
    assert words in refused.complaint
