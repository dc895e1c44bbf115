"""NFT Showroom's market, `GET /api/market?page=&limit=&sort_by=`: a list of series, no key.

Shapes: the program that made the 2021 dataset (github.com/Vepnar/NFTDownloader, downloader.py): its address, its
orders, and the fields that it reads; what it writes is the header of the dataset.
"""

from collections.abc import Mapping
from typing import Any

from tests.scrapers.servers.api import Api, Refusal


class NftShowroomApi(Api):
    """`rows` are sold from the latest updated; with `stuck` every page is the first."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        super().__init__()
        self.rows = rows
        self.stuck = False

    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        if (method, path) != ("GET", "/api/market"):
            raise Refusal(404)
        page, limit = 1 if self.stuck else int(given["page"]), int(given["limit"])
        assert given["sort_by"] in {"updated", "newest", "oldest", "price_asc", "price_desc"}
        return self.rows[(page - 1) * limit : page * limit]


def series(number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "series": f"ana_shores_tide-{number}",
        "name": f"tide-{number}",
        "title": f"Tide {number}",
        "creator": "ana",
        "art_series": "shores",
        "price": 12.5 + number,
        "symbol": "SWAP.HIVE",
        "reactions": {"likes": number},
        "nsfw": False,
        "tokens": 10,
        "year": 2021,
        "rights": 1,
        "royalty": 10,
        "cid": f"Qm{number}",
        "image": f"https://images.example/{number}.png",
        "video": None,
    }
    return row | changes
