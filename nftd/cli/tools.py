"""The parts of a cycle that are useful alone: select, dream, score, cid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nftd.cli.common import Globals, Json, note, open_store, print_json, say
from nftd.cli.failure import FAILED, NOTHING

if TYPE_CHECKING:
    from nftd.config import Settings

Image = Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture.")]


def select(
    context: typer.Context,
    policy: Annotated[str | None, typer.Option(help="Instead of the configured policy.")] = None,
    json: Json = False,
) -> None:
    """Judge the listings that are new, or were passed over and have a new sale or bid."""
    from nftd import cycle
    from nftd.stages.select import KEY
    from nftd.store import listings, work

    with open_store(context) as (store, settings):
        outcome = cycle.select_only(store, _with_policy(settings, policy))
        with store.read() as connection:
            verdicts = listings.judged_in(connection, outcome.summary["cycle"])
            trouble = work.trouble(connection, "select", KEY)
    if trouble:
        note(f"nftd: {trouble['code']}: {trouble['message']}")
        raise typer.Exit(FAILED)
    if json:
        print_json(verdicts)
    else:
        for verdict in verdicts:
            say(f"{verdict['id']}  {verdict['state']:<8}  {verdict['reason']}  {verdict['title']}")
    raise typer.Exit(0 if verdicts else NOTHING)


def _with_policy(settings: Settings, policy: str | None) -> Settings:
    """The settings with another selection policy; `UsageError` for one that does not exist."""
    from pydantic import ValidationError

    from nftd.errors import UsageError

    if policy is None:
        return settings
    try:
        chosen = type(settings.selection).model_validate({**settings.selection.model_dump(), "policy": policy})
    except ValidationError:
        raise UsageError(f"there is no policy {policy[:60]!r}: known are value and report") from None
    return settings.model_copy(update={"selection": chosen})


def dream(
    context: typer.Context,
    image: Image,
    *,
    prompt: Annotated[list[str], typer.Option(help='What to dream toward, or "text:weight"; may be repeated.')] = [],  # noqa: B006
    image_prompt: Annotated[
        list[str], typer.Option(metavar="FILE", help="A picture to dream toward, or file:weight; may be repeated.")
    ] = [],  # noqa: B006
    out: Annotated[Path, typer.Option(help="Folder for the iterates.")] = Path("dream"),
    seed: Annotated[int, typer.Option(min=-1, help="-1 derives one from picture and recipe.")] = -1,
    iterations: Annotated[int | None, typer.Option(min=1, help="Steps; each gives a picture.")] = None,
    size: Annotated[int | None, typer.Option(min=16, help="Side of the square picture in pixels.")] = None,
    cutouts: Annotated[int | None, typer.Option(min=1, help="Random crops shown to CLIP at each step.")] = None,
    fidelity: Annotated[float | None, typer.Option(min=0, help="Weight of staying near the picture.")] = None,
    preset: Annotated[str | None, typer.Option(help="mini or wikiart, instead of the configured one.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, fp32, bf16 or fp16.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = None,
    format: Annotated[Literal["png", "webp"], typer.Option(help="webp is lossless too.")] = "png",  # noqa: A002
    json: Json = False,
) -> None:
    """Rework one picture with VQGAN+CLIP, and keep every iterate.

    Prompts weigh 1 unless they say otherwise; a negative weight pushes away.
    """
    from nftd.cli.progress import dream_progress
    from nftd.dreaming import Wish, dream_picture

    if not prompt and not image_prompt:
        raise typer.BadParameter("name what to dream toward: --prompt or --image-prompt")
    chosen: Globals = context.obj
    changes = {"preset": preset, "precision": precision, "device": device, "cutouts": cutouts, "fidelity": fidelity}
    settings = _with_generator(chosen.settings(), changes)
    wish = Wish(image, out, tuple(prompt), tuple(image_prompt), seed, iterations, size, format)
    with dream_progress(quiet=json) as tell:
        made = dream_picture(settings, chosen.folder(settings), wish, tell)
    if json:
        print_json(made)
        return
    best = max(made["steps"], key=lambda step: step["similarity"])
    say(f"{len(made['steps'])} iterates in {made['seconds']:.1f} s on {made['device']} in {made['precision']}: {out}")
    say(f"step {best['step']} matches best: {best['file']}")


def _with_generator(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with these keys of [generator] changed; `UsageError` says which value is wrong, and the rule."""
    from pydantic import ValidationError

    from nftd.errors import UsageError

    asked = {name: value for name, value in changes.items() if value is not None}
    try:
        chosen = type(settings.generator).model_validate({**settings.generator.model_dump(), **asked})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"--{first['loc'][0]} is {str(first['input'])[:60]!r}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    return settings.model_copy(update={"generator": chosen})


def score(
    context: typer.Context,
    image: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    json: Json = False,
) -> None:
    """Say what the critics and the classifier think of pictures."""
    from nftd.dreaming import score_pictures

    chosen: Globals = context.obj
    settings = chosen.settings()
    found = score_pictures(settings, chosen.folder(settings), image)
    if json:
        print_json(found)
        return
    for one in found:
        chances = "  ".join(f"{name} {chance:.2f}" for name, chance in one["categories"].items())
        critics = "  ".join(f"{name} {value['raw']:.3f}" for name, value in one["critics"].items())
        say(f"{one['file']}  {one['category'] or 'no category'}\n  {chances}\n  {critics}")


def cid(path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or a folder.")]) -> None:
    """Print the IPFS address (CID) that a file or folder has, without any network."""
    from nftd.errors import UsageError
    from publisher.cid import cid_of_path

    try:
        say(str(cid_of_path(path)))
    except OSError as error:
        raise UsageError(f"{error.filename or path} cannot be read: {error.strerror}") from None
