"""Reads openclipart: captions from titles, keywords and folders, cleaned by WordNet's English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from generator.mini.train.item import Item

SKIPPED = (
    "shapes", "geography", "logos", "buttons", "special", "decorations", "unsorted/duplicates", "computer/icons",
    "computer/buttons", "computer/folders", "computer/diagrams", "computer/network", "signs_and_symbols/flags",
    "signs_and_symbols/led", "signs_and_symbols/semaphore", "signs_and_symbols/map_symbols", "recreation/games/cards",
    "transportation/roadsigns", "transportation/aiga-symbols", "signs_and_symbols/hazard",
)  # fmt: skip
FOLDERS = {
    "animals": "animals", "people/smilies": "faces", "people/bodypart": None, "people/clothing": "objects",
    "people": "people", "tools": "objects", "food": "objects", "containers": "objects", "electronics": "objects",
    "office": "objects", "computer": "objects", "transportation": "objects", "education/books": "objects",
    "buildings/furniture": "objects", "recreation/music": "objects", "recreation/toys": "objects",
}  # fmt: skip
SCENE_WORDS = {"landscape", "mountain", "mountains", "beach", "sunset", "sunrise", "island", "forest", "skyline",
               "scenery", "desert", "seascape", "waterfall", "valley", "volcano"}  # fmt: skip
HEAD_WORDS = {"face", "head", "portrait", "smiley", "smile", "bust", "mask"}
HEADS = {"adult", "blue girl", "boy", "girl", "happy woman", "a youngster", "alien", "angry punk", "einstein",
         "grandpa", "martin luther king jr", "profile", "sailor", "woman eye", "woman eyes"}  # fmt: skip
BUSTS = {"people", "man", "signore", "card figure jack", "card figure joker", "card figure king", "card figure queen",
         "gramma", "camper sleeping", "van gogh room", "france", "sub"}  # fmt: skip
STOP_WORDS = set("a an and at by for from in of on or the to with".split())
JUNK_WORDS = set(
    "icon icons clip art clipart public domain image library open svg collection flat theme by unsorted hash etiquette "
    "symbols simple bw menu".split()
)


def read_clipart(package: Path, english: set[str]) -> Iterator[tuple[Item, Path]]:
    """Yield every usable drawing with the path of its SVG file."""
    root = package / "usr" / "share" / "openclipart" / "svg"
    for path in sorted(root.rglob("*.svg")):
        folder = path.parent.relative_to(root).as_posix()
        if not folder.startswith(SKIPPED):
            yield _item(path, folder, english), path


def _item(path: Path, folder: str, english: set[str]) -> Item:
    text = path.read_text("utf-8", errors="replace")
    title = _clean(_first(r"<dc:title>([^<]*)", text), english)
    subject = _first(r"<dc:subject>(.*?)</dc:subject>", text)
    keywords = [word for raw in re.findall(r"<rdf:li>([^<]*)", subject) if (word := _clean(raw, english))]
    name = _clean(re.sub(r"_\d+$", "", path.stem).replace("_", " "), english)
    place = _clean(folder.rpartition("/")[2].replace("_", " "), english)
    joined = " ".join(keywords[:4])
    captions = tuple(dict.fromkeys(c for c in (title or name, f"{title} {joined}".strip(), joined, place) if c))
    concept = f"{folder}:{path.stem.partition('_')[0]}"
    captions = captions or ("a drawing",)
    return Item("openclipart", concept, captions, category_of(concept, captions))


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    return found.group(1) if found else ""


def _clean(raw: str, english: set[str]) -> str:
    words = re.findall(r"[a-z]+", unescape(raw).lower())
    known = [w for w in words if (w in english or w.rstrip("s") in english) and w not in JUNK_WORDS]
    kept = [w for w in known if len(w) > 1 or w == "a"]
    meaning = [w for w in kept if w not in STOP_WORDS]
    return " ".join(kept[:12]) if meaning and 2 * len(meaning) >= len(words) - 2 else ""


def category_of(concept: str, captions: tuple[str, ...]) -> str | None:
    """The category of a drawing, by the folder in its concept and the words of its captions."""
    folder = concept.rpartition(":")[0]
    words = set(" ".join(captions).split())
    if words & SCENE_WORDS and not folder.startswith(("animals", "people", "food")):
        return "scenery"
    parts = folder.split("/")
    nearest = next((path for n in range(len(parts), 0, -1) if (path := "/".join(parts[:n])) in FOLDERS), "")
    category = FOLDERS.get(nearest)
    if category != "people":
        return category
    if words & HEAD_WORDS or captions[0] in HEADS:
        return "faces"
    return None if folder == "people" and captions[0] in BUSTS else category
