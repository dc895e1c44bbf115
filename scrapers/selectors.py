"""The rules of a page as a configuration writes them: field names, and CSS selectors with an attribute behind.

soupsieve is loaded when there is a selector to check: a configuration without any is checked in no time.
"""

from typing import Final

from scrapers.errors import BadRule
from scrapers.text import clean

FIELDS: Final = frozenset(
    {"title", "creator", "series", "price", "currency", "likes", "supply", "year", "license", "license_url"}
    | {"image", "identifier"}
)


def split_rule(rule: str) -> tuple[str, str | None]:
    """ "img.work @src" is the attribute src of what "img.work" selects; without " @" it is the text."""
    selector, marker, attribute = rule.partition(" @")
    return selector.strip(), attribute.strip() if marker else None


def check_rule(rule: str, option: str) -> None:
    """Raise BadRule for what is no CSS selector, or names no attribute behind its " @"; `option` is its key."""
    selector, attribute = split_rule(rule)
    if attribute == "":
        raise BadRule(f"{clean(rule)!r} names no attribute behind the @", option=option, selector=rule)
    check_selector(selector, option)


def check_selector(selector: str, option: str) -> None:
    """Raise BadRule for what is no CSS selector."""
    import soupsieve

    try:
        soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as error:
        reason = clean(str(error), 200)
        raise BadRule(f"{clean(selector)!r} is no CSS selector: {reason}", option=option, selector=selector) from error
