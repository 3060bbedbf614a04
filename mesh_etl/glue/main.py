"""The entry of the scripts in `jobs/`: one task, told in lines of JSON, with a coded error where it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from mesh_etl.errors import MeshError
from mesh_etl.glue import told
from mesh_etl.glue.arguments import Arguments, arguments

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Task


def main(task: Task, argv: Sequence[str]) -> None:
    """The task is done as the arguments say, `argv` with the script's name first.

    Raises `SystemExit` where it fails: in a Glue job with what was wrong as its text, elsewhere with the exit code of
    the error, whose text is on stderr. Where all is well it returns: Glue takes any SystemExit for a failure.
    """
    in_glue = any(one.startswith("--JOB_") for one in argv)
    try:
        work = cast("Callable[[Arguments], None]", import_module(f"mesh_etl.glue.{task}").work)
        work(arguments(task, argv))
    except MeshError as error:
        told.line(task, **told.failure(error))
        raise told.ended(error, in_glue) from None
