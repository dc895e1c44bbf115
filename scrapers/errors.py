"""What can go wrong while reading a market.

    ScraperError
    ├── BadMoney                 bad_money             no exact, non-negative amount of an asset
    ├── ShapeChanged             shape_changed         a page no longer holds what was read from it before
    ├── UnknownSource            unknown_source        a source type that no scraper is registered for
    ├── BadRule                  bad_rule              a source's rules cannot work (selector, address)
    └── FetchError
        ├── Blocked              blocked               401, 403, 429 or a challenge: stop, never evade
        │   └── LoginPage        login_page            a form to log in came in place of the page
        ├── BudgetSpent          budget_spent          the month's requests to a source are all made
        ├── Gone                 not_found             404 or 410
        ├── NotStored            not_stored            a reading that is repeated from stored pages never asked for it
        ├── BadStatus            bad_status            any other answer that is neither content nor a redirect
        ├── WrongBytes           wrong_bytes           not the bytes that a content address names
        ├── UnreadablePage       unreadable_page       the page came, and no parser can take its text
        ├── Unreachable          unreachable           no connection, or it broke
        │   ├── TimedOut         timeout
        │   ├── ServerError      server_error          5xx, still so after the retries
        │   ├── Truncated        truncated             fewer bytes than announced
        │   ├── RobotsUnreachable robots_unreachable   robots.txt cannot be read: its site is left alone
        │   └── Unresolvable     unresolvable          the name has no address
        └── Refused                                    our own rule stopped it
            ├── BadUrl           bad_url
            ├── BadHeader        bad_header            a key or header that cannot be sent
            ├── RobotsDenied     robots_denied         the site's robots.txt forbids it
            ├── NotPublicAddress not_public_address
            ├── BadRedirect      bad_redirect
            ├── TooLarge         too_large
            ├── WrongContentType wrong_content_type
            └── BadEncoding      bad_encoding

Every error carries `code` (stable), `permanent` (False: worth another try later) and `evidence` (JSON-able).
"""


class ScraperError(Exception):
    """An error of this library; `evidence` holds the values that the message speaks of."""

    code = "scraper_error"
    permanent = True

    def __init__(self, message: str, **evidence: object) -> None:
        super().__init__(message)
        self.evidence: dict[str, object] = evidence


class BadMoney(ScraperError):
    code = "bad_money"


class ShapeChanged(ScraperError):
    """A required field moved: `path` names it, `url` the page it was expected on."""

    code = "shape_changed"

    def __init__(self, path: str, url: str, message: str | None = None) -> None:
        told = f"{path} not found on {url}: the page changed its shape, compare it with the source's rules"
        super().__init__(message or told, path=path, url=url)
        self.path = path
        self.url = url


class UnknownSource(ScraperError):
    code = "unknown_source"


class BadRule(ScraperError):
    """A rule that cannot work: `evidence["option"]` is its key in the source's options, "fields.price"."""

    code = "bad_rule"


class FetchError(ScraperError):
    """A URL could not be read; `url` is the address that failed (after redirects)."""

    code = "fetch_failed"

    def __init__(self, message: str, url: str, **evidence: object) -> None:
        super().__init__(message, url=url, **evidence)
        self.url = url


class Blocked(FetchError):
    """The site refuses us; `retry_after` is the wait it asked for, in seconds, where it named one."""

    code = "blocked"
    permanent = False

    def __init__(self, message: str, url: str, retry_after: int | None = None, **evidence: object) -> None:
        super().__init__(message, url, retry_after=retry_after, **evidence)
        self.retry_after = retry_after


class LoginPage(Blocked):
    code = "login_page"


class BudgetSpent(FetchError):
    code = "budget_spent"
    permanent = False


class Gone(FetchError):
    code = "not_found"


class NotStored(FetchError):
    """Raised by a session that answers from stored pages alone: this was not asked, or not yet at that time."""

    code = "not_stored"


class BadStatus(FetchError):
    code = "bad_status"


class WrongBytes(FetchError):
    code = "wrong_bytes"
    permanent = False


class UnreadablePage(FetchError):
    code = "unreadable_page"


class Unreachable(FetchError):
    code = "unreachable"
    permanent = False


class TimedOut(Unreachable):
    code = "timeout"


class ServerError(Unreachable):
    code = "server_error"


class Truncated(Unreachable):
    code = "truncated"


class RobotsUnreachable(Unreachable):
    code = "robots_unreachable"


class Unresolvable(Unreachable):
    code = "unresolvable"


class Refused(FetchError):
    code = "refused"


class BadUrl(Refused):
    code = "bad_url"


class BadHeader(Refused):
    code = "bad_header"


class RobotsDenied(Refused):
    code = "robots_denied"


class NotPublicAddress(Refused):
    code = "not_public_address"


class BadRedirect(Refused):
    code = "bad_redirect"


class TooLarge(Refused):
    code = "too_large"


class WrongContentType(Refused):
    code = "wrong_content_type"


class BadEncoding(Refused):
    code = "bad_encoding"
