"""All that would be published of one artwork, worked out before a person looks at it.

A folder with ``image.png`` comes first, then the metadata that points to it, in a folder of its own (names
give gateways a content type), then the token's uri. The id is the hash of it all: an edit makes another one.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from publisher import voucher
from publisher.car import write_car
from publisher.cid import Block, Node, collect, directory, file_blocks
from publisher.errors import BadDraft, BadImage, PublisherError
from publisher.metadata import ArtworkFacts, SourceFacts, canonical, metadata
from publisher.multiformats import RAW, Cid
from publisher.terms import Kind, Part, Terms, TermsInput, fill

__all__ = [
    "IMAGE_NAME",
    "METADATA_NAME",
    "ArtworkFacts",
    "Draft",
    "Kind",
    "Part",
    "SourceFacts",
    "Terms",
    "TermsInput",
    "archive",
    "build",
    "metadata",
]

IMAGE_NAME: Final = "image.png"
METADATA_NAME: Final = "metadata.json"
_FORMAT: Final = "nftd.draft/1"
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """Exactly what a person approves: the image by digest, the metadata in full, the addresses, the terms.

    ``metadata`` is the text of ``metadata.json``; without terms there is nothing to sign yet.
    """

    image_sha256: str
    image_cid: str
    image_dir_cid: str
    metadata: str
    metadata_cid: str
    metadata_dir_cid: str
    token_uri: str
    terms: Terms | None

    @property
    def id(self) -> str:
        """The sha256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def demo(self) -> bool:
        """Whether the metadata says that this is a demonstration, never to be submitted."""
        return json.loads(self.metadata).get("demo") is True

    @property
    def basis(self) -> str | None:
        """What the metadata prints of why the source may be used, where its own license does not say so."""
        basis = json.loads(self.metadata)["provenance"]["source"].get("basis")
        return None if basis is None else str(basis)

    @property
    def chain_id(self) -> int | None:
        """The chain of the terms."""
        return self.terms.chain_id if self.terms else None

    def to_json(self) -> str:
        """Write the canonical JSON: numbers over 53 bits as decimal text."""
        return canonical(
            {
                "format": _FORMAT,
                "image": {
                    "cid": self.image_cid,
                    "directory_cid": self.image_dir_cid,
                    "sha256": self.image_sha256,
                },
                "metadata": {
                    "cid": self.metadata_cid,
                    "directory_cid": self.metadata_dir_cid,
                    "text": self.metadata,
                },
                "terms": _terms_to_json(self.terms) if self.terms else None,
                "token_uri": self.token_uri,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a draft back and verify its form, addresses, uri and terms; raises BadDraft."""
        try:
            draft = cls._read(json.loads(text))
            if draft.to_json() != text:
                raise BadDraft("draft is not in its canonical form: it was edited or cut")
            draft.verify()
        except BadDraft:
            raise
        except PublisherError as error:
            raise BadDraft(f"draft does not verify: {error}", **error.evidence) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadDraft(f"draft cannot be read: {type(error).__name__} {error}") from error
        return draft

    @classmethod
    def _read(cls, form: dict[str, Any]) -> Self:
        # Wrong types are forced into right ones: the text that they give then differs from what was read.
        image, words = form["image"], form["metadata"]
        return cls(
            image_sha256=str(image["sha256"]),
            image_cid=str(image["cid"]),
            image_dir_cid=str(image["directory_cid"]),
            metadata=str(words["text"]),
            metadata_cid=str(words["cid"]),
            metadata_dir_cid=str(words["directory_cid"]),
            token_uri=str(form["token_uri"]),
            terms=_terms_from_json(form["terms"]) if form["terms"] is not None else None,
        )

    def verify(self) -> None:
        """Work out again what follows from the metadata and the terms; raises BadDraft or BadTerms."""
        raw = self.metadata.encode()
        document = json.loads(self.metadata)
        _, words, folder = _folder(METADATA_NAME, raw)
        image = Cid.parse(self.image_cid)
        if image.codec == RAW:  # one block, so its hash is the file's
            _same("image digest", image.digest.hex(), self.image_sha256)
        _same("metadata CID", str(words.cid), self.metadata_cid)
        _same("metadata folder CID", str(folder.cid), self.metadata_dir_cid)
        _same("metadata form", canonical(document), self.metadata)
        _same("image in the metadata", _image_uri(self.image_dir_cid), document["image"])
        _same("token uri", _token_uri(self.metadata_dir_cid), self.token_uri)
        if self.terms:
            _same("uri of the terms", self.token_uri, self.terms.uri)
            voucher.require(self.terms)

    def verify_image(self, png: bytes) -> None:
        """Check that ``png`` is the image of this draft, by digest and by both addresses; raises BadImage."""
        _, image, folder = _folder(IMAGE_NAME, png)
        found = (hashlib.sha256(png).hexdigest(), str(image.cid), str(folder.cid))
        if found != (self.image_sha256, self.image_cid, self.image_dir_cid):
            raise BadImage(f"image has sha256 {found[0]}, the draft names {self.image_sha256}", found=found[0])


def build(image_png: bytes, facts: ArtworkFacts, terms_input: TermsInput | None = None) -> tuple[Draft, bytes]:
    """Make the draft of an artwork and the CARv1 archive of all it publishes.

    Pure: same inputs, same draft and same bytes. The archive's roots are the image folder and the
    metadata folder. The token id follows from the minter and the image, so a new title keeps the
    token. Raises BadImage, BadMetadata, or BadTerms with every broken rule.
    """
    if not image_png.startswith(_PNG):
        raise BadImage(f"{len(image_png)} bytes do not start as a PNG", start=image_png[:8].hex())
    image_blocks, image, image_dir = _folder(IMAGE_NAME, image_png)
    raw = metadata(facts, _image_uri(str(image_dir.cid)))
    metadata_blocks, words, metadata_dir = _folder(METADATA_NAME, raw)
    token_uri = _token_uri(str(metadata_dir.cid))
    terms = fill(terms_input, str(image.cid), token_uri) if terms_input else None
    if terms:
        voucher.require(terms)
    draft = Draft(
        image_sha256=hashlib.sha256(image_png).hexdigest(),
        image_cid=str(image.cid),
        image_dir_cid=str(image_dir.cid),
        metadata=raw.decode(),
        metadata_cid=str(words.cid),
        metadata_dir_cid=str(metadata_dir.cid),
        token_uri=token_uri,
        terms=terms,
    )
    return draft, _car((image_dir.cid, metadata_dir.cid), image_blocks + metadata_blocks)


def archive(draft: Draft, image_png: bytes) -> bytes:
    """Make the CARv1 archive of a stored draft again, the same bytes as `build` made; raises BadImage."""
    draft.verify_image(image_png)
    image_blocks, _, image_dir = _folder(IMAGE_NAME, image_png)
    metadata_blocks, _, metadata_dir = _folder(METADATA_NAME, draft.metadata.encode())
    return _car((image_dir.cid, metadata_dir.cid), image_blocks + metadata_blocks)


def _car(roots: tuple[Cid, ...], blocks: list[Block]) -> bytes:
    out = io.BytesIO()
    write_car(out, roots, blocks)
    return out.getvalue()


def _folder(name: str, data: bytes) -> tuple[list[Block], Node, Node]:
    """Return the blocks, file and folder of one named file; the folder's block is first, as in a walk."""
    blocks, file = collect(file_blocks(io.BytesIO(data)))
    block, folder = directory({name: file})
    return [block, *blocks], file, folder


def _image_uri(directory_cid: str) -> str:
    return f"ipfs://{directory_cid}/{IMAGE_NAME}"


def _token_uri(directory_cid: str) -> str:
    return f"/ipfs/{directory_cid}/{METADATA_NAME}"


def _same(name: str, expected: str, found: str) -> None:
    if expected != found:
        raise BadDraft(f"{name} is {found!r}, expected {expected!r}", expected=expected, found=found)


def _terms_to_json(terms: Terms) -> dict[str, Any]:
    return asdict(terms) | {"token_id": str(terms.token_id), "supply": str(terms.supply)}


def _terms_from_json(form: dict[str, Any]) -> Terms:
    return Terms(
        chain_id=int(form["chain_id"]),
        contract=str(form["contract"]),
        minter=str(form["minter"]),
        creators=_parts_from_json(form["creators"]),
        royalties=_parts_from_json(form["royalties"]),
        token_id=int(form["token_id"]),
        uri=str(form["uri"]),
        kind=form["kind"],
        supply=int(form["supply"]),
    )


def _parts_from_json(parts: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(str(part["account"]), int(part["value"])) for part in parts)
