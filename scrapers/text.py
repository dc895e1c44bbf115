"""Foreign text made fit to show: no control, bidirectional or invisible characters, one bounded line."""

import re
import unicodedata

# Bidirectional marks, embeddings, overrides and isolates (UAX #9), zero-width space, word joiner, BOM, soft
# hyphen, invisible operators. The zero-width joiners stay: emoji and Indic scripts need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")


def clean(text: str, limit: int = 500) -> str:
    """Make one safe line of at most `limit` characters from foreign text; a cut is shown by an ellipsis.

    It is safe to store and to log, not to paste into HTML or SQL: escape there.
    """
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    visible = text[: limit * 8]
    if not visible.isascii():
        visible = _INVISIBLE.sub("", visible)
    line = _SPACE.sub(" ", visible)
    if not line.isprintable():
        line = _SPACE.sub(" ", "".join(map(_plain, line)))
    line = line.strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_or_none(value: object, limit: int = 500) -> str | None:
    """Clean a value that should be text; None for anything else and for what is empty after cleaning."""
    if isinstance(value, str):
        return clean(value, limit) or None
    return None


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cs", "Co"} else character
