"""The entry point: run a command, and end every failure in one plain message and the exit code that it deserves."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from mesh_etl.cli import failures
from mesh_etl.errors import MeshError

# Typer brings a click of its own or uses the one that is installed; both know this class by what derives from it.
_WRONG_USE: type[Exception] = typer.BadParameter.__bases__[0]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; ends the process with the command's exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        code = _told(words, machine="--json" in words)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. Nothing may be written any more, not even by the interpreter when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _told(words: list[str], machine: bool) -> int:
    """The command has run, or what kept it from that has been told; returns the exit code."""
    from mesh_etl.cli.app import app

    command = typer.main.get_command(app)
    try:
        return int(command.main(words, prog_name="mesh-etl", standalone_mode=False) or 0)
    except MeshError as error:
        return failures.known(error, machine)
    except _WRONG_USE as error:
        return failures.usage(error, machine)
    except KeyboardInterrupt:
        return failures.known(failures.Interrupted(), machine)
    except BrokenPipeError:
        raise
    except Exception as error:
        raise SystemExit(failures.internal(error, machine)) from None
