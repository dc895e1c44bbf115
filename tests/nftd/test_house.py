"""Setting up and looking after: what init writes for live markets, what a check and the status tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nftd import config
from nftd.cli.app import app
from nftd.domain import utc_now
from nftd.feeds import Feeds
from nftd.shipped import live_config, shipped_config
from nftd.store import readings
from nftd.store.readings import Standing
from tests.nftd import rooms


def run(folder: Path, *argv: str) -> Any:
    return CliRunner().invoke(app, ["--config", str(folder / "config.toml"), "--data", str(folder / "data"), *argv])


def test_init_live_writes_a_file_that_reads_free_works_of_tezos_alone(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--live")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "http.contact" in done.stdout
    settings = config.check(tmp_path / "config.toml")
    (name,) = [name for name, source in settings.sources.items() if source.enabled]
    source = settings.sources[name]
    assert (name, source.type, source.start) == ("teztok", "teztok", "")
    assert source.options == {"rights": ["CC0", "CC BY", "CC BY-SA"], "listed": True}
    assert source.max_requests_per_month == 3000
    with Feeds(settings) as feeds:
        assert not feeds.get("teztok").is_html
    assert not (tmp_path / "data").exists(), "to write a file starts nothing"


def test_the_live_file_differs_from_the_shipped_one_in_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "live.toml").write_text(live_config(), "utf-8")
    (tmp_path / "shipped.toml").write_text(shipped_config(), "utf-8")
    live, shipped = (config.load(tmp_path / f"{name}.toml") for name in ("live", "shipped"))
    off = shipped.sources["sample"].model_copy(update={"enabled": False})
    assert live.sources == {"sample": off, "teztok": live.sources["teztok"]}
    assert live.model_copy(update={"sources": shipped.sources}) == shipped
    assert len(live_config().splitlines()) == len(shipped_config().splitlines())


def test_init_live_never_writes_over_another_file(tmp_path: Path) -> None:
    run(tmp_path, "init")
    assert isinstance(run(tmp_path, "init", "--live").exception, config.ConfigError)
    assert (tmp_path / "config.toml").read_text("utf-8") == shipped_config()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("start = 'https://gallery.example/'", True),
        ("type = 'teztok'", True),
        ("start = 'https://gallery.example/'\nenabled = false", False),
        ("start = 'http://127.0.0.1:9/'\nlocal = true", False),
        ("start = 'bundled'", False),
        ("type = 'table'\noptions = { path = 'x.csv' }", False),
    ],
)
def test_a_check_asks_for_a_contact_where_a_site_would_want_one(source: str, told: bool, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[sources.g]\n{source}\n")
    done = run(tmp_path, "config", "check")
    assert (done.exit_code, done.stdout) == (0, f"{file}: fine\n")
    assert ("http.contact is empty" in done.stderr) == told
    file.write_text(f"[sources.g]\n{source}\n[http]\ncontact = 'you@example.org'\n")
    assert run(tmp_path, "config", "check").stderr == ""


def test_the_status_tells_each_source_in_words(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[sources.g]\ntype = 'teztok'\nmax_requests_per_month = 50\n")
    store = rooms.new_store(tmp_path)
    with store.write() as connection:
        rooms.add_artwork(connection, store)
        for seen in (18, 18, 18, 0):
            readings.log(connection, "g", None, "nothing_new", Standing(None, utc_now(), 1, seen, 0))
        readings.log(connection, "gone", None, "read", Standing(None, utc_now(), 1, 3, 3))
    lines = run(tmp_path, "status").stdout.splitlines()
    assert lines[:4] == [
        "listings     1 selected",
        "pictures     1 fit",
        "dreams       1 done",
        "artworks     1 waiting",
    ]
    assert lines[-2:] == [
        "source       g: nothing new, 0 works seen, 0 new, 0 of 50 requests this month: it shows no work any more",
        "source       gone: read, 3 works seen, 3 new, 0 requests this month",
    ]
