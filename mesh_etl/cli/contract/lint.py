"""`mesh-etl contract lint`: whether contract files mean something, all faults at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import Json, NoColor

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Contract files.", exists=True, dir_okay=False)]


def lint(files: Files, as_json: Json = False, no_color: NoColor = False) -> None:
    """Check contract files, wherever they stand; list every fault."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count
    from mesh_etl.contract.load import load
    from mesh_etl.errors import ConfigError, Fault

    faults: list[Fault] = []
    for file in files:
        try:
            load(file, str(file))
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    if as_json:
        screen.document({"valid": True, "contracts": len(files)})
        return
    screen.Page().line(f"{count(len(files), 'contract')}: valid")
