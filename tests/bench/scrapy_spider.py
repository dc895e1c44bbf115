"""The same work done with Scrapy, for comparison: run by `scrapy runspider`, in an environment of its own.

It leaves the same rows in the same tables as nftd does (listings, prices, history), one transaction a page. Raw pages
are kept and a run can be taken up again by Scrapy's own settings (HTTPCACHE, JOBDIR). It is made for one gallery: what
nftd finds out about any page is known here beforehand.

With `-a bare=1` it is the spider that one would write first: a flat table and one of prices, nothing else.
"""

import json
import re
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import scrapy

DECIMALS = {"ETH": 18, "XTZ": 6, "EUR": 2}
INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
RIGHTS = {
    "https://creativecommons.org/publicdomain/zero/1.0/": ("allow", "CC0-1.0", "public_domain", False),
    "https://creativecommons.org/licenses/by/4.0/": ("allow", "CC-BY-4.0", "attribution", True),
    "": ("deny", None, "none_stated", False),
}
OBSERVATION = (
    "INSERT INTO observation (listing, at, kind, base, decimals, asset, shadow) VALUES"
    " (:id, :seen_at, 'ask', :ask_base, :ask_decimals, :ask_asset, :ask_shadow)"
)
EVENT = "INSERT INTO event (at, entity, new, reason, actor) VALUES (:seen_at, :id, 'seen', 'shown by gallery', 'nftd')"


def clean(text):
    return " ".join(INVISIBLE.sub(" ", text).split())[:300]


class Store:
    def __init__(self, crawler):
        self.spider = crawler.spider

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def open_spider(self, spider):
        self.count = 0
        self.database = sqlite3.connect(spider.file)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        if spider.bare:
            self.database.execute(f"CREATE TABLE listing ({', '.join(spider.columns)}, PRIMARY KEY (id))")
            self.database.execute("CREATE TABLE observation (listing, at, kind, base, decimals, asset, shadow)")
            return
        with open(spider.schema, encoding="utf-8") as file:
            self.database.executescript(file.read())
        for pragma in ("cache_size=-32000", "foreign_keys=ON"):
            self.database.execute(f"PRAGMA {pragma}")

    def process_item(self, item, spider):
        known = self.database.execute("SELECT ask_base FROM listing WHERE id = ?", (item["id"],)).fetchone()
        self.database.execute(spider.insert, item)
        if known is None or known[0] != item["ask_base"]:
            self.database.execute(OBSERVATION, item)
        if known is None and not spider.bare:
            self.database.execute(EVENT, item)
        self.count += 1
        if self.count % 100 == 0:
            self.database.commit()
        return item

    def close_spider(self, spider):  # noqa: ARG002 - Scrapy's signature
        self.database.commit()
        self.database.close()


class GallerySpider(scrapy.Spider):
    name = "gallery"
    custom_settings = {  # noqa: RUF012
        "ITEM_PIPELINES": {Store: 300},
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": True,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
    }

    def __init__(self, start, file, schema="", bare="", **more):
        super().__init__(**more)
        self.start_urls = [start]
        self.file = file
        self.schema = schema
        self.bare = bool(bare)
        self.columns = (
            "id market_id title creator ask_base ask_decimals ask_asset ask_shadow likes year nsfw rights"
            " media_url url seen_at raw"
        ).split()
        if not self.bare:
            self.columns += "market feed media_kind media_mime invented demo first_seen_at state".split()
        names, values = ", ".join(self.columns), ", ".join(f":{name}" for name in self.columns)
        later = ", ".join(f"{name} = excluded.{name}" for name in self.columns if name not in {"id", "first_seen_at"})
        self.insert = f"INSERT INTO listing ({names}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {later}"  # noqa: S608

    def parse(self, response):
        for block in response.xpath('//script[@type="application/ld+json"]/text()').getall():
            for node in json.loads(block, parse_float=Decimal)["@graph"]:
                yield self.item(response, node)
        following = response.xpath('//link[@rel="next"]/@href').get()
        if following:
            yield response.follow(following, self.parse)

    def item(self, response, node):
        offer, name = node["offers"], clean(node["sku"])
        decimals = DECIMALS[offer["priceCurrency"]]
        price = Decimal(offer["price"])
        while price.scaleb(decimals) != price.scaleb(decimals).to_integral_value():
            decimals += 1
        now = datetime.now(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        return {
            "id": "l-" + sha256(f"listing\0gallery\0{name}".encode()).hexdigest()[:32],
            "market": "gallery",
            "market_id": name,
            "feed": "gallery",
            "title": clean(node["name"]),
            "creator": clean(node["creator"]["name"]),
            "ask_base": str(int(price.scaleb(decimals))),
            "ask_decimals": decimals,
            "ask_asset": offer["priceCurrency"],
            "ask_shadow": float(price),
            "likes": node["interactionStatistic"]["userInteractionCount"],
            "year": int(node["dateCreated"]),
            "nsfw": not node["isFamilyFriendly"],
            "rights": self.rights(node["license"]),
            "media_url": response.urljoin(node["image"]),
            "media_kind": "photo",
            "media_mime": "image/png",
            "url": response.urljoin(node["url"]),
            "invented": False,
            "demo": False,
            "first_seen_at": now,
            "seen_at": now,
            "state": "seen",
            "raw": self.evidence(node),
        }

    def rights(self, url):
        decision, license_, reason, attribution = RIGHTS[url]
        found = {"decision": decision, "license": license_, "reason": reason, "text": None, "url": url or None}
        return json.dumps({**found, "attribution": attribution, "share_alike": False})

    def evidence(self, node):
        told = {
            "origin": "json-ld",
            "title": clean(node["name"]),
            "identifier": clean(node["sku"]),
            "price": node["offers"]["price"],
            "currency": node["offers"]["priceCurrency"],
            "likes": node["interactionStatistic"]["userInteractionCount"],
            "year": int(node["dateCreated"]),
            "nsfw": not node["isFamilyFriendly"],
            "licenses": [[None, node["license"]] if node["license"] else ["", None]],
            "media": node["image"],
        }
        return json.dumps(told)
