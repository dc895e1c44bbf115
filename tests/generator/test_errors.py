from __future__ import annotations

import inspect
import re

from generator import errors
from generator.errors import GeneratorError


def tree() -> dict[str, type[GeneratorError]]:
    found = vars(errors).values()
    return {each.__name__: each for each in found if inspect.isclass(each) and issubclass(each, GeneratorError)}


def test_the_tree_drawn_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = re.findall(r"── (\w+) +(\w+) +(yes|no)", errors.__doc__ or "")
    built = {(name, each.code, "yes" if each.permanent else "no") for name, each in tree().items()}
    assert set(drawn) == built - {("GeneratorError", "generator", "yes")}


def test_codes_are_unique_snake_case() -> None:
    codes = [each.code for each in tree().values()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_an_error_carries_its_evidence() -> None:
    error = errors.NonFiniteLoss("the loss of step 3 is nan", step=3)
    assert str(error) == "the loss of step 3 is nan"
    assert error.evidence == {"step": 3}
