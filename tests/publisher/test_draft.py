"""Drafts: deterministic, complete, and impossible to change unnoticed."""

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.car import read_car
from publisher.cid import cid_of_bytes
from publisher.draft import Draft, Part, TermsInput, archive, build
from publisher.errors import BadDraft, BadImage, BadMetadata, BadTerms
from publisher.multiformats import Cid
from publisher.terms import token_id
from publisher.unixfs import linked_cids
from tests.publisher.facts import FACTS, FRIEND, MINTER, TERMS, facts, png

LARGE = png(900, 500)
"""An image of over 1 MiB, so of two chunks."""


def test_the_same_inputs_give_the_same_draft_and_the_same_bytes() -> None:
    draft, car = build(png(), FACTS, TERMS)
    assert build(png(), FACTS, TERMS) == (draft, car)
    # What was approved once must be made again byte for byte: these change only with the format's number.
    assert draft.id == "2b2270f883a45ae2f1c307a685551a59b81a2754ecc1f5a7ffe21072ed9c7f46"
    assert hashlib.sha256(car).hexdigest() == "8a2db03e970a88b1e110af0cf6ab25f9867508b73b0d7ec20dbc2767cadef450"


def test_a_draft_names_its_image_and_metadata_and_leads_from_uri_to_image() -> None:
    draft, car = build(LARGE, FACTS, TERMS)
    assert draft.image_sha256 == hashlib.sha256(LARGE).hexdigest()
    assert draft.image_cid == str(cid_of_bytes(LARGE))
    assert draft.metadata_cid == str(cid_of_bytes(draft.metadata.encode()))
    assert draft.token_uri == f"/ipfs/{draft.metadata_dir_cid}/metadata.json"
    assert json.loads(draft.metadata)["image"] == f"ipfs://{draft.image_dir_cid}/image.png"
    assert draft.terms is not None
    assert draft.terms.uri == draft.token_uri
    roots, blocks = read_car(io.BytesIO(car))
    held = {block.cid: block.data for block in blocks}
    assert [str(root) for root in roots] == [draft.image_dir_cid, draft.metadata_dir_cid]
    assert [str(child) for child in linked_cids(held[roots[0]])] == [draft.image_cid]
    assert held[Cid.parse(draft.metadata_cid)] == draft.metadata.encode()
    image = linked_cids(held[Cid.parse(draft.image_cid)])
    assert len(image) == 2
    assert b"".join(held[chunk] for chunk in image) == LARGE


def test_terms_are_filled_from_the_chain_the_minter_and_the_image() -> None:
    draft, _ = build(png(), FACTS, TERMS)
    terms = draft.terms
    assert terms is not None
    assert (terms.chain_id, draft.chain_id) == (11155111, 11155111)
    assert terms.contract == "0xe10605b2026884aCc669C2A9Cd4A5ec5f5FFf494"
    assert terms.creators == (Part(MINTER, 10_000),)
    assert terms.token_id == token_id(MINTER, draft.image_cid)
    assert terms.token_id >> 96 == int(MINTER, 16)


def test_a_new_title_keeps_the_token_and_changes_the_draft() -> None:
    first, _ = build(png(), FACTS, TERMS)
    second, _ = build(png(), facts(name="Another name"), TERMS)
    assert first.terms is not None
    assert second.terms is not None
    assert first.terms.token_id == second.terms.token_id
    assert first.token_uri != second.token_uri
    assert first.id != second.id


@pytest.mark.parametrize(
    "changes",
    [
        {"royalties": ()},
        {"minter": FRIEND},
        {"chain_id": 1},
        {"kind": "ERC1155"},
        {"royalties": (Part(FRIEND, 750),)},
    ],
)
def test_any_other_terms_make_another_draft(changes: dict[str, Any]) -> None:
    assert build(png(), FACTS, replace(TERMS, **changes))[0].id != build(png(), FACTS, TERMS)[0].id


def test_without_a_minter_there_is_a_draft_without_terms() -> None:
    draft, car = build(png(), FACTS, None)
    assert draft.terms is None
    assert draft.chain_id is None
    assert json.loads(draft.to_json())["terms"] is None
    assert Draft.from_json(draft.to_json()) == draft
    assert car == build(png(), FACTS, TERMS)[1]


def test_a_demonstration_is_known_from_the_draft() -> None:
    assert build(png(), facts(demo=True))[0].demo
    assert not build(png(), FACTS)[0].demo


@pytest.mark.parametrize("kind", ["ERC721", "ERC1155"])
@pytest.mark.parametrize("image", [png(), LARGE], ids=["one block", "two chunks"])
def test_a_stored_draft_comes_back_the_same(image: bytes, kind: Any) -> None:
    wanted = replace(TERMS, kind=kind, supply=25 if kind == "ERC1155" else 1)
    draft, _ = build(image, facts(name='狐 "quoted" \\ é'), wanted)
    stored = draft.to_json()
    again = Draft.from_json(stored)
    assert again == draft
    assert again.id == draft.id == hashlib.sha256(stored.encode()).hexdigest()
    again.verify_image(image)


@pytest.mark.parametrize("image", [png(), LARGE], ids=["one block", "two chunks"])
def test_an_archive_made_again_from_the_stored_draft_is_the_first_one(image: bytes) -> None:
    draft, car = build(image, FACTS, TERMS)
    assert archive(Draft.from_json(draft.to_json()), image) == car


def test_another_image_is_not_the_image_of_the_draft() -> None:
    draft, _ = build(LARGE, FACTS, None)
    with pytest.raises(BadImage, match=draft.image_sha256):
        draft.verify_image(LARGE[:-1] + b"!")


@given(st.data())
def test_a_stored_draft_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    draft, _ = build(png(), FACTS, TERMS)
    stored = draft.to_json()
    # The image's folder is the one address that needs the image itself: verify_image checks it.
    at = data.draw(st.integers(0, len(stored) - 1))
    put = data.draw(st.characters())
    changed = stored[:at] + put + stored[at + 1 :]
    if changed != stored:
        with pytest.raises((BadDraft, BadImage)):
            Draft.from_json(changed).verify_image(png())


@pytest.mark.parametrize("place", ["image", "metadata", "terms", "token_uri", "format"])
@pytest.mark.parametrize("value", [None, 5, [], {}, "x", True])
def test_a_stored_draft_with_a_part_of_another_type_is_refused(place: str, value: object) -> None:
    draft, _ = build(png(), FACTS, TERMS)
    form = json.loads(draft.to_json())
    form[place] = value
    text = json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if place == "terms" and value is None:
        assert Draft.from_json(text).terms is None
        assert Draft.from_json(text).id != draft.id
        return
    with pytest.raises(BadDraft):
        Draft.from_json(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("terms", "creators", 0, "value"), 10_000.0),
        (("terms", "creators", 0, "value"), "10000"),
        (("terms", "creators", 0, "extra"), 1),
        (("terms", "token_id"), 5),
        (("terms", "chain_id"), "11155111"),
        (("terms", "chain_id"), 5),
        (("terms", "supply"), "2"),
        (("terms", "kind"), "ERC20"),
        (("terms", "uri"), "/ipfs/other"),
        (("terms", "royalties", 0, "value"), 10_000),
        (("image", "sha256"), "00" * 32),
        (("image", "cid"), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (("image", "extra"), 1),
        (("metadata", "text"), "{}"),
        (("metadata", "text"), "[]"),
        (("token_uri",), "https://gallery.example/metadata.json"),
    ],
)
def test_a_stored_draft_that_contradicts_itself_is_refused(path: tuple[str | int, ...], value: object) -> None:
    form: Any = json.loads(build(png(), FACTS, TERMS)[0].to_json())
    inner = form
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    text = json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    with pytest.raises(BadDraft):
        Draft.from_json(text)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[" * 100_000, '{"format":NaN}', '"\\ud800"'])
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(BadDraft):
        Draft.from_json(text)


def test_terms_that_the_contract_refuses_make_no_draft() -> None:
    wanted = replace(TERMS, royalties=(Part(MINTER, 6000), Part(FRIEND, 4100)))
    with pytest.raises(BadTerms, match=r"10100, allowed 9999: change publisher\.royalty_bps") as caught:
        build(png(), FACTS, wanted)
    assert caught.value.evidence["rules"] == [
        "royalties add up to less than the whole: 10100, allowed 9999: "
        "change publisher.royalty_bps (refused by the contract)"
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        TermsInput(chain_id=137, minter=MINTER),
        TermsInput(chain_id=1, minter=MINTER.lower()),
        TermsInput(chain_id=1, minter="0x12"),
        TermsInput(chain_id=1, minter="0x" + "0" * 40),
        TermsInput(chain_id=1, minter=MINTER, contract="0x12"),
        TermsInput(chain_id=1, minter=MINTER, creators=(Part(FRIEND, 10_000),)),
    ],
)
def test_unusable_configuration_is_refused_by_key(wanted: TermsInput) -> None:
    with pytest.raises(BadTerms, match=r"publisher\.") as caught:
        build(png(), FACTS, wanted)
    assert caught.value.code == "bad_terms"


def test_only_png_images_are_drafted_and_only_sound_metadata() -> None:
    with pytest.raises(BadImage):
        build(b"GIF89a", FACTS, None)
    with pytest.raises(BadMetadata):
        build(png(), facts(name=""), None)


def test_a_draft_cannot_be_edited_in_place() -> None:
    draft, _ = build(png(), FACTS, None)
    for field in fields(draft):
        with pytest.raises(FrozenInstanceError):
            setattr(draft, field.name, "other")


def test_addresses_and_drafts_load_nothing_heavy() -> None:
    program = (
        "import sys, publisher.cid, publisher.car, publisher.draft, publisher.voucher;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'eth_account', 'eth_utils', 'eth_hash', 'httpx', 'torch', 'numpy', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
