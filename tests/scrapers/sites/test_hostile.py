"""Any value in any place of any market's answer: a work, a price, a problem or a named error, and never a crash."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import FetchError, ShapeChanged
from scrapers.listing import Listing, Observation, Problem, Rate
from scrapers.sites import make_source
from scrapers.source import nothing_known
from tests.scrapers.servers import nftshowroom, objkt, opensea, rarible, teztok
from tests.scrapers.servers.api import KEY
from tests.scrapers.sites.reading import assert_exact

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, -0.0, 10**25, 10**400, "", "0", "7e-17", "1e999", "-5", "NaN", "1,234"),
    *(
        "9" * 25,
        "9" * 30,
        "9" * 36,
        "9" * 500,
        "\x00\u202e",
        "\ud83d",
        "ipfs://",
        "javascript:1",
        "2023-01-01",
        "[" * 2000,
        "{}",
    ),
    *([], {}, [[]], [None], {"a": None}, [{}] * 60, {"type": {"@type": []}}, {"name": {"name": 1}}),
)

SALE = {"id": 9, "price": 4, "currency_id": 1, "timestamp": "2023-03-03T03:03:03Z", "creator": {"address": "a"},
        "recipient": {"address": "b"}}  # fmt: skip
BID = {"price": 2, "currency_id": 4, "buyer_address": "c", "bigmap_key": 5, "marketplace_contract": "KT1"}
OFFER = {"type": "OBJKT_OFFER", "price": "9", "created_at": "2022-11-11T11:11:11Z", "offer_id": 77}

# For each market what it answers to a question, by a word of its address or of the question.
ANSWERS: dict[str, dict[str, Any]] = {
    "nftshowroom": {"market": [nftshowroom.series(1), nftshowroom.series(2)]},
    "teztok": {
        "query Tokens": {"data": {"tokens": [teztok.token(1, offers=[OFFER]), teztok.token(2)]}},
        "query Sales": {"data": {"events": [teztok.sale(1, 1), teztok.sale(2, 2)]}},
    },
    "objkt": {"query Tokens": {"data": {"token": [objkt.token(1, events=[SALE], offers_active=[BID])]}}},
    "rarible": {
        "items/search": {"items": [rarible.item(1, bestBidOrder=rarible.order(1, "0.5", "bid"))]},
        "activities/search": {"activities": [rarible.sold(1, 1, priceUsd=None)]},
        "rates/usd": {"rate": "1890.5", "date": "2023-05-06T12:00:00Z"},
    },
    "opensea": {
        "listings/": {"listings": [opensea.listing(1)]},
        "nfts/batch": {"nfts": [opensea.nft(1)]},
        "events/": {"asset_events": [opensea.sale(1, 1), opensea.offer(1, 1)]},
    },
}
OPTIONS: dict[str, dict[str, object]] = {"rarible": {"key": KEY}, "opensea": {"key": KEY, "collections": ["apes"]}}


class Told:
    """A page without a network."""

    status, content_type = 200, "application/json"

    def __init__(self, url: str, value: object) -> None:
        self.url = url
        self.body = json.dumps(value).encode("utf-8", "surrogatepass")

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Shelf:
    """A session that answers from a table, at most a hundred times."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked = 0

    def get(self, url: str, headers: object = None) -> Told:  # noqa: ARG002  # the protocol's
        return self._find(url, url)

    def post(self, url: str, body: Mapping[str, object], headers: object = None) -> Told:  # noqa: ARG002
        return self._find(url, f"{url} {body.get('query', '')}")

    def _find(self, url: str, question: str) -> Told:
        self.asked += 1
        assert self.asked < 100, "the source asks for ever"
        return Told(url, next(value for word, value in self.answers.items() if word in question))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in entries:
        found += places(one, (*path, key))
    return found


def change(answers: Any, path: tuple[Any, ...], edit: Callable[[Any, Any], None]) -> Any:
    changed = copy.deepcopy(answers)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    edit(holder, path[-1])
    return changed


def run(kind: str, answers: Any) -> None:
    source = make_source(kind, kind, OPTIONS.get(kind, {}))
    pages = []
    try:
        pages.extend(source.pages(Shelf(answers), None, nothing_known))
    except (FetchError, ShapeChanged):
        return
    assert_exact(pages)
    for one in [one for page in pages for one in page.found]:
        assert isinstance(one, Listing | Observation | Problem | Rate)
        json.dumps(one.to_json() if isinstance(one, Listing) else str(one))


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_the_answers_are_read_as_they_stand(kind: str) -> None:
    source = make_source(kind, kind, OPTIONS.get(kind, {}))
    found = [one for page in source.pages(Shelf(ANSWERS[kind]), None, nothing_known) for one in page.found]
    assert not [one for one in found if isinstance(one, Problem)]
    assert [one for one in found if isinstance(one, Listing)]
    assert kind == "nftshowroom" or {"bid", "sale"} <= {one.kind for one in found if isinstance(one, Observation)}


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_every_single_field_may_be_missing(kind: str) -> None:
    for path in places(ANSWERS[kind]):
        if len(path) > 1:
            run(kind, change(ANSWERS[kind], path, lambda holder, key: holder.pop(key)))


@pytest.mark.parametrize("kind", sorted(ANSWERS))
@given(data=st.data())
def test_any_value_may_stand_in_any_place(kind: str, data: st.DataObject) -> None:
    answers = ANSWERS[kind]
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        path = data.draw(
            st.sampled_from([path for path in places(answers) if len(path) > 1] or [(next(iter(answers)),)])
        )
        value = data.draw(st.sampled_from(ODD))
        answers = change(answers, path, lambda holder, key, value=value: holder.__setitem__(key, value))
    run(kind, answers)
