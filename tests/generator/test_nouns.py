from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import BadRecipe
from generator.nouns import ImagePrompt, Prompt, Recipe, derive_seed

DIGESTS = (("a.safetensors", "11" * 32), ("b.safetensors", "22" * 32))


def make(**changes: Any) -> Recipe:
    fields: dict[str, Any] = {
        "generator": "mini",
        "weights": DIGESTS,
        "perceptor": "mini-clip-64",
        "prompts": (Prompt("a painting of an animal"),),
        "size": 256,
        "iterations": 20,
        "cutouts": 16,
        "learning_rate": 0.15,
    }
    return Recipe(**(fields | changes))


def test_the_id_is_the_sha256_of_json_with_sorted_keys_and_no_whitespace() -> None:
    recipe = make(prompts=(Prompt("ein Bär", 2),))
    text = recipe.to_json()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "ein Bär" in text
    assert recipe.id == hashlib.sha256(text.encode()).hexdigest()


def test_the_id_of_a_known_recipe_never_changes() -> None:
    assert make().id == "9a290f8860ae3c99c1bbf90d563ba0eb58903314f1d37fff1f035d65dcff39f8"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"learning_rate": 1}, {"learning_rate": 1.0}),
        ({"prompts": (Prompt("x", 1),)}, {"prompts": (Prompt("x"),)}),
        ({"weights": DIGESTS[::-1]}, {}),
        ({"weights": dict(DIGESTS)}, {}),
        (
            {"losses": {"total_variation": 0.0, "fidelity": 1}},
            {"losses": (("fidelity", 1.0), ("total_variation", -0.0))},
        ),
    ],
)
def test_recipes_that_mean_the_same_have_the_same_id(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert make(**one).id == make(**other).id


@pytest.mark.parametrize(
    "changes",
    [
        {"generator": "other"},
        {"weights": DIGESTS[:1]},
        {"perceptor": "other"},
        {"prompts": (Prompt("a painting of a face"),)},
        {"prompts": (Prompt("a painting of an animal", 0.5),)},
        {"size": 128},
        {"iterations": 19},
        {"cutouts": 8},
        {"learning_rate": 0.1},
        {"losses": (("fidelity", 0.1),)},
        {"method": "another"},
    ],
)
def test_each_field_is_part_of_the_id(changes: dict[str, Any]) -> None:
    assert make(**changes).id != make().id


def test_the_order_of_prompts_is_kept() -> None:
    prompts = (Prompt("b"), Prompt("a", -1.0))
    assert Recipe.from_json(make(prompts=prompts).to_json()).prompts == prompts


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda words: bool(words.strip())),
    weight=st.floats(-5, 5).filter(bool),
    rate=st.floats(1e-6, 10),
)
def test_a_recipe_survives_the_way_through_json(text: str, weight: float, rate: float) -> None:
    recipe = make(prompts=(Prompt(text, weight),), learning_rate=rate, losses=(("fidelity", 0.1),))
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert again.id == recipe.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 256.0}, "size"),
        ({"size": True}, "size"),
        ({"iterations": -1}, "iterations"),
        ({"cutouts": 0}, "cutouts"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"learning_rate": "0.1"}, "learning_rate"),
        ({"prompts": ()}, "prompts"),
        ({"precision": "fp8"}, "precision"),
        ({"losses": (("beauty", 1.0),)}, "loss"),
        ({"losses": (("fidelity", 1.0), ("fidelity", 2.0))}, "losses"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecipe, match=field) as caught:
        make(**changes)
    assert caught.value.code == "bad_recipe"
    assert caught.value.evidence["field"] == field


@pytest.mark.parametrize(("text", "weight"), [("", 1.0), ("  ", 1.0), ("x", 0), ("x", float("inf")), ("\ud800", 1.0)])
def test_a_prompt_needs_words_and_a_weight(text: str, weight: float) -> None:
    with pytest.raises(BadRecipe):
        Prompt(text, weight)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"prompts":1}', '{"prompts":[["x"]]}', "null", '{"prompts":[],"x":1}']
)
def test_json_that_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(BadRecipe):
        Recipe.from_json(text)


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().size = 1  # type: ignore[misc] # that it raises is the point


def test_a_derived_seed_depends_on_source_recipe_and_take_alone() -> None:
    seeds = {derive_seed(s, r, t) for s in ("s-1", "s-2") for r in ("aa", "bb") for t in (0, 1)}
    assert len(seeds) == 8
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derive_seed("s-1", "aa", 0) == derive_seed("s-1", "aa", 0)
    assert derive_seed("s", "1aa", 0) != derive_seed("s1", "aa", 0)


@pytest.mark.parametrize(
    ("words", "text", "weight"),
    [
        ("a cat", "a cat", 1.0),
        ("a cat:2", "a cat", 2.0),
        ("text : -.5", "text", -0.5),
        ("ratio 16:9:1", "ratio 16:9", 1.0),
        ("a: b", "a: b", 1.0),
        (":2", ":2", 1.0),
        ("a:1e5", "a:1e5", 1.0),
    ],
)
def test_a_prompt_is_read_with_its_weight(words: str, text: str, weight: float) -> None:
    assert Prompt.parse(words) == Prompt(text, weight)


@pytest.mark.parametrize("words", ["", "  ", "cat:0", "\ud800"])
def test_a_prompt_that_says_nothing_is_refused(words: str) -> None:
    with pytest.raises(BadRecipe):
        Prompt.parse(words)


def test_what_was_added_to_recipes_leaves_older_ids_alone() -> None:
    old = make()
    assert not {"images", "optimizer", "cutout_method"} & set(json.loads(old.to_json()))
    changed = make(images=(ImagePrompt("ab" * 32, 0.5),), optimizer="radam", cutout_method="peers", precision="bf16")
    assert Recipe.from_json(changed.to_json()) == changed
    assert changed.id != old.id
    assert changed.weighted == (*old.weighted, 0.5)


def test_an_image_prompt_alone_is_a_recipe_and_none_at_all_is_not() -> None:
    assert make(prompts=(), images=(ImagePrompt("ab" * 32),)).weighted == (1.0,)
    with pytest.raises(BadRecipe, match="at least one prompt"):
        make(prompts=())


@pytest.mark.parametrize(("digest", "weight"), [("short", 1.0), ("AB" * 32, 1.0), ("ab" * 32, 0.0)])
def test_an_image_prompt_needs_a_digest_and_a_weight(digest: str, weight: float) -> None:
    with pytest.raises(BadRecipe, match="image prompt"):
        ImagePrompt(digest, weight)
