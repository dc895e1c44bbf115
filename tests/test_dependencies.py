"""docs/dependencies.md, pyproject.toml, constraints.txt and the imports in the code tell one story."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PACKAGES = ("nftd", "scrapers", "generator", "publisher")
WANTED_BY_SOME = ["ocr", "nsfw"]
MAKERS = ("nftd/sample/make/", "generator/mini/train/")  # run by hand, with tools that nftd does not need
NAMED_FIRST = {
    *("httpx", "beautifulsoup4", "requests"),
    *("torch", "clip", "taming-transformers", "opencv-python", "pandas"),
    *("apscheduler", "web3", "ipfshttpclient"),
}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by the package in their first cell."""
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line]
    return {row[0]: row[1:] for row in rows[2:]}


def declared(extra: str | None = None) -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def imported() -> dict[str, set[str]]:
    """Distributions by the packages of this project that import them, anywhere in a file."""
    known = packages_distributions()
    found: dict[str, set[str]] = {}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        relative = path.relative_to(ROOT).as_posix()
        if relative.startswith(MAKERS):
            continue
        for module in modules_in(path) - {*PACKAGES, *sys.stdlib_module_names}:
            for name in known.get(module, [module]):
                found.setdefault(name.lower(), set()).add(relative.partition("/")[0])
    return found


def modules_in(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("heading", "extras"),
    [
        ("What nftd runs on", [None]),
        ("What tests and checks use", ["test"]),
        ("What only some want", WANTED_BY_SOME),
        ("What only the makers of shipped files use", ["train"]),
    ],
)
def test_every_dependency_is_explained_and_nothing_else_is(heading: str, extras: list[str | None]) -> None:
    assert set(table(heading)) == {name for extra in extras for name in declared(extra)}


def test_every_package_that_the_code_imports_is_declared() -> None:
    by_name = {name for extra in WANTED_BY_SOME for name in declared(extra)}
    assert set(imported()) <= set(declared()) | by_name


def test_the_page_says_who_imports_what() -> None:
    said = {name: set(re.findall(r"`(\w+)`", cells[1])) for name, cells in table("What nftd runs on").items()}
    used = imported()

    assert said == {name: used.get(name, set()) for name in said}


def test_every_package_has_a_license_and_a_reason() -> None:
    for heading in (
        "What nftd runs on",
        "What tests and checks use",
        "What only some want",
        "What only the makers of shipped files use",
    ):
        for name, cells in table(heading).items():
            assert all(cells), name


def test_the_page_tells_what_became_of_each_package_named_first() -> None:
    assert set(table("What became of the packages first named for this project")) == NAMED_FIRST


def test_every_dependency_has_a_tested_version_inside_its_range() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))

    for name, requirement in {**declared(), **declared("test"), **declared("ocr"), **declared("nsfw")}.items():
        assert requirement.specifier.contains(pins[name]), name


def test_the_constraints_leave_the_build_of_torch_open() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    above, mark, below = text.partition("\n# --- torch")

    assert mark
    assert "\ntorch==2.13.0\n" in below
    assert "torch==" not in above
    assert not re.search(r"^(nvidia|triton|cuda)", text, re.MULTILINE)
