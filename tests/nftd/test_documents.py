"""What the documents say of configuration is accepted by nftd itself, and makes sources that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nftd import config
from nftd.config import Settings, SourceSettings
from nftd.feeds import Feeds
from scrapers.errors import BadRule
from scrapers.sites import make_source

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = [
    pytest.param(block, id=f"{page}-{number}")
    for page in ("galleries", "sources")
    for number, block in enumerate(
        re.findall(r"```toml\n(.*?)```", (DOCS / f"{page}.md").read_text("utf-8"), re.DOTALL)
    )
]
SOURCES = (DOCS / "sources.md").read_text("utf-8")
NEEDED = {"opensea": {"collections": ["x"]}, "table": {"path": "x.csv"}, "page": {"start": "https://g.example/"}}


def loaded(text: str, folder: Path) -> Settings:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return config.load(file)


def section(title: str) -> str:
    return re.split(r"\n##+ ", SOURCES.partition(f"\n## {title}")[2])[0]


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_is_loaded_and_its_sources_can_be_made(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("rarible", "opensea"):
        monkeypatch.setenv(f"NFTD_{kind.upper()}_API_KEY", "k-1")
    settings = loaded(block, tmp_path)
    tables = set(re.findall(r"^\[sources\.([a-z-]+)\]", block, re.MULTILINE))
    assert tables <= set(settings.sources)
    with Feeds(settings) as feeds:
        for name in tables:
            assert feeds.get(name).source.name == name


def test_the_blocks_are_found() -> None:
    assert len(BLOCKS) >= 10


def test_the_settings_of_every_type_exist() -> None:
    told = {name for row in re.findall(r"^\| (`.*?) \|", section("Settings"), re.MULTILINE) for name in words(row)}
    assert told
    assert told <= set(SourceSettings.model_fields)


def words(text: str) -> list[str]:
    return re.findall("`([a-z_]+)`", text)


@pytest.mark.parametrize("kind", ["teztok", "nftshowroom", "objkt", "rarible", "opensea", "table"])
def test_the_options_that_are_told_of_a_type_exist(kind: str) -> None:
    """A source refuses an option that it does not know, and says otherwise why a value does not fit."""
    part = section(kind).partition("\n### ")[0]
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) or re.findall("^Options?: (`[^.]*)\\.", part, re.MULTILINE)
    options = [name for row in rows for name in words(row)]
    needed = NEEDED.get(kind, {})
    assert options
    assert "no option 'no_such'" in fault_of(kind, {**needed, "no_such": 1})[1]
    for option in options:
        named, told = fault_of(kind, {**needed, option: object()})
        assert named == option
        assert "no option" not in told


def fault_of(kind: str, options: dict[str, object]) -> tuple[object, str]:
    with pytest.raises(BadRule) as caught:
        make_source(kind, kind, options)
    return caught.value.evidence["option"], str(caught.value)
