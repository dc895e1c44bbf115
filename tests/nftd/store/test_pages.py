"""Raw pages and budgets: kept once, found again, counted exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from nftd.pages import StoredPage, get_key, post_key
from nftd.store.database import Store
from nftd.store.pages import Pages, spent
from nftd.store.tables import page as page_table
from tests.nftd import rooms

KEY = get_key("https://g.example/")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def page(body: bytes = b"<html>", minutes: int = 0, **changes: object) -> StoredPage:
    fields = {
        "url": "https://g.example/",
        "status": 200,
        "content_type": "text/html",
        "charset": "utf-8",
        "etag": '"1"',
        "last_modified": None,
        "body": body,
        "fetched_at": rooms.NOON + timedelta(minutes=minutes),
    }
    return StoredPage(**{**fields, **changes})


def rows(store: Store) -> list[dict]:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(page_table).order_by(page_table.c.id)).mappings()]


def test_a_page_comes_back_as_it_was_and_lies_compressed(store: Store) -> None:
    pages = Pages(store, "g")
    assert pages.newest(KEY) is None
    big = page(b"<p>work</p>" * 10_000)
    pages.keep(KEY, big)
    assert pages.newest(KEY) == big
    assert store.blobs.path(rows(store)[0]["blob"]).stat().st_size < 2_000


def test_the_newest_counts_and_the_earlier_ones_stay(store: Store) -> None:
    pages = Pages(store, "g")
    for minutes, body in ((0, b"one"), (10, b"two"), (20, b"one")):
        pages.keep(KEY, page(body, minutes))
    assert pages.newest(KEY).body == b"one"
    history = pages.history()
    assert [(one.key, one.first_at) for one in history] == [
        (KEY, rooms.NOON + timedelta(minutes=at)) for at in (0, 10, 20)
    ]
    assert [pages.whole(one.number) for one in history] == [page(b"one"), page(b"two", 10), page(b"one", 20)]
    store.blobs.path(rows(store)[1]["blob"]).unlink()
    assert pages.whole(history[1].number) is None


def test_the_same_content_again_is_one_row_that_was_fetched_later(store: Store) -> None:
    pages = Pages(store, "g")
    pages.keep(KEY, page())
    pages.keep(KEY, page(minutes=5, etag='"2"'))
    assert pages.newest(KEY) == page(minutes=5, etag='"2"')
    (row,) = rows(store)
    assert (row["first_at"], row["fetched_at"]) == (rooms.NOON, rooms.NOON + timedelta(minutes=5))
    assert [one.first_at for one in pages.history()] == [rooms.NOON]


def test_pages_that_keep_nothing_count_requests_all_the_same(store: Store) -> None:
    Pages(store, "g").keep(KEY, page())
    looking = Pages(store, "g", keeps=False)
    assert looking.newest(KEY) == page()
    looking.keep(KEY, page(b"other"))
    looking.keep(f"{KEY}2", page())
    assert looking.spend("g", "2026-11", None)
    looking.close()
    assert looking.spend("g", "2026-11", 2)
    assert not looking.spend("g", "2026-11", 2)
    assert len(rows(store)) == 1


def test_pages_of_two_sources_and_of_two_questions_are_apart(store: Store) -> None:
    one, other = Pages(store, "g"), Pages(store, "h")
    first, second = (post_key("https://g.example/", body) for body in (b"{}", b'{"offset":1}'))
    one.keep(first, page(b"first"))
    one.keep(second, page(b"second"))
    assert (one.newest(first).body, one.newest(second).body) == (b"first", b"second")
    assert other.newest(first) is None


def test_a_page_whose_bytes_are_gone_is_fetched_again(store: Store) -> None:
    pages = Pages(store, "g")
    pages.keep(KEY, page())
    store.blobs.path(rows(store)[0]["blob"]).write_bytes(b"damaged")
    assert pages.newest(KEY) is None
    pages.keep(KEY, page(minutes=1))
    assert pages.newest(KEY) == page(minutes=1)


def test_a_server_that_moves_keeps_its_pages(store: Store) -> None:
    before = Pages(store, "sample", "http://127.0.0.1:1111", "bundled:")
    before.keep(get_key("http://127.0.0.1:1111/a"), page(url="http://127.0.0.1:1111/a"))
    after = Pages(store, "sample", "http://127.0.0.1:2222", "bundled:")
    assert after.newest(get_key("http://127.0.0.1:2222/a")).url == "http://127.0.0.1:2222/a"
    assert "127.0.0.1" not in rows(store)[0]["key"] + rows(store)[0]["url"]


def test_bytes_that_cannot_be_kept_stop_the_page_and_the_request_still_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages(store, "g")
    assert pages.spend("g", "2026-11", None)
    with monkeypatch.context() as patch:
        patch.setattr(store.blobs, "put", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            pages.keep(KEY, page())
    assert rows(store) == []
    pages.close()
    with store.read() as connection:
        assert spent(connection, "g", "2026-11") == 1


def test_an_error_while_reading_is_not_hidden_by_one_of_keeping(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(store, "g")
    monkeypatch.setattr(store.blobs, "put", Mock(side_effect=OSError(28, "No space left on device")))

    def read() -> None:
        with pages.gathered():
            pages.keep(KEY, page())
            raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        read()


def test_a_budget_ends_exactly_at_its_limit_whoever_spends(store: Store) -> None:
    pages = Pages(store, "g")
    with ThreadPoolExecutor(4) as pool:
        allowed = list(pool.map(lambda _number: pages.spend("g", "2026-11", 7), range(12)))
    assert sum(allowed) == 7
    assert pages.spend("g", "2026-12", 7)
    assert pages.spend("h", "2026-11", 7)
    assert pages.spend("g", "2026-11", None), "without a limit requests are counted all the same, a little later"
    pages.close()
    with store.read() as connection:
        assert [spent(connection, feed, "2026-11") for feed in ("g", "h", "x")] == [8, 1, 0]


def test_gathered_pages_come_with_what_is_read_from_them_or_in_the_end(store: Store) -> None:
    pages = Pages(store, "g")
    with pages.gathered():
        pages.keep(KEY, page(b"one"))
        pages.keep(KEY, page(b"two", minutes=1))
        assert pages.newest(KEY) == page(b"two", minutes=1)
        assert rows(store) == []
        with store.write() as connection:
            pages.write(connection)
        assert len(rows(store)) == 2
        pages.keep(KEY, page(b"three", minutes=2))
    assert len(rows(store)) == 3

    def breaks() -> None:
        with pages.gathered():
            pages.keep(KEY, page(b"four", minutes=3))
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        breaks()
    assert pages.newest(KEY).body == b"four", "the page on which a reading broke is there to be looked at"


def test_requests_without_a_limit_take_no_transaction_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages(store, "g")
    monkeypatch.setattr(store, "write", None)
    assert all(pages.spend("g", "2026-11", None) for _ in range(3))
    monkeypatch.undo()
    pages.keep(KEY, page())
    with store.read() as connection:
        assert spent(connection, "g", "2026-11") == 3
