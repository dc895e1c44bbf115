from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.judges.errors import BadReference
from generator.judges.port import Facts
from generator.judges.reference import (
    Reference,
    references_from_json,
    references_to_json,
    shipped_references,
)

NUMBERS = st.floats(-1e6, 1e6)
VALUES = st.lists(NUMBERS, min_size=5, max_size=40)


def reference(**groups: tuple[float, ...]) -> Reference:
    return Reference("taste", "1", "mini", "drawn", tuple(groups.items()))


def test_a_percentile_is_the_share_below_and_half_of_the_equal() -> None:
    one = reference(works=(1, 2, 2, 3, 4))
    assert [one.percentile(raw) for raw in (0, 1, 2, 2.5, 4, 9)] == [0, 10, 40, 60, 90, 100]


def test_groups_count_alike_however_large() -> None:
    both = reference(real=(5.0,) * 100, reconstructions=(1.0, 2.0, 3.0, 4.0, 4.5))
    assert both.percentile(4.8) == 50
    assert both.percentiles(4.8) == {"real": 0, "reconstructions": 100}


@given(values=VALUES, raws=st.lists(NUMBERS, min_size=2, max_size=10))
def test_percentiles_rise_with_the_value_and_stay_within_0_and_100(values: list[float], raws: list[float]) -> None:
    one = reference(works=tuple(values))
    places = [one.percentile(raw) for raw in sorted(raws)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 and math.isfinite(place) for place in places)


@given(values=VALUES)
def test_the_same_values_give_the_same_bytes_in_any_order(values: list[float]) -> None:
    one, other = reference(works=tuple(values)), reference(works=tuple(reversed(values)))
    assert one.to_json() == other.to_json()
    assert Reference.from_json(one.to_json()) == one
    assert references_from_json(references_to_json([one])) == {"taste": one}


@pytest.mark.parametrize("values", [(), (1.0,), (1.0, 2.0, 3.0, 4.0, math.nan), (1.0, 2.0, 3.0, 4.0, math.inf)])
def test_too_few_values_or_none_are_refused(values: tuple[float, ...]) -> None:
    with pytest.raises(BadReference, match="finite"):
        reference(works=values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"judge": 1}',
        '{"judge":"a","version":"1","perceptor":"","what":"","groups":{"w":["1",2,3,4,5]},"weights":{}}',
        '{"judge":"a","version":"1","perceptor":"","what":"","groups":{"w":[true,2,3,4,5]},"weights":{}}',
        '{"judge":"a","version":"1","perceptor":"","what":"","groups":[],"weights":{}}',
        '{"judge":"a","version":"1","perceptor":"","what":"","groups":{},"weights":{}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_reference_set_is_an_error_in_words(text: str) -> None:
    with pytest.raises(BadReference):
        Reference.from_json(text)
    with pytest.raises(BadReference):
        references_from_json(text)


def test_a_set_is_of_one_judge_version_and_perceptor() -> None:
    one = reference(works=(1, 2, 3, 4, 5))
    one.require(Facts("taste", "1", "MIT", "embedding", "mini"))
    for name, version, perceptor in (("other", "1", "mini"), ("taste", "2", "mini"), ("taste", "1", "clip")):
        with pytest.raises(BadReference, match="make it anew"):
            one.require(Facts(name, version, "MIT", "embedding", perceptor))


def test_the_shipped_sets_are_in_canonical_form_and_of_the_shipped_weights() -> None:
    from importlib.resources import files

    from generator.judges.registry import usual_names
    from generator.measures import MEASURES
    from generator.mini.manifest import read_manifest, weights_folder

    text = (files("generator.judges") / "references" / "mini.json").read_text(encoding="utf-8")
    shipped = shipped_references("mini")
    assert references_to_json(shipped.values()) == text
    assert set(shipped) == {*usual_names("mini-clip-64"), *(one.name for one in MEASURES)}
    for one in shipped.values():
        assert dict(one.weights) == read_manifest(weights_folder())
    assert json.loads(text)["format"] == "nftd-reference-1"
    assert shipped_references("wikiart") == {}
