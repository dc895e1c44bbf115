"""Errors of the publisher.

::

    PublisherError
    ├── BadVarint        a length or code that is cut short, oversized or not minimal
    ├── BadCid           text or bytes that are no content address
    ├── BadBlock         a dag-pb block that cannot be read, or a hash function that is not known
    ├── BadDirectory     names that a folder cannot hold
    ├── BadCar           an archive that breaks the format
    │   ├── TruncatedCar    it ends inside a block, or before a linked block
    │   ├── WrongBlock      bytes that do not hash to their address
    │   ├── MissingRoot     no root, or a root without its block
    │   └── StrayBytes      something that belongs to no root: padding, repeats, unlinked blocks
    ├── BadImage         not a PNG, or not the PNG of the draft
    ├── BadMetadata      a field outside its limits
    ├── BadDraft         a stored draft that does not verify
    └── BadTerms         terms that the contract, the API or the exchange would refuse
"""

from typing import ClassVar


class PublisherError(Exception):
    """Something that cannot be published as it is.

    ``code`` is stable, ``permanent`` says that a repeat cannot help, ``evidence`` holds the values behind it.
    """

    code: ClassVar[str] = "publisher_error"
    permanent: ClassVar[bool] = True

    def __init__(self, message: str, **evidence: object) -> None:
        super().__init__(message)
        self.evidence: dict[str, object] = evidence


class BadVarint(PublisherError):
    """A variable-length integer that is cut short, oversized or not minimal."""

    code = "bad_varint"


class BadCid(PublisherError):
    """Text or bytes that are no content address."""

    code = "bad_cid"


class BadBlock(PublisherError):
    """A dag-pb block that cannot be read, or a hash function that is not known."""

    code = "bad_block"


class BadDirectory(PublisherError):
    """A name that a folder cannot hold, or more entries than fit into one block."""

    code = "bad_directory"


class BadCar(PublisherError):
    """An archive that breaks the CARv1 format."""

    code = "bad_car"


class TruncatedCar(BadCar):
    """An archive that ends inside a block, or before a block that is linked."""

    code = "truncated_car"


class WrongBlock(BadCar):
    """Bytes in an archive that do not hash to their address."""

    code = "wrong_block"


class MissingRoot(BadCar):
    """An archive without a root, or with a root whose block is not in it."""

    code = "missing_root"


class StrayBytes(BadCar):
    """Bytes in an archive that belong to no root: padding, repeated or unlinked blocks."""

    code = "stray_bytes"


class BadImage(PublisherError):
    """Bytes that are not a PNG, or not the PNG that a draft names."""

    code = "bad_image"


class BadMetadata(PublisherError):
    """A metadata field outside its limits."""

    code = "bad_metadata"


class BadDraft(PublisherError):
    """A stored draft that does not verify."""

    code = "bad_draft"


class BadTerms(PublisherError):
    """Terms that the contract, the API or the exchange would refuse; ``evidence["rules"]`` lists why."""

    code = "bad_terms"
