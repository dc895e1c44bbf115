"""What can go wrong with the mini pair: one branch of the generator's tree.

GeneratorError
└── BadWeights            bad_weights          yes   a shipped file is not the one the manifest names
"""

from __future__ import annotations

import re

from generator.errors import GeneratorError


class BadWeights(GeneratorError):
    """A shipped file is missing, its bytes are not those of the manifest, or they are no model of this version."""

    code = "bad_weights"

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: expected {_named(expected)}, found {_named(found)}: the file is damaged or of another version, "
            "reinstall the package",
            file=file,
            expected=expected,
            found=found,
        )


def _named(said: str) -> str:
    return f"sha256 {said}" if re.fullmatch(r"[0-9a-f]{64}", said) else said
