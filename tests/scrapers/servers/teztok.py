"""TezTok's interface, `POST /v1/graphql`, without a key.

Shapes: teztok/indexer (docs/tokens.md, docs/listings.md, docs/offers.md, docs/events.md, docs/examples.md for the
questions, src/migrations/20210318090345_setup.ts for the columns: big integers come as text or as numbers);
teia-community/teia-ui, src/data/api.ts (artist_profile, teia_meta).
"""

from collections.abc import Mapping
from typing import Any

from tests.scrapers.servers.api import Api, Refusal
from tests.scrapers.servers.hasura import NoSuchField, matches, project, selection, validation_failed

COLUMNS = frozenset(
    "fa2_address token_id platform name artist_address artist_profile fx_collection_name editions minted_at mime_type"
    " artifact_uri display_uri price rights right_uri royalties_total last_processed_event_timestamp teia_meta"
    " content_rating listings offers type contract_address currency created_at offer_id swap_id ask_id bid_id"
    " seller_address buyer_address id timestamp price_in_usd amount metadata_status".split()
)
CONTRACT = "KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton"
TIME = "last_processed_event_timestamp"


class TezTokApi(Api):
    """`tokens` and `events` are the tables; with `stuck` the first page comes whatever is asked for."""

    def __init__(self, tokens: list[dict[str, Any]], events: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.tokens = tokens
        self.events = events or []
        self.columns = COLUMNS
        self.stuck = False

    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        if (method, path) != ("POST", "/v1/graphql"):
            raise Refusal(404)
        wanted, variables = selection(given["query"]), given["variables"]
        table = next(iter(wanted))
        rows = self._rows(table, variables["where"])
        offset = 0 if self.stuck else variables["offset"]
        page = rows[offset : offset + variables["limit"]]
        try:
            return {"data": {table: project(page, wanted[table], self.columns, f"$.selectionSet.{table}")}}
        except NoSuchField as error:
            return validation_failed(str(error))

    def _rows(self, table: str, where: Mapping[str, Any]) -> list[dict[str, Any]]:
        if table == "events":
            return [row for row in self.events if matches(row, where)]
        if self.stuck:
            where = {name: wish for name, wish in where.items() if name != TIME}
        rows = [row for row in self.tokens if matches(row, where)]
        return sorted(rows, key=lambda row: str(row.get(TIME)), reverse=True)


def token(number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "fa2_address": CONTRACT,
        "token_id": str(number),
        "platform": "HEN",
        "name": f"Dune {number}",
        "artist_address": "tz1UBZUkXpKGhYsP5KtzDNqLLchwF4uHrGjw",
        "artist_profile": {"name": "ana"},
        "editions": "10",
        "minted_at": "2022-03-01T12:00:00+00:00",
        "mime_type": "image/png",
        "artifact_uri": f"ipfs://QmArtifact{number}",
        "display_uri": f"ipfs://QmDisplay{number}",
        "price": "1500000",
        "rights": "CC BY 4.0 (Attribution)",
        "right_uri": None,
        "royalties_total": "100000",
        TIME: f"2023-01-01T{number // 60 % 24:02}:{number % 60:02}:00+00:00",
        "metadata_status": "processed",
        "teia_meta": {"content_rating": None},
        "listings": [
            {
                "type": "TEIA_SWAP",
                "contract_address": "KT1PHubm9HtyQEJ4BBpMTVomq6mhbfNZ9z5w",
                "price": 1500000,
                "currency": None,
                "created_at": "2022-12-01T00:00:00+00:00",
                "swap_id": 4000 + number,
                "seller_address": "tz1UBZUkXpKGhYsP5KtzDNqLLchwF4uHrGjw",
            }
        ],
        "offers": [],
    }
    return row | changes


def sale(number: int, token_id: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": f"event-{number}",
        "type": "TEIA_COLLECT",
        "implements": "SALE",
        "timestamp": "2022-06-01T08:30:00+00:00",
        "fa2_address": CONTRACT,
        "token_id": str(token_id),
        "price": "2000000",
        "price_in_usd": "3800000",
        "currency": None,
        "amount": "1",
        "seller_address": "tz1UBZUkXpKGhYsP5KtzDNqLLchwF4uHrGjw",
        "buyer_address": "tz1burnburnburnburnburnburnburjAYjjX",
    }
    return row | changes
