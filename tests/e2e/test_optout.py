"""The opt-out list, from the configuration to the queue."""

from __future__ import annotations

from tests.crash import state
from tests.e2e.gallery import Gallery
from tests.e2e.launcher import Home


def test_a_creator_who_opts_out_is_gone_from_the_queue_and_the_cycle_says_so(settled: Home, shelf: Gallery) -> None:
    assert len(settled.json("queue", "list")) == 2
    settled.configure(shelf.url, optout={"creators": ["a painter"]})
    told = settled.ok("once").out
    assert "2 artworks withdrawn: on the opt-out list" in told
    assert settled.json("queue", "list") == []
    assert settled.json("once")["opted_out"] == {"withdrawn": 0, "approved": {}}
    rows = [dict(row) for row in state.tables(settled.data)["decision"]]
    assert [(row["verdict"], row["reviewer"]) for row in rows] == [("reject", "nftd")] * 2


def test_an_approved_artwork_stays_and_every_cycle_names_it(settled: Home, shelf: Gallery) -> None:
    approved = settled.json("queue", "list")[0]["id"]
    settled.ok("queue", "approve", approved)
    settled.configure(shelf.url, optout={"creators": ["A Painter"]})
    for withdrawn in (1, 0):
        found = settled.json("once")["opted_out"]
        assert (found["withdrawn"], list(found["approved"])) == (withdrawn, [approved])
    assert f"nftd queue undo {approved}" in settled.ok("once").out
    settled.ok("queue", "undo", approved)
    assert settled.nftd("queue", "approve", approved).code == 1
    assert settled.json("once")["opted_out"] == {"withdrawn": 1, "approved": {}}


def test_a_work_on_the_list_is_never_downloaded(home: Home, shelf: Gallery) -> None:
    home.configure(shelf.url, optout={"listings": ["g:g-1"]}, limits={"runs_per_cycle": 0})
    hits = shelf.site.hits["/images/1.png"]
    summary = home.json("once")
    assert summary["listings"] == {"seen": 2, "new": 2, "selected": 1, "passed": 1}
    assert shelf.site.hits["/images/1.png"] == hits
    (passed,) = [dict(row) for row in state.tables(home.data)["listing"] if dict(row)["state"] == "passed"]
    assert (passed["market_id"], passed["reason"]) == ("g-1", "opted_out")
