"""What an answer that is no content means: each kind of refusal and failure as its own error."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore
import httpx

from nftd.http.body import head
from nftd.http.signs import HEAD_BYTES, challenger, is_html, is_login
from nftd.net import AddressError
from scrapers import errors
from scrapers.text import clean

_REFUSALS: Final = frozenset({401, 403, 407, 429, 451})
_SPEAKING: Final = frozenset({403, 429, 503})  # failures whose page may be a challenge
_BROKEN: Final = (httpcore.NetworkError, httpcore.ProtocolError)
_MAX_RETRY_AFTER: Final = 7 * 86400


def refuse_status(url: httpx.URL, response: httpx.Response, kind: str, cool_down: float) -> None:
    """Raise what a status or a challenge in the headers means; nothing where the answer is content."""
    status, wait = response.status_code, retry_after(response)
    start = _peek(url, response) if status in _SPEAKING and is_html(kind) else b""
    if service := challenger(response, start):
        raise challenged(url, response, service, cool_down)
    if status in _REFUSALS:
        raise errors.Blocked(f"{url} refuses us ({status})", str(url), retry_after=wait, status=status)
    if status in {404, 410}:
        raise errors.Gone(f"{url} does not exist ({status})", str(url), status=status)
    if status >= 500:
        raise errors.ServerError(f"{url} failed ({status})", str(url), status=status, retry_after=wait)
    if not 200 <= status < 300:
        raise errors.BadStatus(
            f"{url} answered {status}, which is neither content nor a redirect", str(url), status=status
        )


def refuse_page(asked: httpx.URL, url: httpx.URL, response: httpx.Response, start: bytes, cool_down: float) -> None:
    """Raise Blocked where the start of an HTML page shows that it is a challenge or a form to log in."""
    if service := challenger(response, start):
        raise challenged(url, response, service, cool_down)
    if is_login(asked, url, start):
        wait = retry_after(response)
        raise errors.LoginPage(
            f"{asked} shows a form to log in ({url}): nothing is read that needs an account",
            str(url),
            retry_after=int(cool_down) if wait is None else wait,
            status=response.status_code,
        )


def challenged(url: httpx.URL, response: httpx.Response, service: str, cool_down: float) -> errors.Blocked:
    """The error of a challenge: it is not solved, and the site is left alone for as long as it says, or `cool_down`."""
    wait = retry_after(response)
    return errors.Blocked(
        f"{url} shows a challenge of {service} ({response.status_code}): it is not solved, the site is left alone",
        str(url),
        retry_after=int(cool_down) if wait is None else wait,
        status=response.status_code,
        challenge=service,
    )


def retry_after(response: httpx.Response) -> int | None:
    """Seconds from Retry-After (RFC 9110, 10.2.3: a number or a date), at most a week; None without one."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(int(value), _MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter from a year of many digits
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0, min(int((moment - datetime.now(UTC)).total_seconds()), _MAX_RETRY_AFTER))


def worth_a_retry(error: errors.Unreachable) -> bool:
    """A time-out has cost enough, and a server that names a time is asked again later, by the caller."""
    if error.evidence.get("retry_after") is not None:
        return False
    return type(error) in {errors.Unreachable, errors.ServerError, errors.Truncated}


def address_error(url: httpx.URL, error: AddressError) -> errors.FetchError:
    kind = errors.Unresolvable if error.code == "unresolvable" else errors.NotPublicAddress
    return kind(f"{url}: {clean(str(error), 300)}", str(url), addresses=error.addresses)


def _peek(url: httpx.URL, response: httpx.Response) -> bytes:
    """The start of a page that comes with a failure; what cannot be read of it says nothing."""
    try:
        return head(url, response, HEAD_BYTES)
    except (errors.BadEncoding, errors.Truncated, httpcore.TimeoutException, *_BROKEN):
        return b""
