"""A configuration or a data folder that cannot be used is one line that says where, what and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.gallery import Gallery
from tests.e2e.launcher import Home


def complaint(home: Home, *argv: str, code: int = 2) -> str:
    result = home.nftd(*argv)
    assert (result.code, result.out) == (code, "")
    assert result.complaint.startswith("nftd: ")
    return result.complaint


def test_a_missing_file_is_named(home: Home) -> None:
    said = complaint(home, "once")
    assert str(home.config) in said
    assert "No such file" in said


def test_a_folder_in_place_of_the_file_is_named(home: Home) -> None:
    home.config.mkdir()
    said = complaint(home, "config", "check")
    assert str(home.config) in said
    assert "directory" in said


def test_text_that_is_not_utf_8_is_told_with_its_place(home: Home) -> None:
    home.config.write_bytes(b'data = "caf\xe9"\n')
    assert "is not UTF-8 text (byte 11)" in complaint(home, "once")


def test_a_syntax_error_names_the_line(home: Home) -> None:
    home.config.write_text("[generator]\nsize = 64\nsize == 3\n")
    said = complaint(home, "once", "--json")
    assert "is not valid TOML" in said
    assert "line 3" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[generator]\n\niteration = 3\n", ["line 3", "generator.iteration", "did you mean iterations?"]),
        ("[generater]\nsize = 64\n", ["line 1", "generater", "did you mean generator?"]),
        ('[sources.g]\nstart = "bundled"\nlinsk = "a"\n', ["line 3", "sources.g.linsk", "did you mean links?"]),
        ('[generator]\nsize = 64\niterations = "many"\n', ["line 3", "generator.iterations", "'many'", "integer"]),
        ("[selection]\nprice_share = 1.5\n", ["line 2", "selection.price_share", "1.5", "less than or equal to 1"]),
        ('[publisher]\nminter = "0x12"\n', ["line 2", "publisher.minter", "0x12"]),
        ('[sources.g]\nstart = "ftp://example.org/"\n', ["line 2", "sources.g.start", "https://"]),
        ("[sources.g]\nlocal = true\n", ["sources.g.start", "missing"]),
        ("generator = 3\n", ["line 1", "generator"]),
        ('[sources.g]\nstart = "bundled"\ntype = "pages"\n', ["line 3", "sources.g.type", "did you mean 'page'?"]),
        ('[sources.g]\nstart = "bundled"\nlinks = "a[["\n', ["line 3", "sources.g.links", "no CSS selector"]),
        ("[publisher]\nroyalty_bps = 9000\n", ["line 2", "publisher.royalty_bps", "9000", "5000"]),
    ],
)
def test_a_wrong_key_or_value_names_line_key_and_rule(text: str, expected: list[str], home: Home) -> None:
    home.config.write_text(text)
    said = complaint(home, "once")
    assert str(home.config) in said
    assert [part for part in expected if part not in said] == []


@pytest.mark.parametrize("below", ["a-file/data", "a-file"])
def test_a_data_folder_below_a_file_is_named(below: str, home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    (home.folder / "a-file").write_text("not a folder")
    folder = home.folder / below
    said = complaint(home, "--data", str(folder), "once", code=1)
    assert str(folder) in said
    assert "--data" in said


def test_a_data_folder_where_nothing_can_be_made_is_named(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    assert "/proc/nftd" in complaint(home, "--data", "/proc/nftd", "queue", "list", code=1)


def test_a_data_folder_where_nothing_can_be_written_is_named(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    assert "/proc" in complaint(home, "--data", "/proc", "status", code=1)


def test_a_database_that_is_none_is_one_line(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    home.data.mkdir()
    (home.data / "nftd.sqlite").write_bytes(b"this is a letter, not a database. " * 100)
    said = complaint(home, "once", code=1)
    assert "nftd.sqlite" in said
    assert (home.data / "nftd.sqlite").read_bytes().startswith(b"this is a letter")


def test_a_database_of_a_newer_version_is_left_alone(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    home.ok("status")
    with closing(sqlite3.connect(home.data / "nftd.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "9999" in complaint(home, "once", code=1)


def test_without_a_file_the_defaults_hold(home: Home) -> None:
    env = {name: value for name, value in home.env.items() if name != "NFTD_CONFIG"}
    shown = home.nftd("config", "show", "--json", env=env).json
    assert shown["file"] is None
    assert list(shown["sources"]) == ["sample"]


def test_the_option_comes_before_the_environment(home: Home, gallery: Gallery, tmp_path: Path) -> None:
    home.configure(gallery.url)
    other = tmp_path / "other.toml"
    other.write_text("[limits]\nruns_per_cycle = 5\n")
    assert home.json("config", "show")["limits"]["runs_per_cycle"] == 3
    assert home.json("--config", str(other), "config", "show")["limits"]["runs_per_cycle"] == 5
