"""What `%load_ext mesh_etl` brings: commands in a cell, jobs and contracts as cells of YAML.

%mesh plan sales.orders          any command of mesh-etl, on what is in the project
%%mesh_job sales.orders          the cell is a job: validated, previewed, planned; --write and --replace keep it
%%contract sales.orders          the cell is a contract: validated and shown; --write and --replace keep it
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from mesh_etl.config import Project, placement
from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import understand
from mesh_etl.errors import ConfigError, Fault, MeshError
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.glue_magics import register
from mesh_etl.notebook.kept import Kept
from mesh_etl.notebook.opening import open
from mesh_etl.notebook.product import Product
from mesh_etl.notebook.promise import promise
from mesh_etl.notebook.writing import written

Shell = Any  # IPython's InteractiveShell, which tells little of its types

_OPTIONS = ("--write", "--replace")
_FILES = {"contract": "contract.yaml"}


class CommandFailed(MeshError):
    """A command that a cell has called has failed; what is wrong stands above, as the command said it."""


def load(shell: Shell) -> None:
    """The magics are known to the notebook, and those of Glue Studio are no errors in it."""
    shell.register_magic_function(_command, "line", "mesh")
    shell.register_magic_function(lambda line, cell: _job(shell, line, cell), "cell", "mesh_job")
    shell.register_magic_function(_contract, "cell", "contract")
    shell.set_hook("complete_command", _completed, str_key="%mesh")
    register(shell)


def _command(line: str) -> None:
    """`%mesh <command> …` runs `mesh-etl <command> …` and shows what it says; a failure stops the cell."""
    from mesh_etl.cli import main

    words = _split(line)
    try:
        main(words)
    except SystemExit as done:
        if done.code:
            what = f"{' '.join(('mesh-etl', *words[:1]))} has failed with exit code {done.code}"
            raise CommandFailed(Fault("COMMAND_FAILED", what, fix="see above what it says")) from None


def _job(shell: Shell, line: str, cell: str) -> Product:
    """`%%mesh_job sales.orders [--write|--replace]`: the job that the cell describes, looked at and planned."""
    name, options = _words(line)
    opened = open(name, session=shell.user_ns.get("spark")).with_text(cell)
    _show(opened.preview())
    _show(opened.plan())
    if options:
        _show(opened.write(replace="--replace" in options))
    return opened


def _contract(line: str, cell: str) -> Answer[Any]:
    """`%%contract sales.orders [--write|--replace]`: the contract that the cell describes, held against the rules."""
    name, options = _words(line)
    project = Project.open()
    path = placement.job_file(project.root, name).with_name(_FILES["contract"])
    answer = promise(understand(parse(cell, path.as_posix())))
    if not options:
        return answer
    _show(answer)
    again = f"%%contract {name} --replace"
    return written(
        Kept.at(project.root, Path(path)), cell, "--replace" in options, f'next: open("{name}").check()', again
    )


def _words(line: str) -> tuple[str, list[str]]:
    """The product and the options. Raises `ConfigError` USAGE."""
    words = _split(line)
    names = [word for word in words if not word.startswith("-")]
    options = [word for word in words if word.startswith("-")]
    if len(names) != 1 or set(options) - set(_OPTIONS):
        fix = f"write: PRODUCT [{'|'.join(_OPTIONS)}]"
        raise ConfigError(Fault("USAGE", "one product is expected, and no other words", "", fix))
    return names[0], options


def _split(line: str) -> list[str]:
    """The words of the line, as a shell reads them. Raises `ConfigError` USAGE for a quote that is not closed."""
    try:
        return shlex.split(line)
    except ValueError:
        raise ConfigError(
            Fault("USAGE", "a quote is not closed", "", "close it, or write \\' for a plain one")
        ) from None


def _show(answer: Answer[Any]) -> None:
    from IPython.display import display

    display(answer)  # type: ignore[no-untyped-call]


def _completed(_: object, event: Any) -> list[str]:
    """The commands, and the products of the project, that may follow `%mesh`."""
    from mesh_etl.cli.app import HOMES

    words = str(event.line).split()
    if len(words) < 2 or (len(words) == 2 and not str(event.line).endswith(" ")):
        return sorted(HOMES)
    try:
        return list(placement.products(placement.root_of(Path())))
    except ConfigError:  # no project, no names
        return []
