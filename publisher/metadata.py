"""The JSON that a token points to: ERC-721 metadata as Rarible's indexer reads it, the same bytes always.

Sources: EIP-721 (metadata extension) and the indexer's limits (name 1000, description 10000 characters).
"""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from publisher.errors import BadMetadata

NAME_LIMIT: Final = 1_000
DESCRIPTION_LIMIT: Final = 10_000
FOREIGN_LIMIT: Final = 300
RIGHTS_LIMIT: Final = 2_000
URL_LIMIT: Final = 2_000

# IPTC NewsCodes, digitalsourcetype: "created algorithmically using a model derived from sampled content".
# Its neighbor compositeWithTrainedAlgorithmicMedia means works that keep original pixels, as with inpainting;
# here every pixel comes out of the decoder. NewsCodes URIs are http by definition.
DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

# Controls except newline, lone surrogates, direction marks, invisible separators and tag characters. Joiners
# stay: emoji and several scripts need them.
_HOSTILE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """The work that an artwork was made from, and why it may be used.

    ``url`` is None where the work has no address that others could open.
    ``license`` is an SPDX id, ``rights`` the words on the page, ``basis`` what a reviewer put on record.
    ``attribution`` and ``share_alike`` are what the license asks for.
    """

    title: str
    creator: str | None
    market: str
    url: str | None
    rights: str | None = None
    license: str | None = None
    license_url: str | None = None
    attribution: bool = False
    share_alike: bool = False
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class ArtworkFacts:
    """An artwork as it is told to the world: its words, and how it was made.

    ``recipe`` is the recipe's id and ``models`` pairs of file name and digest, both sha256 in hex.
    """

    name: str
    description: str
    category: str | None
    prompt: str
    step: int
    generator: str
    recipe: str
    seed: int
    models: tuple[tuple[str, str], ...]
    source: SourceFacts
    demo: bool = False


def canonical(value: object) -> str:
    """Write JSON in the one form that is hashed: sorted keys, no spaces, no escapes beyond need, no NaN."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def clean(text: str) -> str:
    """Strip what text from elsewhere may hide: controls, direction overrides, invisible characters.

    >>> clean(" a\\u202eb\\x00c\\td ")
    'abc d'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n")
    return _HOSTILE.sub("", lines).strip()


def line(text: str) -> str:
    """Clean text and put it on one line."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """Cut text to ``limit`` characters, the last one an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def metadata(facts: ArtworkFacts, image_uri: str) -> bytes:
    """Build the metadata of an artwork as UTF-8 JSON.

    Same facts, same bytes. Raises BadMetadata when a name, description, URL, step or digest is outside its
    limits; words from the source are shortened instead.
    """
    credit = attribution(facts.source) if facts.source.attribution else None
    description = "\n\n".join(filter(None, (clean(facts.description), credit)))
    document: dict[str, object] = {
        "name": _bounded("name", line(facts.name), 1, NAME_LIMIT),
        "description": _bounded("description", description, 0, DESCRIPTION_LIMIT),
        "image": image_uri,
        "attributes": _attributes(facts),
        "provenance": _provenance(facts, credit),
    }
    if facts.source.share_alike and facts.source.license:
        document["license"] = line(facts.source.license)
    if facts.demo:
        document["demo"] = True
    return canonical(document).encode()


def attribution(source: SourceFacts) -> str:
    """Write the credit that a license asks for: title, creator, address, license, and the change."""
    title = shorten(line(source.title), FOREIGN_LIMIT)
    by = f" by {shorten(line(source.creator), FOREIGN_LIMIT)}" if source.creator else ""
    named = f", {line(source.license)}" if source.license else ""
    deed = f" ({_url('source.license_url', source.license_url)})" if source.license_url else ""
    shared = " Shared under the same license." if source.share_alike else ""
    address = f" ({_url('source.url', source.url)})" if source.url is not None else ""
    return f'Based on "{title}"{by}{address}{named}{deed}; changed by a machine.{shared}'


def _attributes(facts: ArtworkFacts) -> list[dict[str, object]]:
    traits: list[tuple[str, str | int]] = [("prompt", line(facts.prompt)), ("iterate", _step(facts.step))]
    if facts.category:
        traits.insert(0, ("category", line(facts.category)))
    return [{"trait_type": name, "value": value} for name, value in traits]


def _provenance(facts: ArtworkFacts, credit: str | None) -> dict[str, object]:
    provenance: dict[str, object] = {
        "digital_source_type": DIGITAL_SOURCE_TYPE,
        "generator": line(facts.generator),
        "models": {line(name): _digest(f"model {name}", digest) for name, digest in facts.models},
        "recipe": _digest("recipe", facts.recipe),
        # A seed has 64 bits, a JSON number in many readers 53.
        "seed": str(facts.seed),
        "source": _source(facts.source),
        "step": _step(facts.step),
    }
    return provenance | ({"attribution": credit} if credit else {})


def _source(source: SourceFacts) -> dict[str, str]:
    words = {
        "title": shorten(line(source.title), FOREIGN_LIMIT),
        "creator": shorten(line(source.creator or ""), FOREIGN_LIMIT),
        "market": shorten(line(source.market), FOREIGN_LIMIT),
        "url": _url("source.url", source.url) if source.url is not None else "",
        "rights": shorten(clean(source.rights or ""), RIGHTS_LIMIT),
        "license": line(source.license or ""),
        "license_url": _url("source.license_url", source.license_url) if source.license_url else "",
        "basis": shorten(clean(source.basis or ""), RIGHTS_LIMIT),
    }
    return {key: value for key, value in words.items() if value}


def _bounded(field: str, text: str, least: int, most: int) -> str:
    if not least <= len(text) <= most:
        raise BadMetadata(
            f"{field} has {len(text)} characters, allowed {least}..{most}: change the {field}",
            field=field,
            length=len(text),
            limit=most,
        )
    return text


def is_plain_url(text: str) -> bool:
    """Tell whether ``text`` is an http or https address without anything hidden in it."""
    try:
        parts = urlsplit(text)
        addressed = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return addressed and text.isprintable() and " " not in text and clean(text) == text and len(text) <= URL_LIMIT


def _url(field: str, url: str) -> str:
    text = _bounded(field, url, 1, URL_LIMIT)
    if not is_plain_url(text):
        raise BadMetadata(f"{field} {text!r} is not a plain http or https URL", field=field, url=text)
    return text


def _digest(field: str, text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise BadMetadata(f"{field} {text!r} is not a sha256 of 64 lower case hex digits", field=field, value=text)
    return text


def _step(step: int) -> int:
    if step < 0:
        raise BadMetadata(f"step {step} is negative", field="step", value=step)
    return step
