"""The command line `mesh-etl`."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; ends the process with the command's exit code.

    Nothing of Typer is loaded before: a notebook in Glue has the pages that commands print, and no commands.
    """
    from mesh_etl.cli.entry import main as run

    run(arguments)
