"""Questions to a GraphQL interface as Hasura serves it.

Source: GraphQL (October 2021), section 7.1 (response format); Hasura's error codes in `extensions.code`.
"""

from collections.abc import Mapping

from scrapers.errors import FetchError, ServerError, ShapeChanged
from scrapers.jsonapi import Node, read_json
from scrapers.session import Session
from scrapers.text import clean


def question(query: str, variables: Mapping[str, object]) -> dict[str, object]:
    """What is posted."""
    return {"query": query, "variables": dict(variables)}


def ask(session: Session, url: str, query: str, variables: Mapping[str, object]) -> Node:
    """The `data` of the answer.

    Raises ShapeChanged where the interface no longer knows a field that is asked for, ServerError for another
    fault that it reports, and what `Session.post` raises.
    """
    answer = read_json(session.post(url, question(query, variables)))
    for fault in answer.rows("errors"):
        raise _fault(fault)
    data = answer.at("data")
    if not isinstance(data.value, dict):
        raise data.moved()
    return data


def _fault(fault: Node) -> FetchError | ShapeChanged:
    """A field that is gone comes as "validation-failed" with the place in the query as its path."""
    details = fault.at("extensions")
    told = fault.text("message", limit=200) or "no reason given"
    if details.get("code") == "validation-failed":
        return ShapeChanged(f"{details.text('path', limit=200) or 'query'} ({told})", fault.url)
    return ServerError(f"{clean(fault.url, 200)} could not answer: {told}", fault.url)
