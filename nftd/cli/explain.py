"""nftd explain: the chain of decisions behind anything, in words."""

from __future__ import annotations

import textwrap
from typing import Annotated, Any

import typer

from nftd.cli.common import Json, open_store, print_json, say

WIDTH = 110
INDENT = " " * 11
UNITS = {
    "decode": " pixels",
    "size": " px on the shorter side",
    "blur": " (steepness of its edges)",
    "blocking": " gray levels",
    "flat": " bits a pixel",
    "text": " of the area",
    "twin": " of 64 bits",
    "too_elongated": " times as long as wide",
    "too_many_bytes": " bytes",
}


def explain(
    context: typer.Context,
    thing: Annotated[str, typer.Argument(metavar="ID", help="Any id (l- s- r- a- d- p-), or a unique start of it.")],
    json: Json = False,
) -> None:
    """Say why: every decision behind a listing, source, run, artwork, draft or publication, with values and limits."""
    from nftd.explain import explain as chain

    with open_store(context) as (store, _), store.read() as connection:
        found = chain(connection, thing)
    if json:
        print_json(found)
        return
    for line in tell(found):
        say(line)


def tell(found: dict[str, Any]) -> list[str]:
    """The chain as lines: a step, then its values; a gate fits on one line."""
    kind = {"artwork": "an artwork", "feed": "a source of listings"}.get(found["kind"], f"a {found['kind']}")
    lines = [f"{found['id']} is {kind}"]
    for step in found["steps"]:
        lines += _gate(step) if "gate" in step["values"] else _step(step)
    lines.append("events")
    return lines + [_event(event) for event in found["events"]]


def _step(step: dict[str, Any]) -> list[str]:
    reason = _beyond(step["reason"] or "", step["outcome"])
    first = f"{step['stage']:<8} {step['id']}  {step['outcome']}" + (f": {reason}" if reason else "")
    told = " · ".join(f"{name}: {_value(value)}" for name, value in step["values"].items())
    return [*_wrapped(first, ""), *_wrapped(told, INDENT)]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=INDENT, break_on_hyphens=False)


def _beyond(reason: str, outcome: str) -> str:
    """What a reason says that the outcome does not say already."""
    return "" if reason == outcome else reason.removeprefix(f"{outcome}; ")


def _gate(step: dict[str, Any]) -> list[str]:
    values = step["values"]
    found = f", found {_value(values['value'])}" if values.get("value") not in (None, "") else ""
    unit = UNITS.get(step["reason"], UNITS.get(values["gate"], ""))
    limit = f", limit {_value(values['limit'])}{unit}" if "limit" in values else ""
    return [f"{step['stage']:<8} {step['id']}  {step['outcome']} {values['gate']}: {step['reason']}{found}{limit}"]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items() if inner is not None)
    if isinstance(value, list):
        return " ".join(_value(inner) for inner in value)
    return f"{value:.10g}" if isinstance(value, float) and value.is_integer() else _short(value)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _event(event: dict[str, Any]) -> str:
    change = f"{event['old']} -> {event['new']}" if event["old"] else event["new"]
    reason = f"  {event['reason']}" if event["reason"] else ""
    return f"  {event['at'][:19]}  {event['entity']}  {change}  by {event['actor']}{reason}"
