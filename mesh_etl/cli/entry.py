"""The entry point: run a command, and end every failure in one plain message and the exit code that it deserves."""

from __future__ import annotations

import gc
import io
import os
import sys
from functools import cache
from typing import Any, NoReturn

import typer

from mesh_etl.cli import failures
from mesh_etl.errors import MeshError

# Starting makes a few hundred thousand objects that live to the end; to look through them for garbage again and again
# takes a sixth of the time that a short command has.
_OBJECTS_BEFORE_COLLECTING = 500_000

# Typer brings a click of its own or uses the one that is installed; both know this class by what derives from it.
_WRONG_USE: type[Exception] = typer.BadParameter.__bases__[0]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; ends the process with the command's exit code."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no × shows a ? in its place
    try:
        code = _told(words, machine="--json" in words)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. Nothing may be written any more, not even by the interpreter when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    if "duckdb" not in sys.modules:  # it tells of objects that nobody has freed, in fifty lines on stderr
        gc.freeze()  # the process ends: to look through all that it holds would free nothing, for a third of a second
    sys.exit(code)


@cache
def _commands() -> Any:
    """The tree of commands: to make it takes longer than most of them, and a program may call several."""
    from mesh_etl.cli.app import app

    return typer.main.get_command(app)


def _told(words: list[str], machine: bool) -> int:
    """The command has run, or what kept it from that has been told; returns the exit code."""
    try:
        return int(_commands().main(words, prog_name="mesh-etl", standalone_mode=False) or 0)
    except MeshError as error:
        return failures.known(error, machine)
    except _WRONG_USE as error:
        return failures.usage(error, machine)
    except KeyboardInterrupt:
        return failures.known(failures.Interrupted(), machine)
    except BrokenPipeError:
        raise
    except Exception as error:
        if refused := failures.of_machine(error):
            return failures.known(refused, machine)
        raise SystemExit(failures.internal(error, machine)) from None
