"""An iterate made print-size: by a network where there is one, else by Lanczos, and the picture says by which."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generator.decoded import Pixels
from generator.errors import BadPicture, BadRecipe
from generator.memory import SHARE
from generator.pictures import read_pixels, read_texts, write_png
from generator.rrdbnet import RrdbNet, build_rrdbnet
from generator.upscale import MOST_SIDE, TEXT, enlarge
from generator.upscaler import OVERLAP, Upscaler, best_installed, estimate, load_upscaler, magnify
from generator.weights import convert

from .vectors.rrdbnet import SMALL, picture, weights

ROOT = Path(__file__).parents[2]
PHOTOGRAPHS = ROOT / "nftd/sample/site/images"
TEXTS = {"recipe": "ab" * 32, "seed": "7", "source": "gemälde"}
DIGEST = "0f" * 32


def upscaler(network: RrdbNet | None = None, precision: str = "fp32") -> Upscaler:
    """A small network that leaves a picture much as it is, only larger: a doubling twice."""
    return Upscaler("small", DIGEST, network or plain_network(precision), torch.device("cpu"), precision)


def plain_network(precision: str = "fp32") -> RrdbNet:
    """Three channels carry the picture through; the others do what random weights do, a thousand times weaker."""
    tensors = {key: tensor / 1000 for key, tensor in weights(SMALL, 1).items()}
    for name in ("conv_first", "conv_up1", "conv_up2", "conv_hr", "conv_last"):
        for channel in range(3):
            tensors[f"{name}.weight"][channel, channel, 1, 1] = 1.0
    return build_rrdbnet(tensors, "cpu", precision)


def photograph(side: int, name: str = "034-classical-harp.jpg") -> Pixels:
    with Image.open(PHOTOGRAPHS / name) as opened:
        return np.asarray(opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)).copy()


def png_of(pixels: Pixels) -> bytes:
    return write_png(pixels, TEXTS)


def decibels(found: Pixels, wanted: Pixels) -> float:
    return 20 * math.log10(255) - 10 * math.log10(float(((found.astype(float) - wanted) ** 2).mean()) + 1e-12)


def test_without_weights_lanczos_enlarges_and_the_picture_says_so() -> None:
    pixels = photograph(100)
    made = enlarge(png_of(pixels), 349, None)
    assert (made.method, made.weights, made.digest, made.tile, made.passes) == ("lanczos", None, None, None, 0)
    wanted = np.asarray(cv2.resize(pixels, (349, 349), interpolation=cv2.INTER_LANCZOS4))
    assert np.array_equal(read_pixels(made.png), wanted)
    texts = read_texts(made.png)
    assert {key: texts[key] for key in TEXTS} == TEXTS
    assert json.loads(texts[TEXT]) == made.facts()
    assert (made.facts()["method"], made.facts()["factor"]) == ("lanczos", 3.49)


def test_a_network_enlarges_and_the_picture_says_which() -> None:
    pixels = photograph(60)
    made = enlarge(png_of(pixels), 240, upscaler())
    assert (made.method, made.weights, made.digest, made.precision) == ("esrgan", "small", DIGEST, "fp32")
    assert (made.source_side, made.side, made.factor, made.passes, made.tiles) == (60, 240, 4, 1, 1)
    texts = read_texts(made.png)
    assert {key: texts[key] for key in TEXTS} == TEXTS
    assert json.loads(texts[TEXT]) == made.facts()
    assert json.loads(texts[TEXT])["digest"] == DIGEST
    shrunk = np.asarray(cv2.resize(read_pixels(made.png), (60, 60), interpolation=cv2.INTER_AREA))
    assert decibels(shrunk, pixels) > 40


def test_the_studys_size_is_reached() -> None:
    source = png_of(photograph(125))
    made = enlarge(source, 436, upscaler())  # a quarter of 500 to 1746
    assert read_pixels(made.png).shape == (436, 436, 3)
    assert made.factor == pytest.approx(1746 / 500, abs=0.01)
    whole = read_pixels(enlarge(source, 500, upscaler()).png)
    wanted = np.asarray(cv2.resize(whole, (436, 436), interpolation=cv2.INTER_AREA))
    assert decibels(read_pixels(made.png), wanted) > 50


@given(st.integers(1, 24), st.integers(1, 150))
@settings(max_examples=12, deadline=None)
def test_every_factor_gives_the_side_that_was_asked_for(source_side: int, more: int) -> None:
    side = source_side + more
    made = enlarge(png_of(photograph(source_side)), side, upscaler())
    assert read_pixels(made.png).shape == (side, side, 3)
    assert made.passes == next(count for count in range(1, 9) if source_side * 4**count >= side)


def test_twice_the_same_gives_the_same_bytes() -> None:
    source = png_of(photograph(70))
    for chosen in (upscaler(), None):
        assert enlarge(source, 200, chosen).png == enlarge(source, 200, chosen).png


def test_an_earlier_enlargement_stays_on_record() -> None:
    first = enlarge(png_of(photograph(20)), 30, None)
    second = enlarge(first.png, 50, upscaler())
    said = json.loads(read_texts(second.png)[TEXT])
    assert (said["method"], said["from"], said["to"]) == ("esrgan", 30, 50)
    assert json.loads(said["before"]) == first.facts()


@pytest.mark.parametrize(
    ("side", "advice"), [(99, "larger"), (100, "larger"), (0, "larger"), (MOST_SIDE + 1, "smaller")]
)
def test_a_side_that_is_no_enlargement_is_refused(side: int, advice: str) -> None:
    with pytest.raises(BadRecipe, match=f"side is {side}, .* above the picture's 100 .* take a {advice} one"):
        enlarge(png_of(photograph(100)), side, None)


def test_what_is_no_square_png_is_refused() -> None:
    out = BytesIO()
    Image.new("RGB", (20, 10)).save(out, "PNG")
    for data in (b"", b"\x89PNG\r\n\x1a\n", out.getvalue()):
        with pytest.raises(BadPicture):
            enlarge(data, 100, upscaler())


def test_numbers_that_are_not_finite_are_no_picture() -> None:
    tensors = {key: tensor * 1e12 for key, tensor in weights(SMALL, 1).items()}
    with pytest.raises(BadRecipe, match="'fp32': in it small gives numbers that are not finite: fetch"):
        enlarge(png_of(photograph(16)), 64, upscaler(build_rrdbnet(tensors, "cpu", "fp32")))


def test_bf16_gives_nearly_the_same_picture() -> None:
    source = png_of(photograph(80))
    narrow, wide = (read_pixels(enlarge(source, 320, upscaler(precision=one)).png) for one in ("bf16", "fp32"))
    assert decibels(narrow, wide) > 35


def test_tiles_are_recorded_and_show_no_seam() -> None:
    source = png_of(photograph(200))
    whole, parts = (enlarge(source, 800, upscaler(), tile) for tile in (200, 2 * OVERLAP))
    assert (whole.tile, whole.tiles, parts.tile, parts.tiles) == (200, 1, 128, 9)
    assert decibels(read_pixels(parts.png), read_pixels(whole.png)) > 50


def test_a_tile_that_is_too_small_is_refused() -> None:
    with pytest.raises(BadRecipe, match="tile is 100 and overlap 64"):
        enlarge(png_of(photograph(200)), 800, upscaler(), 100)


def test_an_installed_upscaler_is_found_and_used(tmp_path: Path) -> None:
    file = tmp_path / "published.pth"
    torch.save({"params_ema": weights(replace(SMALL, blocks=23, width=64), 1)}, file)
    folder = tmp_path / "weights"
    found = convert(file, folder, "esrgan-x4", accept_unknown=True)
    assert best_installed(folder) == "esrgan-x4"
    made = enlarge(png_of(photograph(12)), 40, load_upscaler("esrgan-x4", folder, "cpu", "fp32"))
    assert (made.weights, made.digest) == ("esrgan-x4", found.digest)


def test_the_estimate_grows_with_picture_tile_and_precision() -> None:
    assert estimate(512, 512, 512, "fp32") > estimate(512, 512, 256, "fp32") > estimate(256, 256, 256, "fp32")
    assert estimate(512, 512, 512, "fp32") > estimate(512, 512, 512, "bf16")
    assert estimate(100, 100, 512, "fp32") == estimate(100, 100, 192, "fp32")


# A process of its own that gets more and more memory, with what each picture came to.
LITTLE = """
import json, resource, torch
torch.set_num_threads(1)
from generator.errors import OutOfMemory
MIB = 2**20
from generator.rrdbnet import RrdbConfig, build_rrdbnet
from generator.upscaler import Upscaler, magnify
from tests.generator.vectors.rrdbnet import picture, weights
network = build_rrdbnet(weights(RrdbConfig(blocks=1, width=16), 1), "cpu", "fp32")
upscaler = Upscaler("small", "0f" * 32, network, torch.device("cpu"), "fp32")
image = picture(320, 320, 1)
data = int(open("/proc/self/statm").read().split()[5]) * resource.getpagesize()
for room, tile in ((20, None), (20, 192), (110, 384), (0, 384)):
    limit = data + room * MIB if room else resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))
    try:
        made = magnify(image, upscaler, tile)
        print(json.dumps([made.tile, made.tiles, made.too_large, float(made.image.mean())]))
    except OutOfMemory as error:
        print(json.dumps(str(error)))
"""


def test_a_tile_that_runs_out_of_memory_is_followed_by_a_smaller_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LITTLE], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    foreseen, found, little, plenty = [json.loads(line) for line in done.stdout.splitlines()]
    said = "320x320 does not fit cpu in fp32 even in tiles of 192"
    assert foreseen.startswith(f"a picture of {said} (about ")
    assert found.startswith(f"a picture of {said} (it said ")
    assert found.endswith("use a device with more memory, or enlarge without weights")
    assert (little[1], little[2][0]) == (4, 384)
    assert plenty[:3] == [384, 1, []]
    assert little[3] == pytest.approx(plenty[3], rel=1e-4)


def test_a_picture_begins_in_tiles_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    enough = estimate(224, 224, 192, "fp32") / SHARE + 1
    monkeypatch.setattr("generator.upscaler.available_memory", lambda _device: int(enough))
    made = magnify(picture(224, 224, 1), upscaler())
    assert (made.tile, made.tiles, made.too_large) == (192, 4, ())


def test_nothing_leaves_the_device() -> None:
    command = [sys.executable, "-m", "tests.generator.fake_upscaler"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    results = {line["case"]: line["error"] for line in map(json.loads, done.stdout.splitlines())}
    assert "mixes ['cpu', 'fakegpu']" in results.pop("broken")
    assert {"cuda fp16", "cuda bf16", "mps fp16", "cpu bf16"} <= set(results)
    assert {case: error for case, error in results.items() if error} == {}


def test_a_picture_need_not_be_square_for_the_network() -> None:
    made = magnify(picture(9, 17, 1), upscaler())
    assert made.image.shape == (1, 3, 36, 68)
    assert made.image.dtype == torch.float32
    assert float(made.image.min()) >= 0
    assert float(made.image.max()) <= 1
