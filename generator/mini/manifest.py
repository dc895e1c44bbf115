"""The manifest of the shipped weights: which files there are, and the SHA-256 of each. Nothing heavy is imported."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from generator.mini.errors import BadWeights

MANIFEST = "manifest.json"
VQGAN_FILE = "vqgan.safetensors"
IMAGE_FILE = "image.safetensors"
TEXT_FILE = "text.safetensors"
VOCABULARY_FILE = "vocabulary.txt"
FILES = (IMAGE_FILE, TEXT_FILE, VOCABULARY_FILE, VQGAN_FILE)
WANTED = f"a JSON object with the sha256 of {', '.join(FILES)}"
DIGEST = re.compile(r"[0-9a-f]{64}")


def weights_folder() -> Traversable:
    """The folder with the shipped weights."""
    return files("generator.mini") / "weights"


def read_manifest(folder: Traversable) -> dict[str, str]:
    """The sha256 of every shipped file, by name; raises `BadWeights` unless it names just those files."""
    try:
        found = json.loads(_read(folder, MANIFEST, WANTED))
    except (ValueError, RecursionError):
        raise BadWeights(MANIFEST, WANTED, "no JSON") from None
    if not isinstance(found, dict) or set(found) != set(FILES):
        raise BadWeights(MANIFEST, WANTED, f"other content ({len(str(found))} characters)")
    wrong = [name for name, digest in found.items() if not (isinstance(digest, str) and DIGEST.fullmatch(digest))]
    if wrong:
        raise BadWeights(MANIFEST, WANTED, f"no sha256 for {', '.join(wrong)}")
    return found


def read_checked(folder: Traversable, file: str, digest: str) -> bytes:
    """The bytes of a shipped file; raises `BadWeights` unless their sha256 is the given one."""
    data = _read(folder, file, digest)
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise BadWeights(file, digest, found)
    return data


def _read(folder: Traversable, file: str, expected: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except FileNotFoundError:
        raise BadWeights(file, expected, "no such file") from None
    except OSError as error:
        raise BadWeights(file, expected, f"a file that cannot be read ({error.strerror})") from None
