"""Commands whose names are settled but which this version does not do: they say so and end with exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import typer

from nftd.cli.common import note
from nftd.cli.failure import USAGE

COMMANDS = {
    "run": "the daemon: cycles on a schedule",
    "critics": "the critics and how far they agree with reviewers",
    "web": "the review page",
    "publish": "pin and prepare vouchers without a cycle",
    "pins": "list and audit pins",
    "key": "the minter's keystore",
    "voucher": "digest and check a voucher",
    "sign": "sign an approved voucher",
    "export": "a folder with everything of a publication",
    "submit": "hand a signed voucher to the market",
    "withdraw": "take a publication back",
    "service": "install as a systemd service",
    "doctor": "check the installation",
    "backup": "copy the store while it runs",
    "restore": "bring a backup back",
    "gc": "remove bytes that nothing names",
}
_ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    """Add every command of `COMMANDS`; whatever arguments it is given, it says that it is not built."""
    for name, meaning in COMMANDS.items():
        app.command(name, help=f"(not built yet) {meaning}", context_settings=_ANYTHING, hidden=True)(_refusal(name))


def _refusal(name: str) -> Callable[[], None]:
    def refuse() -> None:
        note(f"nftd: {name} is not built yet in this version ({COMMANDS[name]})")
        raise typer.Exit(USAGE)

    return refuse
