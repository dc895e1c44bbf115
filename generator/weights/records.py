"""What lies in a folder of weights: one safetensors file and one JSON record a model.

The record names its file by digest, so that putting the record in place is the one moment at which a model changes:
whatever is killed before leaves the old one, whole.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.errors import BadCheckpoint, ModelsMissing
from generator.weights.manifest import KINDS, Kind, manifest
from generator.weights.tensors import read_tensors

if TYPE_CHECKING:
    from torch import Tensor

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST = 65_536
_TEXTS = ("name", "kind", "digest", "origin", "origin_digest", "license", "recorded")


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in a folder of weights.

    `digest` is the SHA-256 of the safetensors `file`, `origin_digest` that of the file it was made from, which came
    from `origin`; `known` says that the manifest vouches for that file. `accepted` says that a person agreed to a
    license that is unknown or forbids some use. `recorded` is when, ISO 8601 in UTC.
    """

    name: str
    kind: Kind
    file: Path
    digest: str
    bytes: int
    origin: str
    origin_digest: str
    known: bool
    license: str
    accepted: bool
    recorded: str


def is_name(text: str) -> bool:
    """Whether weights may have this name: it becomes a file name."""
    return NAME.fullmatch(text) is not None


def file_name(name: str, digest: str) -> str:
    """The file of a model with this digest."""
    return f"{name}-{digest[:12]}.safetensors"


def find(folder: Path, name: str) -> Installed:
    """The model of this name; raises `ModelsMissing` where there is none, `BadCheckpoint` for a damaged record."""
    found = look_up(folder, name)
    if found is None:
        shown = name if is_name(name) else repr(name[:60])
        raise ModelsMissing(
            f"the weights {shown} are not in {folder}: run {remedy(name)}", name=name[:60], folder=str(folder)
        )
    if not found.file.is_file():
        raise ModelsMissing(f"{found.file} is gone: run {remedy(name)}", name=name, folder=str(folder))
    return found


def remedy(name: str) -> str:
    """The command that brings weights of this name."""
    return (
        f"nftd weights fetch {name}"
        if name in manifest()
        else f"nftd weights import FILE --as {name if is_name(name) else 'NAME'}"
    )


def look_up(folder: Path, name: str) -> Installed | None:
    """What is recorded of this name, whether its file is still there or not."""
    path = folder / f"{name}.json"
    if not is_name(name):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return _parse(folder, name, json.loads(file.read(_MOST)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BadCheckpoint(f"{path} cannot be read ({error.strerror}): check its rights", file=str(path)) from None
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"[:120]
        raise BadCheckpoint(
            f"the record {path} is damaged ({reason}): delete it, then fetch or import {name} again", file=str(path)
        ) from None


def installed(folder: Path) -> list[str]:
    """The names of all models recorded in a folder, sorted; the folder need not exist."""
    return sorted(path.stem for path in folder.glob("*.json") if is_name(path.stem))


def load(model: Installed) -> dict[str, Tensor]:
    """The tensors of a model on the CPU, as they were converted; raises `BadCheckpoint` where the file has changed.

    They are mapped from the file: numbers are read when they are used.
    """
    return read_tensors(model.file, model.digest)


def put_record(folder: Path, model: Installed) -> None:
    """Make `model`, whose file is durably in place, the one of its name; older files of the name are removed."""
    facts = {key: value for key, value in asdict(model).items() if key != "file"}
    path = folder / f"{model.name}.json"
    partial = path.with_name(f"{path.name}.part")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(folder)
    for old in folder.glob(f"{model.name}-*.safetensors"):
        if old != model.file and re.fullmatch(r"[0-9a-f]{12}", old.stem.removeprefix(f"{model.name}-")):
            old.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, readable by its owner alone; one that exists keeps its mode."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parse(folder: Path, name: str, facts: dict[str, Any]) -> Installed:
    texts = {key: facts[key] for key in _TEXTS}
    if not all(isinstance(text, str) and text.isprintable() for text in texts.values()):
        raise ValueError("a text is none")
    if texts["name"] != name or texts["kind"] not in KINDS:
        raise ValueError("name or kind is another")
    if not (DIGEST.fullmatch(texts["digest"]) and DIGEST.fullmatch(texts["origin_digest"])):
        raise ValueError("a digest is none")
    known, accepted, size = facts["known"], facts["accepted"], facts["bytes"]
    if not (isinstance(known, bool) and isinstance(accepted, bool) and type(size) is int):
        raise ValueError("known, accepted or bytes is of another type")
    file = folder / file_name(name, texts["digest"])
    return Installed(**texts, file=file, bytes=size, known=known, accepted=accepted)
