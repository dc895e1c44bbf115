"""Reads faces of twelve drawing styles (DiceBear) and whole people (Open Peeps), put together by seed with Node."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from generator.mini.train.item import Item

SCRIPT = Path(__file__).with_name("avatars.mjs")
FACES = {
    "open-peeps": 360, "lorelei": 320, "notionists": 280, "adventurer": 360, "big-ears": 260, "big-smile": 180,
    "croodles": 200, "dylan": 160, "micah": 360, "miniavs": 200, "personas": 320, "toon-head": 260,
}  # fmt: skip
PEOPLE = 660
HALVES = ("ArmsCrossed", "Coffee", "Device", "Explaining", "Gaming", "Paper", "PointingUp")  # seen to the hips, busy
SPLIT_BY = {"open-peeps": "head", "croodles": "top", "peeps": "body"}  # the option that is held out, else the hair
HUMAN_FACES = (
    "awe blank calm cheeky concerned concernedFear contempt cute driven eatingHappy explaining eyesClosed fear hectic "
    "lovingGrin1 lovingGrin2 old rage serious smile smileBig smileLOL smileTeethGap solemn suspicious tired veryAngry"
).split()
CHANGES = {
    "lorelei": {"skinColor": ["ffffff", "f2d3b1", "ecad80", "9e5622", "763900"],
                "hairColor": ["000000", "6a4e35", "ac6511", "cb6820", "b9a05f", "e5d7a3", "85c2c6"]},
    "notionists": {"gestureProbability": 0, "bodyIconProbability": 0},
    "micah": {"baseColor": ["f9c9b6", "ac6651", "77311d", "e8b89a", "8d5a3b"],
              "hairColor": ["000000", "77311d", "ac6651", "d2a56d", "9c9c9c", "f4d150"]},
    "open-peeps": {"maskProbability": 2, "face": HUMAN_FACES},
}  # fmt: skip
STROKES = ("#000000", "#2b2118", "#1d2a3a", "#3a1f2b", "#26331f")
FILLS = ("#ffffff", "#ffffff", "#f2d3b1", "#e0ac80", "#b07a50", "#7a4a2b", "#d8cfc0", "#b9c4c9", "#c9b7a3", "#a9b79b")
HAIR_WORDS = {
    "long": "with long hair", "short": "with short hair", "afro": "with an afro", "bun": "with a bun",
    "curly": "with curly hair", "mohawk": "with a mohawk", "bald": "bald", "hijab": "wearing a hijab",
    "turban": "wearing a turban", "beanie": "wearing a cap", "cap": "wearing a cap", "hat": "wearing a hat",
}  # fmt: skip
MOOD_WORDS = {"smile": "smiling", "happy": "smiling", "laugh": "laughing", "sad": "sad", "angry": "angry",
              "surprise": "surprised", "rage": "angry", "veryangry": "angry"}  # fmt: skip
GLASS_WORDS = {"sunglass": "wearing sunglasses", "glass": "wearing glasses", "variant": "wearing glasses",
               "normal": "wearing glasses", "round": "wearing glasses", "square": "wearing glasses"}  # fmt: skip
BEARD_WORDS = {"moustache": "with a mustache", "": "with a beard"}
POSE_WORDS = {"bike": "on a bicycle", "wheelchair": "in a wheelchair", "walking": "walking", "robodance": "dancing",
              "crossedarms": "with crossed arms", "armscrossed": "with crossed arms", "pointing": "pointing",
              "doc": "in a doctor's coat"}  # fmt: skip
TRUE_WORDS: dict[str, dict[str, str]] = {
    "glasses": GLASS_WORDS, "accessories": GLASS_WORDS, "accessory": GLASS_WORDS, "eyes": {"glass": "wearing glasses",
    "sunglass": "wearing sunglasses"}, "beard": BEARD_WORDS, "facialHair": BEARD_WORDS,
    "mustache": {"": "with a mustache"}, "features": {"mustache": "with a mustache"}, "hair": HAIR_WORDS,
    "head": HAIR_WORDS, "rearHair": HAIR_WORDS, "face": MOOD_WORDS, "mouth": MOOD_WORDS, "mood": MOOD_WORDS,
    "body": POSE_WORDS,
}  # fmt: skip


def read_avatars(data: Path) -> Iterator[tuple[Item, str]]:
    """Yield every face and every person with its SVG text, in a fixed order.

    Node runs the code of the packages, which is why their versions are pinned; what it says goes to our own stderr.
    """
    plan = {
        "data": str(data.resolve()), "dicebear": FACES, "changes": CHANGES, "peeps": PEOPLE, "strokes": STROKES,
        "fills": FILLS, "halves": HALVES,
    }  # fmt: skip
    made = subprocess.run(  # noqa: S603 - a fixed command
        ["node", str(SCRIPT)],  # noqa: S607 - wherever Node is installed
        input=json.dumps(plan), stdout=subprocess.PIPE, encoding="utf-8", check=True,
    )  # fmt: skip
    for line in made.stdout.splitlines():
        row = json.loads(line)
        yield _item(row["style"], row["options"]), re.sub(r"<metadata.*?</metadata>", "", row["svg"], flags=re.DOTALL)


def _item(style: str, options: dict[str, object]) -> Item:
    words = _words(options)
    person = style == "peeps"
    what = ("a person", "a standing person", "people") if person else ("a face", "a portrait of a person", "a head")
    if person and str(options["body"]) in HALVES:
        what = ("a person", "a half-length portrait", "people")
    elif person and _is_sitting(str(options["body"])):
        what = ("a person", "a sitting person", "people")
    told = tuple(_told(what[0], word) for word in words[:3])
    long = [word for word in words if " " in word]
    together = (f"{what[1]} {long[0]}, {long[1]}",) if len(long) > 1 else ()
    shown = options.get(SPLIT_BY.get(style, "hair"), "none")
    captions = tuple(dict.fromkeys((*told, what[0], what[1], *together, what[2])))
    return Item("avatars", f"{style}:{shown}", captions, "people" if person else "faces")


def _told(what: str, word: str) -> str:
    """A caption in English: a sad face, a face with a beard."""
    if " " in word:
        return f"{what} {word}"
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word} {what.removeprefix('a ')}"


def _is_sitting(body: str) -> bool:
    return body.startswith(("Bike", "ClosedLeg", "CrossedLegs", "HandsBack", "Medium", "OneLegUp", "Wheelchair"))


def _words(options: dict[str, object]) -> list[str]:
    """What the chosen options say for certain; of each option only the first word that fits."""
    found: dict[str, None] = {}
    for option, words in TRUE_WORDS.items():
        value = str(options.get(option, "none")).lower()
        phrase = next((phrase for word, phrase in words.items() if value.startswith(word)), "")
        if phrase and value != "none":
            found[phrase] = None
    return list(found)
