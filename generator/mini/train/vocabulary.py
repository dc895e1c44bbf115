"""The pieces of the text tower: the teacher's WordPiece vocabulary without what English prompts never need."""

from __future__ import annotations

from collections.abc import Sequence

from generator.mini.tokenizer import UNKNOWN


def reduce_pieces(teacher: Sequence[str]) -> list[tuple[str, int]]:
    """Pieces to keep, each with its number in the teacher: ASCII letters, digits, marks, and the unknown piece."""
    return [(piece, number) for number, piece in enumerate(teacher) if piece == UNKNOWN or _wanted(piece)]


def _wanted(piece: str) -> bool:
    return piece.isascii() and not (piece.startswith("[") and len(piece) > 1)
