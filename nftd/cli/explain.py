"""nftd explain: the chain of decisions behind anything, in words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nftd.cli.common import Json, open_store, print_json, say


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
    reason = f": {step['reason']}" if step["reason"] else ""
    values = [f"           {name} = {_value(value)}" for name, value in step["values"].items()]
    return [f"{step['stage']:<8} {step['id']}  {step['outcome']}{reason}", *values]


def _gate(step: dict[str, Any]) -> list[str]:
    values = step["values"]
    found = f", found {_value(values['value'])}" if "value" in values else ""
    limit = f", limit {_value(values['limit'])}" if "limit" in values else ""
    return [f"{step['stage']:<8} {step['id']}  {step['outcome']} {values['gate']}: {step['reason']}{found}{limit}"]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_value(inner)}" for name, inner in value.items() if inner is not None)
    if isinstance(value, list):
        return " ".join(_value(inner) for inner in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _event(event: dict[str, Any]) -> str:
    change = f"{event['old']} -> {event['new']}" if event["old"] else event["new"]
    reason = f"  {event['reason']}" if event["reason"] else ""
    return f"  {event['at'][:19]}  {event['entity']}  {change}  by {event['actor']}{reason}"
