"""A gallery on loopback for measurements: pages of 100 works each, described in JSON-LD and shown as cards.

`python -m tests.bench.scraper_gallery WORKS` prints its address and serves until its input ends.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PER_PAGE = 100
_WORDS = "tide harbor fern stone night glass river ash elm copper dune quiet slow northern first last".split()
_LICENSES = ("https://creativecommons.org/publicdomain/zero/1.0/", "https://creativecommons.org/licenses/by/4.0/", "")


def product(number: int) -> dict[str, object]:
    """One work, the same for a number every time."""
    dice = random.Random(number)
    name = " ".join(dice.choices(_WORDS, k=3)).title()
    return {
        "@type": ["Product", "VisualArtwork"],
        "sku": f"w-{number}",
        "name": name,
        "url": f"/works/{number}",
        "image": f"/images/{number}.png",
        "creator": {"@type": "Person", "name": f"Artist {dice.randrange(500)}"},
        "dateCreated": str(dice.randrange(2012, 2025)),
        "license": dice.choice(_LICENSES),
        "isFamilyFriendly": True,
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": dice.randrange(2000),
        },
        "offers": {
            "@type": "Offer",
            "price": f"{dice.randrange(1, 10**6)}e-4",
            "priceCurrency": dice.choice(("ETH", "XTZ", "EUR")),
            "availability": "https://schema.org/InStock",
        },
    }


@lru_cache(maxsize=4)
def listing_page(page: int, works: int) -> bytes:
    """Page `page`, from 1, of a gallery of so many works."""
    products = [product(number) for number in range((page - 1) * PER_PAGE, min(page * PER_PAGE, works))]
    data = json.dumps({"@context": "https://schema.org", "@graph": products})
    following = f'<link rel="next" href="/?page={page + 1}">' if page * PER_PAGE < works else ""
    head = f'<meta charset="utf-8"><title>Page {page}</title>{following}'
    script = f'<script type="application/ld+json">{data}</script>'
    cards = "".join(map(_card, products))
    return f'<!doctype html><html lang="en"><head>{head}{script}</head><body><ul>{cards}</ul></body></html>'.encode()


def _card(one: dict[str, object]) -> str:
    picture = f'<img src="{one["image"]}" alt="" loading="lazy" width="400" height="400">'
    title = f'<a href="{one["url"]}">{picture}<h2 class="title">{one["name"]}</h2></a>'
    return f'<li class="card">{title}<p class="by">by an artist</p><span class="price">on its page</span></li>'


class Gallery(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, works: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.works = works

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up is none of our business."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Gallery

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        found = parts.path == "/" and 1 <= page <= -(-self.server.works // PER_PAGE)
        body = listing_page(page, self.server.works) if found else b"nothing here"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8" if found else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Stay quiet."""


def main() -> None:
    with Gallery(int(sys.argv[1])) as gallery:
        threading.Thread(target=gallery.serve_forever, daemon=True).start()
        print(gallery.url, flush=True)
        sys.stdin.read()
        gallery.shutdown()


if __name__ == "__main__":
    main()
