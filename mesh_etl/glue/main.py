"""The entry of the scripts in `jobs/`: one task, told in lines of JSON, with a coded error where it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from mesh_etl.errors import Bug, MeshError, RunError
from mesh_etl.glue import told
from mesh_etl.glue.arguments import Arguments, arguments, started_by_glue
from mesh_etl.run.engines.faults import of_system

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Task


def main(task: Task, argv: Sequence[str]) -> None:
    """The task is done as the arguments say, `argv` with the script's name first.

    Raises `SystemExit` where it fails: in a Glue job with what was wrong as its text, elsewhere with the exit code of
    the error, whose text is on stderr. Where all is well it returns: Glue takes any SystemExit for a failure. What
    nobody has foreseen is told by its type and places: a traceback, which Glue would show and keep, may quote cells.
    """
    try:
        work = cast("Callable[[Arguments], None]", import_module(f"mesh_etl.glue.{task}").work)
        work(arguments(task, argv))
    except MeshError as error:
        told.line(task, **told.failure(error))
        raise told.ended(error, started_by_glue(argv)) from None
    except OSError as error:
        refused = RunError(of_system(error), retryable=True)
        told.line(task, **told.failure(refused))
        raise told.ended(refused, started_by_glue(argv)) from None
    except Exception as error:
        bug = Bug(error)
        told.line(task, **told.failure(bug), places=bug.places)
        raise told.ended(bug, started_by_glue(argv)) from None
