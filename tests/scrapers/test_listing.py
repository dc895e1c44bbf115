"""Listings, media kinds and the shape they are printed in."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from scrapers.listing import Listing, Media, MediaKind, Observation
from scrapers.media import media_kind
from scrapers.money import Money
from scrapers.rights import read_rights


def listing(seen_at: datetime) -> Listing:
    return Listing(
        market="gallery",
        market_id="g-1",
        title="Title",
        creator=None,
        series=None,
        ask=Money.parse("0.091", "ETH"),
        likes=None,
        supply=1,
        year=2158,
        nsfw=None,
        rights=read_rights("CC0", None),
        royalty_bps=None,
        media=Media("https://x.example/1.png", "photo", "image/png"),
        url="https://x.example/1",
        chain=None,
        contract=None,
        token_id=None,
        seen_at=seen_at,
        raw={"price": "0.091"},
    )


def test_a_listing_prints_as_json_under_its_own_field_names() -> None:
    made = listing(datetime(2024, 2, 29, 12, tzinfo=UTC))
    plain = json.loads(json.dumps(made.to_json()))
    assert set(plain) == set(Listing.__slots__)
    assert plain["ask"] == "0.091 ETH"
    assert plain["seen_at"] == "2024-02-29T12:00:00+00:00"
    assert plain["rights"]["decision"] == "allow"
    assert plain["media"]["kind"] == "photo"
    assert made.key == ("gallery", "g-1")


@pytest.mark.parametrize("moment", [datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=8)))])  # noqa: DTZ001  # the naive time is what is refused
def test_times_that_are_not_utc_are_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        listing(moment)
    with pytest.raises(ValueError, match="UTC"):
        Observation("m", "1", moment, "sale", Money.parse("1", "XTZ"), Decimal(1), None)


@pytest.mark.parametrize(
    ("url", "mime", "kind", "found"),
    [
        ("https://x.example/a.PNG?size=2", None, "photo", "image/png"),
        ("https://x.example/a.jpeg", None, "photo", "image/jpeg"),
        ("https://x.example/a.webp", None, "photo", "image/webp"),
        ("https://x.example/a.gif", None, "animation", "image/gif"),
        ("https://x.example/a.apng", None, "animation", "image/apng"),
        ("https://x.example/a.mp4", None, "video", "video/mp4"),
        ("https://x.example/a.png", "video/x-unheard-of", "video", "video/x-unheard-of"),
        ("https://x.example/a.png", "image/gif", "animation", "image/gif"),
        ("https://x.example/a", "image/JPEG; q=1", "photo", "image/jpeg"),
        ("https://x.example/a.svg", None, "unknown", None),
        ("https://x.example/a.png", "image/svg+xml", "unknown", "image/svg+xml"),
        ("https://x.example/a.png.exe", None, "unknown", None),
        ("https://x.example/png", None, "unknown", None),
        ("ipfs://bafy/a.webm", None, "video", "video/webm"),
    ],
)
def test_the_kind_of_a_file_follows_its_declared_type_then_its_ending(
    url: str, mime: str | None, kind: MediaKind, found: str | None
) -> None:
    assert media_kind(url, mime) == (kind, found)
