"""From a published file to a model that can be loaded: read safely, translated, checked, written, recorded."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import BadCheckpoint, UnknownDigest
from generator.weights.checks import require_architecture, require_likeness
from generator.weights.manifest import Entry, Kind, manifest, printable
from generator.weights.records import Installed, file_name, is_name, look_up, make_folder, put_record, sync_folder
from generator.weights.tensors import sha256_of, write_tensors

if TYPE_CHECKING:
    from torch import Tensor

UNKNOWN_LICENSE = "unknown"


def convert(
    file: Path,
    folder: Path,
    name: str,
    *,
    origin: str = "",
    terms: str = "",
    accepted: bool = False,
    accept_unknown: bool = False,
) -> Installed:
    """Make `file` the model `name` of a folder of weights, and return what was recorded of it.

    `file` is a .ckpt, .pt, .pth, .bin or .safetensors; nothing in it is run. `origin` is where it came from, else its
    name; `terms` is the license of a model that the manifest lacks, `accepted` whether a person agreed to it. The
    same file gives the same bytes everywhere. Raises `UnknownDigest` for a file that nobody vouches for unless
    `accept_unknown`, `BadCheckpoint` naming the key or digest at fault. A kill leaves what was there before.
    """
    if not is_name(name):
        raise BadCheckpoint(f"{name[:60]!r} cannot be the name of weights: lower case letters, digits and . _ - only")
    entry = manifest().get(name)
    origin_digest = sha256_of(file)
    known = entry is not None and origin_digest in entry.digests
    if not (known or accept_unknown or _is_recorded(folder, name, origin_digest)):
        raise _unknown(file, name, entry, origin_digest)
    kind, tensors = read_model(file, entry)
    digest, size = _write(folder, name, tensors)
    made = Installed(
        name=name,
        kind=kind,
        file=folder / file_name(name, digest),
        digest=digest,
        bytes=size,
        origin=printable(origin or file.name)[:500],
        origin_digest=origin_digest,
        known=known,
        license=printable(entry.license if entry else terms or UNKNOWN_LICENSE)[:500],
        accepted=accepted,
        recorded=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    put_record(folder, made)
    return made


def read_model(file: Path, entry: Entry | None = None) -> tuple[Kind, dict[str, Tensor]]:
    """The model in a published file, under the keys that are used here, and its kind; raises `BadCheckpoint`."""
    from generator.weights.foreign import read_foreign, require_sound
    from generator.weights.keys import kind_of, translated

    found = read_foreign(file)
    kind = kind_of(found)
    if kind is None:
        keys = ", ".join(repr(key[:60]) for key in list(found)[:3])
        raise BadCheckpoint(f"{file.name} holds no model that is used here: its first keys are {keys}", file=file.name)
    if entry and kind != entry.kind:
        raise BadCheckpoint(f"{file.name} holds a {kind}, {entry.name} is a {entry.kind}", file=file.name, kind=kind)
    try:
        tensors = translated(kind, found)
        shapes = {key: tuple(tensor.shape) for key, tensor in tensors.items()}
        if entry:
            require_likeness(entry.name, entry.shapes, shapes)
        require_architecture(kind, shapes)
    except BadCheckpoint as error:
        raise BadCheckpoint(f"{file.name}: {error}", **{"file": file.name} | error.evidence) from None
    require_sound(file, tensors)
    return kind, tensors


def _is_recorded(folder: Path, name: str, origin_digest: str) -> bool:
    """Whether this very file was accepted before under this name."""
    before = look_up(folder, name)
    return before is not None and before.origin_digest == origin_digest


def _unknown(file: Path, name: str, entry: Entry | None, digest: str) -> UnknownDigest:
    told = f"published for {name} are {', '.join(sorted(entry.digests))}" if entry and entry.digests else ""
    told = told or f"nobody publishes one for {name}"
    return UnknownDigest(
        f"the SHA-256 of {file.name} is {digest}, {told}: if you trust where it came from, say --accept-unknown; "
        "the digest is recorded, and in every recipe that uses it",
        file=file.name,
        digest=digest,
        name=name,
    )


def _write(folder: Path, name: str, tensors: dict[str, Tensor]) -> tuple[str, int]:
    """Put the safetensors file durably in place; its digest and size."""
    make_folder(folder)
    partial = folder / f"{name}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as file:
            digest = write_tensors(file, tensors)
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, folder / file_name(name, digest))
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(folder)
    return digest, size
