"""Every published form of a model becomes the same file; what is missing or of another model is named by key."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from generator.errors import BadCheckpoint, ModelsMissing, UnknownDigest
from generator.weights import Entry, Installed, Origin, convert, find, installed, load, manifest
from generator.weights.convert import read_model
from generator.weights.tensors import sha256_of
from tests.generator.oracles import clip_oracle

from .specimens import (
    SMALL_CLIP,
    clip,
    deep_head,
    esrgan_first,
    esrgan_second,
    head,
    lightning,
    timm_style,
    upscaler,
    vqgan,
)


def saved(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path


def made(folder: Path, file: Path, name: str = "mine") -> Installed:
    return convert(file, folder, name, accept_unknown=True)


def assert_same(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    assert found.keys() == wanted.keys()
    for key, tensor in wanted.items():
        assert torch.equal(found[key], tensor), key
        assert found[key].dtype == tensor.dtype


def test_a_lightning_checkpoint_keeps_the_model_and_its_discriminator(tmp_path: Path) -> None:
    model = made(tmp_path, lightning(tmp_path / "last.ckpt", vqgan()))
    assert model.kind == "vqgan"
    assert_same(load(model), vqgan())  # no optimizer, no perceptual loss, no averages


def test_a_checkpoint_from_before_zip_files_is_read_too(tmp_path: Path) -> None:
    old = lightning(tmp_path / "old.ckpt", vqgan(), _use_new_zipfile_serialization=False)
    assert_same(load(made(tmp_path, old)), vqgan())


def test_the_same_tensors_give_the_same_bytes_whatever_file_they_come_in(tmp_path: Path) -> None:
    backwards = dict(reversed(vqgan().items()))
    save_file(backwards, tmp_path / "c.safetensors", metadata={"who": "else", "when": "now"})
    files = [
        lightning(tmp_path / "a.ckpt", vqgan()),
        saved(tmp_path / "b.pth", backwards),
        tmp_path / "c.safetensors",
        saved(tmp_path / "d.pt", {f"module.{key}": tensor for key, tensor in vqgan().items()}),
    ]
    assert len({made(tmp_path / "to", file).digest for file in files}) == 1
    assert len(list(tmp_path.glob("to/*.safetensors"))) == 1


def test_what_is_written_is_what_the_reference_library_reads(tmp_path: Path) -> None:
    halves = {key: tensor.half() for key, tensor in clip().items()}
    model = made(tmp_path, saved(tmp_path / "halves.pt", halves))
    assert_same(load_file(model.file), halves)
    assert model.digest == sha256_of(model.file)
    assert model.bytes == model.file.stat().st_size


def test_transformers_clip_becomes_openais(tmp_path: Path) -> None:
    theirs = clip_oracle(SMALL_CLIP, clip()).state_dict() | {"vision_model.embeddings.position_ids": torch.arange(5)}
    model = made(tmp_path, saved(tmp_path / "pytorch_model.bin", theirs))
    assert model.kind == "clip"
    assert_same(load(model), clip())


def test_open_clips_forms_become_openais(tmp_path: Path) -> None:
    counters = {"input_resolution": torch.tensor(32), "context_length": torch.tensor(8), "vocab_size": torch.tensor(50)}
    plain = made(tmp_path, saved(tmp_path / "open_clip.pt", dict(clip()) | counters), "plain")
    timm = made(tmp_path, saved(tmp_path / "timm.pt", {"state_dict": timm_style(clip())}), "timm")
    assert plain.digest == timm.digest
    assert_same(load(timm), clip())


def test_all_three_namings_of_esrgan_are_one(tmp_path: Path) -> None:
    new = upscaler()
    files = {
        "new": {"params_ema": new, "params": {key: tensor * 0 for key, tensor in new.items()}},
        "first": esrgan_first(new),
        "second": esrgan_second(new),
    }
    found = [made(tmp_path, saved(tmp_path / f"{name}.pth", content), name) for name, content in files.items()]
    assert {one.kind for one in found} == {"upscaler"}
    for one in found:
        assert_same(load(one), new)


@pytest.mark.parametrize("tensors", [head(), deep_head(), {f"linear.{key}": one for key, one in head(768).items()}])
def test_aesthetic_heads_keep_their_keys(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    model = made(tmp_path, saved(tmp_path / "head.pth", tensors))
    assert model.kind == "head"
    assert_same(load(model), tensors)


# --- another architecture ------------------------------------------------------------------------


def refused(file: Path, entry: Entry | None = None) -> str:
    with pytest.raises(BadCheckpoint) as caught:
        read_model(file, entry)
    return str(caught.value)


WHOLE = {"vqgan": vqgan, "clip": clip, "head": deep_head, "upscaler": upscaler}
INNER = {
    "vqgan": "decoder.mid.attn_1.q.weight",
    "clip": "transformer.resblocks.1.attn.in_proj_bias",
    "head": "layers.4.bias",
    "upscaler": "body.1.rdb2.conv3.weight",
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_missing_key_is_named(tmp_path: Path, kind: str) -> None:
    tensors = {key: tensor for key, tensor in WHOLE[kind]().items() if key != INNER[kind]}
    assert f"{INNER[kind]!r} is missing" in refused(saved(tmp_path / "weights.pt", tensors))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_misshapen_key_is_named(tmp_path: Path, kind: str) -> None:
    tensors = dict(WHOLE[kind]()) | {INNER[kind]: torch.zeros(5, 7)}
    assert f"{INNER[kind]!r} is [5, 7], it must be" in refused(saved(tmp_path / "weights.pt", tensors))


@pytest.mark.parametrize(
    ("kind", "key"), [("vqgan", "decoder.new.weight"), ("clip", "new.weight"), ("upscaler", "new")]
)
def test_an_unexpected_key_is_named(tmp_path: Path, kind: str, key: str) -> None:
    tensors = dict(WHOLE[kind]()) | {key: torch.zeros(3)}
    assert key in refused(saved(tmp_path / "weights.pt", tensors))


def test_a_projection_that_lacks_its_others_is_named(tmp_path: Path) -> None:
    theirs = clip_oracle(SMALL_CLIP, clip()).state_dict()
    lacking = "text_model.encoder.layers.0.self_attn.k_proj.weight"
    del theirs[lacking]
    assert "transformer.resblocks.0.attn.k_proj.weight' is missing" in refused(saved(tmp_path / "weights.pt", theirs))


def test_a_model_of_another_kind_is_named(tmp_path: Path) -> None:
    file = saved(tmp_path / "weights.pt", dict(clip()))
    assert "holds a clip, wikiart_16384 is a vqgan" in refused(file, manifest()["wikiart_16384"])


def test_the_mirror_that_gives_the_smaller_wikiart_is_found_out(tmp_path: Path) -> None:
    """CompVis/taming-transformers issue 53: a copy named wikiart has 1,024 codes, not 16,384."""
    smaller = dict(vqgan()) | {"quantize.embedding.weight": torch.zeros(1024, 256)}
    said = refused(saved(tmp_path / "wikiart.ckpt", smaller), manifest()["wikiart_16384"])
    assert "'quantize.embedding.weight' is [1024, 256], of wikiart_16384 it is [16384, 256]" in said


def test_a_foreign_network_is_no_model_of_ours(tmp_path: Path) -> None:
    file = saved(tmp_path / "weights.pt", {f"layer{n}.conv": torch.zeros(2, 2) for n in range(30)})
    assert "holds no model that is used here: its first keys are 'layer0.conv'" in refused(file)


# --- digests and records -------------------------------------------------------------------------


def known_as(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Let the manifest vouch for this file as LAION's head."""
    entry = manifest()["laion-vit-b-32"]
    origin = Origin(file.name, file.stat().st_size, sha256_of(file), entry.origins[0].urls)
    monkeypatch.setitem(manifest(), "laion-vit-b-32", replace(entry, origins=(origin,)))  # type: ignore[arg-type]


def test_an_unknown_digest_needs_the_flag_and_is_recorded(tmp_path: Path) -> None:
    file = saved(tmp_path / "head.pth", head())
    with pytest.raises(UnknownDigest, match="--accept-unknown") as caught:
        convert(file, tmp_path / "to", "laion-vit-b-32")
    assert sha256_of(file) in str(caught.value)
    assert not (tmp_path / "to").exists()
    model = convert(file, tmp_path / "to", "laion-vit-b-32", accept_unknown=True)
    assert (model.known, model.origin_digest, model.origin) == (False, sha256_of(file), "head.pth")
    again = convert(file, tmp_path / "to", "laion-vit-b-32")
    assert replace(again, recorded=model.recorded) == model


def test_a_published_digest_needs_no_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(tmp_path / "head.pth", head())
    known_as(monkeypatch, file)
    assert convert(file, tmp_path, "laion-vit-b-32").known


def test_other_bytes_than_the_published_ones_are_refused_by_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_as(monkeypatch, saved(tmp_path / "head.pth", head()))
    other = saved(tmp_path / "other.pth", {"weight": torch.zeros(1, 512), "bias": torch.zeros(1)})
    with pytest.raises(UnknownDigest, match=sha256_of(tmp_path / "head.pth")) as caught:
        convert(other, tmp_path, "laion-vit-b-32")
    assert sha256_of(other) in str(caught.value)


def test_what_is_found_is_what_was_converted(tmp_path: Path) -> None:
    model = made(tmp_path, saved(tmp_path / "head.pth", head()))
    assert find(tmp_path, "mine") == model
    assert installed(tmp_path) == ["mine"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wikiart_16384", "run nftd weights fetch wikiart_16384"),
        ("my-own", "run nftd weights import FILE --as my-own"),
        ("../../etc/passwd", "'../../etc/passwd' are not in"),
    ],
)
def test_weights_that_are_not_there_are_missing_with_the_command_that_brings_them(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(ModelsMissing) as caught:
        find(tmp_path, name)
    assert said in str(caught.value)


def test_a_file_that_was_removed_is_missing(tmp_path: Path) -> None:
    made(tmp_path, saved(tmp_path / "head.pth", head())).file.unlink()
    with pytest.raises(ModelsMissing, match="is gone"):
        find(tmp_path, "mine")


def test_a_changed_byte_is_found_when_the_model_is_loaded(tmp_path: Path) -> None:
    model = made(tmp_path, saved(tmp_path / "head.pth", head()))
    data = bytearray(model.file.read_bytes())
    data[-1] ^= 1
    model.file.write_bytes(data)
    with pytest.raises(BadCheckpoint, match=model.digest) as caught:
        load(find(tmp_path, "mine"))
    assert sha256_of(model.file) in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        "no json",
        "[" * 100_000,
        "[]",
        "{}",
        {"digest": "../../../x"},
        {"digest": "0" * 63},
        {"name": "other"},
        {"kind": "program"},
        {"known": "yes"},
        {"origin": "a\nb"},
        {"bytes": True},
    ],
)
def test_a_damaged_record_says_what_to_do(tmp_path: Path, change: str | dict[str, object]) -> None:
    made(tmp_path, saved(tmp_path / "head.pth", head()))
    record = tmp_path / "mine.json"
    text = change if isinstance(change, str) else json.dumps(json.loads(record.read_text()) | change)
    record.write_text(text)
    with pytest.raises(BadCheckpoint, match=r"mine\.json is damaged .*: delete it, then fetch or import mine again"):
        find(tmp_path, "mine")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Wikiart", ".hidden", "a" * 61, "a\n"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCheckpoint, match="cannot be the name of weights"):
        convert(saved(tmp_path / "head.pth", head()), tmp_path, name, accept_unknown=True)


# --- kills ---------------------------------------------------------------------------------------


def killed_before(call: int, file: Path, folder: Path) -> bool:
    """Convert in a child process that is killed before its n-th step that reaches the disk; False once it survives."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(name: str) -> None:
            original = getattr(os, name)

            def step(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count == call:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*arguments, **named)

            setattr(os, name, step)

        for name in ("replace", "fsync", "unlink", "mkdir"):
            counted(name)
        convert(file, folder, "mine", accept_unknown=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_step_leaves_the_old_model_or_the_new_one(tmp_path: Path) -> None:
    first = saved(tmp_path / "first.pth", head())
    second = saved(tmp_path / "second.pth", {"weight": torch.ones(1, 512), "bias": torch.ones(1)})
    digests = {made(tmp_path / "trial", file).digest for file in (first, second)}
    for start in (None, first):
        call = 1
        while True:
            folder = tmp_path / f"{start is None}-{call}"
            if start:
                made(folder, start)
            killed = killed_before(call, second, folder)
            if start or not killed or (folder / "mine.json").exists():
                model = find(folder, "mine")
                assert model.digest in digests
                assert load(model).keys() == {"weight", "bias"}
            for file in folder.glob("*.safetensors"):
                assert sha256_of(file)[:12] == file.stem.removeprefix("mine-")
            if not killed:
                break
            call += 1
        assert call > 5
        made(folder, second)
        assert len(list(folder.glob("*"))) == 2
