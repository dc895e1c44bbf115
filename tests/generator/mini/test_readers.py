"""The readers of drawings, emoji, faces and words, each on a package of the real shape that is made here."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from generator.mini.train.pictures import avatars, emoji
from generator.mini.train.pictures.avatars import read_avatars
from generator.mini.train.pictures.clipart import read_clipart
from generator.mini.train.pictures.emoji import read_emoji, read_shaded_emoji
from generator.mini.train.pictures.icons import read_icon_sets
from generator.mini.train.pictures.render import LONGEST, render, render_crop, render_cutout
from generator.mini.train.pictures.wordnet import phrases

CIRCLE = '<circle cx="8" cy="8" r="7"/>'


def written(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


def icon_set(data: Path, name: str, *icons: str) -> None:
    found = {"width": 16, "height": 16, "icons": {icon: {"body": CIRCLE} for icon in icons}}
    written(data / f"iconify-json-{name}" / "package" / "icons.json", found)


def picture(seed: int = 1, size: tuple[int, int] = (150, 100)) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)


def packed(image: Image.Image, kind: str = "WEBP") -> bytes:
    held = BytesIO()
    image.save(held, kind, lossless=True)
    return held.getvalue()


# --- emoji and icons --------------------------------------------------------------------------------


@pytest.fixture
def emoji_data(tmp_path: Path) -> Path:
    base = tmp_path / "emojibase-data" / "package"
    groups = {"1": "animal-mammal", "2": "person", "3": "subdivision-flag", "4": "sky & weather"}
    written(base / "meta" / "groups.json", {"subgroups": groups})
    tones = ("light", "medium", "dark")
    skins = [{"label": f"old man: {tone} skin tone", "hexcode": f"1F474-{n}"} for n, tone in enumerate(tones)]
    entries = [
        {"label": "cat", "subgroup": 1, "hexcode": "1F408", "tags": ["pet", "ö", "kitten"]},
        {"label": "old man", "subgroup": 2, "hexcode": "1F474", "skins": skins},
        {"label": "flag: Chad", "subgroup": 3, "hexcode": "1F1F9"},
        {"label": "sunrise", "subgroup": 4, "hexcode": "1F305-FE0F"},
    ]
    written(base / "en" / "data.json", entries)
    for name in emoji.SETS:
        icon_set(tmp_path, name, "cat", "no-such-thing")
    icon_set(tmp_path, "noto", "cat", "old-man", *(f"old-man-{tone}-skin-tone" for tone in tones), "flag-chad")
    icon_set(tmp_path, "streamline-emojis", "cat-1", "cat-2")
    icon_set(tmp_path, "fluent-emoji", "cat", "sunrise")
    for code in ("1f408", "1f305", "1f474", "1f1f9"):
        path = tmp_path / "lobehub-fluent-emoji-3d" / "package" / "assets" / f"{code}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def test_emoji_are_named_by_emojibase_and_signs_are_left_out(emoji_data: Path) -> None:
    found = list(read_emoji(emoji_data))
    noto = [item for item, _ in found if item.source == "noto"]
    assert [item.category for item in noto] == ["animals", "faces", "faces", "faces"]  # two of the three skin tones
    assert {item.concept for item in noto} == {"cat", "old man"}  # a tone is held out with its person
    cat = noto[0]
    assert cat.captions[0] == "cat"
    assert "pet" in cat.captions
    assert all(caption.isascii() for caption in cat.captions)
    assert Counter(item.source for item, _ in found)["streamline-emojis"] == 2
    assert all(svg.startswith("<svg ") and CIRCLE in svg and 'viewBox="0 0 16 16"' in svg for _, svg in found)


def test_shaded_emoji_are_only_those_that_the_maker_published(emoji_data: Path) -> None:
    found = list(read_shaded_emoji(emoji_data))
    assert [(item.concept, path.name) for item, path in found] == [("sunrise", "1f305.webp"), ("cat", "1f408.webp")]
    assert {item.source for item, _ in found} == {"fluent-emoji-3d"}
    assert found[0][0].category == "scenery"


def test_icons_are_read_when_their_name_is_surely_a_thing(tmp_path: Path) -> None:
    icon_set(tmp_path, "flat-color-icons", "camera", "about", "camera-share", "manager")
    icon_set(tmp_path, "streamline-ultimate-color", "coffee-cup-1", "man-hat")
    found = list(read_icon_sets(tmp_path))
    assert [(item.source, item.captions, item.category) for item, _ in found] == [
        ("flat-color-icons", ("camera",), "objects"), ("streamline-ultimate-color", ("coffee cup",), "objects"),
    ]  # fmt: skip


def test_clipart_is_called_what_its_english_words_say(tmp_path: Path) -> None:
    root = tmp_path / "usr" / "share" / "openclipart" / "svg"
    told = "<dc:title>Un Gato</dc:title><dc:subject><rdf:li>clip art</rdf:li><rdf:li>animal</rdf:li></dc:subject>"
    written(root / "animals" / "cat_sitting_01.svg", f"<svg>{told}</svg>")
    written(root / "animals" / "cat_lying_02.svg", "<svg><dc:title>A Cat &amp; a Dog</dc:title></svg>")
    written(root / "computer" / "icons" / "cat.svg", "<svg/>")
    (second, two), (first, one) = read_clipart(tmp_path, {"a", "cat", "dog", "animal", "sitting", "lying"})
    assert (one.name, two.name) == ("cat_sitting_01.svg", "cat_lying_02.svg")
    assert first.concept == second.concept == "animals:cat"
    assert first.captions[0] == "cat sitting"
    assert "animal" in first.captions
    assert not any("clip" in caption or "gato" in caption for caption in first.captions)
    assert second.captions[0] == "a cat a dog"
    assert first.category == "animals"


def test_phrases_are_chosen_by_the_seed_alone(tmp_path: Path) -> None:
    for part in ("noun", "adj"):
        lines = [f"0 0 n 1 {part}{n}_word(a) 0 | what {part} {n} is; more" for n in range(9)]
        written(tmp_path / "usr" / "share" / "wordnet" / f"data.{part}", "\n".join(["  license", *lines]))
    found = phrases(tmp_path, 20, 3)
    assert found == phrases(tmp_path, 20, 3) != phrases(tmp_path, 20, 4)
    assert {"noun3 word", "what adj 8 is"} <= set(phrases(tmp_path, 36, 0))


# --- faces and people -------------------------------------------------------------------------------

CORE = """export function createAvatar(style, options) {
  const extra = { hair: style.hair, mouth: "smile", seed: options.seed, ground: options.backgroundColor[0] };
  return { toJson: () => ({ extra, svg: `<svg><metadata>${options.seed}</metadata><g/></svg>` }) };
}
"""
STYLE = (
    'import * as core from "@dicebear/core";\nexport const hair = typeof core.createAvatar === "function" ? "bun" : "";'
)
PEEPS = """const React = require("react");
const part = ({ color }) => React.createElement("path", { strokeWidth: 2, fill: color, viewBox: "<&", ref: {} });
exports.StandingPose = { Walking: part };
exports.SittingPose = { Wheelchair: part };
exports.Hair = { Afro: part, Bun: part };
exports.Face = { Smile: part, Cyclops: part };
exports.FacialHair = { Full: part };
exports.Accessories = { GlassRound: part };
exports.default = (options) => React.useMemo(() => React.createElement("svg", { width: options.viewBox.width },
  React.createElement(React.Fragment, null, [React.createElement(part, { color: options.strokeColor })], null)));
"""


@pytest.fixture
def avatar_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(avatars, "FACES", {"lorelei": 2, "micah": 1})
    monkeypatch.setattr(avatars, "PEOPLE", 9)
    for name, text in (("core", CORE), ("lorelei", STYLE), ("micah", STYLE)):
        written(tmp_path / f"dicebear-{name}" / "package" / "lib" / "index.js", text)
        written(tmp_path / f"dicebear-{name}" / "package" / "package.json", {"type": "module"})
    written(tmp_path / "react-peeps" / "package" / "lib" / "peeps" / "index.js", PEEPS)
    return tmp_path


@pytest.mark.skipif(shutil.which("node") is None, reason="only a training needs Node.js")
def test_faces_and_people_are_drawn_by_the_code_of_their_packages(avatar_data: Path) -> None:
    found = list(read_avatars(avatar_data))
    faces, people = found[:3], found[3:]
    assert [item.concept for item, _ in faces] == ["lorelei:bun", "lorelei:bun", "micah:bun"]
    assert {item.category for item, _ in faces} == {"faces"}
    assert faces[0][0].captions[:3] == ("a face with a bun", "a smiling face", "a face")
    assert {svg for _, svg in faces} == {"<svg><g/></svg>"}  # nothing of the metadata is drawn
    assert len(people) == 9
    assert {item.category for item, _ in people} == {"people"}
    bodies = [item.concept for item, _ in people]
    assert bodies[:3] == ["peeps:Walking", "peeps:Wheelchair", "peeps:ArmsCrossed"]
    assert people[0][0].captions[0] in ("a person walking", "a person with an afro", "a person with a bun")
    assert "a half-length portrait" in people[2][0].captions
    root = '<svg xmlns="http://www.w3.org/2000/svg" width="2600"><path stroke-width="2" fill="#'
    assert all(svg.startswith(root) and 'viewBox="&#60;&#38;"' in svg and "[object" not in svg for _, svg in people)
    assert list(read_avatars(avatar_data)) == found


def test_what_node_says_of_a_failure_is_not_swallowed(
    avatar_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "bin" / "node", "#!/bin/sh\necho 'no such style' >&2\nexit 1\n")
    (tmp_path / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(Exception, match="node"):
        list(read_avatars(avatar_data))
    assert "no such style" in capfd.readouterr().err


# --- rendering --------------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the renderer, which is an extra: a wide picture of a disk, whatever it is asked for."""
    asked: list[str] = []

    def svg_to_bytes(svg_string: str, width: int, dpi: float) -> bytes:
        asked.append(svg_string)
        if "broken" in svg_string:
            raise ValueError("no root")
        y, x = np.mgrid[: width // 2, :width]
        rgba = np.zeros((width // 2, width, 4), np.uint8)
        rgba[(y - 64) ** 2 + (x - 180) ** 2 < (dpi / 2) ** 2] = (200, 40, 40, 255)
        return packed(Image.fromarray(rgba), "PNG")

    monkeypatch.setitem(sys.modules, "resvg_py", SimpleNamespace(svg_to_bytes=svg_to_bytes))
    return asked


def test_a_drawing_is_centered_and_keeps_its_color(drawn: list[str], tmp_path: Path) -> None:
    pixels = render("<svg/>")
    assert pixels is not None
    assert pixels.shape == (4, 128, 128)
    rows, columns = (np.flatnonzero((pixels[3] > 128).any(axis)) for axis in (1, 0))
    assert abs(rows[0] + rows[-1] - 127) <= 1
    assert abs(columns[0] + columns[-1] - 127) <= 1
    assert (pixels[:3, 64, 64] == (200, 40, 40)).all()
    written(tmp_path / "a.svg", "<svg/>")
    assert np.array_equal(pixels, render(tmp_path / "a.svg"))
    written(tmp_path / "a.svg", "<svg/>" + " " * 600_000)
    assert render(tmp_path / "a.svg") is None
    assert render("<svg>broken</svg>") is None
    assert len(drawn) == 3


@pytest.mark.parametrize(
    ("root", "asked"),
    [
        ('<svg viewBox="0 0 1 90000000">', False),
        ("<svg:svg viewBox='-5,0 , 1e-3 2'>", False),
        ('<svg width="1px" height="1e9">', False),
        ('<svg viewBox="0 0 16 16" width="1" height="99999">', False),
        ('<svg viewBox="0 0 1 1000">', True),
        ('<svg viewBox="0 0 9000 1" stroke-width="1" height="100%">', True),
        ('<svg width="100%" height="100%">', True),
        ("<svg>", True),
    ],
)
def test_a_needle_never_comes_to_the_renderer(drawn: list[str], root: str, asked: bool) -> None:
    render(f'<?xml version="1.0"?>{root}</svg>')
    assert bool(drawn) is asked
    assert LONGEST == 1000


def test_blank_pictures_are_left_out_and_crops_are_opaque() -> None:
    assert render_cutout(Image.new("RGBA", (50, 50))) is None
    speck = Image.new("RGBA", (50, 400))
    speck.paste("red", (0, 0, 1, 400))
    assert render_cutout(speck) is None
    whole = render_cutout(picture())
    assert whole is not None
    assert (whole[3] == 255).mean() == pytest.approx(124 * 83 / 128**2, abs=0.02)
    crop = render_crop(picture(), (10, 10, 60, 60))
    assert (crop[3] == 255).all()
    assert crop[:3].std() > 5
