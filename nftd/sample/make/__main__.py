"""Rebuild the bundled gallery from the packages it is made of.

apt-get install openclipart-svg librsvg2-bin fonts-dejavu-core
npm install --prefix DIR @iconify-json/noto
python -m nftd.sample.make --work DIR --out nftd/sample
"""

import argparse
import importlib.metadata
import json
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from nftd.sample.make.clipart import OPENCLIPART, RSVG, Packages
from nftd.sample.make.manifest import Made, licenses_text, manifest
from nftd.sample.make.pictures import picture
from nftd.sample.make.site import image_name, pages_of
from nftd.sample.make.works import OWN, Work, all_works

HERE = Path(__file__).parent
# Works of all categories mix on every listing page, in an order that looks like chance and is always the same.
STRIDE = 23


def numbered(works: tuple[Work, ...]) -> list[tuple[int, Work]]:
    """The works in the order of the gallery, numbered from 1."""
    mixed = [works[(index * STRIDE) % len(works)] for index in range(len(works))]
    return list(enumerate(mixed, 1))


def make(packages: Packages, item: tuple[int, Work]) -> Made:
    """Paint one work; its sources must be in the public domain or marked with their license."""
    number, work = item
    for piece in work.pieces:
        packages.check_public_domain(piece.source)
    creator = packages.contributor(work.pieces[0].source) if work.pieces else OWN
    return Made(number, work, creator, picture(work, packages))


def versions(packages: Packages) -> dict[str, str]:
    """What the pictures were made with."""
    query = ["/usr/bin/dpkg-query", "--show", "--showformat", "${Version}", "openclipart-svg"]
    debian = subprocess.run(query, capture_output=True, check=True, text=True).stdout  # noqa: S603 - fixed words
    rsvg = subprocess.run([RSVG, "--version"], capture_output=True, check=True, text=True).stdout  # noqa: S603 - as above
    noto = json.loads((packages.noto / "package.json").read_text("utf-8"))["version"]
    python = {name: importlib.metadata.version(name) for name in ("numpy", "opencv-python-headless", "pillow")}
    return {"openclipart-svg": debian, "@iconify-json/noto": noto, "librsvg": rsvg.split()[-1], **python}


def write(out: Path, works: list[Made], packages: Packages) -> None:
    """Write the site, the manifest and the license of what needs its text, in place of what is there."""
    site = out / "site"
    shutil.rmtree(site, ignore_errors=True)
    for folder in (site / "images", site / "works", out / "LICENSES"):
        folder.mkdir(parents=True, exist_ok=True)
    for made in works:
        (site / "images" / image_name(made.number, made.work)).write_bytes(made.picture)
    for name, text in pages_of([(made.number, made.work, made.creator) for made in works]).items():
        (site / name).write_text(text, "utf-8")
    for name in ("style.css", "icon.svg"):
        shutil.copyfile(HERE / name, site / name)
    (site / "robots.txt").write_text("User-agent: *\nAllow: /\n", "utf-8")
    (site / "licenses.txt").write_text(licenses_text(works), "utf-8")
    (out / "MANIFEST.toml").write_text(manifest(works, packages, versions(packages)), "utf-8")
    shutil.copyfile("/usr/share/common-licenses/Apache-2.0", out / "LICENSES" / "Apache-2.0.txt")


def main() -> None:
    """Read the arguments and rebuild."""
    parser = argparse.ArgumentParser(prog="python -m nftd.sample.make", description="Rebuild the bundled gallery.")
    parser.add_argument("--work", type=Path, required=True, help="folder where npm installed @iconify-json/noto")
    parser.add_argument("--out", type=Path, required=True, help="folder to write site/ and MANIFEST.toml to")
    parser.add_argument("--openclipart", type=Path, default=OPENCLIPART, help="openclipart-svg's folder of SVG files")
    options = parser.parse_args()
    packages = Packages(options.openclipart, options.work / "node_modules" / "@iconify-json" / "noto")
    with ProcessPoolExecutor(2) as pool:
        works = list(pool.map(partial(make, packages), numbered(all_works())))
    write(options.out, works, packages)
    print(f"{len(works)} works, {sum(len(made.picture) for made in works):,} bytes of pictures in {options.out}")


if __name__ == "__main__":
    main()
