"""Arguments and options that the commands of a deployment share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="A domain, or mesh for the governance account.")]
Units = Annotated[
    list[str] | None, typer.Argument(metavar="UNIT", help="A domain, or mesh for the governance account; default: all.")
]
Out = Annotated[Path, typer.Option("--out", help="The folder, one inside it for each unit.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
