"""What can go wrong with the mini pair: one branch of the generator's tree.

GeneratorError
└── BadWeights            bad_weights          yes   a shipped file is not the one the manifest names
"""

from __future__ import annotations

from generator.errors import GeneratorError


class BadWeights(GeneratorError):
    """A shipped file is missing or its bytes are not those of the manifest."""

    code = "bad_weights"

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: expected sha256 {expected}, found {found}: the file is damaged, reinstall the package",
            file=file,
            expected=expected,
            found=found,
        )
