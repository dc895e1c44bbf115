"""The same work done with Scrapy, for comparison: run by `scrapy runspider`, in an environment of its own.

Reads every page of the gallery, takes each Product out of JSON-LD, and stores it with its price as a whole number in a
SQLite file, one transaction a page.
"""

import json
import sqlite3
from decimal import Decimal

import scrapy

DECIMALS = {"ETH": 18, "XTZ": 6, "EUR": 2}
COLUMNS = "id title creator price decimals asset likes year license image url raw".split()
INSERT = "INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Store:
    def open_spider(self, spider):
        self.database = sqlite3.connect(spider.file)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.execute(f"CREATE TABLE listing ({', '.join(COLUMNS)}, PRIMARY KEY (id))")
        self.database.execute("CREATE TABLE observation (listing, kind, price, decimals, asset, at)")
        self.count = 0

    def process_item(self, item, spider):  # noqa: ARG002 - Scrapy's signature
        self.database.execute(INSERT, [item[name] for name in COLUMNS])
        price = (item["id"], "ask", item["price"], item["decimals"], item["asset"])
        self.database.execute("INSERT INTO observation VALUES (?, ?, ?, ?, ?, datetime('now'))", price)
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

    def __init__(self, start, file, **more):
        super().__init__(**more)
        self.start_urls = [start]
        self.file = file

    def parse(self, response):
        for block in response.xpath('//script[@type="application/ld+json"]/text()').getall():
            for node in json.loads(block, parse_float=Decimal)["@graph"]:
                yield self.item(response, node)
        following = response.xpath('//link[@rel="next"]/@href').get()
        if following:
            yield response.follow(following, self.parse)

    def item(self, response, node):
        offer = node["offers"]
        decimals = DECIMALS[offer["priceCurrency"]]
        price = Decimal(offer["price"])
        while price.scaleb(decimals) != price.scaleb(decimals).to_integral_value():
            decimals += 1
        return {
            "id": node["sku"],
            "title": " ".join(node["name"].split()),
            "creator": node["creator"]["name"],
            "price": str(int(price.scaleb(decimals))),
            "decimals": decimals,
            "asset": offer["priceCurrency"],
            "likes": node["interactionStatistic"]["userInteractionCount"],
            "year": int(node["dateCreated"]),
            "license": node["license"],
            "image": response.urljoin(node["image"]),
            "url": response.urljoin(node["url"]),
            "raw": json.dumps(node, default=str),
        }
