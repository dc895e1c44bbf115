"""Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 blocked by others, 4 nothing to do, 5 shape changed."""

from __future__ import annotations

import errno
import sys

DONE = 0
FAILED = 1
USAGE = 2
BLOCKED = 3
NOTHING = 4
SHAPE = 5


def exit_code_of(error: Exception) -> int | None:
    """The exit code for an error that we know and can say in one line; None for a bug."""
    from nftd.errors import NftdError

    if isinstance(error, NftdError):
        return error.exit_code
    if isinstance(error, OSError):
        return FAILED
    # Only errors of libraries that were loaded can have been raised: nothing is imported to find out.
    return next((code for name, code in _LIBRARIES if _is(error, name)), None)


def sentence_of(error: Exception) -> str:
    """The error in one line, with what to do where that is known."""
    said = str(getattr(error, "orig", error))
    if "disk is full" in said or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return "the disk is full: make room, then run the command again; what was stored is whole"
    return " ".join(said.split())


_LIBRARIES = (
    ("scrapers.errors.ShapeChanged", SHAPE),
    ("scrapers.errors.Blocked", BLOCKED),
    ("scrapers.errors.Unreachable", BLOCKED),
    ("scrapers.errors.RobotsDenied", BLOCKED),
    ("scrapers.errors.BudgetSpent", BLOCKED),
    ("scrapers.errors.UnknownSource", USAGE),
    ("scrapers.errors.BadRule", USAGE),
    ("scrapers.errors.ScraperError", FAILED),
    ("generator.errors.BadRecipe", USAGE),
    ("generator.errors.ModelsMissing", USAGE),
    ("generator.errors.UnknownDigest", USAGE),
    ("generator.errors.GeneratorError", FAILED),
    ("publisher.errors.PublisherError", FAILED),
    ("sqlalchemy.exc.OperationalError", FAILED),
)


def _is(error: Exception, name: str) -> bool:
    module, _, cls = name.rpartition(".")
    found = getattr(sys.modules.get(module), cls, None)
    return found is not None and isinstance(error, found)
