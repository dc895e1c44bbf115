"""The rules of a page as a configuration writes them: field names, and where each value stands.

A rule is a CSS selector ("img.work @src" for an attribute), "next:" with a path into `__NEXT_DATA__`
("next:props.pageProps.work.price @cents" for a price in the currency's smallest unit), or "text:" with the value
itself. soupsieve is loaded when there is a selector to check: a configuration without any is checked in no time.
"""

from typing import Final

from scrapers.errors import BadRule
from scrapers.text import clean

FIELDS: Final = frozenset(
    {"title", "creator", "series", "price", "currency", "likes", "supply", "year", "nsfw", "license", "license_url"}
    | {"image", "identifier"}
)
NEXT: Final = "next:"
TEXT: Final = "text:"
CENTS: Final = "cents"


def split_rule(rule: str) -> tuple[str, str | None]:
    """ "img.work @src" is the attribute src of what "img.work" selects; without " @" it is the text."""
    selector, marker, attribute = rule.partition(" @")
    return selector.strip(), attribute.strip() if marker else None


def check_rule(rule: str, option: str) -> None:
    """Raise BadRule for what is no rule of a field; `option` is its key."""
    if not isinstance(rule, str):
        raise BadRule(f"{option} = {clean(repr(rule), 80)}: a rule is text", option=option)
    if rule.startswith(TEXT):
        return
    selector, attribute = split_rule(rule)
    if attribute == "":
        raise BadRule(f"{clean(rule)!r} names no attribute behind the @", option=option, selector=rule)
    if selector.startswith(NEXT) and attribute is not None and (attribute, option) != (CENTS, "fields.price"):
        told = f"{clean(rule)!r}: behind a path only @{CENTS} may stand, and only for fields.price"
        raise BadRule(told, option=option, selector=rule)
    check_selector(selector, option)


def check_selector(selector: str, option: str) -> None:
    """Raise BadRule for what is neither a CSS selector nor "next:" with a path."""
    if not isinstance(selector, str):
        raise BadRule(f"{option} = {clean(repr(selector), 80)}: a selector is text", option=option)
    if selector.startswith(NEXT):
        _check_path(selector, option)
    else:
        _check_css(selector, option)


def _check_path(selector: str, option: str) -> None:
    from scrapers.nextdata import split_path

    try:
        split_path(selector.removeprefix(NEXT))
    except ValueError as error:
        raise BadRule(clean(str(error)), option=option, selector=selector) from error


def _check_css(selector: str, option: str) -> None:
    import soupsieve

    try:
        soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as error:
        reason = clean(str(error), 200)
        raise BadRule(f"{clean(selector)!r} is no CSS selector: {reason}", option=option, selector=selector) from error
