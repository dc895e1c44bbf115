"""The files of the pair: whole and small as shipped; damaged or foreign, one clear error."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.resources import as_file
from pathlib import Path
from shutil import copytree

import pytest
import torch
from safetensors.torch import load, save

import generator
from generator.errors import GeneratorError
from generator.mini.errors import BadWeights
from generator.mini.load import load_from
from generator.mini.manifest import FILES, MANIFEST, read_manifest, weights_folder
from generator.mini.perceptor import MiniPerceptor

LARGEST = 16_000_000
SMALL = {torch.float16, torch.int8}
ROOT = Path(__file__).parents[3]
PICTURE = ROOT / "nftd" / "sample" / "site" / "images" / "001-tiger.jpg"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    with as_file(weights_folder()) as shipped:
        return Path(copytree(shipped, tmp_path / "weights"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def renew(weights: Path) -> None:
    """A manifest that agrees with whatever the files are now."""
    (weights / MANIFEST).write_text(json.dumps({file: digest(weights / file) for file in FILES}), "utf-8")


def refused(weights: Path) -> BadWeights:
    with pytest.raises(BadWeights) as caught:
        load_from(weights)
    assert isinstance(caught.value, GeneratorError)
    assert "reinstall" in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_package_ships_just_the_files_of_the_manifest(weights: Path) -> None:
    assert {path.name for path in weights.iterdir()} == {*FILES, MANIFEST}
    assert read_manifest(weights) == {file: digest(weights / file) for file in FILES}


def test_all_weights_are_safetensors_of_16_bits_or_less_and_16_mb_at_most(weights: Path) -> None:
    found = {
        name: tensor.dtype for file in weights.glob("*.safetensors") for name, tensor in load(file.read_bytes()).items()
    }
    assert set(found.values()) <= SMALL
    assert len(list(weights.glob("*.safetensors"))) == 3
    assert sum(path.stat().st_size for path in weights.iterdir()) <= LARGEST


def cut_short(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def one_bit_changed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def emptied(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("harm", [cut_short, one_bit_changed, emptied])
def test_a_damaged_file_is_named_with_the_expected_and_the_found_digest(
    weights: Path, file: str, harm: Callable[[bytes], bytes]
) -> None:
    expected = digest(weights / file)
    (weights / file).write_bytes(harm((weights / file).read_bytes()))
    error = refused(weights)
    assert error.evidence == {"file": file, "expected": expected, "found": digest(weights / file)}
    assert f"{file}: expected sha256 {expected}, found sha256 {digest(weights / file)}" in str(error)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named_with_its_digest(weights: Path, file: str) -> None:
    expected = digest(weights / file)
    (weights / file).unlink()
    assert f"{file}: expected sha256 {expected}, found no such file" in str(refused(weights))


def test_a_folder_in_place_of_a_file_is_named(weights: Path) -> None:
    (weights / "vocabulary.txt").unlink()
    (weights / "vocabulary.txt").mkdir()
    assert "vocabulary.txt: expected sha256" in str(refused(weights))


def test_a_missing_manifest_is_named(weights: Path) -> None:
    (weights / MANIFEST).unlink()
    assert "manifest.json: expected a JSON object" in str(refused(weights))
    assert "found no such file" in str(refused(weights))


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "{}", '{"vqgan.safetensors": "00"}', '{"../x": "00"}', "\udcff", "[" * 100_000],
)
def test_a_manifest_that_is_none_is_refused(weights: Path, content: str) -> None:
    (weights / MANIFEST).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert refused(weights).evidence["file"] == MANIFEST


@pytest.mark.parametrize("value", [1, None, "", "x" * 64, ["00"]])
def test_a_manifest_with_something_else_than_digests_is_refused(weights: Path, value: object) -> None:
    right = json.loads((weights / MANIFEST).read_text("utf-8"))
    (weights / MANIFEST).write_text(json.dumps({**right, FILES[0]: value}), "utf-8")
    assert f"no sha256 for {FILES[0]}" in str(refused(weights))


def test_a_manifest_that_names_another_file_reads_nothing_outside_its_folder(weights: Path) -> None:
    right = json.loads((weights / MANIFEST).read_text("utf-8"))
    (weights.parent / "outside").write_bytes(b"x")
    (weights / MANIFEST).write_text(json.dumps({**right, "../outside": hashlib.sha256(b"x").hexdigest()}), "utf-8")
    assert refused(weights).evidence["file"] == MANIFEST


@pytest.mark.parametrize("content", [b"no tensors", save({"other": torch.zeros(2)}), None])
def test_wrong_weights_with_a_fitting_manifest_are_named_too(weights: Path, content: bytes | None) -> None:
    file = weights / "vqgan.safetensors"
    file.write_bytes((weights / "image.safetensors").read_bytes() if content is None else content)
    renew(weights)
    assert f"vqgan.safetensors: expected weights of MiniVqgan, found sha256 {digest(file)}" in str(refused(weights))


@pytest.mark.parametrize("content", [b"", b"a\nb", b"\xff\xfe"])
def test_a_wrong_vocabulary_with_a_fitting_manifest_is_named(weights: Path, content: bytes) -> None:
    (weights / "vocabulary.txt").write_bytes(content)
    renew(weights)
    assert refused(weights).evidence["file"] == "vocabulary.txt"


def dreamed(folder: Path, prompt: str, path: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    """One small step of the real program, with its packages looked for in `path` first."""
    command = [sys.executable, "-c", "from nftd.cli import main; main()", "--data", str(folder / "data")]
    command += ["dream", str(PICTURE), "--prompt", prompt, "--out", str(folder / "out")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [*command, "--iterations", "1", "--size", "64"],
        env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_prompt_of_words_that_no_model_ever_saw_is_dreamed(tmp_path: Path) -> None:
    perceptor = load_from(weights_folder()).perceptor
    assert isinstance(perceptor, MiniPerceptor)
    for word in ("blorptastic", "zyxqwvut"):
        pieces = perceptor.tokenizer.encode(word, 32)
        assert len(pieces) > 1
        assert perceptor.tokenizer.unknown not in pieces
    ended = dreamed(tmp_path, "a blorptastic zyxqwvut", [ROOT])
    assert ended.returncode == 0, ended.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["step-01.png"]


@pytest.mark.parametrize("harm", ["cut short", "no manifest"])
def test_the_command_says_it_in_one_line_and_fails(tmp_path: Path, harm: str) -> None:
    """The real program on a copy of the package whose files are damaged."""
    copied = Path(copytree(Path(str(generator.__file__)).parent, tmp_path / "lib" / "generator"))
    weights = copied / "mini" / "weights"
    file = "image.safetensors" if harm == "cut short" else MANIFEST
    expected = digest(weights / file) if harm == "cut short" else "a JSON object"
    if harm == "cut short":
        (weights / file).write_bytes(cut_short((weights / file).read_bytes()))
    else:
        (weights / file).unlink()
    ended = dreamed(tmp_path, "a face", [tmp_path / "lib", ROOT])
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith(f"nftd: {file}: expected ")
    assert expected in ended.stderr
    assert not list((tmp_path / "out").glob("*.png"))
