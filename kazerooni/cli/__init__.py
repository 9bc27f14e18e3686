"""The command line: one module per command, which parses, calls and prints; it holds no rule of scoring."""

from __future__ import annotations

import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; leaves with an exit status.

    What the commands need is imported here, so that Ctrl-C meanwhile ends with a line and no traceback, as later.
    """
    try:
        from kazerooni.cli.app import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("Stopped.\n")
        sys.exit(_INTERRUPTED)
