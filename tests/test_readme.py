"""What the README and the documents say is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from nftd.cli.app import app
from nftd.cli.later import COMMANDS as LATER

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def commands() -> set[str]:
    """Every command that exists, as a person types it."""
    found = {command.name or command.callback.__name__ for command in app.registered_commands}
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands
        found |= {f"{group.name} {command.name or command.callback.__name__}" for command in inner}
    return found - set(LATER)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "http://", "mailto:")):
            assert (document.parent / target).exists(), target


def test_every_command_in_the_readme_exists() -> None:
    known = commands()
    for line in re.findall(r"^(?:python3 bootstrap\.py |\.venv/bin/)nftd (.+)$", README, re.MULTILINE):
        words = line.split("#")[0].split()
        assert words[0] in known or " ".join(words[:2]) in known, line


def test_the_settings_in_the_readme_are_accepted() -> None:
    from nftd.config import Settings

    blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        content = tomllib.loads(block.replace("0x…", ""))
        assert "my-gallery" in Settings.model_validate(content).sources


def test_the_two_commands_are_the_ones_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("python3 bootstrap.py nftd once", "python3 bootstrap.py pytest"):
        assert command in README
        assert f"step {command}\n" in ci


def test_the_readme_names_what_is_not_built_only_if_it_is_not() -> None:
    assert {"run", "sign", "submit", "web", "service"} <= set(LATER)
