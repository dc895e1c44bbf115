"""The GraphQL documents that the sources of Tezos tokens ask.

Fields of TezTok after teztok/indexer (docs/tokens.md, listings.md, offers.md, events.md) and teia-community/teia-ui
(src/data/api.ts); those of objkt after objkt-com/bootloader-monorepo (frontend/src/services/objkt.js) and
madfish-solutions/templewallet-mobile (src/apis/objkt/queries.ts).
"""

from typing import Final

TEZTOK_TIME: Final = "last_processed_event_timestamp"
TEZTOK_TOKENS: Final = """query Tokens($where: tokens_bool_exp!, $limit: Int!, $offset: Int!) {
  tokens(
    where: $where, limit: $limit, offset: $offset,
    order_by: [{last_processed_event_timestamp: desc}, {fa2_address: asc}, {token_id: asc}]
  ) {
    fa2_address token_id platform name artist_address artist_profile { name } fx_collection_name editions minted_at
    mime_type artifact_uri display_uri price rights right_uri royalties_total last_processed_event_timestamp
    teia_meta { content_rating }
    listings(where: {status: {_eq: "active"}}, order_by: {price: asc}, limit: 1) {
      type contract_address price currency created_at offer_id swap_id ask_id seller_address
    }
    offers(where: {status: {_eq: "active"}}, order_by: {price: desc}, limit: 10) {
      type contract_address price currency created_at offer_id bid_id buyer_address
    }
  }
}"""
TEZTOK_SALES: Final = """query Sales($where: events_bool_exp!, $limit: Int!, $offset: Int!) {
  events(where: $where, order_by: [{opid: desc}, {id: asc}], limit: $limit, offset: $offset) {
    id type timestamp fa2_address token_id price price_in_usd currency amount seller_address buyer_address
  }
}"""
# What artists' tools write for each license: Teia's mint form, SPDX identifiers, the deeds' addresses.
RIGHTS: Final = {
    "CC0": (
        *("CC0", "CC0 1.0", "CC0-1.0", "CC0 1.0 Universal", "CC0 (Creative Commons Zero)", "Creative Commons Zero"),
        *("https://creativecommons.org/publicdomain/zero/1.0/", "https://creativecommons.org/publicdomain/zero/1.0"),
    ),
    "CC BY": (
        *("CC-BY-4.0 (Attribution)", "CC BY 4.0 (Attribution)", "CC-BY-4.0", "CC BY 4.0", "cc-by-4.0"),
        *("https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by/4.0"),
    ),
    "CC BY-SA": (
        *("CC BY-SA 4.0 (Attribution ShareAlike)", "CC-BY-SA-4.0", "CC BY-SA 4.0", "cc-by-sa-4.0"),
        *("https://creativecommons.org/licenses/by-sa/4.0/", "https://creativecommons.org/licenses/by-sa/4.0"),
    ),
}

OBJKT_TOKENS: Final = """query Tokens($where: token_bool_exp!, $limit: Int!, $offset: Int!) {
  token(where: $where, order_by: [{last_listed: desc}, {pk: desc}], limit: $limit, offset: $offset) {
    pk fa_contract token_id name mime artifact_uri display_uri supply timestamp last_listed metadata flag lowest_ask
    fa { name }
    creators { creator_address verified holder { address alias } }
    royalties { amount decimals }
    attributes { attribute { name value } }
    tags { tag { name } }
    listings_active(order_by: {price_xtz: asc}, limit: 1) { id price currency_id seller_address }
    offers_active(order_by: {price_xtz: desc}, limit: 10) {
      price currency_id buyer_address collection_offer bigmap_key marketplace_contract
    }
    events(
      where: {marketplace_event_type: {_in: [
        "list_buy", "offer_accept", "offer_floor_accept", "english_auction_settle", "dutch_auction_buy"
      ]}},
      order_by: {timestamp: desc}, limit: 50
    ) {
      id marketplace_event_type price currency_id amount timestamp creator { address } recipient { address }
    }
  }
}"""
