"""The rights gate: what a work's own license statement allows us to publish. Default: deny. No legal advice.

Permissions are recognized only by whole identifiers and license URLs, restrictions by any mention: "This is
not CC0" permits nothing, "CC0, but no commercial use" forbids. Where text and URL disagree the strictest
wins. A title or description is never a license statement: callers pass the rights fields alone.

Sources: SPDX License List 3.24; creativecommons.org deed URLs; a16z CantBeEvil.sol (base URIs, order of its
licenses); rights codes of NFT Showroom; labels of Teia's mint form.
"""

import binascii
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from scrapers.text import clean

Decision = Literal["allow", "review", "deny"]
_MAX_STATEMENT: Final = 20_000
_MAX_COMMON: Final = 500


@dataclass(frozen=True, slots=True)
class Rights:
    """A decision with its evidence: `license` is an SPDX identifier, `text` and `url` the statement as read.

    `reason` is a stable code: public_domain, attribution, share_alike (allow); holder_rights, other_version,
    public_domain_unproven, unknown_terms (review); no_commercial_use, no_derivatives, personal_use,
    all_rights_reserved, marketplace_code, unrecognized_text, statement_too_long, none_stated (deny).
    """

    decision: Decision
    license: str | None
    reason: str
    text: str | None
    url: str | None
    attribution: bool
    share_alike: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    decision: Decision
    reason: str
    license: str | None = None
    attribution: bool = False
    share_alike: bool = False

    @property
    def strictness(self) -> tuple[int, bool, bool]:
        return ("allow", "review", "deny").index(self.decision), self.share_alike, self.attribution


_CC0: Final = _Reading("allow", "public_domain", "CC0-1.0")
_PDM: Final = _Reading("allow", "public_domain", "CC-PDM-1.0")
_PDDC: Final = _Reading("allow", "public_domain", "CC-PDDC")
_BY: Final = _Reading("allow", "attribution", "CC-BY-4.0", attribution=True)
_BY_SA: Final = _Reading("allow", "share_alike", "CC-BY-SA-4.0", attribution=True, share_alike=True)
_HOLDER: Final = _Reading("review", "holder_rights")
_PERSONAL: Final = _Reading("deny", "personal_use")
_UNKNOWN: Final = _Reading("review", "unknown_terms")
_NONE: Final = _Reading("deny", "none_stated")

# Whole statements after normalization: spaces, hyphens and underscores are one space, brackets and dots stay.
_NAMES: Final = {
    "cc0": _CC0,
    "cc 0": _CC0,
    "cc0 1.0": _CC0,
    "cc0 1.0 universal": _CC0,
    "creative commons zero": _CC0,
    "creative commons zero v1.0 universal": _CC0,
    "cc0 (creative commons zero)": _CC0,
    "creative commons public domain (cc0)": _CC0,
    "cc pddc": _PDDC,
    "cc pdm 1.0": _PDM,
    "public domain mark 1.0": _PDM,
    "cc by 4.0": _BY,
    "cc by 4.0 (attribution)": _BY,
    "cc by 4.0 international": _BY,
    "creative commons attribution 4.0": _BY,
    "creative commons attribution 4.0 international": _BY,
    "cc by sa 4.0": _BY_SA,
    "cc by sa 4.0 (attribution sharealike)": _BY_SA,
    "cc by sa 4.0 international": _BY_SA,
    "creative commons attribution sharealike 4.0": _BY_SA,
    "creative commons attribution share alike 4.0": _BY_SA,
    "creative commons attribution sharealike 4.0 international": _BY_SA,
    "creative commons attribution share alike 4.0 international": _BY_SA,
    "public domain": _Reading("review", "public_domain_unproven"),
    "none": _Reading("deny", "all_rights_reserved"),
    "nifty": _PERSONAL,
    "1": _Reading("deny", "marketplace_code"),
    "2": _Reading("deny", "marketplace_code"),
    "3": _Reading("deny", "marketplace_code"),
}
_FORBIDDING: Final = (
    (re.compile(r"all rights (?:are )?reserved|alle rechte vorbehalten"), "all_rights_reserved"),
    (re.compile(r"\bnc\b|\bnon ?commercial|\b(?:no|not for) commercial"), "no_commercial_use"),
    (re.compile(r"\bnd\b|\bno ?deriv|\bno(?:t|n)? ?derivat|\bno modif"), "no_derivatives"),
    (re.compile(r"\bpersonal (?:and non ?commercial )?use|\bprivate use"), "personal_use"),
)  # fmt: skip
_OTHER_CC: Final = re.compile(
    r"(?:cc|creative commons)[ 0-9](?:by|attribution)\b(?: sa\b| share ?alike\b)?[ 0-9.a-z]{0,40}"
)

_TAIL: Final = r"(?:/(?:(?:deed|legalcode)(?:\.[a-z_\-]{2,10})?)?)?(?:\?[^\s#]*)?(?:#[^\s]*)?"
_CC_URL: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/"
    r"(?P<kind>licenses|publicdomain)/(?P<name>[a-z\-+]+)/(?P<version>[0-9]\.[0-9])(?P<port>/[a-z]{2,5})?" + _TAIL
)
_SPDX_URL: Final = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/(?P<name>[a-z0-9.\-]+?)(?:\.html|\.json)?/?")
_A16Z_URL: Final = re.compile(
    r"(?:ar://|https?://(?:[a-z0-9]{52}\.)?arweave\.net/)"
    r"(?:zmc1wtspihfyvy82bwfaiciexlfh5luchhun0wxg4w8|_d9kn1wrnwbcq55bsagrbtb4bs3v8qaptymbthsbx3a)"
    r"/(?P<license>[0-5])"
)
_URI: Final = re.compile(r"(?:https?|ipfs|ar)://\S+")
_A16Z: Final = (_CC0, _HOLDER, _HOLDER, _HOLDER, _PERSONAL, _PERSONAL)


def read_rights(text: str | None, url: str | None) -> Rights:
    """Decide from a work's rights text and rights URL (either may be missing) whether a remix may be sold."""
    if len(text or "") + len(url or "") <= _MAX_COMMON:
        return _common(text, url)
    return _decide(text, url)


@lru_cache(maxsize=512)
def _common(text: str | None, url: str | None) -> Rights:
    """Most works of a market state one of a few licenses."""
    return _decide(text, url)


def _decide(text: str | None, url: str | None) -> Rights:
    parts = [part for part in (text, url) if part is not None and part.strip()]
    has_uri = any(_URI.search(part[:_MAX_STATEMENT].casefold()) for part in parts)
    readings = [_read(part, has_uri) for part in parts]
    strict = max(readings, key=lambda reading: reading.strictness, default=_NONE)
    return Rights(
        decision=strict.decision,
        license=strict.license,
        reason=strict.reason,
        text=_evidence(text),
        url=_evidence(url),
        attribution=any(reading.attribution for reading in readings) and strict.decision == "allow",
        share_alike=strict.share_alike,
    )


def strictest(readings: Sequence[Rights]) -> Rights:
    """Of several license statements about one work, the one that permits least; none at all is denied."""
    order = ("allow", "review", "deny")
    return max(
        readings,
        key=lambda rights: (order.index(rights.decision), rights.share_alike, rights.attribution),
        default=read_rights(None, None),
    )


def _read(statement: str, has_uri: bool) -> _Reading:
    if len(statement) > _MAX_STATEMENT:
        return _Reading("deny", "statement_too_long")
    plain = _normalize(_from_hex(statement))
    if not plain:
        return _NONE
    return _as_url(plain) or _as_text(plain, has_uri)


def _as_url(plain: str) -> _Reading | None:
    if found := _CC_URL.fullmatch(plain):
        return _creative_commons(found["kind"], found["name"], found["version"], ported=found["port"] is not None)
    if found := _SPDX_URL.fullmatch(plain):
        return _as_text(found["name"], has_uri=True)
    if found := _A16Z_URL.fullmatch(plain):
        return _A16Z[int(found["license"])]
    return None


def _creative_commons(kind: str, name: str, version: str, ported: bool) -> _Reading:
    if kind == "publicdomain":
        known = {("zero", "1.0"): _CC0, ("mark", "1.0"): _PDM}.get((name, version))
        return known or _UNKNOWN
    if forbidden := _forbidden(name.replace("-", " ")):
        return forbidden
    if version == "4.0" and not ported and name in {"by", "by-sa"}:
        return _BY if name == "by" else _BY_SA
    return _Reading("review", "other_version") if name in {"by", "by-sa"} else _UNKNOWN


def _as_text(plain: str, has_uri: bool) -> _Reading:
    words = re.sub(r"[\s\-_]+", " ", plain).strip(" .;,\"'")
    if known := _NAMES.get(words):
        return known
    if forbidden := _forbidden(words):
        return forbidden
    if _OTHER_CC.fullmatch(words):
        return _Reading("review", "other_version")
    return _UNKNOWN if has_uri else _Reading("deny", "unrecognized_text")


def _forbidden(words: str) -> _Reading | None:
    for pattern, reason in _FORBIDDING:
        if pattern.search(words):
            return _Reading("deny", reason)
    return None


def _normalize(statement: str) -> str:
    return clean(unicodedata.normalize("NFKC", statement), _MAX_STATEMENT).casefold()


def _from_hex(statement: str) -> str:
    """Tezos contracts hold strings as hexadecimal bytes, and some indexers pass them on undecoded."""
    digits = statement.strip().removeprefix("0x")
    try:
        return binascii.unhexlify(digits).decode() if len(digits) > 1 else statement
    except (ValueError, UnicodeDecodeError):
        return statement


def _evidence(statement: str | None) -> str | None:
    return clean(statement, 2000) or None if statement is not None else None
