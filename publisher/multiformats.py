"""Self-describing numbers, bases and content identifiers.

Sources: https://github.com/multiformats/unsigned-varint, https://github.com/multiformats/multibase,
https://github.com/multiformats/cid.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from publisher.errors import BadBlock, BadCid, BadVarint

RAW: Final = 0x55
DAG_PB: Final = 0x70
IDENTITY: Final = 0x00
SHA2_256: Final = 0x12

_VARINT_BYTES: Final = 9
_DIGEST_BYTES: Final = 128
_TEXT_LIMIT: Final = 512
_V0_BYTES: Final = 34
_V0_PREFIX: Final = bytes([SHA2_256, 32])
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

# Multibase prefix -> alphabet. Powers of two are cut into bits (RFC 4648, unpadded), others are big numbers.
_ALPHABETS: Final = {
    "f": _DIGITS[:16],
    "F": _DIGITS[:16].upper(),
    "b": _BASE32,
    "B": _BASE32.upper(),
    "k": _DIGITS,
    "K": _DIGITS.upper(),
    "z": _BASE58,
    "m": _BASE64 + "+/",
    "u": _BASE64 + "-_",
}
_HASHES: Final[dict[int, Callable[[bytes], bytes]]] = {
    IDENTITY: bytes,
    SHA2_256: lambda data: hashlib.sha256(data).digest(),
    0x13: lambda data: hashlib.sha512(data).digest(),
    0xB220: lambda data: hashlib.blake2b(data, digest_size=32).digest(),
}


def encode_varint(value: int) -> bytes:
    """Write a number in seven-bit groups, lowest first."""
    if not 0 <= value < 1 << 7 * _VARINT_BYTES:
        raise BadVarint(f"{value} is outside 0..2^63-1, the range of an unsigned varint", value=value)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_varint(data: bytes, start: int = 0) -> tuple[int, int]:
    """Read the number at ``start`` and return it with the offset behind it.

    Raises BadVarint when it is cut short, longer than nine bytes or written longer than needed.
    """
    value = 0
    for index, byte in enumerate(data[start : start + _VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if byte == 0 and index:
                raise BadVarint(f"varint at byte {start} is not minimal", offset=start)
            return value, start + index + 1
    raise BadVarint(f"varint at byte {start} is cut short or over {_VARINT_BYTES} bytes", offset=start)


def _to_digits(value: int, alphabet: str, width: int) -> str:
    out: list[str] = []
    while value or len(out) < width:
        value, digit = divmod(value, len(alphabet))
        out.append(alphabet[digit])
    return "".join(reversed(out))


def encode_base(prefix: str, raw: bytes) -> str:
    """Write bytes as multibase text: the prefix, then the digits.

    >>> encode_base("f", b"\\x00\\xff"), encode_base("z", b"\\x00\\xff")
    ('f00ff', 'z15Q')
    """
    alphabet = _alphabet(prefix)
    bits = _bits_per_digit(alphabet)
    value = int.from_bytes(raw, "big")
    if bits:
        width = -(-8 * len(raw) // bits)
        return prefix + _to_digits(value << bits * width - 8 * len(raw), alphabet, width)
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return prefix + alphabet[0] * zeros + _to_digits(value, alphabet, 0)


def decode_base(text: str) -> bytes:
    """Read multibase text; raises BadCid for an unknown base, a foreign digit or stray padding bits."""
    if not 1 < len(text) <= _TEXT_LIMIT:
        raise BadCid(f"{len(text)} characters are not a multibase text of 2..{_TEXT_LIMIT}", length=len(text))
    alphabet, digits = _alphabet(text[0]), text[1:]
    value = 0
    for digit in digits:
        place = alphabet.find(digit)
        if place < 0:
            raise BadCid(f"{digit!r} is no digit of base {text[0]!r}", digit=digit, base=text[0])
        value = value * len(alphabet) + place
    bits = _bits_per_digit(alphabet)
    if bits:
        size = bits * len(digits) // 8
        value >>= bits * len(digits) - 8 * size
    else:
        zeros = len(digits) - len(digits.lstrip(alphabet[0]))
        size = zeros + (value.bit_length() + 7) // 8
    raw = value.to_bytes(size, "big")
    if encode_base(text[0], raw) != text:
        raise BadCid(f"{text!r} is not the canonical text of its bytes", text=text)
    return raw


def _alphabet(prefix: str) -> str:
    try:
        return _ALPHABETS[prefix]
    except KeyError:
        known = " ".join(_ALPHABETS)
        raise BadCid(f"{prefix!r} is not a known multibase prefix, known are {known}", prefix=prefix) from None


def _bits_per_digit(alphabet: str) -> int:
    size = len(alphabet)
    return size.bit_length() - 1 if size & (size - 1) == 0 else 0


@dataclass(frozen=True, slots=True)
class Cid:
    """A content identifier: version, codec of the content, and a multihash of its bytes.

    Two are equal when their bytes are, so ``Qm..`` and the ``bafybei..`` of the same block are not: ask
    ``same_content``.

    >>> Cid.parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn").to_v1()
    Cid.parse('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354')
    """

    version: int
    codec: int
    multihash: bytes

    def __post_init__(self) -> None:
        code, start = decode_varint(self.multihash)
        size, start = decode_varint(self.multihash, start)
        if size != len(self.multihash) - start or size > _DIGEST_BYTES:
            raise BadCid(
                f"multihash promises {size} bytes and holds {len(self.multihash) - start}, "
                f"the limit is {_DIGEST_BYTES}",
                promised=size,
            )
        if self.version == 0 and (self.codec, code, size) != (DAG_PB, SHA2_256, 32):
            raise BadCid("version 0 holds only dag-pb by sha2-256", codec=self.codec, hash=code)
        if self.version not in (0, 1):
            raise BadCid(f"CID version {self.version} is not 0 or 1", version=self.version)

    @classmethod
    def of(cls, codec: int, data: bytes, version: int = 1) -> Self:
        """Name a block by its sha2-256."""
        return cls(version, codec, _V0_PREFIX + hashlib.sha256(data).digest())

    @classmethod
    def decode_at(cls, data: bytes, start: int = 0) -> tuple[Self, int]:
        """Read the binary CID at ``start`` and return it with the offset behind it."""
        if data[start : start + 2] == _V0_PREFIX:
            return cls(0, DAG_PB, data[start : start + _V0_BYTES]), start + _V0_BYTES
        version, at = decode_varint(data, start)
        if version != 1:
            raise BadCid(f"binary CID starts with {version}, expected 1 or a sha2-256 multihash", version=version)
        codec, hash_start = decode_varint(data, at)
        _, at = decode_varint(data, hash_start)
        size, at = decode_varint(data, at)
        return cls(1, codec, data[hash_start : at + size]), at + size

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Read a binary CID that fills ``raw`` exactly."""
        try:
            cid, end = cls.decode_at(raw)
        except BadVarint as error:
            raise BadCid(f"binary CID of {len(raw)} bytes is cut short: {error}", length=len(raw)) from error
        if end != len(raw):
            raise BadCid(f"{len(raw) - end} bytes follow a CID of {end} bytes", extra=len(raw) - end)
        return cid

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a CID of any version and base: ``Qm..``, ``b..``, ``z..``, ``k..``, ``f..``; raises BadCid."""
        if len(text) == 46 and text.startswith("Qm"):
            return cls.decode(decode_base("z" + text))
        raw = decode_base(text)
        if raw[:1] == _V0_PREFIX[:1]:
            raise BadCid(f"{text!r} is a version 0 CID behind a multibase prefix: write Qm..", text=text)
        return cls.decode(raw)

    @property
    def hash_code(self) -> int:
        """Multihash code of the hash function, 0x12 for sha2-256."""
        return decode_varint(self.multihash)[0]

    @property
    def digest(self) -> bytes:
        """The hash itself, without its code and length."""
        _, start = decode_varint(self.multihash)
        return self.multihash[decode_varint(self.multihash, start)[1] :]

    def matches(self, data: bytes) -> bool:
        """Tell whether ``data`` hashes to this CID; raises BadBlock for a hash function that is not known."""
        function = _HASHES.get(self.hash_code)
        if function is None:
            raise BadBlock(f"hash function {self.hash_code:#x} of {self} is not known", hash=self.hash_code)
        return function(data) == self.digest

    def same_content(self, other: "Cid") -> bool:
        """Tell whether both name the same block read the same way, whatever their versions."""
        return self.codec == other.codec and self.multihash == other.multihash

    def to_v1(self) -> "Cid":
        """Return the same content as version 1."""
        return Cid(1, self.codec, self.multihash)

    def encode_as(self, prefix: str) -> str:
        """Write as version 1 text in the base of a multibase prefix."""
        return encode_base(prefix, bytes(self.to_v1()))

    def __bytes__(self) -> bytes:
        if self.version == 0:
            return self.multihash
        return encode_varint(1) + encode_varint(self.codec) + self.multihash

    def __str__(self) -> str:
        return encode_base("z", self.multihash)[1:] if self.version == 0 else encode_base("b", bytes(self))

    def __repr__(self) -> str:
        return f"Cid.parse({str(self)!r})"
