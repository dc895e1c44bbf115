from __future__ import annotations

import numpy as np
import pytest

from generator.judges.constraints import PAST_TWIN, SOURCE_TWIN, safety_verdict, text_verdict, twin_verdicts
from generator.phash import phash
from tests.generator.drawings import drawing, poster

NOTHING = np.zeros(4, dtype="<f4").tobytes()


def test_text_is_refused_and_a_drawing_is_not() -> None:
    lettered, plain = text_verdict(np.array(poster())), text_verdict(np.array(drawing()))
    assert (lettered.gate, lettered.ok, lettered.reason) == ("text", False, "text_heavy")
    assert (plain.ok, plain.limit) == (True, 0.03)


def test_a_reader_reads_instead() -> None:
    class Reader:
        limit = 0.1

        def share(self, image: np.ndarray) -> float:
            return 0.2 * (image.ndim == 3)

    verdict = text_verdict(np.array(drawing()), reader=Reader())  # type: ignore[arg-type]
    assert (verdict.ok, verdict.value, verdict.limit) == (False, 0.2, 0.1)


def test_a_near_twin_of_the_source_or_of_the_past_is_refused() -> None:
    one, other, third = (np.array(drawing(seed)) for seed in (1, 2, 3))
    brighter = np.clip(one.astype(int) + 9, 0, 255).astype(np.uint8)
    past = np.array([phash(third)], dtype=np.uint64)
    source, before = twin_verdicts(brighter, phash(one), past)
    assert (source.gate, source.ok, source.reason) == (SOURCE_TWIN, False, "twin_of_source")
    assert (before.gate, before.ok) == (PAST_TWIN, True)
    source, before = twin_verdicts(third, phash(other), past)
    assert (source.ok, before.ok, before.reason, before.value) == (True, False, "twin_of_past", 0)
    assert all(verdict.ok for verdict in twin_verdicts(one, phash(other)))


@pytest.mark.parametrize(("preset", "ok"), [("wikiart", False), ("mini", True)])
def test_what_looks_unsafe_is_refused_where_there_is_a_judge(preset: str, ok: bool) -> None:
    verdict = safety_verdict(NOTHING, preset, likeness=lambda _: 0.9)
    assert (verdict.gate, verdict.ok) == ("nsfw", ok)
    assert verdict.reason == ("not_judged" if ok else "looks_unsafe")
