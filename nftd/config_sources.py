"""The settings of one source, and what can be wrong with all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, field_validator

from nftd.credentials import credential, credential_of

BUNDLED = "bundled"
PAGE = "page"
IMPORTED = "import"
"""The source of what `nftd import` reads; no table of the configuration may have this name."""

Option = StrictBool | int | float | str | list[str] | dict[str, str]
# The settings that stand beside each other in a source's table; what only one type knows stands in `options`.
_PAGE = (
    *("start", "max_pages", "max_works", "links", "next", "fields"),
    *("details", "entries", "decimal", "refresh_days", "newest_first"),
)


def is_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line without control characters")
    return value


Line = Annotated[str, AfterValidator(is_line)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SourceSettings(Section):
    """One place to scrape."""

    enabled: StrictBool = Field(True, description="false leaves the source out of every cycle")
    type: str = Field("page", description="the scraper that reads it; page reads any HTML gallery")
    start: str = Field("", description='the first listing page; "bundled" is the gallery that ships with nftd')
    market: Line = Field("", description="the market's name in the store; empty takes the source's name")
    local: StrictBool = Field(False, description="allow addresses on this machine, for a gallery of your own")
    ignore_robots: StrictBool = Field(
        False, description="true reads pages that robots.txt forbids; every cycle says so"
    )
    max_requests_per_month: int = Field(0, ge=0, description="requests in a month, UTC; 0 sets no limit")
    max_pages: int = Field(50, ge=1, description="listing pages read in one cycle")
    max_works: int = Field(1000, ge=1, description="works tried in one cycle, read or not")
    links: str = Field("", description="CSS selector of the links to works; empty finds them by structured data")
    next: str = Field("", description="CSS selector of the link to the next page; empty takes rel=next")
    fields: dict[str, str] = Field(
        default={}, description="CSS selectors of single facts, where structured data lacks them"
    )
    details: StrictBool = Field(True, description="false reads the works on the listing pages alone")
    entries: str = Field("", description="CSS selector of one work on a listing page; needs details = false")
    decimal: Literal["", ".", ","] = Field("", description="decimal sign of selected prices; empty refuses 1,250")
    refresh_days: int = Field(7, ge=0, le=36_500, description="days after which an unchanged work is read again")
    newest_first: StrictBool = Field(False, description="true ends a reading at the first page without anything new")
    options: dict[str, Option] = Field(default={}, description="more that its type takes, by name")

    @field_validator("start")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value not in {"", BUNDLED} and not value.startswith(("https://", "http://")):
            raise ValueError('must start with https:// or http://, or be "bundled"')
        if "@" in urlsplit(value).netloc:
            raise ValueError("must not hold a user name or password: those are never sent")
        return value

    def told(self, start: str) -> dict[str, object]:
        """What its scraper is told: where to start and what is set; a secret key is no setting, and not here.

        Another type than page knows its own settings only, so it is told what the file says and no default.
        """
        if self.type == PAGE:
            chosen = {**{name: getattr(self, name) for name in _PAGE}, "start": start}
            return {**{name: value for name, value in chosen.items() if value not in ("", {})}, **self.options}
        named = {name: getattr(self, name) for name in _PAGE if name in self.model_fields_set}
        return {**named, **self.options}


def fault_of_sources(sources: Mapping[str, SourceSettings], *, with_keys: bool = False) -> tuple[list[str], str] | None:
    """The first key of an enabled source that no cycle could use, and why.

    A missing secret is no fault of the file: it may be there for the service alone, so only `with_keys` says it.
    """
    markets: dict[str, str] = {}
    for name, source in sources.items():
        if name == IMPORTED:
            return ["sources", name], f"{IMPORTED} is the name of what nftd import reads: take another one"
        if "key" in source.options:
            told = f"a key does not stand in a file: give it as the credential {credential_of(source.type)}"
            return ["sources", name, "options", "key"], told
        if not source.enabled:
            continue
        market = source.market or name
        if market in markets:
            told = f"{market!r} is also the market of source {markets[market]}: give each its own name"
            return ["sources", name, "market"], told
        markets[market] = name
        if fault := _fault_of_rules(name, source, with_keys):
            return fault
    return None


def _fault_of_rules(name: str, source: SourceSettings, with_keys: bool) -> tuple[list[str], str] | None:
    from scrapers.errors import BadRule, UnknownSource
    from scrapers.sites import make_source

    told = source.told("http://localhost/" if source.start == BUNDLED else source.start)
    key = credential(credential_of(source.type)) if with_keys else None
    try:
        make_source(source.type, name, {**told, "key": key} if key else told)
    except UnknownSource as error:
        return ["sources", name, "type"], str(error)
    except BadRule as error:
        option = str(error.evidence.get("option", ""))
        if option == "key":  # which stands in no file
            return (["sources", name], str(error)) if with_keys else None
        place = [] if option.partition(".")[0] in SourceSettings.model_fields else ["options"]
        return ["sources", name, *place, *option.split(".", 1)], str(error)
    return None
