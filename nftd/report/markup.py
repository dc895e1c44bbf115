"""HTML out of Python: what is text is escaped, always; what is markup was made here."""

from __future__ import annotations

from html import escape
from typing import Final

from scrapers.text import clean

MAX_TEXT: Final = 160
"""Longer foreign text is cut, with an ellipsis."""
NOTHING: Final = "–"  # noqa: RUF001  # what is no number, told from a minus by its length
_VOID: Final = frozenset({"img", "meta", "link", "br", "hr", "col"})


class Html(str):
    """Markup that may stand in a page as it is; only this module makes it."""

    __slots__ = ()


Child = str | Html | int | None
Attribute = str | int | float | bool | None


def element(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """`<name attributes>children</name>`; `class_` is class, `data_v` is data-v; None and False are left away."""
    told = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    inner = "".join(map(text, children))
    return Html(f"<{name}{told}>" if name in _VOID else f"<{name}{told}>{inner}</{name}>")


def text(child: Child) -> Html:
    """A child of an element: markup as it is, all else escaped."""
    if child is None:
        return Html()
    return child if isinstance(child, Html) else Html(escape(str(child)))


def joined(*parts: Child) -> Html:
    return Html("".join(map(text, parts)))


def foreign(value: str, limit: int = MAX_TEXT) -> Html:
    """Text of a market or a creator: cleaned, cut, and its direction kept from turning its neighbors around."""
    return element("bdi", clean(value, limit), dir="auto")


def verbatim(code: str) -> Html:
    """Our own style sheet or script, as its digest in the policy says; `</` in it would end the element."""
    if "</" in code:
        raise ValueError("a style sheet or script with </ in it cannot stand in a page")
    return Html(code)


def number(value: float | None) -> str:
    """A number for people: four digits, grouped in thousands; very large and very small ones with an exponent."""
    if value is None:
        return NOTHING
    if isinstance(value, int) and abs(value) < 10**15:
        return f"{value:,}"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e12:
        return f"{value:.2e}"
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 1000 else f"{value:.4g}"


def share(part: float, whole: float) -> str:
    """A part of a whole in percent; a dash for a whole of nothing."""
    return f"{part / whole:.1%}".replace("%", " %") if whole else NOTHING


def counted(rows: int, one: str, many: str | None = None) -> str:
    """How many there are of a thing: "1 row", "2,000 rows"."""
    return f"{rows:,} {one if rows == 1 else many or one + 's'}"


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'
