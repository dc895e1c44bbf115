from __future__ import annotations

import pytest

from generator.persons import LIKELY, person_warning


@pytest.mark.parametrize(
    ("probabilities", "reason"),
    [
        ({"faces": 0.9, "people": 0.05, "objects": 0.05}, "may_show_real_person"),
        ({"faces": 0.2, "people": 0.2, "scenery": 0.6}, "may_show_real_person"),
        ({"faces": 0.1, "people": 0.1, "animals": 0.8}, "no_person_seen"),
        ({"robots": 1.0}, "no_person_seen"),
        ({}, "no_person_seen"),
    ],
)
def test_faces_and_people_together_are_warned_of_and_never_refused(
    probabilities: dict[str, float], reason: str
) -> None:
    found = person_warning(probabilities)
    assert (found.gate, found.ok, found.reason, found.limit) == ("real_person", True, reason, LIKELY)
