"""A person decides, at the prompt; only what was approved is prepared for the market, once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from publisher.chains import CHAINS, SEPOLIA
from publisher.draft import Draft
from publisher.voucher import typed_data
from tests.crash import state
from tests.e2e.gallery import Gallery, Piece
from tests.e2e.launcher import Home

MINTER = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"


def waiting(home: Home) -> list[str]:
    return [entry["id"] for entry in home.json("queue", "list")]


def rows(home: Home, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{home.data / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def set_minter(home: Home, minter: str = MINTER) -> None:
    """Write the minter into the configuration as a person would."""
    with home.config.open("a", encoding="utf-8") as file:
        file.write(f'\n[publisher]\nminter = "{minter}"\n')


def test_the_queue_shows_what_there_is_to_decide(settled: Home) -> None:
    entries = settled.json("queue", "list")
    assert len(entries) == 2
    assert {entry["state"] for entry in entries} == {"waiting"}
    assert {entry["title"] for entry in entries} == {"Work 1", "Work 2"}
    for entry in entries:
        assert entry["id"] in settled.ok("queue", "list").out
        assert Path(entry["image"]).read_bytes().startswith(b"\x89PNG")
        assert set(entry["scores"]) == {"fidelity", "prompt-match"}


def test_one_artwork_is_shown_with_its_source_its_iterates_and_its_draft(settled: Home) -> None:
    artwork = waiting(settled)[0]
    found = settled.json("queue", "show", artwork)
    assert [iterate["step"] for iterate in found["iterates"]] == [1, 2]
    assert found["source"]["rights"]["license"] == "CC0-1.0"
    assert found["draft"]["terms"] is None
    assert {pin["state"] for pin in found["draft"]["pins"]} == {"archived"}
    metadata = json.loads(found["draft"]["metadata"])
    assert metadata["image"].startswith("ipfs://")
    assert metadata["image"].split("/")[2] in {pin["cid"] for pin in found["draft"]["pins"]}
    told = settled.ok("queue", "show", artwork).out
    for part in (artwork, found["source"]["url"], found["draft"]["token_uri"], "needs publisher.minter"):
        assert part in told


def test_approved_without_a_minter_it_says_what_is_missing_and_nothing_is_prepared(settled: Home) -> None:
    artwork = waiting(settled)[0]
    answer = settled.json("queue", "approve", artwork)
    assert (answer["verdict"], answer["state"]) == ("approve", "approved")
    assert answer["note"] == "needs publisher.minter to go on"
    assert settled.json("once")["publications"] == {"prepared": 0}
    assert "needs publisher.minter" in settled.ok("explain", artwork).out
    assert settled.json("status")["publication"] == {}


def test_a_minter_that_comes_later_makes_a_new_draft_that_wants_a_new_yes(settled: Home) -> None:
    artwork = waiting(settled)[0]
    old = settled.json("queue", "approve", artwork)["draft"]
    settled.ok("once")
    set_minter(settled)
    assert settled.json("once")["publications"] == {"prepared": 0}
    entry = next(one for one in settled.json("queue", "list") if one["id"] == artwork)
    assert entry["draft"] != old
    assert entry["signable"]
    settled.ok("queue", "approve", artwork)
    assert settled.json("once")["publications"] == {"prepared": 1}


def test_an_approved_artwork_gets_exactly_one_publication_with_the_terms_that_were_shown(settled: Home) -> None:
    set_minter(settled)
    settled.ok("once")
    artwork = waiting(settled)[0]
    shown = settled.json("queue", "show", artwork)["draft"]
    assert settled.json("queue", "approve", artwork, "--draft", shown["id"])["note"].startswith("its voucher")
    assert settled.json("once")["publications"] == {"prepared": 1}
    assert settled.json("once")["publications"] == {"prepared": 0}
    (publication,) = rows(settled, "SELECT * FROM publication")
    content = {row["id"]: row["content"] for row in rows(settled, "SELECT id, content FROM draft")}[
        publication["draft"]
    ]
    typed = json.loads(publication["typed_data"])
    terms = Draft.from_json(content).terms
    assert terms is not None
    assert typed == json.loads(json.dumps(typed_data(terms)))
    assert publication["state"] == "prepared"
    assert typed["domain"] == {
        "name": "Mint721",
        "version": "1",
        "chainId": SEPOLIA,
        "verifyingContract": CHAINS[SEPOLIA].erc721,
    }
    message = typed["message"]
    assert message["tokenURI"] == shown["token_uri"]
    assert str(message["tokenId"]) == publication["token_id"] == shown["terms"]["token_id"]
    assert message["creators"] == [{"account": MINTER, "value": 10_000}]
    assert message["royalties"] == [{"account": MINTER, "value": 1_000}]
    assert message["tokenId"] >> 96 == int(MINTER, 16)
    explained = settled.json("explain", publication["id"][:12])
    assert explained["kind"] == "publication"
    assert explained["steps"][-1]["outcome"] == "prepared"


def test_rejected_it_stays_in_the_store_unpublished(settled: Home) -> None:
    artwork, other = waiting(settled)
    assert settled.json("queue", "reject", artwork, "--reason", "dull")["state"] == "rejected"
    assert waiting(settled) == [other]
    assert [entry["id"] for entry in settled.json("queue", "list", "--state", "rejected")] == [artwork]
    assert settled.json("once")["publications"] == {"prepared": 0}
    assert settled.json("queue", "show", artwork)["decisions"][0]["reason"] == "dull"


def test_again_dreams_another_take_with_another_seed(settled: Home) -> None:
    artwork = waiting(settled)[0]
    assert settled.json("queue", "again", artwork)["state"] == "again"
    assert settled.json("once")["runs"]["done"] == 1
    seeds = rows(settled, "SELECT take, seed FROM run ORDER BY take")
    assert [row["take"] for row in seeds] == [0, 0, 1]
    assert len({row["seed"] for row in seeds}) == 3
    assert artwork not in waiting(settled)
    assert len(waiting(settled)) == 2
    assert settled.json("once")["runs"]["done"] == 0


def test_undo_takes_a_yes_back_with_what_hung_on_it(settled: Home) -> None:
    set_minter(settled)
    settled.ok("once")
    artwork = waiting(settled)[0]
    settled.ok("queue", "approve", artwork)
    settled.ok("once")
    assert settled.json("queue", "undo", artwork)["state"] == "waiting"
    assert rows(settled, "SELECT * FROM publication") == rows(settled, "SELECT * FROM approval") == []
    assert settled.json("once")["publications"] == {"prepared": 0}
    settled.ok("queue", "approve", artwork)
    assert settled.json("once")["publications"] == {"prepared": 1}
    verdicts = [one["verdict"] for one in settled.json("queue", "show", artwork)["decisions"]]
    assert verdicts == ["approve", "undo", "approve"]


@pytest.mark.parametrize("verb", ["approve", "reject", "again"])
def test_every_answer_can_be_undone(verb: str, settled: Home) -> None:
    before = {name: state.tables(settled.data)[name] for name in ("artwork", "draft", "approval")}
    artwork = waiting(settled)[0]
    settled.ok("queue", verb, artwork)
    assert settled.ok("queue", "undo", artwork).out.startswith(f"{artwork} is waiting")
    assert {name: state.tables(settled.data)[name] for name in before} == before
    assert settled.json("once")["runs"]["done"] == 0


def test_an_answer_to_what_was_answered_is_refused(settled: Home) -> None:
    artwork = waiting(settled)[0]
    nothing = settled.nftd("queue", "undo", artwork)
    assert (nothing.code, "nothing to undo" in nothing.complaint) == (1, True)
    settled.ok("queue", "reject", artwork)
    for verb in ("approve", "reject", "again"):
        refused = settled.nftd("queue", verb, artwork, "--json")
        assert (refused.code, refused.out) == (1, "")
        assert refused.complaint == f"nftd: {artwork} is rejected: undo that first"


def test_an_answer_to_an_older_draft_is_refused(settled: Home) -> None:
    artwork = waiting(settled)[0]
    old = settled.json("queue", "show", artwork)["draft"]["id"]
    set_minter(settled)
    settled.ok("once")
    refused = settled.nftd("queue", "approve", artwork, "--draft", old)
    assert refused.code == 1
    assert "has a newer draft" in refused.complaint


def test_what_was_only_made_for_study_cannot_be_approved(home: Home) -> None:
    with Gallery([Piece(1, license="All rights reserved")]) as closed:
        home.configure(closed.url, rights={"generate": "any"})
        assert home.json("once")["artworks"] == {"waiting": 1}
        refused = home.nftd("queue", "approve", waiting(home)[0])
    assert refused.code == 1
    assert "cannot be approved" in refused.complaint
    assert rows(home, "SELECT * FROM approval") == []


def test_an_unknown_state_is_usage(settled: Home) -> None:
    assert settled.nftd("queue", "list", "--state", "sold").code == 2
