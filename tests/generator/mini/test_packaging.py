"""What a person needs to train: the extra `train` and nothing else that is not said."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRA = {Requirement(line).name.lower() for line in PROJECT["optional-dependencies"]["train"]}
CORE = {Requirement(line).name for line in PROJECT["dependencies"]}


def imported() -> set[str]:
    """Names of the packages that the training imports, as they are called on the index."""
    known = packages_distributions()
    modules: set[str] = set()
    for path in (ROOT / "generator" / "mini").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    foreign = modules - {*sys.stdlib_module_names, "generator"}
    return {name.lower() for module in foreign for name in known.get(module, [module])}


def test_the_training_imports_only_what_core_and_the_extra_declare() -> None:
    assert imported() <= CORE | EXTRA
    assert imported() >= EXTRA


def test_the_page_of_dependencies_explains_the_extra() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    section = page.partition("\n## What only the makers of shipped files use\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| (\w+) \|(?! License)", section, re.MULTILINE)) - {"Package"}
    assert {name.lower() for name in named} == EXTRA


def test_importing_the_pair_needs_nothing_of_the_extra() -> None:
    for path in (ROOT / "generator" / "mini").glob("*.py"):
        assert not {"resvg_py", "OpenEXR"} & set(re.findall(r"\w+", path.read_text("utf-8")))
        assert "generator.mini.train" not in path.read_text("utf-8")
