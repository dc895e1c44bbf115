"""Saved pages, damaged at random: what a seed gives is the same on every machine."""

from __future__ import annotations

import random
from functools import cache

from scrapers.sites.page import PageRules
from tests.scrapers.shelf import PAGES, SavedPage

START = "https://gallery.example/"
_STATE = "next:props.pageProps"
_FIELDS = {"title": "h1, h2", "price": ".price, b", "likes": "s, .hearts", "image": "img @src", "license": "a"}
_INSIDE = {"title": "next:name", "price": "next:price.cents @cents", "currency": "next:price.code"}
RULES = (
    PageRules("bare", START),
    PageRules("links", START, links="a, li a", next="?page={page}", fields=_FIELDS, decimal=","),
    PageRules("cards", START, details=False, entries="li, article", fields={**_FIELDS, "currency": "text:EUR"}),
    PageRules("state", START, details=False, entries=f"{_STATE}.works.*", links="next:href", fields=_INSIDE),
    PageRules(
        "paths", START, fields={"title": "title", "likes": f"{_STATE}.*.*.*.*.*", "price": f"{_STATE}.*.* @cents"}
    ),
)
_TOKENS = [
    *(b'"', b"<", b">", b"{", b"}", b"[", b"]", b",", b":", b"\\u", b"</script>", b"<script type=application/ld+json>"),
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"&#0;", b"&", b"<!--", b"-->", b"<![CDATA[", b"<?", b"]]>"),
    *(b"1e400", b"-0", b"1e-400", b"NaN", b"Infinity", b"null", b"true", b"0.1", b"1,5", b"9" * 400, b"7e-17", b"-1"),
    *(b" itemscope", b" itemprop=offers", b" itemref='a terms'", b" id='a'", b" itemprop=price", b" itemtype=Product"),
    *(b'"@id":"#x",', b'"@graph":', b'"@type":"Product",', b'"@type":["Offer"],', b'"offers":{"price":"1"},'),
    *(b"<div>" * 300, b"[" * 3000, b'{"a":' * 500, b"<table>", b"<base href='//[x'>", b"<a href='http://[::1'>"),
    *(b"<template>", b"<html>", b"<frameset>", b"<svg>", b"javascript:", b"data:,", b"//", b"\r\n", b"\t", b" " * 5000),
]


@cache
def _pages() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(PAGES.glob("*.html")))


def mutant(seed: int) -> tuple[SavedPage, PageRules]:
    """A damaged page, and rules by which to read it."""
    dice = random.Random(seed)
    body = bytearray(dice.choice(_pages()))
    for _ in range(dice.choice((1, 1, 2, 4, 8, 30))):
        dice.choice((_insert, _insert, _flip, _cut, _repeat, _splice, _swap))(body, dice)
    kind = dice.choice(("text/html", "text/html", "application/xhtml+xml", "", "text/plain"))
    return SavedPage(START, bytes(body[:400_000]), kind), dice.choice(RULES)


def _place(body: bytearray, dice: random.Random) -> int:
    return dice.randrange(len(body) + 1)


def _insert(body: bytearray, dice: random.Random) -> None:
    at = _place(body, dice)
    body[at:at] = dice.choice(_TOKENS)


def _flip(body: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randrange(1, 20)):
        if body:
            body[dice.randrange(len(body))] = dice.randrange(256)


def _cut(body: bytearray, dice: random.Random) -> None:
    at = _place(body, dice)
    del body[at : at + dice.choice((1, 3, 20, 400, 10_000))]


def _repeat(body: bytearray, dice: random.Random) -> None:
    at = _place(body, dice)
    part = bytes(body[at : at + dice.choice((1, 10, 300))])
    body[at:at] = part * dice.choice((2, 10, 100))


def _splice(body: bytearray, dice: random.Random) -> None:
    other = dice.choice(_pages())
    start = dice.randrange(len(other))
    at = _place(body, dice)
    body[at : at + dice.choice((0, 50))] = other[start : start + dice.choice((20, 200, 2000))]


def _swap(body: bytearray, dice: random.Random) -> None:
    """Put one number or word of the page in the place of another."""
    parts = bytes(body).split(b" ")
    one, other = dice.randrange(len(parts)), dice.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    body[:] = b" ".join(parts)
