"""The command line: parses, calls one function, prints. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of `nftd`."""
    from nftd.cli.app import app
    from nftd.cli.failure import exit_code_of

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        code = exit_code_of(error)
        if code is None:
            raise
        print(f"nftd: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(code)
