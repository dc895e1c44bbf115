"""Known answers of other implementations, and the bytes that they were asked about."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors"
UNIXFS: dict[str, Any] = json.loads((VECTORS / "unixfs.json").read_text("utf-8"))
MINT: list[dict[str, Any]] = json.loads((VECTORS / "mint.json").read_text("utf-8"))["vectors"]


def pattern(size: int, seed: int) -> bytes:
    """The bytes of a vector's file, as its origin describes them."""
    page = bytes(31 * low & 255 for low in range(256))
    pages = (_shifted(page, 31 * 256 * high + 17 * high + 7 * (high >> 8) + seed) for high in range(-(-size // 256)))
    return b"".join(pages)[:size]


def _shifted(page: bytes, by: int) -> bytes:
    return page.translate(bytes((value + by) & 255 for value in range(256)))


def is_file(node: Mapping[str, Any]) -> bool:
    return isinstance(node.get("seed"), int)
