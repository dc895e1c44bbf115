"""Reads the emoji sets: pictures from Iconify's JSON and the shaded set's files, words and groups from emojibase."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.mini.train.item import Item, fixed_hash

SETS = ("noto", "noto-v1", "fxemoji", "fluent-emoji", "fluent-emoji-flat", "twemoji", "emojione", "streamline-emojis")
SHADED = "fluent-emoji-3d"
TONES = ("light skin tone", "medium skin tone", "dark skin tone")
TONES_KEPT = 2  # of the three a person comes in, chosen by hash: tones must not outweigh everything else
OBJECTS = (
    "food drink dishware transport clothing musical phone computer light-video book money mail writing office lock "
    "tool science medical household other-object game award arts"
).split()
SCENES = {
    "snow-capped mountain", "mountain", "volcano", "mount fuji", "camping", "beach with umbrella", "desert",
    "desert island", "national park", "sunrise over mountains", "sunrise", "sunset", "cityscape", "cityscape at dusk",
    "night with stars", "foggy", "bridge at night", "milky way", "rainbow", "fireworks", "water wave",
}  # fmt: skip
SKIPPED = ("flag", "keycap", "alphanum", "zodiac", "arrow", "av-symbol", "math", "punctuation", "currency", "gender",
           "transport-sign", "skin-tone", "geometric", "other-symbol", "religion", "time")  # fmt: skip


def read_emoji(data: Path) -> Iterator[tuple[Item, str]]:
    """Yield every usable emoji of every drawn set with its SVG text."""
    names = _names(data / "emojibase-data" / "package")
    for style in SETS:
        for name, svg in read_icons(data, style):
            plain = re.sub(r"-\d+$", "", name) if style.startswith("streamline") else name
            item = names.get(_key(plain))
            if item:
                yield Item(style, item.concept, item.captions, item.category), svg


def read_shaded_emoji(data: Path) -> Iterator[tuple[Item, Path]]:
    """Yield every usable emoji of the shaded set with the path of its picture.

    The set has more than Microsoft published: only what stands in fluent-emoji, too, comes from there.
    """
    published = {_key(name) for name, _ in read_icons(data, "fluent-emoji")}
    codes = _codes(data / "emojibase-data" / "package")
    for path in sorted((data / "lobehub-fluent-emoji-3d" / "package" / "assets").glob("*.webp")):
        key, item = codes.get(_code(path.stem), ("", None))
        if item and key in published:
            yield Item(SHADED, item.concept, item.captions, item.category), path


def read_icons(data: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield the names and SVG texts of one of Iconify's sets."""
    icons = json.loads((data / f"iconify-json-{name}" / "package" / "icons.json").read_text("utf-8"))
    for icon, drawing in icons["icons"].items():
        yield icon, _svg(icons, drawing)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _code(text: str) -> str:
    return "-".join(part for part in text.lower().split("-") if part != "fe0f")


def _svg(icons: dict[str, Any], icon: dict[str, Any]) -> str:
    left, top = icon.get("left", icons.get("left", 0)), icon.get("top", icons.get("top", 0))
    width = icon.get("width", icons.get("width", 16))
    height = icon.get("height", icons.get("height", 16))
    box = f"{left} {top} {width} {height}"
    links = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {links} viewBox="{box}" width="{width}" height="{height}">{icon["body"]}</svg>'


def _names(package: Path) -> dict[str, Item]:
    """Every emoji's item by its name without marks; the source is filled in by the set."""
    names: dict[str, Item] = {}
    for variant, item in _variants(package):
        names.setdefault(_key(variant["label"]), item)
    return names


def _codes(package: Path) -> dict[str, tuple[str, Item | None]]:
    """Every emoji's name without tone or marks, and its item, by its code points."""
    return {
        _code(variant["hexcode"]): (_key(variant["label"].partition(":")[0]), item)
        for variant, item in _variants(package)
    }


def _variants(package: Path) -> Iterator[tuple[dict[str, Any], Item]]:
    """Every usable emoji, and its skin tones that are kept, as emojibase's entry and item."""
    groups = json.loads((package / "meta" / "groups.json").read_text("utf-8"))["subgroups"]
    for entry in json.loads((package / "en" / "data.json").read_text("utf-8")):
        group = groups.get(str(entry.get("subgroup")), "other-symbol")
        if group.startswith(SKIPPED) or group.endswith("flag"):
            continue
        for variant in (entry, *entry.get("skins", ())):
            if variant is entry or _tone_kept(entry["label"], variant["label"]):
                yield variant, _item(entry, variant["label"], group)


def _tone_kept(label: str, variant: str) -> bool:
    tone = variant.partition(": ")[2]
    first = fixed_hash(label) % len(TONES)
    kept = [TONES[(first + step) % len(TONES)] for step in range(TONES_KEPT)]
    return tone in kept


def _item(entry: dict[str, Any], label: str, group: str) -> Item:
    plain = label.replace(":", " with").replace("-", " ").lower()
    tags = tuple(tag for tag in entry.get("tags", ()) if tag.isascii() and len(tag) > 2)[:8]
    joined = (" ".join(tags[:3]), " ".join(tags[3:6]))
    captions = tuple(dict.fromkeys(text for text in (plain, entry["label"].lower(), *joined, *tags[:4]) if text))
    return Item("", entry["label"], captions, _category(entry["label"].lower(), group))


def _category(label: str, group: str) -> str | None:
    if label in SCENES:
        return "scenery"
    if group.startswith("animal"):
        return "animals"
    if group == "person" or (group.startswith("face") and group != "face-costume"):
        return "faces"
    if group == "family" or group.startswith("person-"):
        return "people"
    return "objects" if group.startswith(tuple(OBJECTS)) else None
