"""Metadata: what is in it, what is kept out of it, and that it never varies."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import BadMetadata
from publisher.metadata import DIGITAL_SOURCE_TYPE, attribution, canonical, clean, line, metadata, shorten
from tests.publisher.facts import FACTS, SOURCE, facts

URI = "ipfs://bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354/image.png"
HOSTILE = "\x00\x07\x1b\x7f\x85\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\ud800\U000e0041"
TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def document(**changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(metadata(facts(**changes), URI))
    return loaded


def test_the_whole_document_is_as_the_indexer_reads_it() -> None:
    credit = (
        'Based on "Three foxes" by Ana (https://gallery.example/works/17), CC-BY-4.0 '
        "(https://creativecommons.org/licenses/by/4.0/); changed by a machine."
    )
    assert json.loads(metadata(FACTS, URI)) == {
        "name": "Three foxes, dreamed",
        "description": "A machine looked at foxes.\n\n" + credit,
        "image": URI,
        "attributes": [
            {"trait_type": "category", "value": "animals"},
            {"trait_type": "prompt", "value": "a painting of an animal"},
            {"trait_type": "iterate", "value": 20},
        ],
        "provenance": {
            "attribution": credit,
            "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "generator": "mini",
            "models": {"clip.safetensors": "ef" * 32, "vqgan.safetensors": "cd" * 32},
            "recipe": "ab" * 32,
            "seed": "9223372036854775813",
            "source": {
                "creator": "Ana",
                "license": "CC-BY-4.0",
                "license_url": "https://creativecommons.org/licenses/by/4.0/",
                "market": "gallery",
                "rights": "CC BY 4.0, please name me",
                "title": "Three foxes",
                "url": "https://gallery.example/works/17",
            },
            "step": 20,
        },
    }


def test_bytes_are_utf8_sorted_and_without_spaces() -> None:
    raw = metadata(facts(name="Füchse 狐"), URI)
    assert "Füchse 狐".encode() in raw
    assert raw == canonical(json.loads(raw)).encode()
    assert raw.startswith(b'{"attributes":[{"trait_type":')


def test_the_order_of_models_does_not_matter() -> None:
    assert metadata(facts(models=FACTS.models[::-1]), URI) == metadata(FACTS, URI)


def test_no_credit_is_given_where_no_license_asks_for_one() -> None:
    plain = document(source_attribution=False)
    assert plain["description"] == "A machine looked at foxes."
    assert "attribution" not in plain["provenance"]


def test_share_alike_passes_the_license_on() -> None:
    shared = document(source_share_alike=True, source_license="CC-BY-SA-4.0")
    assert shared["license"] == "CC-BY-SA-4.0"
    assert shared["description"].endswith("Shared under the same license.")
    assert "license" not in document()


def test_a_demonstration_is_marked_and_nothing_else_is() -> None:
    assert document(demo=True)["demo"] is True
    assert "demo" not in document()


def test_a_work_without_category_creator_or_rights_leaves_them_out() -> None:
    bare = document(
        category=None, source_creator=None, source_rights=None, source_license=None, source_license_url=None
    )
    assert [trait["trait_type"] for trait in bare["attributes"]] == ["prompt", "iterate"]
    assert set(bare["provenance"]["source"]) == {"title", "market", "url"}
    assert 'Based on "Three foxes" (https://gallery.example/works/17); changed' in bare["description"]


def test_a_reviewers_basis_is_printed() -> None:
    assert document(source_basis="asked by mail")["provenance"]["source"]["basis"] == "asked by mail"


def test_the_term_for_machine_made_media_is_a_newscode() -> None:
    assert document()["provenance"]["digital_source_type"] == DIGITAL_SOURCE_TYPE


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_control_or_direction_character_gets_through(name: str, words: str, title: str, who: str) -> None:
    changed = facts(
        name="n" + name,
        description=words,
        category=who,
        prompt=title,
        source_title=title,
        source_creator=who,
        source_market=words,
        source_rights=words,
        source_basis=name,
    )
    text = metadata(changed, URI).decode()
    document = json.loads(text)
    for character in set(text) | set("".join(texts(document))) - {"\n"}:
        assert unicodedata.category(character) not in ("Cc", "Cs"), ascii(character)
        assert unicodedata.bidirectional(character) not in ("LRE", "RLE", "LRO", "RLO", "PDF"), ascii(character)
        assert unicodedata.bidirectional(character) not in ("LRI", "RLI", "FSI", "PDI"), ascii(character)
    assert metadata(changed, URI).decode() == text


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_cleaning_keeps_what_people_write() -> None:
    assert clean(f"a{HOSTILE}b") == "ab"
    assert clean("one\r\ntwo\rthree\u2028four\tfive ") == "one\ntwo\nthree\nfour five"
    assert clean("👩\u200d🎨 نص क\u094d\u200dष") == "👩\u200d🎨 نص क\u094d\u200dष"
    assert line(" a\n\n b\tc\u3000d ") == "a b c d"


def test_words_of_the_source_are_shortened_and_our_own_are_not() -> None:
    long = document(source_title="x" * 5000, source_rights="y" * 5000)["provenance"]["source"]
    assert (len(long["title"]), len(long["rights"])) == (300, 2000)
    assert long["title"].endswith("x…")
    assert shorten("four", 4) == "four"
    assert shorten("fo ur", 4) == "fo…"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"name": "x" * 1001}, "name", 1001),
        ({"name": " \u202e\x00 "}, "name", 0),
        ({"description": "x" * 10_001, "source_attribution": False}, "description", 10_001),
        ({"description": "x" * 9_990}, "description", None),
    ],
)
def test_text_over_its_limit_is_refused_with_value_and_limit(
    changes: dict[str, Any], field: str, value: int | None
) -> None:
    with pytest.raises(BadMetadata, match=f"{field} has") as caught:
        document(**changes)
    assert caught.value.evidence["field"] == field
    assert value is None or caught.value.evidence["length"] == value


def test_text_at_its_limit_is_taken() -> None:
    full = document(name="x" * 1000, description="y" * 10_000, source_attribution=False)
    assert (len(full["name"]), len(full["description"])) == (1000, 10_000)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//gallery.example/1",
        "https://",
        "https://a b.example/",
        "https://gallery.example/\u202e",
        "https://gallery.example/\n1",
        "https://[::1",
        "https://gallery.example/" + "x" * 2000,
    ],
)
def test_an_address_that_is_not_plain_http_is_refused(url: str) -> None:
    with pytest.raises(BadMetadata):
        document(source_url=url)
    with pytest.raises(BadMetadata):
        document(source_license_url=url or "x")


@pytest.mark.parametrize(
    "changes",
    [
        {"recipe": "short"},
        {"recipe": "AB" * 32},
        {"models": (("file", "12"),)},
        {"step": -1},
    ],
)
def test_digests_and_steps_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(BadMetadata):
        document(**changes)


def test_credit_is_one_line_whatever_the_title_holds() -> None:
    noisy = facts(source_title='A "quoted"\nname\u202e').source
    assert attribution(noisy).startswith('Based on "A "quoted" name" by Ana (')
    assert "\n" not in attribution(noisy)
    assert attribution(SOURCE).isprintable()
