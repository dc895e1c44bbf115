"""What weights there are: every known model with its state, and whether those installed are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generator.errors import BadCheckpoint
from generator.weights import installed, look_up, manifest
from generator.weights.records import remedy
from generator.weights.tensors import sha256_of
from nftd.weights import PARTS


def listed(folder: Path) -> list[dict[str, Any]]:
    """Every known model and every other one that is installed, each with its state."""
    others = [name for name in installed(folder) if name not in manifest()]
    return [_row(folder, name) for name in (*manifest(), *others)]


def verified(folder: Path, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Each installed model (or those named) with `ok` and, where it is not, what is wrong with it."""
    return [_verdict(folder, name) for name in names or installed(folder)]


def _row(folder: Path, name: str) -> dict[str, Any]:
    entry = manifest().get(name)
    row: dict[str, Any] = {"name": name, "state": "absent"}
    if entry:
        row |= {
            "kind": entry.kind,
            "what": entry.what,
            "license": entry.license,
            "download_bytes": entry.origins[0].bytes,
        }
        row["published_digest"] = bool(entry.digests)
    if loaded := sum(part.stat().st_size for part in (folder / PARTS).glob(f"{name}-????????????.part")):
        row |= {"state": "partly", "loaded_bytes": loaded}
    try:
        found = look_up(folder, name)
    except BadCheckpoint as error:
        return row | {"state": "damaged", "problem": str(error)}
    if found is None:
        return row
    state = "installed" if found.file.is_file() and found.file.stat().st_size == found.bytes else "damaged"
    keys = ("kind", "license", "digest", "bytes", "origin", "origin_digest", "known", "accepted", "recorded")
    return row | {key: getattr(found, key) for key in keys} | {"state": state, "file": str(found.file)}


def _verdict(folder: Path, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name[:60], "ok": False}
    try:
        found = look_up(folder, name)
        if found is None:
            return row | {"problem": f"not installed: run {remedy(name)}"}
        row |= {"file": str(found.file), "digest": found.digest, "known": found.known}
        actual = sha256_of(found.file)
    except BadCheckpoint as error:
        return row | {"problem": str(error)}
    if actual != found.digest:
        return row | {"problem": f"the file's SHA-256 is {actual}: run {remedy(name)}"}
    return row | {"ok": True}
