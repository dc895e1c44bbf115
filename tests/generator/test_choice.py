from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.choice import WEIGHTS, Candidate, ChoiceRule, choose, weights_of
from generator.errors import NothingToPick
from generator.judges.errors import BadRule
from generator.judges.port import Opinion
from generator.judges.registry import OURS
from generator.measures import MEASURES
from generator.nouns import Verdict
from generator.presets import PRESETS

RULE = ChoiceRule(fidelity_low=0.3, fidelity_high=0.9, weights=(("match", 2.0), ("taste", 1.0)), explore=0.0)


def opinion(judge: str, raw: float | None, percentile: float | None = None, reason: str = "") -> Opinion:
    return Opinion(judge, "1", raw, percentile, reason)


def iterate(
    step: int, match: float | None, taste: float | None, fidelity: float | None = 0.5, *refused: str
) -> Candidate:
    """An iterate whose judges answer with percentiles."""
    told = [opinion(name, None if p is None else p / 100, p) for name, p in (("match", match), ("taste", taste))]
    verdicts = tuple(Verdict(gate, ok=False, reason="refused") for gate in refused)
    return Candidate(step, (*told, opinion("fidelity", fidelity)), (Verdict("text", ok=True, reason="fine"), *verdicts))


def test_the_best_weighted_mean_of_percentiles_is_chosen() -> None:
    chosen = choose([iterate(1, 50, 90), iterate(2, 80, 40), iterate(3, 60, 60)], RULE)
    assert (chosen.step, chosen.met, chosen.explored, chosen.eligible, chosen.judged) == (2, True, False, 3, 3)
    assert [(bar.judge, bar.place, bar.weight, bar.basis) for bar in chosen.bars] == [
        ("match", 80, 2, "reference"),
        ("taste", 40, 1, "reference"),
    ]
    assert (
        chosen.reason
        == "step 2 ranks first of the 3 of 3 that meet all constraints; 66.7 of 100: match 80 x2, taste 40"
    )


def test_constraints_come_before_rank() -> None:
    chosen = choose(
        [
            iterate(1, 99, 99, 0.95),
            iterate(2, 98, 99, 0.2),
            iterate(3, 97, 99, 0.5, "text"),
            iterate(4, 96, 99, 0.5, "source_twin"),
            iterate(5, 10, 10, 0.3),
            iterate(6, 9, 10, 0.9),
        ],
        RULE,
    )
    assert (chosen.step, chosen.eligible) == (5, 2)
    assert chosen.broken == {1: ("fidelity",), 2: ("fidelity",), 3: ("text",), 4: ("source_twin",)}
    assert "refused by fidelity 2, source_twin 1, text 1" in chosen.reason


def test_ties_go_to_the_earlier_step_in_any_order() -> None:
    rows = [iterate(3, 50, 50), iterate(2, 50, 50), iterate(9, 50, 50)]
    assert choose(rows, RULE).step == choose(rows[::-1], RULE).step == 2


def test_sums_that_differ_by_rounding_alone_are_ties() -> None:
    rows = [iterate(1, 0.1 + 0.2, 0.0), iterate(2, 0.3, 0.0)]
    assert choose(rows, RULE).step == 1


def test_a_missing_score_is_the_middle_of_the_run_and_never_zero() -> None:
    rows = [iterate(1, 50, None), iterate(2, 50, 20), iterate(3, 50, 60), iterate(4, 50, 10)]
    chosen = choose(rows, RULE)
    assert chosen.step == 3
    without = choose([rows[0], rows[1], rows[3]], RULE)  # the middle of 20 and 10 is 15: step 2 is better
    assert without.step == 2
    middle = choose([rows[0], rows[3]], ChoiceRule(0.3, 0.9, (("match", 1.0), ("taste", 1.0)), 0.0))
    assert (middle.step, middle.bars[1].place, middle.bars[1].assumed) == (1, 10, True)
    assert "(assumed)" in middle.reason


def test_a_judge_that_says_nothing_at_all_is_left_out_and_named() -> None:
    rows = [
        Candidate(
            k,
            (opinion("match", k / 10, k * 10.0), opinion("taste", None, None, "no weights"), opinion("fidelity", 0.5)),
        )
        for k in (1, 2)
    ]
    chosen = choose(rows, RULE)
    assert chosen.step == 2
    assert chosen.missing == {"taste": "no weights"}
    assert "no score of taste (no weights)" in chosen.reason
    assert choose(rows, ChoiceRule(weights=(("match", 1), ("unheard", 1)))).missing == {"unheard": "it was not asked"}


def test_without_a_reference_set_places_are_those_of_the_run() -> None:
    rows = [
        Candidate(k, (opinion("match", raw), opinion("fidelity", 0.5))) for k, raw in ((1, -3.0), (2, 8.0), (3, 1.0))
    ]
    chosen = choose(rows, RULE)
    assert (chosen.step, chosen.bars[0].basis) == (2, "run")
    assert chosen.bars[0].place == pytest.approx(100 * 2.5 / 3)
    assert "of this run" in chosen.reason


def test_a_negative_weight_asks_for_less() -> None:
    rule = ChoiceRule(0.3, 0.9, (("match", -1.0),), 0.0)
    assert choose([iterate(1, 80, 0), iterate(2, 20, 0)], rule).step == 2


def test_where_none_meets_all_the_nearest_is_chosen_and_said_so() -> None:
    chosen = choose([iterate(1, 99, 99, 0.1), iterate(2, 10, 10, 0.25), iterate(3, 99, 99, 0.2, "text")], RULE)
    assert (chosen.step, chosen.met, chosen.eligible, chosen.explored) == (2, False, 0, False)
    assert chosen.reason.startswith("step 2 comes nearest to the constraints, none of 3 meets all: it breaks fidelity")


def test_an_iterate_without_fidelity_does_not_meet_the_band() -> None:
    assert choose([iterate(1, 99, 99, None), iterate(2, 1, 1, 0.5)], RULE).step == 2
    lost = choose([iterate(1, 50, 99, None), iterate(2, 1, 1, None)], RULE)
    assert (lost.step, lost.met) == (1, False)


def test_nothing_unsafe_is_ever_chosen() -> None:
    assert choose([iterate(1, 99, 99, 0.5, "nsfw"), iterate(2, 1, 1, 0.1, "text")], RULE).step == 2
    with pytest.raises(NothingToPick, match="all 2 iterates are unsafe"):
        choose([iterate(1, 9, 9, 0.5, "nsfw"), iterate(2, 9, 9, 0.5, "nsfw")], RULE)


def test_nothing_can_be_chosen_from_nothing() -> None:
    with pytest.raises(NothingToPick, match="no iterates"):
        choose([], RULE)
    with pytest.raises(NothingToPick, match="score them first"):
        choose([iterate(1, None, None)], RULE)


def test_a_share_of_runs_explores_and_the_same_run_is_decided_alike() -> None:
    rule = ChoiceRule(0.3, 0.9, RULE.weights, explore=0.2)
    rows = [iterate(k, 10.0 * k, 50) for k in range(1, 6)] + [iterate(6, 99, 99, 0.5, "text")]
    found = [choose(rows, rule, f"r-{k}") for k in range(2000)]
    assert found == [choose(rows, rule, f"r-{k}") for k in range(2000)]
    explored = [one for one in found if one.explored]
    assert len(explored) == pytest.approx(400, abs=60)  # three standard deviations
    assert {one.step for one in explored} == {1, 2, 3, 4}
    assert {one.step for one in found if not one.explored} == {5}
    assert explored[0].reason.startswith(f"step {explored[0].step} explores: step 5 ranks first of the 5 of 6")
    assert all(one.first == 5 and one.met for one in found)


def test_each_preset_has_weights_of_judges_that_there_are() -> None:
    known = {*OURS, *(one.name for one in MEASURES)}
    for preset in PRESETS:
        assert {name for name, _ in ChoiceRule(weights=weights_of(preset)).weights} <= known
    assert weights_of("wikiart") == WEIGHTS
    assert "realism" not in dict(weights_of("mini"))


def test_a_single_fit_iterate_leaves_nothing_to_explore() -> None:
    rule = ChoiceRule(0.3, 0.9, RULE.weights, explore=1.0)
    assert not choose([iterate(1, 1, 1)], rule, "r").explored


PLACES = st.one_of(st.none(), st.floats(0, 100))


@given(
    rows=st.lists(st.tuples(PLACES, PLACES, st.one_of(st.none(), st.floats(-1, 1))), min_size=1, max_size=20),
    key=st.text(max_size=5),
)
def test_whatever_judges_say_one_iterate_is_chosen_or_the_lack_is_named(
    rows: list[tuple[float | None, float | None, float | None]], key: str
) -> None:
    told = [iterate(k, *row) for k, row in enumerate(rows, 1)]
    try:
        chosen = choose(told, RULE, key)
    except NothingToPick:
        assert all(match is None and taste is None for match, taste, _ in rows)
        return
    assert chosen == choose(told[::-1], RULE, key)
    assert 1 <= chosen.step <= len(rows)
    assert all(0 <= bar.place <= 100 for bar in chosen.bars)
    assert chosen.met == (chosen.step not in chosen.broken)
    assert chosen.reason.isprintable()


@pytest.mark.parametrize(
    "broken",
    [
        {"fidelity_low": 0.9, "fidelity_high": 0.3},
        {"fidelity_high": 1.5},
        {"fidelity_low": math.nan},
        {"explore": 1.1},
        {"explore": math.nan},
        {"weights": ()},
        {"weights": (("match", 0.0),)},
        {"weights": (("match", math.inf),)},
        {"weights": (("match", 1.0), ("match", 2.0))},
    ],
)
def test_a_rule_that_cannot_hold_is_refused_with_its_value(broken: dict[str, object]) -> None:
    with pytest.raises(BadRule, match="choice: "):
        ChoiceRule(**broken)  # type: ignore[arg-type]
