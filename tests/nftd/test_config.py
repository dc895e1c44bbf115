"""Settings: what is accepted, what is refused and how the refusal reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.presets import PRESETS
from nftd import config
from nftd.errors import ConfigError
from nftd.reference import current, rows, toml
from nftd.shipped import shipped_config, write_config

SHIPPED = Path(__file__).parents[2] / "config.toml"


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(file)
    message = str(error.value)
    assert "\n" not in message
    assert str(file) in message
    return message


def test_the_shipped_file_says_exactly_the_defaults() -> None:
    shipped = config.load(SHIPPED)
    assert shipped.model_copy(update={"data": ""}) == config.Settings()


def test_the_shipped_file_names_every_key_with_its_meaning() -> None:
    lines = {
        key: line
        for line in SHIPPED.read_text().splitlines()
        if (key := line.split(" = ")[0].strip()) and " = " in line
    }
    for row in rows():
        name = row["key"].rsplit(".", 1)[-1]
        if row["key"].startswith("categories."):
            continue
        assert name in lines, row["key"]
        assert row["meaning"].split(";")[0].split(",")[0][:30].lower() in lines[name].lower(), (row, lines[name])


def test_every_key_has_one_line_of_meaning() -> None:
    for row in rows():
        assert row["meaning"]
        assert "\n" not in row["meaning"]


def test_init_writes_the_shipped_file_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    assert write_config(path).read_text() == shipped_config() == SHIPPED.read_text()
    with pytest.raises(ConfigError, match="exists"):
        write_config(path)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    message = refused(tmp_path, "[http]\ncontact = 'a@b'\n\n[generator]\niteration = 5\n")
    assert "line 5" in message
    assert "unknown key generator.iteration" in message
    assert "did you mean iterations?" in message


def test_an_unknown_section_is_named_too(tmp_path: Path) -> None:
    message = refused(tmp_path, "\n[generater]\nsize = 3\n")
    assert "line 2" in message
    assert "did you mean generator?" in message


def test_a_wrong_value_says_value_and_rule(tmp_path: Path) -> None:
    message = refused(tmp_path, "[limits]\nruns_per_cycle = -1\n")
    assert "line 2" in message
    assert "limits.runs_per_cycle = '-1'" in message
    assert "greater than or equal to 0" in message


def test_several_mistakes_are_counted(tmp_path: Path) -> None:
    assert "(and 1 more)" in refused(tmp_path, "[limits]\nruns_per_cycle = -1\n[choice]\nfidelity_flor = 1\n")


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[http]\ncontact = \n")


def test_a_source_without_an_address_is_refused(tmp_path: Path) -> None:
    assert "sources.mine.start is missing" in refused(tmp_path, "[sources.mine]\ntype = 'page'\n")


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert "https://" in refused(tmp_path, "[sources.mine]\nstart = 'file:///etc/passwd'\n")


def test_a_minter_with_a_mistyped_letter_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, "[publisher]\nminter = '0x1a642f0e3c3aF545E7AcBD38b07251B3990914F1'\n")
    assert "publisher.minter" in message
    assert "EIP-55" in message


@pytest.mark.parametrize("content", [b"\xff\xfe", b"data = '\xe9'"])
def test_a_file_that_is_not_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(file)


def test_a_missing_file_is_refused_but_a_missing_default_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
    assert config.load(None) == config.Settings()


def test_files_are_looked_for_in_the_documented_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.find_file(None, {}) is None
    (tmp_path / "config.toml").write_text("")
    assert config.find_file(None, {}) == Path("config.toml")
    assert config.find_file(None, {"NFTD_CONFIG": "other.toml"}) == Path("other.toml")
    assert config.find_file(Path("given.toml"), {"NFTD_CONFIG": "other.toml"}) == Path("given.toml")


def test_data_folders_are_looked_for_in_the_documented_order(tmp_path: Path) -> None:
    settings, file = config.Settings(data="kept"), tmp_path / "config.toml"
    assert config.data_folder(settings, file, None, {}) == tmp_path / "kept"
    assert config.data_folder(settings, file, None, {"NFTD_DATA": "/x"}) == Path("/x")
    assert config.data_folder(settings, file, Path("/y"), {"NFTD_DATA": "/x"}) == Path("/y")
    assert config.data_folder(config.Settings(), None, None, {}).name == "nftd"


def test_presets_that_can_be_chosen_exist() -> None:
    assert set(PRESETS) == {"mini", "wikiart"}


def test_the_values_in_force_are_told_as_toml_that_reads_back() -> None:
    told = "\n".join(f"{key} = {value}" for key, value in current(config.Settings()))
    assert tomllib.loads(told) == config.Settings().model_dump(mode="json")


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_content_crashes_the_check(content: object) -> None:
    document = content if isinstance(content, dict) else {"data": content}
    told: list[str] = []
    try:
        config.parse(document, Path("config.toml"), "")
    except ConfigError as error:
        told.append(str(error))
    assert all("\n" not in one for one in told)


@given(st.text())
def test_text_is_written_so_that_toml_reads_it_back(text: str) -> None:
    assert tomllib.loads(f"x = {toml(text)}") == {"x": text}
