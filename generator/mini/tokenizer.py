"""WordPiece: splits any text into pieces of a fixed vocabulary (Wu et al. 2016, arXiv 1609.08144), lower case.

The vocabulary has every single letter as a piece, so that a word never seen in training still becomes pieces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

CONTINUES = "##"
UNKNOWN = "[UNK]"
LONGEST_WORD = 100


def words(text: str) -> Iterator[str]:
    """Lower-case words and single punctuation marks of a text, without accents and control characters."""
    word = ""
    for char in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(char)
        if kind == "Mn" or (kind.startswith("C") and char not in "\t\n\r"):
            continue
        if kind.startswith(("P", "S", "Z", "C")):
            if word:
                yield word
            word = ""
            if kind.startswith(("P", "S")):
                yield char
        else:
            word += char
    if word:
        yield word


class Tokenizer:
    """Greedy longest-first WordPiece over a list of pieces; a piece's place in the list is its number."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.numbers = {piece: number for number, piece in enumerate(pieces)}
        self.unknown = self.numbers[UNKNOWN]

    def encode(self, text: str, limit: int) -> list[int]:
        """Numbers of the pieces of a text, at most `limit`, at least one."""
        numbers: list[int] = []
        for word in words(text):
            numbers += self._pieces(word)
            if len(numbers) >= limit:
                break
        return numbers[:limit] or [self.unknown]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self.unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            end = self._longest(word, start)
            if end == start:
                return [self.unknown]
            found.append(self.numbers[(CONTINUES if start else "") + word[start:end]])
            start = end
        return found

    def _longest(self, word: str, start: int) -> int:
        prefix = CONTINUES if start else ""
        for end in range(len(word), start, -1):
            if prefix + word[start:end] in self.numbers:
                return end
        return start
