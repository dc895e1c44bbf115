"""The store: its shape, its gate and its bytes, on a real SQLite file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from generator.nouns import Verdict
from nftd.domain import Event
from nftd.errors import Ambiguous, BlobMissing, CycleRunning, DataFolderError, NewerStore, NotFound
from nftd.store import appeals, artworks, dialect, history, listings, lookups, migrate, readings, runs, sources
from nftd.store.blobs import Blobs
from nftd.store.database import Store
from nftd.store.tables import approval, decision, event, listing, metadata, observation, publication, signature
from scrapers.money import Money
from tests.nftd import rooms
from tests.nftd.store.write_schema import schema


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


@pytest.fixture
def artwork(store: Store) -> str:
    with store.write() as connection:
        return rooms.add_artwork(connection, store, minter=rooms.MINTER)


def draft_of(store: Store, identifier: str) -> str:
    with store.read() as connection:
        return artworks.get(connection, identifier)["draft"]


# --- shape ----------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_store_is_what_the_migrations_would_have_made() -> None:
    told = "after a new migration: python -m tests.nftd.store.write_schema"
    assert migrate.SCHEMA.read_text(encoding="utf-8") == schema(), told


def test_the_newest_migration_is_the_one_that_a_start_looks_for() -> None:
    folder = Path(migrate.__file__).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_current_head() == migrate.HEAD


def test_a_store_of_a_newer_nftd_is_refused_in_one_line(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerStore, match="revision 9999"):
        rooms.new_store(tmp_path)


def test_a_new_store_is_sound_and_survives_a_power_cut_by_its_settings(store: Store) -> None:
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA quick_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="NFTD_DATA"):
        Store(tmp_path / "file" / "data")


def test_two_cycles_cannot_hold_the_lock(store: Store, tmp_path: Path) -> None:
    other = rooms.new_store(tmp_path)
    with store.cycle_lock(), pytest.raises(CycleRunning, match="process"), other.cycle_lock():
        pass
    with other.cycle_lock():
        pass


# --- history --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", dialect.APPEND_ONLY)
def test_history_can_be_neither_changed_nor_deleted(store: Store, artwork: str, table: str) -> None:
    if table == "decision":
        with store.write() as connection:
            artworks.decide(connection, artwork, draft_of_connection(connection, artwork), "reject", "tester")
    with store.write() as connection:
        history.record(connection, [Event(artwork, None, "seen")], None)
        readings.log(connection, "g", None, "read", readings.Standing(None, rooms.NOON))
        appeals.add(connection, source_of(connection, artwork), ["text"], "it is a title page", "tester")
    mine = metadata.tables[table]
    for statement in (update(mine).values({mine.c.id: mine.c.id}), delete(mine)):
        with pytest.raises(IntegrityError, match="append-only"), store.write() as connection:
            connection.execute(statement)


def source_of(connection, identifier: str) -> str:
    return runs.get(connection, artworks.get(connection, identifier)["run"])["source"]


def draft_of_connection(connection, identifier: str) -> str:
    return artworks.get(connection, identifier)["draft"]


@pytest.mark.parametrize("table", dialect.APPEND_ONLY)
def test_history_cannot_be_replaced_either(store: Store, artwork: str, table: str) -> None:
    with store.write() as connection:
        artworks.decide(connection, artwork, draft_of_connection(connection, artwork), "reject", "tester")
        history.record(connection, [Event(artwork, None, "seen")], None)
        readings.log(connection, "g", None, "read", readings.Standing(None, rooms.NOON))
        appeals.add(connection, source_of(connection, artwork), ["text"], "it is a title page", "tester")
    foreign = sqlite3.connect(store.root / "nftd.sqlite")
    foreign.row_factory = sqlite3.Row
    row = dict(foreign.execute(f"SELECT * FROM {table} LIMIT 1").fetchone())  # noqa: S608 - our own table names
    changed = next(name for name in ("content", "verdict", "kind", "outcome", "basis", "new") if name in row)
    row[changed] = {"verdict": "approve", "kind": "sale", "outcome": "failed"}.get(changed, "other")
    marks = ", ".join("?" * len(row))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        foreign.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608


# --- the gate -------------------------------------------------------------------------------------


def published(store: Store, artwork_id: str, draft: str) -> None:
    with store.write() as connection:
        artworks.publish(connection, artwork_id, draft, "rarible", 1, {}, "00")


def approve(store: Store, artwork_id: str, verdict_word: str = "approve") -> int:
    draft = draft_of(store, artwork_id)
    with store.write() as connection:
        number = artworks.decide(connection, artwork_id, draft, verdict_word, "tester")
        artworks.approve(connection, artwork_id, draft, number)
    return number


def test_nothing_is_published_without_an_approval(store: Store, artwork: str) -> None:
    with pytest.raises(IntegrityError):
        published(store, artwork, draft_of(store, artwork))


@pytest.mark.parametrize("word", ["reject", "again", "undo"])
def test_no_decision_but_a_yes_makes_an_approval(store: Store, artwork: str, word: str) -> None:
    with pytest.raises(IntegrityError):
        approve(store, artwork, word)


def test_an_approval_cannot_claim_a_yes_that_its_decision_does_not_say(store: Store, artwork: str) -> None:
    draft = draft_of(store, artwork)
    with store.write() as connection:
        number = artworks.decide(connection, artwork, draft, "reject", "tester")
    row = {"artwork": artwork, "draft": draft, "decision": number, "verdict": "reject"}
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(approval).values(**row))


def test_an_approval_covers_no_other_draft(store: Store, artwork: str) -> None:
    approve(store, artwork)
    with store.write() as connection:
        other = rooms.add_draft(connection, store, artwork, "Another title", rooms.MINTER)
    with pytest.raises(IntegrityError):
        published(store, artwork, other)


def test_an_approval_covers_no_other_artwork(store: Store, artwork: str) -> None:
    with store.write() as connection:
        other = rooms.add_artwork(connection, store, 2, rooms.MINTER)
    approve(store, artwork)
    with pytest.raises(IntegrityError):
        published(store, other, draft_of(store, other))


def test_an_artwork_is_published_once_however_often_it_is_tried(store: Store, artwork: str) -> None:
    approve(store, artwork)
    for _ in range(3):
        published(store, artwork, draft_of(store, artwork))
    with store.read() as connection:
        assert len(artworks.publications(connection, artwork)) == 1


def test_an_approval_with_a_publication_cannot_be_taken_away_alone(store: Store, artwork: str) -> None:
    approve(store, artwork)
    published(store, artwork, draft_of(store, artwork))
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(delete(approval))


def test_once_signed_nothing_can_be_undone(store: Store, artwork: str) -> None:
    approve(store, artwork)
    published(store, artwork, draft_of(store, artwork))
    with store.write() as connection:
        one = connection.execute(select(publication.c.id)).scalar_one()
        row = {"publication": one, "signer": rooms.MINTER, "signature": "0x00", "at": rooms.NOON}
        connection.execute(insert(signature).values(**row))
    with pytest.raises(IntegrityError), store.write() as connection:
        artworks.withdraw_approval(connection, artwork)


def test_a_decision_is_about_a_draft_of_that_artwork(store: Store, artwork: str) -> None:
    with store.write() as connection:
        other = rooms.add_artwork(connection, store, 2)
    with pytest.raises(IntegrityError), store.write() as connection:
        artworks.decide(connection, artwork, draft_of_connection(connection, other), "approve", "tester")


def test_the_gate_holds_against_any_other_program_that_opens_the_file(store: Store, artwork: str) -> None:
    """Foreign keys are a setting of the connection: this is what a program without it still cannot do."""
    foreign = sqlite3.connect(store.root / "nftd.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        foreign.execute("UPDATE draft SET content = 'x'")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        foreign.execute("INSERT INTO approval VALUES (?, ?, 1, 'reject')", (artwork, draft_of(store, artwork)))


# --- listings -------------------------------------------------------------------------------------


def test_a_listing_seen_twice_is_one_row_and_an_unchanged_price_one_observation(store: Store) -> None:
    with store.write() as connection:
        assert listings.save(connection, "g", rooms.listing(), demo=False)
        assert not listings.save(connection, "g", rooms.listing(), demo=False)
        assert not listings.save(connection, "g", rooms.listing(ask=Money.parse("2", "ETH"), likes=11), demo=False)
    with store.read() as connection:
        rows = connection.execute(select(listing)).mappings().all()
        prices = connection.execute(select(observation.c.base).order_by(observation.c.id)).scalars().all()
    assert [row["likes"] for row in rows] == [11]
    assert prices == [str(15 * 10**17), str(2 * 10**18)]


def test_money_comes_back_exactly_as_it_was(store: Store) -> None:
    exact = Money.parse("123456789012345678.123456789012345678", "ETH")
    with store.write() as connection:
        listings.save(connection, "g", rooms.listing(ask=exact), demo=False)
        row = listings.get(connection, listings.listing_id("gallery", "g-1"))
    assert listings.money(row) == exact


def test_hostile_text_is_stored_as_text(store: Store) -> None:
    title = "'; DROP TABLE listing;-- <script>"
    with store.write() as connection:
        listings.save(connection, "g", rooms.listing(title=title, market_id="x' OR '1'='1"), demo=False)
        row = listings.get(connection, listings.listing_id("gallery", "x' OR '1'='1"))
    assert row["title"] == title


def test_a_judged_listing_is_not_judged_again(store: Store) -> None:
    with store.write() as connection:
        listings.save(connection, "g", rooms.listing(), demo=False)
        one = listings.listing_id("gallery", "g-1")
        verdict_row = {"id": one, "state": "passed", "reason": "nsfw", "rank": None, "selection": {}}
        listings.judge(connection, [verdict_row])
        listings.judge(connection, [{**verdict_row, "state": "selected", "reason": "selected", "rank": 1}])
        assert listings.get(connection, one)["state"] == "passed"


def test_one_token_on_two_markets_is_one_source(store: Store) -> None:
    token = {"chain": "ETHEREUM", "contract": "0xabc", "token_id": "7"}
    with store.write() as connection:
        listings.save(connection, "g", rooms.listing(1, market="one", **token), demo=False)
        listings.save(connection, "g", rooms.listing(1, market="two", **token), demo=False)
        rows = connection.execute(select(listing)).mappings().all()
    assert len({sources.source_id(row) for row in rows}) == 1
    assert len(rows) == 2


# --- runs -----------------------------------------------------------------------------------------


def test_a_seed_of_minus_one_is_derived_and_stored_before_the_first_step(store: Store) -> None:
    with store.write() as connection:
        source = rooms.add_source(connection, store)
        first = runs.order(connection, source, rooms.RECIPE, -1)
        assert runs.order(connection, source, rooms.RECIPE, -1) == first
        second = runs.order(connection, source, rooms.RECIPE, -1, take=1)
        seeds = {runs.get(connection, one)["seed"] for one in (first, second)}
    assert len(seeds) == 2
    assert all(0 <= seed < 2**63 for seed in seeds)


# --- ids ------------------------------------------------------------------------------------------


def test_a_unique_prefix_is_enough_and_a_shared_one_is_not(store: Store, artwork: str) -> None:
    with store.read() as connection:
        assert lookups.resolve(connection, artwork[:6]) == ("artwork", artwork)
        assert lookups.resolve(connection, f" {artwork.upper()} ") == ("artwork", artwork)
        with pytest.raises(NotFound):
            lookups.resolve(connection, "a-ffffffffff")
        with pytest.raises(NotFound, match="starts with"):
            lookups.resolve(connection, "a-%' OR 1=1")
        with pytest.raises(NotFound):
            lookups.resolve(connection, artwork, "listing")
    with store.write() as connection:
        for number in range(40):
            listings.save(connection, "g", rooms.listing(number + 10), demo=False)
        first = Counter(row[2] for row in connection.execute(select(listing.c.id)).scalars())
    with store.read() as connection, pytest.raises(Ambiguous, match="give more digits"):
        lookups.resolve(connection, f"l-{first.most_common(1)[0][0]}")


def test_the_first_word_of_a_gate_stands(store: Store) -> None:
    with store.write() as connection:
        source = rooms.add_source(connection, store)
        sources.judged(
            connection, source, [Verdict("text", False, "text_heavy", 0.4, 0.1), Verdict("blur", True, "sharp")]
        )
        sources.judged(connection, source, [Verdict("text", True, "little_text", 0.0, 0.1)])
        told = sources.verdicts(connection, source)
    assert [(one["gate"], one["ok"], one["value"]) for one in told] == [("text", False, 0.4), ("blur", True, None)]


def test_events_are_told_in_order(store: Store, artwork: str) -> None:
    with store.write() as connection:
        history.record(connection, [Event(artwork, None, "waiting"), Event(artwork, "waiting", "approved")], "c-1")
        assert [row["new"] for row in history.of_prefix(connection, artwork[:12])] == ["waiting", "approved"]
        assert connection.execute(select(event.c.cycle)).scalars().all() == ["c-1", "c-1"]
        assert connection.execute(select(decision)).first() is None


# --- blobs ----------------------------------------------------------------------------------------


def test_a_blob_is_named_by_its_bytes_and_stored_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"picture")
    assert digest == hashlib.sha256(b"picture").hexdigest() == blobs.put(b"picture")
    assert blobs.get(digest) == b"picture"
    assert list(blobs.digests()) == [digest]
    assert blobs.path(digest) == tmp_path / digest[:2] / digest[2:4] / digest


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "/" * 64, "a" * 64 + "\n"])
def test_nothing_but_a_digest_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(BlobMissing):
        Blobs(tmp_path).path(name)


def test_a_damaged_or_missing_blob_is_told_apart_from_a_good_one(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"picture")
    blobs.path(digest).write_bytes(b"p1cture")
    with pytest.raises(BlobMissing, match="does not hold"):
        blobs.get(digest)
    blobs.path(digest).unlink()
    with pytest.raises(BlobMissing, match="missing"):
        blobs.get(digest)


def test_a_damaged_blob_is_put_right_when_its_bytes_come_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"picture")
    blobs.path(digest).write_bytes(b"p1cture")
    assert blobs.put(b"picture") == digest
    assert blobs.get(digest) == b"picture"


def test_a_new_data_folder_is_its_owners_alone(store: Store) -> None:
    assert store.root.stat().st_mode & 0o077 == 0


def test_a_work_that_was_a_demonstration_once_stays_one(store: Store) -> None:
    with store.write() as connection:
        listings.save(connection, "sample", rooms.listing(), demo=True)
        listings.save(connection, "live", rooms.listing(), demo=False)
        row = listings.get(connection, listings.listing_id("gallery", "g-1"))
    assert (row["demo"], row["feed"]) == (True, "live")


def test_a_picture_missing_on_one_market_is_taken_from_another(store: Store) -> None:
    token = {"chain": "ETHEREUM", "contract": "0xabc", "token_id": "7"}
    with store.write() as connection:
        for number, market in ((1, "one"), (2, "two")):
            listings.save(connection, "g", rooms.listing(number, market=market, **token), demo=False)
        first, second = (listings.listing_id(market, f"g-{n}") for n, market in ((1, "one"), (2, "two")))
        identifier = sources.source_id(listings.get(connection, first))
        assert sources.add(connection, identifier, first, None, None)
        sources.settle(connection, identifier, "unfit", "not_found")
        assert sources.add(connection, identifier, second, "0" * 64, "image/png")
        row = sources.get(connection, identifier)
    assert (row["state"], row["listing"]) == ("fetched", second)


def test_what_a_killed_writer_left_is_swept_and_blobs_stay(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"picture")
    blobs.path(digest).with_name("x.123-ab.part").write_bytes(b"half")
    assert blobs.sweep() == 1
    assert list(tmp_path.rglob("*.part")) == []
    assert blobs.path(digest).exists()
