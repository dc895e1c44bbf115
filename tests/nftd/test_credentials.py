"""Secrets come from the service manager or the environment, and are told nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nftd import config
from nftd.config import Settings, SourceSettings
from nftd.credentials import credential, credential_of
from nftd.errors import ConfigError
from nftd.feeds import Feeds

SECRET = "s3cr3t-k3y"


def test_a_file_of_the_service_manager_counts_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "rarible_api_key").write_text(f"{SECRET}\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "NFTD_RARIBLE_API_KEY": "other"}
    assert credential("rarible_api_key", environ) == SECRET
    assert credential("opensea_api_key", environ) is None
    assert credential("rarible_api_key", {"NFTD_RARIBLE_API_KEY": " other "}) == "other"
    assert credential("rarible_api_key", {"NFTD_RARIBLE_API_KEY": " "}) is None
    assert credential("rarible_api_key", {}) is None


@pytest.mark.parametrize("name", ["../passwd", "a/b", "", "A", "a" * 65])
def test_only_a_name_is_looked_for(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="credential"):
        credential(name, {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("content", [b"\xff\xfe" + SECRET.encode(), f"{SECRET}\nsecond line".encode(), b"x" * 5000])
def test_what_cannot_be_a_key_is_refused_without_being_shown(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a_key").write_bytes(content)
    with pytest.raises(ConfigError, match="a_key") as caught:
        credential("a_key", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert SECRET not in str(caught.value)


def test_a_folder_in_place_of_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a_key").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        credential("a_key", {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_each_type_of_source_has_its_own_key() -> None:
    assert [credential_of(kind) for kind in ("rarible", "my-market")] == ["rarible_api_key", "my_market_api_key"]


class Keyed:
    """A scraper that notes what it was told."""

    name, html = "m", False

    def __init__(self, options: dict[str, object]) -> None:
        self.options = options


def test_the_key_reaches_its_scraper_and_neither_settings_nor_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nftd.feeds.make_source", lambda _kind, _name, options: Keyed(options))
    chosen = Settings(sources={"m": SourceSettings(type="rarible", options={"chain": "ETHEREUM"})})
    with Feeds(chosen) as feeds:
        before = feeds.get("m").rules
    monkeypatch.setitem(os.environ, "NFTD_RARIBLE_API_KEY", SECRET)
    with Feeds(chosen) as feeds:
        feed = feeds.get("m")
        assert feed.source.options == {"chain": "ETHEREUM", "key": SECRET}
        assert feed.rules == before, "a new key is no reason to read everything again"
    assert SECRET not in repr(chosen)


def test_a_missing_key_is_a_fault_for_the_check_alone(tmp_path: Path) -> None:
    """The service has its keys, the shell of a reviewer has none and needs none."""
    file = tmp_path / "config.toml"
    file.write_text("[sources.m]\ntype = 'rarible'\n")
    assert set(config.load(file).sources) == {"m"}
    with pytest.raises(ConfigError, match="rarible_api_key"):
        config.check(file)


def test_every_type_has_a_credential_that_can_be_named() -> None:
    for kind in ("rarible", "3d-prints", "", "_x", "Ärger"):
        assert credential(credential_of(kind), {}) is None
    assert credential_of("open-sea") == "open_sea_api_key"


def test_a_key_in_the_configuration_is_refused_without_being_shown(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[sources.m]\ntype = 'rarible'\noptions = {{ key = '{SECRET}' }}\n")
    with pytest.raises(ConfigError, match="rarible_api_key") as caught:
        config.load(file)
    assert SECRET not in str(caught.value)
