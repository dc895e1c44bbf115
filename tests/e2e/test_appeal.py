"""A refusal that a person overturns, from the command line to the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from nftd.domain import shown
from nftd.store.listings import listing_id
from tests.crash import state
from tests.e2e.gallery import Gallery, Piece, drawing, serve
from tests.e2e.launcher import Home

DENIED = "https://creativecommons.org/licenses/by-nc/4.0/"


def flat() -> bytes:
    """A picture of two colors, blurred and flat, that decodes."""
    out = BytesIO()
    picture = Image.new("RGB", (200, 200), "teal")
    picture.paste((0, 129, 129), (0, 0, 100, 200))
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def walls() -> Iterator[Gallery]:
    """A dull picture, one whose license forbids it, and one that is no picture."""
    works = [
        Piece(1, price="90", likes=900),
        Piece(2, price="90", likes=900, license=DENIED),
        Piece(3, price="90", likes=900),
    ]
    with Gallery(works) as one:
        one.break_("/images/1.png", serve(flat(), "image/png"))
        one.break_("/images/3.png", serve(drawing(3)[:200], "image/png"))
        yield one


def listing(number: int) -> str:
    return shown(listing_id("g", f"g-{number}"))


def source_of(home: Home, number: int) -> dict[str, object]:
    wanted = listing_id("g", f"g-{number}")
    return next(dict(row) for row in state.tables(home.data)["source"] if dict(row)["listing"] == wanted)


def test_taste_gives_way_to_a_basis_and_the_story_tells_both(home: Home, walls: Gallery) -> None:
    home.configure(walls.url)
    home.json("once")
    assert source_of(home, 1)["state"] == "unfit"
    told = home.json("appeal", listing(1), "--basis", "  it is meant \u202eto be plain ")
    assert "blur" in told["gates"]
    assert home.json("once")["sources"]["fit"] == 1
    assert [entry["title"] for entry in home.json("queue", "list")] == ["Work 1"]
    story = home.ok("explain", listing(1)).out
    assert "refused blur" in story
    assert "blur overturned: it is meant to be plain" in story
    again = home.nftd("appeal", listing(1), "--basis", "again")
    assert (again.code, "its rights allow it" in again.complaint) == (1, True)


def test_what_fits_no_category_is_what_a_person_says(home: Home, shelf: Gallery) -> None:
    alike = {"prompt": "a painting of a garden", "phrases": ["a picture"]}
    home.configure(shelf.url, **{"categories.all": alike, "categories.other": alike})
    assert home.json("once")["refused"] == {"category_undecided": 2}
    home.ok("appeal", listing(1), "--basis", "the likelier one")
    home.ok("appeal", listing(2), "--basis", "another", "--category", "other")
    assert home.json("once")["sources"]["fit"] == 2
    assert source_of(home, 1)["category"] in {"all", "other"}
    assert source_of(home, 2)["category"] == "other"


def test_safety_gives_way_to_nobody(home: Home, walls: Gallery) -> None:
    home.configure(walls.url)
    home.json("once")
    refused = home.nftd("appeal", listing(3), "--basis", "let me")
    assert refused.code == 1
    assert "keeps this machine safe" in refused.complaint
    assert list(state.tables(home.data)["appeal"]) == []


def test_rights_give_way_to_a_basis_that_the_draft_prints(home: Home, walls: Gallery) -> None:
    home.configure(walls.url, intake={"min_sharpness": 0})
    home.json("once")
    assert source_of(home, 2)["reason"] == "rights_no_commercial_use"
    empty = home.nftd("appeal", listing(2), "--basis", " \u200b ")
    assert (empty.code, "needs a basis" in empty.complaint) == (2, True)
    home.ok("appeal", listing(2), "--basis", "Written license of 2026-01-02 from the painter")
    home.json("once")
    entry = next(one for one in home.json("queue", "list") if one["title"] == "Work 2")
    assert entry["warnings"] == []
    metadata = json.loads(home.json("queue", "show", entry["id"])["draft"]["metadata"])
    assert metadata["provenance"]["source"]["basis"] == "Written license of 2026-01-02 from the painter"
    home.ok("queue", "approve", entry["id"])


def test_what_is_made_for_study_says_so_and_needs_a_basis_before_it_is_approved(home: Home, walls: Gallery) -> None:
    home.configure(walls.url, rights={"generate": "any"})
    home.json("once")
    entry = next(one for one in home.json("queue", "list") if one["title"] == "Work 2")
    assert entry["warnings"] == ["for study only: the rights of its source do not allow to publish it"]
    refused = home.nftd("queue", "approve", entry["id"])
    assert (refused.code, "nftd appeal s-" in refused.complaint) == (1, True)
    home.ok("appeal", entry["id"], "--basis", "A license in writing")
    early = home.nftd("queue", "approve", entry["id"])
    assert (early.code, "does not print the basis yet" in early.complaint) == (1, True)
    home.json("once")
    home.ok("queue", "approve", entry["id"])
    assert "A license in writing" in home.ok("queue", "show", entry["id"]).out


def test_where_rights_leave_nothing_the_summary_says_how_many_and_what_to_do(home: Home, walls: Gallery) -> None:
    walls.works = [Piece(number, license=DENIED) for number in (1, 2)]
    walls.mend()
    home.configure(walls.url)
    told = home.ok("once").out
    assert "rights leave nothing to make: 2 works" in told
    assert "nftd appeal" in told


def test_nothing_to_appeal_is_told_in_one_line(home: Home, walls: Gallery) -> None:
    home.configure(walls.url, optout={"listings": ["g:g-2"]})
    home.json("once")
    assert home.nftd("appeal", listing(2), "--basis", "x").code == 1
    assert home.nftd("appeal", "s-00000000", "--basis", "x").code == 2
    wrong = home.nftd("appeal", listing(1), "--basis", "x", "--category", "no such")
    assert (wrong.code, "configured are" in wrong.complaint) == (2, True)
