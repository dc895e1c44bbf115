"""The model card, the README and the evaluation tell the same numbers, and the card names every source."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from generator.mini.errors import BadWeights
from generator.mini.manifest import FILES, MANIFEST
from generator.mini.train.card import Numbers, headline, number_tables, shown, source_table
from generator.mini.train.pictures.packages import SOURCES, Source
from generator.mini.train.ship import PACKAGE, part_of, read_numbers, renewed, ship

ROOT = Path(__file__).parents[3]
CARD = (PACKAGE / "CARD.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    """What was measured of the shipped weights."""
    return read_numbers(PACKAGE)


def test_the_card_shows_the_numbers_of_the_evaluation_and_no_others(numbers: Numbers) -> None:
    assert part_of(CARD, "numbers") == number_tables(numbers)


def test_the_readme_says_what_the_evaluation_says(numbers: Numbers) -> None:
    said = part_of(README, "mini numbers")
    assert said == headline(numbers)
    assert f"{numbers['psnr_drawings_128']:.1f} dB" in said
    assert f"{100 * numbers['retrieval_r10']:.1f} %" in said
    assert all(len(line) <= 120 for line in said.splitlines())


def test_the_evaluation_holds_what_a_reader_needs(numbers: Numbers) -> None:
    wanted = {"psnr_drawings_128", "ensemble_accuracy", "drawings_accuracy", "retrieval_r1", "retrieval_r10",
              "guidance_before", "guidance_after", "guidance_judge_named", "text_cosine", "seconds_a_step",
              "outside_plain_balanced", "outside_painted_balanced"}  # fmt: skip
    assert wanted <= set(numbers)
    assert all(isinstance(value, int | float) and math.isfinite(value) for value in numbers.values())


def test_the_card_names_digest_and_size_of_every_shipped_file() -> None:
    manifest = json.loads((PACKAGE / "weights" / MANIFEST).read_text("utf-8"))
    rows = {cells[0]: cells[1:] for cells in rows_of(part_of(CARD, "digests"))}
    assert {file: f"`{digest}`" for file, digest in manifest.items()} == {file: row[1] for file, row in rows.items()}
    assert {file: f"{(PACKAGE / 'weights' / file).stat().st_size:,}" for file in FILES} == {
        file: row[0] for file, row in rows.items()
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.package))
def test_the_card_names_every_source_with_its_license_and_credit(source: Source) -> None:
    rows = [row for row in rows_of(part_of(CARD, "sources")) if row[0].partition(" ")[0] == source.package]
    assert len(rows) == 1, f"{source.package} is not in the card once: run the stage ship"
    assert source.license in rows[0]
    assert f"`{source.license_file}`" in rows[0]
    assert not source.attribution or source.attribution in rows[0]


def test_no_source_asks_for_more_than_a_name() -> None:
    forbidden = re.compile(r"\b(A?GPL|LGPL|NC|ND|SA|non-?commercial|share-?alike|proprietary)\b", re.IGNORECASE)
    for source in SOURCES:
        assert source.license, source.package
        assert not forbidden.search(source.license), source.package
        if re.search(r"CC[- ]BY", source.license):
            assert source.attribution, f"{source.package} asks for an attribution"


def rows_of(table: str) -> list[list[str]]:
    """The cells of a Markdown table's rows, without the head."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# --- the renderer ----------------------------------------------------------------------------------


def test_every_number_is_shown_even_one_that_no_table_knows() -> None:
    found = number_tables({"psnr_drawings_128": 23.456, "new_thing": 3.25, "street_recall_cats": 0.5, "note": "a|b"})
    assert "| drawings, 128 px | 23.5 dB | 22.6 dB |" in found
    head, _, other = found.partition("### Other")
    assert "new thing" not in head
    assert "| new thing | 3.25 |" in other
    assert "| street recall cats | 50.0 % |" in other
    assert '| note | "a\\|b" |' in other


def test_a_test_of_categories_that_no_label_knows_gets_its_row() -> None:
    found = number_tables({"fresh_air_accuracy": 0.5, "fresh_air_balanced": 0.25, "fresh_air_recall_animals": 1.0})
    assert "| fresh air | 50.0 % | 25.0 % | 100.0 % |" in found
    assert "### Other" not in found


def test_nested_numbers_are_shown_flat() -> None:
    assert "| outer inner | 2 |" in number_tables({"outer": {"inner": 2}})
    assert number_tables({"street": {"accuracy": 0.5, "balanced": 0.5}}).count("50.0 %") == 2


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.1234, "%", "12.3 %"), (1, "%", "100.0 %"), (22.649, "dB", "22.6 dB"), (1024.0, "count", "1,024"),
     (-0.041, "cosine", "-0.04"), (0.1192, "s", "0.12 s"), (None, "%", "null"), (True, "", "true")],
)  # fmt: skip
def test_numbers_are_written_as_a_person_reads_them(value: object, unit: str, said: str) -> None:
    assert shown(value, unit) == said


def test_the_line_of_the_readme_leaves_out_what_was_not_measured() -> None:
    assert headline({"retrieval_r1": 0.25}) == (
        "Measured on what the small models never saw: the right caption first among 500 for 25.0 %.\n"
    )


@dataclass(frozen=True)
class Named:
    package: str
    registry: str
    license: str
    attribution: str = ""
    purpose: str = "pictures"
    license_file: str = "LICENSE"


def test_the_table_of_sources_counts_pictures_and_quotes_credits() -> None:
    sources = [Named("@set/emoji-flat", "npm", "MIT"), Named("@set/emoji", "npm", "CC BY 4.0", "Ada, CC BY 4.0"),
               Named("clips-svg", "debian", "CC0")]  # fmt: skip
    used = ["emoji"] * 1200 + ["clips"] * 3 + ["portraits"] * 2 + ["photos"]
    found = {row[0]: row for row in rows_of(source_table(sources, used))}  # type: ignore[arg-type]
    assert found["@set/emoji (npm)"][1:] == ["CC BY 4.0", "`LICENSE`", "pictures", "1,200", "Ada, CC BY 4.0"]
    assert found["@set/emoji-flat (npm)"][4] == ""
    assert found["clips-svg (Debian)"][4] == "3"
    assert found["portraits"][1:5] == ["this project's (MIT)", "", "painted by program", "2"]
    assert "packages above" in found["photos"][1]


# --- shipping --------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A package with card and weights, its README, and a work folder with what a training leaves."""
    copytree(PACKAGE / "weights", tmp_path / "package" / "weights")
    copytree(PACKAGE / "weights", tmp_path / "work" / "weights")
    (tmp_path / "package" / "CARD.md").write_text(CARD, "utf-8")
    (tmp_path / "README.md").write_text(README, "utf-8")
    (tmp_path / "work" / "evaluation.json").write_text('{"retrieval_r1": 0.75, "odd": 7}', "utf-8")
    (tmp_path / "work" / "outside.json").write_text('{"outside_plain_accuracy": 0.5}', "utf-8")
    item = {"source": "noto", "concept": "cat", "captions": ["a cat"], "category": "animals"}
    (tmp_path / "work" / "items.json").write_text(json.dumps([item] * 1234), "utf-8")
    return tmp_path


def test_shipping_puts_weights_and_evaluation_into_the_package_and_renews_card_and_readme(checkout: Path) -> None:
    package = checkout / "package"
    (package / "weights" / FILES[0]).write_bytes(b"of before")
    ship(checkout / "work", package, checkout / "README.md")
    card, readme = (package / "CARD.md").read_text("utf-8"), (checkout / "README.md").read_text("utf-8")
    for path in (checkout / "work" / "weights").iterdir():
        assert (package / "weights" / path.name).read_bytes() == path.read_bytes()
    assert read_numbers(package) == {"retrieval_r1": 0.75, "odd": 7, "outside_plain_accuracy": 0.5}
    assert "75.0 %" in part_of(card, "numbers")
    assert "| odd | 7 |" in part_of(card, "numbers")
    assert "1,234" in part_of(card, "sources")
    assert part_of(readme, "mini numbers").endswith("first among 500 for 75.0 %.\n")
    for text, before in ((card, CARD), (readme, README)):
        assert re.sub(r"(<!-- (.+?) -->).*?(<!-- end of \2 -->)", r"\1\3", text, flags=re.DOTALL) == re.sub(
            r"(<!-- (.+?) -->).*?(<!-- end of \2 -->)", r"\1\3", before, flags=re.DOTALL
        )
    ship(checkout / "work", package, checkout / "README.md")
    assert (package / "CARD.md").read_text("utf-8") == card


def test_half_packed_weights_are_not_shipped(checkout: Path) -> None:
    """Packing was killed: one file is newer than the manifest, or half of one lies beside it."""
    package, packed = checkout / "package", checkout / "work" / "weights"
    before = (package / "weights" / FILES[0]).read_bytes()
    (packed / f"{FILES[1]}.partial").write_bytes(b"half")
    ship(checkout / "work", package, checkout / "README.md")
    assert {path.name for path in (package / "weights").iterdir()} == {*FILES, MANIFEST}
    (packed / FILES[0]).write_bytes(b"of another run")
    with pytest.raises(BadWeights, match=re.escape(FILES[0])):
        ship(checkout / "work", package, checkout / "README.md")
    assert (package / "weights" / FILES[0]).read_bytes() == before


def test_a_card_without_its_comments_changes_nothing(checkout: Path) -> None:
    package = checkout / "package"
    (package / "CARD.md").write_text(CARD.replace("<!-- numbers -->", ""), "utf-8")
    (package / "weights" / FILES[0]).write_bytes(b"of before")
    with pytest.raises(ValueError, match="no part 'numbers'"):
        ship(checkout / "work", package, checkout / "README.md")
    assert (package / "weights" / FILES[0]).read_bytes() == b"of before"
    assert (checkout / "README.md").read_text("utf-8") == README


def test_only_the_part_between_the_two_comments_is_renewed() -> None:
    text = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"
    assert renewed(text, "x", "new \\1\n") == "a\n<!-- x -->\n\nnew \\1\n\n<!-- end of x -->\nb\n"
    assert part_of(renewed(text, "x", "new\n"), "x") == "new\n"
    with pytest.raises(ValueError, match="put both there once"):
        renewed(text + text, "x", "new")
