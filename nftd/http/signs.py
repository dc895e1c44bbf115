"""How a page shows that it is not the page: challenges against robots, and forms to log in.

The marks stand in the pages of the services themselves: an ordinary page behind the same service does not have
them. (Cloudflare's `/cdn-cgi/challenge-platform/` and DataDome's `x-datadome: protected` alone, for example, come
with ordinary pages too and are no marks.) A text that only speaks of a service has none of them either.
"""

from __future__ import annotations

import re
from typing import Final

import httpx

HEAD_BYTES: Final = 64 * 1024
_HTML_KINDS: Final = frozenset({"text/html", "application/xhtml+xml"})
_HEADERS: Final = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
    ("x-vercel-mitigated", "challenge", "Vercel"),
    ("sg-captcha", "challenge", "SiteGround"),
)
# A word in lower case, without which the search is spared, the mark itself, and whose it is.
_MARKS: Final = (
    (b"_chl_", re.compile(rb"\b_cf_chl_opt\b|\bcf_chl_prog\b"), "Cloudflare"),
    (b"cf-", re.compile(rb"id=[\"']cf-(?:challenge|browser-verification)"), "Cloudflare"),
    (b"gokuprops", re.compile(rb"window\.gokuProps\s*="), "AWS WAF"),
    (b"captcha-delivery.com/", re.compile(rb"<(?:script|iframe)[^>]{0,200}captcha-delivery\.com/"), "DataDome"),
    (b"px-captcha", re.compile(rb"id=[\"']px-captcha[\"']"), "HUMAN"),
    (b"incapsula incident", re.compile(rb"Incapsula incident ID:"), "Imperva"),
    (b"anubis_challenge", re.compile(rb"<script[^>]{0,200}id=[\"']anubis_challenge[\"']"), "Anubis"),
    (b"ddos-guard", re.compile(rb"<title>\s*DDoS-Guard\s*</title>", re.IGNORECASE), "DDoS-Guard"),
    (b"vercel", re.compile(rb"<title>\s*Vercel Security Checkpoint\s*</title>", re.IGNORECASE), "Vercel"),
    (b"sec-", re.compile(rb"id=[\"']sec-(?:if-)?cpt-(?:if|container)[\"']"), "Akamai"),
    (b"sgcaptcha", re.compile(rb"/\.well-known/sgcaptcha/"), "SiteGround"),
    (b"sucuri_cloudproxy", re.compile(rb"sucuri_cloudproxy_js\s*="), "Sucuri"),
)
_LOGIN_PATH: Final = re.compile(
    r"/(?:log[_-]?in|sign[_-]?in|sso|wp-login\.php|sessions?/new)(?:/|$|\.\w{2,5}$)", re.IGNORECASE
)
_LOGIN_TITLE: Final = re.compile(
    rb"<title[^>]{0,100}>\s*(?:please\s+)?(?:log|sign)[ -]?in\b[^<]{0,80}</title>", re.IGNORECASE
)
_RETURN: Final = re.compile(rb"(?:^|&)(?:next|return\w*|redirect\w*|continue|back\w*|dest\w*|from|ref)=", re.IGNORECASE)
_PASSWORD: Final = re.compile(rb"<input[^>]{0,300}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)


def is_html(kind: str) -> bool:
    return kind in _HTML_KINDS


def challenger(response: httpx.Response, head: bytes = b"") -> str | None:
    """The service whose challenge this answer is, from its headers or the start of its HTML."""
    for name, value, service in _HEADERS:
        if str(response.headers.get(name, "")).strip().lower() == value:
            return service
    lowered = head.lower()
    return next((service for word, mark, service in _MARKS if word in lowered and mark.search(head)), None)


def is_login(asked: httpx.URL, came: httpx.URL, head: bytes) -> bool:
    """Whether a form to log in came in place of the page that was asked for.

    The page calls itself one, or a redirect led to an address that does and that knows where it came from; and it
    asks for a password, where its form is in the HTML. Galleries with a small form in a corner of every page, and
    a work called "sign-in", are neither.
    """
    lowered = head.lower()
    is_titled = b"<title" in lowered and _LOGIN_TITLE.search(lowered)
    has_password = b"password" in lowered and _PASSWORD.search(lowered)
    was_sent = asked.path != came.path and _LOGIN_PATH.search(came.path) and not _LOGIN_PATH.search(asked.path)
    if was_sent:
        return bool(is_titled or has_password or _RETURN.search(came.query))
    return bool(is_titled and has_password)
