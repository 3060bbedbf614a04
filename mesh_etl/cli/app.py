"""The commands and their names. Each stands in a file of its own and imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mesh_etl.cli.access.app import app as access
from mesh_etl.cli.compact import compact
from mesh_etl.cli.contract.app import app as contract
from mesh_etl.cli.cost import cost
from mesh_etl.cli.crash_test import crash_test
from mesh_etl.cli.delete import delete
from mesh_etl.cli.deploy.deploy import deploy
from mesh_etl.cli.deploy.destroy import destroy
from mesh_etl.cli.deploy.package import package
from mesh_etl.cli.deploy.synth import synth
from mesh_etl.cli.events import events
from mesh_etl.cli.expire import expire
from mesh_etl.cli.failures import Interrupted
from mesh_etl.cli.find import find
from mesh_etl.cli.govern.app import app as govern
from mesh_etl.cli.history import history
from mesh_etl.cli.infer import infer
from mesh_etl.cli.init import init
from mesh_etl.cli.layout.app import app as layout
from mesh_etl.cli.lineage import lineage
from mesh_etl.cli.maintain import maintain
from mesh_etl.cli.operate.logs import logs
from mesh_etl.cli.operate.retry import retry
from mesh_etl.cli.operate.runs import runs
from mesh_etl.cli.operate.start import start
from mesh_etl.cli.operate.status import status
from mesh_etl.cli.operate.stop import stop
from mesh_etl.cli.orphans import orphans
from mesh_etl.cli.plan import plan
from mesh_etl.cli.quarantine.app import app as quarantine
from mesh_etl.cli.query import query
from mesh_etl.cli.requests.app import app as requests
from mesh_etl.cli.requests.ask import request
from mesh_etl.cli.requests.decide import approve, deny, revoke
from mesh_etl.cli.rollback import rollback
from mesh_etl.cli.run import run
from mesh_etl.cli.schema import schema
from mesh_etl.cli.show import show
from mesh_etl.cli.tag import tag
from mesh_etl.cli.validate import validate
from mesh_etl.cli.verify import verify


class Commands(TyperGroup):
    """All commands; Ctrl-C in one of them is an error with a code, before Typer makes a bare exit of it."""

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
for command in (
    infer,
    init,
    validate,
    plan,
    cost,
    run,
    show,
    history,
    find,
    query,
    lineage,
    tag,
    rollback,
    delete,
    expire,
    orphans,
    verify,
    compact,
    maintain,
    schema,
    events,
    request,
    approve,
    deny,
    revoke,
    package,
    synth,
    deploy,
    destroy,
    status,
    runs,
    logs,
    start,
    stop,
    retry,
):
    app.command()(command)
app.command("crash-test")(crash_test)
app.add_typer(access)
app.add_typer(contract)
app.add_typer(govern)
app.add_typer(layout)
app.add_typer(quarantine)
app.add_typer(requests)


def _version(wanted: bool) -> None:
    if wanted:
        from mesh_etl.publish.commit import code_version

        typer.echo(f"mesh-etl {code_version()}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Two small files, a contract and a job, become a governed, quality-checked table."""
