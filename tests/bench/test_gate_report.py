"""The gates on labeled pictures: a seeded sample here, the whole report by `pytest -m slow -n 0` on this file."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from generator.classify import rule_of
from tests.bench.gate_report import PAGE, first_pieces, repository_works, seen_sets
from tests.bench.gates.categories import calibration_error, chance_error, chances, fitted_temperature, reliability
from tests.bench.gates.labeled import Example
from tests.bench.gates.measure import GATES, TWIN_BITS, Gate, Scored, best_limit, rates, scored, twins
from tests.bench.gates.works import Work, drawn, half_of
from tests.generator.mini.test_reevaluation import make_missing, work_folder

LEAST_PRECISION, LEAST_RECALL = 0.9, 0.8
MOST_ECE = 0.1
SAMPLE = 32  # drawn pictures; with every second of the gallery


@cache
def sample() -> list[Work]:
    """Four of each drawn kind and half of the gallery."""
    sets = repository_works(SAMPLE, 1)
    return [*sets["drawn by code"], *sets["bundled gallery"][::2]]


def check(found: list[Scored], limit: float) -> None:
    """The floors of the report."""
    one = rates(found, limit)
    assert one.precision >= LEAST_PRECISION, one
    assert one.recall >= LEAST_RECALL, one


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_keeps_its_precision_and_recall_on_a_sample(gate: Gate) -> None:
    check(scored(gate, sample()), gate.sign * gate.limit)


def test_the_twin_gate_keeps_its_precision_and_recall_on_a_sample() -> None:
    found = twins([work for work in sample() if work.kind != "sprite"])
    check(found, -TWIN_BITS - 0.5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_gate_keeps_its_precision_and_recall_on_each_set() -> None:
    for works in repository_works().values():
        for gate in GATES:
            found = scored(gate, works)
            assert len(found) >= 200
            check(found, gate.sign * gate.limit)
        check(twins([work for work in first_pieces(works) if work.kind != "sprite"]), -TWIN_BITS - 0.5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_classifier_is_calibrated_on_the_held_out_half() -> None:
    make_missing(work_folder())
    sets, fit = seen_sets(work_folder())
    temperature = rule_of("mini").temperature
    assert fitted_temperature([sets[name].half(0).certain for name in fit]) == pytest.approx(temperature, rel=0.1)
    for name in fit:
        tells = sets[name].half(1).certain
        assert calibration_error(chances(tells.cosines, temperature), tells.truth) <= MOST_ECE, name


def test_the_page_holds_the_numbers_that_are_asked_for() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (\w+) \| all \| (\d+), (\d+) \|.*?\| ([\d.]+) % \| ([\d.]+) % \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == ["blur", "blocking", "flat", "text", "twin"]
    for gate, bad, good, precision, recall in rows:
        assert int(bad) + int(good) >= 200, gate
        assert float(precision) >= 100 * LEAST_PRECISION, gate
        assert float(recall) >= 100 * LEAST_RECALL, gate
    errors = re.findall(
        r"^\| (?:held out|outside)[^|]* \| \d+ \| [\d.]+ % \| [\d.]+ \| ([\d.]+) \|", page, re.MULTILINE
    )
    assert len(errors) == 4
    assert all(float(error) <= MOST_ECE for error in errors)
    assert f"Shipped: {rule_of('mini').temperature:g}." in page


# --- the measuring itself -------------------------------------------------------------------------


def one(value: float, bad: bool) -> Scored:
    return Scored(Example("work", "kind", "how", bad, np.zeros((1, 1, 3), np.uint8)), value)


def test_precision_and_recall_are_counted_by_hand() -> None:
    found = [one(5, True), one(4, True), one(1, True), one(3, False), one(2, False)]
    assert rates(found, 2.5) == type(rates(found, 0))(bad=3, good=2, precision=2 / 3, recall=2 / 3)
    assert (rates(found, 9).precision, rates(found, 9).recall) == (1.0, 0.0)
    assert best_limit(found) == 3.5


def test_pieces_of_one_picture_are_in_one_half_and_both_halves_have_works() -> None:
    names = {work.name for work in sample()}
    assert {half_of(name) for name in names} == {0, 1}
    assert all(half_of(name) == half_of(name) for name in names)


def test_a_seed_draws_the_same_picture_again() -> None:
    for seed in range(8):
        assert np.array_equal(drawn(seed).pixels, drawn(seed).pixels)


def test_calibration_error_is_the_weighted_distance_of_promise_and_truth() -> None:
    found = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 6)
    truth = np.array([0, 0, 0, 1, 0, 0, 0, 1, 1, 1])
    assert calibration_error(found, truth) == pytest.approx(0.4 * 0.15 + 0.6 * 0.1)
    assert [row[1] for row in reliability(found, truth)] == [6, 4]
    assert 0 < chance_error(found) < 0.25
