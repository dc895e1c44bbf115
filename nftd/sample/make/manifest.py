"""The manifest: for each picture its digest, where it comes from, its license, and what was done to it."""

import hashlib
import json
from dataclasses import dataclass

from nftd.sample.make.clipart import Packages
from nftd.sample.make.site import image_name, market_id
from nftd.sample.make.works import Work

CHANGES = {
    "broken-image": "the file is cut off after two fifths, as a broken upload",
    "near-duplicate": "shifted, resized to 540 pixels, brightened and encoded once more",
    "text-poster": "lettering of our own over a painted ground",
    "animation": "eight frames with falling snow",
    "image-is-html": "no picture: the address answers a page",
}
HEADER = """\
# The pictures of the bundled gallery, made by `python -m nftd.sample.make` from the packages named in [packages].
# license: what the file may be used under. stated_license: what its page says, where a test case says otherwise.
# source_license of openclipart: the Creative Commons Public Domain Dedication that each file's own metadata states.
"""
ORIGINS = """\
Origins and licenses of the pictures in this gallery

CC0-1.0: scenes painted by nftd's own code, many with clip art of the Open Clip Art Library, which its authors
dedicated to the public domain. Apache-2.0: with art of Noto Emoji, Copyright Google Inc., changed by us.
The page of one work states a stricter license than its file has: it shows how nftd treats such works.

"""


@dataclass(frozen=True, slots=True)
class Made:
    """One finished work: its number in the gallery, who made it, and its picture's bytes."""

    number: int
    work: Work
    creator: str
    picture: bytes


def true_license(work: Work) -> str:
    """The license of the file itself: a test case may state another on its page."""
    return "CC0-1.0" if work.trap == "rights-denied" else work.license


def _lines(made: Made, packages: Packages) -> list[str]:
    work = made.work
    fields: dict[str, object] = {
        "file": f"images/{image_name(made.number, work)}",
        "sha256": hashlib.sha256(made.picture).hexdigest(),
        "market_id": market_id(made.number),
        "title": work.title,
        "creator": made.creator,
        "category": work.category,
        "license": true_license(work),
    }
    if true_license(work) != work.license:
        fields["stated_license"] = work.license
    if work.trap:
        fields["trap"] = work.trap
    painted = f"scene {work.scene.partition(':')[0]!r} by our own code, painted over with brush strokes"
    fields["changes"] = "; ".join(
        [
            *(["clip art set into our own painted scene, lit, shaded"] if work.pieces else []),
            *([painted] if work.trap != "image-is-html" else []),
            *([CHANGES[work.trap]] if work.trap in CHANGES else []),
        ]
    )
    lines = ["[[picture]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())]
    for source in dict.fromkeys(piece.source for piece in work.pieces):
        package, _, name = source.partition(":")
        lines += [
            "[[picture.sources]]",
            f'package = "{"openclipart-svg" if package == "openclipart" else "@iconify-json/noto"}"',
            f'file = "{name + ".svg" if package == "openclipart" else "icons.json#" + name}"',
            f'sha256 = "{packages.digest(source)}"',
            f'source_license = "{"CC-PDDC" if package == "openclipart" else "Apache-2.0"}"',
        ]
    return [*lines, ""]


def manifest(works: list[Made], packages: Packages, versions: dict[str, str]) -> str:
    """The whole manifest as TOML."""
    lines = [
        HEADER,
        "[packages]",
        *(f"{json.dumps(name)} = {json.dumps(version)}" for name, version in versions.items()),
        "",
    ]
    for made in works:
        lines += _lines(made, packages)
    return "\n".join(lines)


def licenses_text(works: list[Made]) -> str:
    """The page of origins that visitors of the gallery see."""
    rows = [
        f"{market_id(made.number)}  {true_license(made.work):<11}  {made.creator}: {made.work.title}" for made in works
    ]
    return ORIGINS + "\n".join(rows) + "\n"
