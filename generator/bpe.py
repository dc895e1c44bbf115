"""CLIP's tokenizer: byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909) over the bytes of lower-case text.

A word becomes its UTF-8 bytes, each shown as one printable character, the last one marked as the end of the word;
then neighbors merge, the best-ranked pair first, until no known pair is left. The merges are OpenAI's file, shipped
in `generator/vocabulary` with its origin and license.

Text is cleaned as OpenAI's program does by ftfy and html: entities decoded, control characters dropped, curly
quotes made straight, ligatures and wide letters made plain. Unlike there, "<|endoftext|>" within a text is plain
characters: texts come from strangers, and none of them ends another's sentence.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from generator.errors import BadCheckpoint

if TYPE_CHECKING:
    from torch import Tensor

CONTEXT_LENGTH: Final = 77
MERGES: Final = 48_894
END_OF_WORD: Final = "</w>"
LONGEST_WORD: Final = 300  # characters; merging takes time that grows with the square, and no word is longer
LONGEST_TEXT: Final = 20_000  # characters; a context of 77 tokens holds a few hundred
CONTRACTION: Final = re.compile("'(?:s|t|re|ve|m|ll|d)")
STRAIGHT: Final = str.maketrans(
    dict.fromkeys("\u02bc\u2018\u2019\u201a\u201b", "'") | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
)
PLAIN: Final = re.compile("[\ufb00-\ufb06\uff01-\uffef\u0132\u0133\u0149\u01f1-\u01f3\u01c4-\u01cc]")
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")


def clean(text: str) -> str:
    """A text as the tokenizer reads it: plain lower-case characters, words apart by single spaces."""
    text = html.unescape(html.unescape(text[:LONGEST_TEXT]))
    text = CONTROL.sub("", text.translate(STRAIGHT))
    text = PLAIN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return " ".join(unicodedata.normalize("NFC", text).split()).lower()


def split(text: str) -> Iterator[str]:
    """Words of a clean text: a contraction, a run of letters, a single digit or a run of anything else."""
    start = 0
    while start < len(text):
        contraction = CONTRACTION.match(text, start)
        end = contraction.end() if contraction else _end_of_run(text, start)
        if text[start] != " ":
            yield text[start:end]
        start = end


def _end_of_run(text: str, start: int) -> int:
    kind = _kind(text[start])
    end = start + 1
    while kind in "LS" and end < len(text) and _kind(text[end]) == kind:
        end += 1
    return end


def _kind(char: str) -> str:
    if char == " ":
        return " "
    first = unicodedata.category(char)[0]
    return first if first in "LN" else "S"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`ranks` of the pairs that merge, lowest first, and `numbers` of the tokens; `start` and `end` of a text."""

    ranks: Mapping[tuple[str, str], int]
    numbers: Mapping[str, int]
    start: int
    end: int

    def encode(self, text: str, limit: int) -> list[int]:
        """Token numbers of a text without start and end, at most `limit`."""
        found: list[int] = []
        for word in split(clean(text)):
            found += self._word(word[:LONGEST_WORD])
            if len(found) >= limit:
                break
        return found[:limit]

    def _word(self, word: str) -> list[int]:
        parts = [BYTES[byte] for byte in word.encode("utf-8", errors="replace")]
        parts[-1] += END_OF_WORD
        while len(parts) > 1:
            pair = min(pairwise(parts), key=lambda pair: self.ranks.get(pair, MERGES))
            if pair not in self.ranks:
                break
            parts = _merged(parts, pair)
        return [self.numbers[part] for part in parts]


def _merged(parts: Sequence[str], pair: tuple[str, str]) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(parts):
        step = 2 if tuple(parts[place : place + 2]) == pair else 1
        found.append("".join(parts[place : place + step]))
        place += step
    return found


def _byte_characters() -> dict[int, str]:
    """Each byte as a printable character: itself where it prints in Latin-1, else one from 256 on (GPT-2's table)."""
    printing = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printing]
    shown = {byte: chr(byte) for byte in printing}
    return shown | {byte: chr(256 + place) for place, byte in enumerate(others)}


BYTES: Final[Mapping[int, str]] = _byte_characters()  # in the order in which the vocabulary counts them


@cache
def vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once; raises `BadCheckpoint` if its file is not the manifest's."""
    lines = gzip.decompress(_checked()).decode("utf-8").split("\n")
    pairs = [(first, second) for first, _, second in (line.partition(" ") for line in lines[1 : MERGES + 1])]
    singles = list(BYTES.values())
    tokens = [*singles, *(single + END_OF_WORD for single in singles), *(first + second for first, second in pairs)]
    ranks = {pair: rank for rank, pair in enumerate(pairs)}
    return Vocabulary(ranks, {token: number for number, token in enumerate(tokens)}, len(tokens), len(tokens) + 1)


def _checked() -> bytes:
    folder = files("generator") / "vocabulary"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    file, wanted = manifest["file"], manifest["sha256"]
    data: bytes = (folder / file).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise BadCheckpoint(
            f"{file}: sha256 is {found}, it must be {wanted}: the file is damaged, reinstall the package",
            file=file,
            expected=wanted,
            found=found,
        )
    return data


def tokenize(texts: Sequence[str], context_length: int = CONTEXT_LENGTH) -> Tensor:
    """Token numbers [N,L] of N texts on the CPU, L that of the longest, at most `context_length`; 0 fills up.

    Each row is start, tokens, end; a text too long loses its last tokens, never the end.
    """
    import torch

    words = vocabulary()
    rows = [[words.start, *words.encode(text, context_length - 2), words.end] for text in texts]
    length = max(map(len, rows), default=2)
    return torch.tensor([[*row, *[0] * (length - len(row))] for row in rows], dtype=torch.int64).view(-1, length)
