"""The commands and their names. Each stands in a file of its own, and that imports what it needs when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mesh_etl.cli.failures import Interrupted

# Which function of which module a command is, or which group of commands; help lists them in this order.
HOMES = {
    "infer": "infer:infer",
    "init": "init:init",
    "validate": "validate:validate",
    "plan": "plan:plan",
    "cost": "cost:cost",
    "run": "run:run",
    "show": "show:show",
    "history": "history:history",
    "find": "find:find",
    "query": "query:query",
    "lineage": "lineage:lineage",
    "tag": "tag:tag",
    "rollback": "rollback:rollback",
    "delete": "delete:delete",
    "expire": "expire:expire",
    "orphans": "orphans:orphans",
    "verify": "verify:verify",
    "compact": "compact:compact",
    "maintain": "maintain:maintain",
    "schema": "schema:schema",
    "events": "events:events",
    "request": "requests.ask:request",
    "approve": "requests.decide:approve",
    "deny": "requests.decide:deny",
    "revoke": "requests.decide:revoke",
    "package": "deploy.package:package",
    "synth": "deploy.synth:synth",
    "deploy": "deploy.deploy:deploy",
    "destroy": "deploy.destroy:destroy",
    "status": "operate.status:status",
    "runs": "operate.runs:runs",
    "logs": "operate.logs:logs",
    "start": "operate.start:start",
    "stop": "operate.stop:stop",
    "retry": "operate.retry:retry",
    "crash-test": "crash_test:crash_test",
    "access": "access.app:app",
    "contract": "contract.app:app",
    "govern": "govern.app:app",
    "layout": "layout.app:app",
    "quarantine": "quarantine.app:app",
    "requests": "requests.app:app",
}


class Loaded(Mapping[str, Any]):
    """The commands by name, each loaded and made when it is asked for: to make all would be a third of a start."""

    def __getitem__(self, name: str) -> Any:
        return _command(name, HOMES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(HOMES)

    def __len__(self) -> int:
        return len(HOMES)


@cache
def _command(name: str, home: str) -> Any:
    found = resolve_name(f"mesh_etl.cli.{home}")
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found)
    else:
        alone.command(name)(found)
    return typer.main.get_group(alone).commands[name]


class Commands(TyperGroup):
    """All commands; Ctrl-C in one of them is an error with a code, before Typer makes a bare exit of it."""

    def __init__(self, **stated: Any) -> None:
        super().__init__(**stated | {"commands": Loaded()})

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the context names; raises `Interrupted` on Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None


app = typer.Typer(
    cls=Commands,
    name="mesh-etl",
    help="Two small files, a contract and a job, become a governed, quality-checked table.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from mesh_etl.version import code_version

        typer.echo(f"mesh-etl {code_version()}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Two small files, a contract and a job, become a governed, quality-checked table."""
