"""Arguments and options that the commands of a deployment share."""

from __future__ import annotations

from typing import Annotated

import typer

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="A domain, or mesh for the governance account.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
