"""Files that mean harm: each is refused with one clear error, and nothing in it is run.

That they do harm where they are trusted is shown too: otherwise the refusals would prove nothing.
"""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from generator.errors import BadCheckpoint
from generator.weights import convert, installed
from generator.weights.convert import read_model

from .specimens import (
    Call,
    clip,
    head,
    hostile,
    hostile_calls,
    lightning,
    modern_pickle,
    repacked,
    torchscript,
    vqgan,
)

WAYS = tuple(hostile_calls(Path("unused")))
REFUSED = {
    "os.system": "posix.system",
    "subprocess": "subprocess.check_call",
    "exec": "exec",
    "eval": "eval",
    "open": "open",
    "torch": "torch.serialization.save",
}
FORMS = {"zip": {}, "legacy": {"_use_new_zipfile_serialization": False}}


def refusal(file: Path) -> BadCheckpoint:
    with pytest.raises(BadCheckpoint) as caught:
        read_model(file)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_a_call_in_a_file_of_weights_is_never_made(tmp_path: Path, way: str, form: str) -> None:
    marker = tmp_path / "ran"
    file = hostile(tmp_path / "weights.pt", hostile_calls(marker)[way], **FORMS[form])
    if way == "numpy":  # of a library that trainings leave numbers of: a stand-in takes its place
        assert read_model(file)[0] == "head"
    else:
        error = refusal(file)
        assert REFUSED[way] in str(error)
        assert "nothing of it was run" in str(error)
    assert not marker.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_the_same_file_does_harm_where_it_is_trusted(tmp_path: Path, way: str, form: str) -> None:
    marker = tmp_path / "ran"
    file = hostile(tmp_path / "weights.pt", hostile_calls(marker)[way], **FORMS[form])
    torch.load(file, weights_only=False)
    assert marker.exists()


@pytest.mark.parametrize("way", [way for way in WAYS if way != "numpy"])
def test_a_newer_pickle_inside_is_refused_by_name_too(tmp_path: Path, way: str) -> None:
    marker = tmp_path / "ran"
    torch.save(head(), tmp_path / "good.pt")
    pickled = modern_pickle(hostile_calls(marker)[way])
    error = refusal(repacked(tmp_path / "good.pt", tmp_path / "weights.pt", pickled))
    assert ("Unsupported operand" if way == "torch" else REFUSED[way]) in str(error)
    assert not marker.exists()


def test_a_bare_pickle_is_no_file_of_weights(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "weights.ckpt").write_bytes(modern_pickle(hostile_calls(marker)["os.system"]))
    assert "is no file of weights" in str(refusal(tmp_path / "weights.ckpt"))
    assert not marker.exists()


def test_torchscript_is_not_executed(tmp_path: Path) -> None:
    error = refusal(torchscript(tmp_path / "ViT-B-32.pt"))
    assert "TorchScript" in str(error)
    assert "nftd weights fetch" in str(error)


def test_a_packed_archive_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(1, 4_000_000), "bias": torch.zeros(1)}, tmp_path / "good.pt")
    bomb = repacked(tmp_path / "good.pt", tmp_path / "bomb.pt", method=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    assert "is compressed" in str(refusal(bomb))


def test_a_tensor_larger_than_its_numbers_is_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(1).expand(1, 10**12), "bias": torch.zeros(1)}, tmp_path / "weights.pt")
    assert (tmp_path / "weights.pt").stat().st_size < 10_000
    error = refusal(tmp_path / "weights.pt")
    assert "'weight' claims [1, 1000000000000] numbers" in str(error)


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.zeros(1, 8).to_sparse(),
        lambda: torch.quantize_per_tensor(torch.zeros(1, 8), 1.0, 0, torch.qint8),
        lambda: torch.zeros(1, 8, dtype=torch.complex64),
        lambda: torch.zeros(1, 8, device="meta"),
    ],
    ids=["sparse", "quantized", "complex", "meta"],
)
@pytest.mark.filterwarnings("ignore")  # torch says that quantized tensors will go away
def test_tensors_of_other_kinds_are_refused_by_key(tmp_path: Path, make: Callable[[], torch.Tensor]) -> None:
    torch.save({"weight": make(), "bias": torch.zeros(1)}, tmp_path / "weights.pt")
    assert "'weight'" in str(refusal(tmp_path / "weights.pt"))


def test_numbers_that_are_none_are_refused_by_key(tmp_path: Path) -> None:
    damaged = head()
    damaged["weight"][0, 3] = float("nan")
    torch.save(damaged, tmp_path / "weights.pt")
    assert "'weight' holds numbers that are not finite" in str(refusal(tmp_path / "weights.pt"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "begins with nothing"),
        (b"<!DOCTYPE html><html>Sign in", "is a web page"),
        (b"\n <HTML>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS"),
        (b"PK\x03\x04" + bytes(60), "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "is no file of weights"),
        (struct.pack("<Q", 2**63) + b"{", "cut off or damaged"),
        (struct.pack("<Q", 100_000) + b'{"' + b"[" * 99_998, "cut off or damaged"),
        (struct.pack("<Q", 2) + b"{}", "holds no state dict"),
    ],
)
def test_what_is_no_weights_is_told_by_its_bytes(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "weights.safetensors").write_bytes(data)
    assert said in str(refusal(tmp_path / "weights.safetensors"))


@pytest.mark.parametrize("place", ["key", "value"])
def test_a_key_that_would_be_hashed_for_ever_is_refused_at_once(tmp_path: Path, place: str) -> None:
    torch.save(head(), tmp_path / "good.pt")
    doubled = b"".join(b"q%ch%c\x86" % (n, n) for n in range(100))  # two of the last one, a hundred times
    bomb = b"N\x85" + doubled
    item = bomb + b"K\x01" if place == "key" else b"K\x01" + bomb
    error = refusal(repacked(tmp_path / "good.pt", tmp_path / "bomb.pt", b"\x80\x02}" + item + b"s."))
    assert "unfolds into far more than it holds" in str(error)


def test_a_name_in_the_pickle_cannot_write_on_the_screen(tmp_path: Path) -> None:
    torch.save(head(), tmp_path / "good.pt")
    pickled = b"\x80\x02cevil\x1b[2J\nname\x07\n."
    error = refusal(repacked(tmp_path / "good.pt", tmp_path / "weights.pt", pickled))
    assert str(error).isprintable()
    keys = {"weight\x1b[2J": torch.zeros(2, 2), "bias": torch.zeros(1)}
    torch.save(keys, tmp_path / "keys.pt")
    assert str(refusal(tmp_path / "keys.pt")).isprintable()


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path) -> None:
    file = hostile(tmp_path / "weights.pt", Call(print, "harm"))
    with pytest.raises(BadCheckpoint):
        convert(file, tmp_path / "folder", "mine", accept_unknown=True)
    assert installed(tmp_path / "folder") == []
    assert not list(tmp_path.glob("folder/*"))


# --- damage --------------------------------------------------------------------------------------


def specimens(folder: Path) -> list[Path]:
    from safetensors.torch import save_file

    save_file(dict(clip()), folder / "clip.safetensors")
    torch.save(dict(vqgan()), folder / "legacy.pth", _use_new_zipfile_serialization=False)
    return [lightning(folder / "zip.ckpt", vqgan()), folder / "legacy.pth", folder / "clip.safetensors"]


def test_a_file_cut_anywhere_is_one_clear_error(tmp_path: Path) -> None:
    dice = random.Random(6)
    for file in specimens(tmp_path):
        whole = file.read_bytes()
        for length in sorted({0, 1, 20, *(dice.randrange(len(whole)) for _ in range(12)), len(whole) - 1}):
            file.write_bytes(whole[:length])
            assert len(str(refusal(file))) < 500


def damage(file: Path, tries: int, seed: int) -> int:
    """Change bytes near both ends, where the structure stands; returns how many were refused."""
    whole, dice, refused = file.read_bytes(), random.Random(seed), 0
    for _ in range(tries):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            near = dice.choice([dice.randrange(min(20_000, len(data))), len(data) - 1 - dice.randrange(20_000)])
            data[near] = dice.randrange(256)
        file.write_bytes(data)
        try:
            read_model(file)
        except BadCheckpoint:
            refused += 1
    return refused


def test_damaged_files_raise_nothing_but_a_clear_error(tmp_path: Path) -> None:
    assert sum(damage(file, 12, seed=7) for file in specimens(tmp_path)) > 10


@pytest.mark.slow
def test_thousands_of_damaged_files_raise_nothing_but_a_clear_error(tmp_path: Path) -> None:
    assert sum(damage(file, 1500, seed=8) for file in specimens(tmp_path)) > 1000
