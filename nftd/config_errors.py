"""Turn a wrong configuration file into one line that says where, what and what instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from scrapers.text import clean

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(["']?)([A-Za-z0-9_.-]+)\1\s*=""")


def explain_syntax(path: Path, error: Exception) -> str:
    return f"{path} is not valid TOML: {error}"


def explain_rule(path: Path, text: str, location: Sequence[str], rule: str) -> str:
    """One line for a key whose value breaks a rule that is not the model's own."""
    return f"{_where(path, text, location)}: {clean('.'.join(location), 120)}: {clean(rule)}"


def explain_invalid(path: Path, text: str, error: ValidationError, model: type[BaseModel]) -> str:
    """One line for the first thing that is wrong, and how many more there are."""
    problems = error.errors()
    first = problems[0]
    location = [str(part) for part in first["loc"] if part != "[key]"]
    where = _where(path, text, location)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {_problem(first, location, model)}{more}"


def _where(path: Path, text: str, location: Sequence[str]) -> str:
    line = find_line(text, location)
    return f"{path}, line {line}" if line else str(path)


def _problem(problem: Any, location: Sequence[str], model: type[BaseModel]) -> str:
    key = clean(".".join(location), 120)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], known_keys(model, location[:-1]), 1, 0.4)
        return f"unknown key {key}" + (f": did you mean {near[0]}?" if near else ": see nftd config reference")
    if problem["type"] == "missing":
        return f"{key} is missing: see nftd config reference"
    return f"{key} = {_shown(problem['input'])}: {_rule(problem['msg'])}"


def _shown(value: object) -> str:
    try:
        return repr(str(value)[:60])
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"


def known_keys(model: type[BaseModel], location: Sequence[str]) -> list[str]:
    """The keys that exist at `location`, below `model`."""
    current: Any = model
    for part in location:
        if get_origin(current) is dict:
            current = get_args(current)[1]
        elif part in current.model_fields:
            current = current.model_fields[part].annotation
        else:
            return []
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def find_line(text: str, location: Sequence[str]) -> int | None:
    """The line that sets the key at `location`, or else the nearest table above it."""
    best: tuple[int, int] | None = None
    for number, key in _keys(text):
        shared = _shared(key, location)
        if shared and (best is None or shared > best[1]):
            best = (number, shared)
    return best[0] if best else None


def _keys(text: str) -> Iterator[tuple[int, list[str]]]:
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            yield number, table
        elif key := _KEY.match(line):
            yield number, table + key[2].split(".")


def _shared(key: Sequence[str], location: Sequence[str]) -> int:
    if list(key) != list(location[: len(key)]):
        return 0
    return len(key)


def _rule(message: str) -> str:
    rule = message.removeprefix("Value error, ")
    return rule[:1].lower() + rule[1:]
