"""objkt's interface, `POST /v3/graphql`, without a key: 500 rows at most, 413 above a number of bytes.

Shapes: objkt-com/bootloader-monorepo, frontend/src/services/objkt.js (token, event, creator, recipient);
madfish-solutions/templewallet-mobile, src/apis/objkt/queries.ts, types.ts and constants.ts (listings_active,
offers_active, currency numbers, the attribute __nsfw_, 500 rows).
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.scrapers.servers.api import Api, Refusal
from tests.scrapers.servers.hasura import NoSuchField, matches, project, selection, validation_failed

COLUMNS = frozenset(
    "pk fa_contract token_id name mime artifact_uri display_uri supply timestamp last_listed metadata flag lowest_ask"
    " fa creators creator_address verified holder address alias royalties amount decimals attributes attribute value"
    " tags tag listings_active id price price_xtz currency_id seller_address offers_active buyer_address"
    " collection_offer bigmap_key marketplace_contract events marketplace_event_type creator recipient".split()
)
CONTRACT = "KT1QJDvqrMxxSUDtVFaZ7cDkQgpaYmbsPmLb"
MAX_ROWS = 500


class ObjktApi(Api):
    """`tokens` is the table; an answer of more than `max_bytes` is refused."""

    def __init__(self, tokens: list[dict[str, Any]], max_bytes: int = 10_000_000) -> None:
        super().__init__()
        self.tokens = tokens
        self.max_bytes = max_bytes
        self.columns = COLUMNS

    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        if (method, path) != ("POST", "/v3/graphql"):
            raise Refusal(404)
        wanted, variables = selection(given["query"]), given["variables"]
        rows = [row for row in self.tokens if matches(row, variables["where"])]
        rows.sort(key=lambda row: (row["last_listed"], row["pk"]), reverse=True)
        limit = min(variables["limit"], MAX_ROWS)
        page = rows[variables["offset"] : variables["offset"] + limit]
        try:
            answer = {"data": {"token": project(page, wanted["token"], self.columns, "$.selectionSet.token")}}
        except NoSuchField as error:
            return validation_failed(str(error))
        if len(json.dumps(answer)) > self.max_bytes:
            raise Refusal(413, {"error": "the answer is too large"})
        return answer


def token(number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "pk": 1000 + number,
        "fa_contract": CONTRACT,
        "token_id": str(number),
        "name": f"Reef {number}",
        "mime": "image/jpeg",
        "artifact_uri": f"ipfs://QmReef{number}",
        "display_uri": f"ipfs://QmReefSmall{number}",
        "supply": 5,
        "timestamp": "2022-05-05T05:05:05+00:00",
        "last_listed": f"2023-02-{1 + number % 28:02}T00:00:00+00:00",
        "metadata": "ipfs://QmMetadata",
        "flag": "none",
        "lowest_ask": 3000000,
        "fa": {"name": "Reefs"},
        "creators": [{"creator_address": "tz1Artist", "verified": True, "holder": {"address": "tz1Artist"}}],
        "royalties": [{"amount": 100, "decimals": 3}],
        "attributes": [],
        "tags": [{"tag": {"name": "sea"}}],
        "listings_active": [{"id": 7, "price": 3000000, "currency_id": 1, "seller_address": "tz1Artist"}],
        "offers_active": [],
        "events": [],
    }
    return row | changes
