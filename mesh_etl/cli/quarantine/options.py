"""The options that several commands about refused rows have."""

from __future__ import annotations

from typing import Annotated

import typer

Product = Annotated[str, typer.Argument(help="As domain.name.")]
Rule = Annotated[str, typer.Option("--rule", help="Only rows that this rule or code refused, as stats names it.")]
Since = Annotated[str, typer.Option("--since", help="Only rows refused since this version or day.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and leave all as it is.")]
