"""What can go wrong with judges: one branch of the generator's tree.

GeneratorError
├── BadRule               bad_rule             yes   a rule of choosing that breaks its own rules
├── BadReference          bad_reference        yes   a reference set that is none, or of another judge
├── BadBatch              bad_batch            yes   embeddings and pictures that do not fit together
└── NoJudge               no_judge             yes   a judge that cannot be made here: its weights or package lack
"""

from __future__ import annotations

from generator.errors import GeneratorError


class BadRule(GeneratorError):
    """A rule of choosing breaks a rule itself: the message names the field, its value and what it must be."""

    code = "bad_rule"


class BadReference(GeneratorError):
    """A stored reference set is damaged, empty, or of another judge than the one that it should place."""

    code = "bad_reference"


class BadBatch(GeneratorError):
    """What is to be judged does not fit together: the message names both sizes."""

    code = "bad_batch"


class NoJudge(GeneratorError):
    """A judge that was asked for by name cannot be made; the message says what lacks."""

    code = "no_judge"
