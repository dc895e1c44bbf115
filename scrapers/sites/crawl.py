"""One run over a gallery: which listing pages are opened, in which order, and where the run ends."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrapers.address import site_of
from scrapers.errors import Blocked, Gone, ScraperError, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.session import Session, time_of
from scrapers.sites.attempts import ENDS, Attempts, problem
from scrapers.sites.position import LOOP, Position, is_template, next_address, stop_before
from scrapers.sites.rules import PageRules
from scrapers.source import Known, Scraped, is_caught_up

if TYPE_CHECKING:  # the HTML parsers are loaded when the first page is there: to check rules takes none
    from scrapers.document import Document
    from scrapers.sites.entries import Entry
    from scrapers.work import Work

WORK: Final = "work (JSON-LD or microdata Product or VisualArtwork, OpenGraph product, or fields.title)"

Step = Generator[Scraped, None, Position | None]


class Crawl:
    """A run that goes on at `position`, where an earlier one stopped if `resumed`.

    Until the first work can be read, no page is given out: what failed comes with it, or before the error that
    ends the run, under the cursor of the beginning. So a run that reads nothing moves nothing.
    """

    def __init__(self, rules: PageRules, session: Session, known: Known, position: Position, resumed: bool) -> None:
        self.rules = rules
        self.session = session
        self.attempts = Attempts(rules, session, known)
        self.begin = self.stand = position
        self.resumed = resumed
        self.home = site_of(position.url)
        self.visited: set[str] = set()
        self.links: set[int] = set()
        self.part: list[Listing | Problem] = []
        self.looped = False

    def pages(self) -> Iterator[Scraped]:
        position: Position | None = self.begin
        number = 0
        while position is not None:
            number += 1
            try:
                position = yield from self._step(position, number)
            except ScraperError:
                if self.part:
                    yield self._give(self.stand)
                raise

    def _step(self, position: Position, number: int) -> Step:
        """One listing page with its works; the position of the next, None at the end."""
        document = yield from self._opened(position, number)
        if document is None:
            return None
        self._arrive(position, document)
        seen, unchanged = len(self.links) + self.attempts.good, self.attempts.unchanged
        links, works = self._found_on(document)
        if not links and not works and self._is_end(document.url, number):
            return (yield from self._end(document.url))
        stopped_at = self._embedded(document, position, works)
        if links:
            stopped_at = yield from self._details(document, position, links)
        if stopped_at is not None:
            yield self._give(stopped_at)
            return None
        self._expect_readable(number)
        count = len(links) or len(works)
        if self._may_end and count and self.attempts.unchanged - unchanged >= count:
            return (yield from self._end(document.url))
        progress = len(self.links) + self.attempts.good > seen or position.done > 0
        return (yield from self._turn(document, position, count, number, progress))

    @property
    def _may_end(self) -> bool:
        """Whether a page without anything new is the last that is read."""
        return self.rules.newest_first and is_caught_up(self.attempts.known)

    def _arrive(self, position: Position, document: Document) -> None:
        if not self.visited:
            self.home = site_of(document.url)  # a gallery may answer on www. or https
        self.visited |= {position.url, document.url}

    def _opened(self, position: Position, number: int) -> Generator[Scraped, None, Document | None]:
        from scrapers.document import Document, readable

        again = self.resumed and number == 1
        try:
            page = self.session.get(position.url)
            with readable(page.url):
                return Document(page)
        except Gone:
            if not again and (number == 1 or not is_template(self.rules.next)):
                raise
            # The gallery has become shorter, or counting went past its end: a link that is gone is no end of it.
            end = self._give(None, position.url)
            yield replace(end, unfinished=not is_template(self.rules.next))
            return None
        except ScraperError as error:
            if again and not isinstance(error, ENDS):
                yield Scraped((), None, position.url, unfinished=True)  # or every run would end at this page
            raise

    def _found_on(self, document: Document) -> tuple[list[str | None], list[Work]]:
        """The links to works, each once; else, where nothing asks for links, the works that stand here."""
        from scrapers.document import readable

        rules = self.rules
        with readable(document.url):
            if rules.entries is not None:
                return [], document.entries(rules.entries, rules.links, rules.fields, rules.decimal)
            links = list(dict.fromkeys(document.links(rules.links))) if rules.details else []
            embedded = not links and (rules.links is None or not rules.details)
            return links, document.works(rules.fields, rules.decimal) if embedded else []

    def _is_end(self, url: str, number: int) -> bool:
        """Whether a page without works is the end, as where pages are counted; on a first page it is an error."""
        rules = self.rules
        path = f"links ({rules.links})" if rules.links else f"links (JSON-LD ItemList) or {WORK}"
        moved = ShapeChanged(f"entries ({rules.entries})" if rules.entries else path, url)
        if number == 1 and not self.resumed:
            raise moved
        if number == 1 or is_template(rules.next):
            return True
        self.part.append(problem(url, moved))
        return False

    def _embedded(self, document: Document, position: Position, works: Sequence[Work]) -> Position | None:
        """Take the works that stand on the page; the first that may not be tried any more, None where all were."""
        for index, work in enumerate(works):
            if index >= position.done:
                if self._is_over(document.url):
                    return replace(position, done=index)
                self.part += self.attempts.embedded(work, document)
        return None

    def _details(self, document: Document, position: Position, links: Sequence[str | None]) -> Step:
        """Read the pages of works that are not known; returns as `_embedded` does."""
        from scrapers.document import readable
        from scrapers.sites.entries import entries_of

        with readable(document.url):
            entries = entries_of(document, links, time_of(self.session).toordinal(), self.rules.refresh_days)
        for index, entry in enumerate(entries):
            if self._is_new(entry.link) and index >= position.done and not self.attempts.skip(entry):
                if self._is_over(entry.link or document.url):
                    return replace(position, done=index)
                yield from self._detail(entry, document, replace(position, done=index + 1))
        return None

    def _detail(self, entry: Entry, document: Document, behind: Position) -> Iterator[Scraped]:
        try:
            self.part += self.attempts.detail(entry, document.url, self.home)
        except Blocked as error:
            if self.resumed and self.attempts.tried == 1:  # the work that ended the last run: pass it by
                self.part.append(problem(entry.link or document.url, error))
                yield self._give(behind, entry.link)
            raise
        if self.attempts.good:
            yield self._give(behind, entry.link)

    def _is_new(self, link: str | None) -> bool:
        before = len(self.links)
        self.links.add(hash(link))
        return len(self.links) > before

    def _is_over(self, url: str) -> bool:
        """Whether the run has tried as many works as it may."""
        self.attempts.expect_some()
        if self.attempts.used_up:
            told = f"max_works = {self.attempts.tried} is reached, this work was not read"
            self.part.append(Problem(url, "work_limit", told))
        return self.attempts.used_up

    def _expect_readable(self, number: int) -> None:
        """Raise where each work of the first page has another shape than it should."""
        tries = self.attempts
        if number == 1 and not self.begin.done and tries.moved and tries.only_moved and not tries.good:
            raise tries.moved

    def _turn(self, document: Document, position: Position, count: int, number: int, progress: bool) -> Step:
        """Give out the end of a page and turn to the next."""
        url = self._following(document, position, count)
        if url is None or (not progress and is_template(self.rules.next)):
            return (yield from self._end(document.url))
        if stop := stop_before(url, self.home, self.visited, progress):
            self.part.append(stop)
            self.looped = stop.code == LOOP
            return (yield from self._end(document.url))
        following = Position(url, position.number + 1, position.works + count)
        last = number == self.rules.max_pages
        if last:
            told = f"max_pages = {number} is reached, this page was not read"
            self.part.append(Problem(url, "page_limit", told))
        if self.attempts.good or last:
            yield self._give(following, document.url)
        return None if last else following

    def _end(self, page: str) -> Step:
        """Give out the last part; raises ShapeChanged where nothing at all could be read."""
        if self.attempts.moved and not self.attempts.good:
            raise self.attempts.moved
        self.attempts.expect_some()
        yield self._give(None, page)
        return None

    def _following(self, document: Document, position: Position, count: int) -> str | None:
        from scrapers.document import readable

        rule = self.rules.next
        if rule is not None and is_template(rule):
            return next_address(self.rules.start, rule, position, count)
        with readable(document.url):
            return document.next_page(rule)

    def _give(self, position: Position | None, page: str | None = None) -> Scraped:
        """What was read since the last part, and where reading goes on behind it."""
        found, self.part = tuple(self.part), []
        self.stand = position or self.stand
        cursor = position.to_cursor(self.rules.start) if position else None
        return Scraped(found, cursor, page, unfinished=position is None and self.looped)
