"""What kind of file a work is, by its declared media type, else by the ending of its address."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from scrapers.listing import MediaKind

KINDS: Final[dict[str, MediaKind]] = {
    "image/png": "photo",
    "image/jpeg": "photo",
    "image/jpg": "photo",
    "image/webp": "photo",
    "image/gif": "animation",
    "image/apng": "animation",
    "video/mp4": "video",
    "video/webm": "video",
    "video/ogg": "video",
    "video/quicktime": "video",
    "video/x-m4v": "video",
}
_ENDINGS: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".apng": "image/apng",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".mov": "video/quicktime",
    ".m4v": "video/x-m4v",
}

_PLAIN: Final = re.compile(r"https?://[a-z0-9.:\-]{1,200}(?:/[A-Za-z0-9_\-]{1,200}){1,20}\.([A-Za-z0-9]{1,8})")
"""Most addresses of pictures: nothing to decode, no query, one dot behind a name."""


def media_kind(url: str, mime: str | None) -> tuple[MediaKind, str | None]:
    """Kind and media type: the declared type counts before the ending; other types are "unknown"."""
    declared = mime.split(";")[0].strip().lower() if mime else None
    known = declared or _ENDINGS.get(_ending(url))
    if known and known.startswith("video/"):
        return "video", known
    return KINDS.get(known or "", "unknown"), known


def _ending(url: str) -> str:
    if plain := _PLAIN.fullmatch(url):
        return f".{plain[1].lower()}"
    try:
        name = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot else ""
