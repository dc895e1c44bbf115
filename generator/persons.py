"""May a work show a real person? A warning for whoever reviews it, never a refusal.

It rests on the classifier alone. A likeness to photographs (smooth tones, number of colors, share of the commonest
colors) was tried and told photographs from drawings little better than a coin (docs/gates.md), and no detector of faces
is shipped: OpenCV's needs weights. So a portrait of nobody is warned of too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from generator.nouns import Verdict

GATE: Final = "real_person"
SHOW_PERSONS: Final = ("faces", "people")
LIKELY: Final = 0.3  # low on purpose: a warning too many costs a look, a missing one may cost a person's rights


def person_warning(probabilities: Mapping[str, float]) -> Verdict:
    """The chance (0..1) of the categories that show persons together, by the classifier's probabilities.

    Also asked where the classifier abstained between faces and people. Categories of other names count as none.
    """
    chance = sum(probabilities.get(name, 0.0) for name in SHOW_PERSONS)
    reason = "may_show_real_person" if chance >= LIKELY else "no_person_seen"
    return Verdict(GATE, ok=True, reason=reason, value=round(chance, 4), limit=LIKELY)
