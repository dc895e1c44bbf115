"""nftd once: one cycle."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

import typer

from nftd.cli.common import Json, open_store, print_json, say

if TYPE_CHECKING:
    from nftd.cycle import Outcome


def once(context: typer.Context, json: Json = False) -> None:
    """Run one cycle: scrape, select, fetch, intake, dream, judge, draft, pin, voucher. Nothing is minted."""
    from nftd import cycle
    from nftd.cli.progress import progress

    # A polite end is an orderly one: what is in hand is given back, and the next cycle goes on with it.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with open_store(context) as (store, settings), progress() as watch:
        outcome = cycle.once(store, settings, watch)
    if json:
        print_json(outcome.summary)
    else:
        for line in tell(outcome):
            say(line)
    raise typer.Exit(outcome.exit_code)


def tell(outcome: Outcome) -> list[str]:
    """The summary in words, a line each."""
    summary = outcome.summary
    seen, sources, runs = summary["listings"], summary["sources"], summary["runs"]
    lines = [f"cycle {summary['cycle']}, {summary['seconds']:.1f} s"]
    if outcome.nothing_new and not seen["seen"] and summary["blocked"]:
        lines.append("  no source could be read; what was stored before is untouched")
    elif outcome.nothing_new:
        lines.append(f"  nothing new: {_many(seen['seen'], 'listing')} seen, all known; nothing was made twice")
    else:
        lines += [
            f"  seen      {_many(seen['seen'], 'listing')}, {seen['new']} new",
            f"  selected  {seen['selected']}, passed over {seen['passed']}",
            f"  pictures  {sources['fit']} fit, {sources['unfit']} unfit",
            f"  dreams    {runs['done']} done, {runs['failed']} failed",
            f"  vouchers  {summary['publications']['prepared']} prepared",
        ]
    if outcome.taken_back:
        lines.append(f"  {_many(outcome.taken_back, 'approval')} taken back: the drafts changed, look at them again")
    lines += _outcomes(summary["outcomes"])
    lines += _listed("refused", summary["refused"])
    lines += _rights(summary)
    for how in ("blocked", "changed", "failed"):
        ended = summary["outcomes"]
        lines += _listed(how, {name: told for name, told in summary["blocked"].items() if ended.get(name) == how})
    lines += _listed("alarm", summary["alarms"])
    lines += _opted_out(summary["opted_out"])
    return lines + _next_step(summary["artworks"]["waiting"])


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _outcomes(outcomes: dict[str, str]) -> list[str]:
    """A line for the sources, where they did not all simply show something new."""
    if set(outcomes.values()) <= {"read"}:
        return []
    return ["  sources   " + ", ".join(f"{name} {outcome.replace('_', ' ')}" for name, outcome in outcomes.items())]


def _listed(title: str, entries: dict[str, Any]) -> list[str]:
    if not entries:
        return []
    return [f"  {title}", *(f"    {name}: {value}" for name, value in entries.items())]


def _rights(summary: dict[str, Any]) -> list[str]:
    """What to do where rights are why nothing could be made."""
    denied = sum(count for reason, count in summary["refused"].items() if reason.startswith("rights_"))
    if not denied or summary["sources"]["fit"] or summary["artworks"]["waiting"]:
        return []
    return [
        f"  rights leave nothing to make: {_many(denied, 'work')} may not be reworked for sale",
        "    read a source that shows free works (nftd init --live), or nftd appeal ID --basis TEXT where you have a",
        '    license, or set rights.generate = "any" to make them for study, never to be published',
    ]


def _opted_out(found: dict[str, Any]) -> list[str]:
    lines = [f"  {_many(found['withdrawn'], 'artwork')} withdrawn: on the opt-out list"] if found["withdrawn"] else []
    approved = {name: f"approved, but {told}: nftd queue undo {name}" for name, told in found["approved"].items()}
    return lines + _listed("opted out", approved)


def _next_step(waiting: int) -> list[str]:
    if not waiting:
        return ["No artwork waits for review."]
    return [f"{_many(waiting, 'artwork')} {'waits' if waiting == 1 else 'wait'} for your review: nftd queue list"]
