"""The command line `mesh-etl`."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; ends the process with the command's exit code.

    Nothing of Typer is loaded before: a notebook in Glue has the pages that commands print, and no commands.
    """
    try:
        from mesh_etl.cli.entry import main as run

        run(arguments)
    except KeyboardInterrupt:  # while what every command needs was being loaded, or at the very end
        sys.exit(_interrupted(sys.argv[1:] if arguments is None else arguments))


def _interrupted(words: list[str]) -> int:
    """Ctrl-C has been told; a second one changes nothing. Returns the exit code."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from mesh_etl.cli import failures

    return failures.known(failures.Interrupted(), machine="--json" in words)
