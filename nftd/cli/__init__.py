"""The command line: parses, calls one function, prints. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import io
import sys
from contextlib import suppress


def main() -> None:
    """Entry point of `nftd`."""
    from nftd.cli.app import app
    from nftd.cli.failure import exit_code_of, sentence_of

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A title may hold what the terminal's encoding cannot: shown escaped, it ends nothing.
            with suppress(OSError):
                stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        code = exit_code_of(error)
        if code is None:
            raise
        print(f"nftd: {sentence_of(error)}", file=sys.stderr)
        sys.exit(code)
