"""A GraphQL interface as Hasura serves one, as far as our questions go.

It reads the question: a field that the schema lacks is refused as "validation-failed", only fields that were asked
for come back, and `where`, `limit` and `offset` are taken from the variables. Shapes: GraphQL (October 2021), 2.2
and 7.1; hasura/graphql-engine, docs/docs/queries/postgres/filters/index.mdx (operators), issue 7366 (the error).
"""

import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Selection = dict[str, Any]
_TOKEN = re.compile(r'"[^"]*"|[A-Za-z_$!][A-Za-z0-9_]*|[{}()\[\]:,]|-?[0-9]+')


class NoSuchField(Exception):
    """A question about a field that the schema does not have."""


def selection(query: str) -> Selection:
    """The fields that a question asks for, nested; arguments are left out."""
    tokens = _TOKEN.findall(query)
    start = _behind_arguments(tokens, 2) if tokens[2] == "(" else 2
    found, end = _fields(tokens, start + 1)
    assert end == len(tokens), "the question is not balanced"
    return found


def _fields(tokens: list[str], at: int) -> tuple[Selection, int]:
    found: Selection = {}
    while tokens[at] != "}":
        name, at = tokens[at], at + 1
        if tokens[at] == "(":
            at = _behind_arguments(tokens, at)
        found[name] = None
        if tokens[at] == "{":
            found[name], at = _fields(tokens, at + 1)
    return found, at + 1


def _behind_arguments(tokens: list[str], at: int) -> int:
    depth = 0
    while True:
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        at += 1
        if depth == 0:
            return at


def project(value: Any, wanted: Selection | None, columns: frozenset[str], path: str) -> Any:
    """The asked-for part of a value; a row may lack any column, then it is left out as if the server forgot it."""
    if wanted is None or value is None:
        return value
    if isinstance(value, list):
        return [project(one, wanted, columns, path) for one in value]
    for name in wanted:
        if name not in columns:
            raise NoSuchField(f"{path}.selectionSet.{name}")
    return {
        name: project(value[name], inner, columns, f"{path}.selectionSet.{name}")
        for name, inner in wanted.items()
        if name in value
    }


def matches(row: Row, where: Row) -> bool:
    return all(_holds(row, name, wish) for name, wish in where.items())


def _holds(row: Row, name: str, wish: Any) -> bool:
    if name == "_or":
        return any(matches(row, one) for one in wish)
    value = row.get(name)
    if isinstance(value, list):
        return any(matches(one, wish) for one in value)
    return all(_compares(value, operator, other) for operator, other in wish.items())


def _compares(value: Any, operator: str, other: Any) -> bool:
    if operator == "_is_null":
        return (value is None) == other
    if value is None:
        return False
    if operator == "_in":
        return value in other
    if operator == "_gt":
        return int(value) > int(other)
    return {"_eq": value == other, "_lte": str(value) <= str(other)}[operator]


def validation_failed(path: str) -> dict[str, Any]:
    told = f"field '{path.rpartition('.')[2]}' not found in type: 'query_root'"
    return {"errors": [{"message": told, "extensions": {"path": path, "code": "validation-failed"}}]}
