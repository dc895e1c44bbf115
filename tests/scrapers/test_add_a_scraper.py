"""docs/add-a-scraper.md, carried out: its package is built, installed into a folder, and its tests are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-scraper.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def build(folder: Path, project: str, modules: dict[str, str]) -> Path:
    """A wheel of the project (packaging.python.org, binary distribution format): modules and their metadata."""
    table = tomllib.loads(project)["project"]
    name, version = table["name"].replace("-", "_"), table["version"]
    info = f"{name}-{version}.dist-info"
    points = "".join(
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
        for group, entries in table["entry-points"].items()
    )
    files = {
        **modules,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": points,
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def install(wheel: Path, folder: Path) -> None:
    """What an installer does with a pure wheel: unpack it onto the path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the page's package installed."""
    folder = tmp_path / "site"
    install(build(tmp_path, blocks("toml")[0], {"nftd_tidewater.py": blocks("python")[0]}), folder)
    return folder


def run(site: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_the_package_of_the_page_passes_the_tests_of_the_page(site: Path, tmp_path: Path) -> None:
    (tmp_path / "test_tidewater.py").write_text(blocks("python")[1], encoding="utf-8")
    done = run(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_tidewater.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_its_configuration_is_accepted_where_it_is_installed_and_refused_where_not(site: Path, tmp_path: Path) -> None:
    (tmp_path / "nftd.toml").write_text(blocks("toml")[1], encoding="utf-8")
    code = "from pathlib import Path; from nftd.config import load; print(list(load(Path('nftd.toml')).sources))"
    done = run(site, "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == "['tidewater']", done.stderr
    elsewhere = run(tmp_path / "empty", "-c", code, cwd=tmp_path)
    assert elsewhere.returncode != 0
    assert "no source of type 'tidewater'" in elsewhere.stderr


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("raise RuntimeError('out of order')", "out of order"),
        ("import a_package_that_nobody_has", "a_package_that_nobody_has"),
        ("", "Tidewater"),
        ("Tidewater = 5", "from_options"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_broken_package_is_one_error_that_names_it(tmp_path: Path, module: str, said: str) -> None:
    install(build(tmp_path, blocks("toml")[0], {"nftd_tidewater.py": module}), tmp_path / "site")
    code = """
from scrapers.errors import UnknownSource
from scrapers.sites import make_source
print(make_source("page", "x", {"start": "https://gallery.example/"}).name)
try:
    make_source("tidewater", "x", {})
except UnknownSource as error:
    print(error)
"""
    done = run(tmp_path / "site", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("x\n"), "the other types go on working"
    assert "nftd-tidewater" in done.stdout
    assert said in done.stdout
