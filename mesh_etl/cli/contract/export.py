"""`mesh-etl contract export`: a contract in the format of another tool, and what that format cannot say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.exchange.exported import Exported


def export(
    what: Annotated[str, typer.Argument(metavar="PRODUCT|FILE", help="A product of the project, or a contract.")],
    format: Annotated[
        str, typer.Argument(metavar="FORMAT", help="avro, dbt, dqdl, html, jsonschema, markdown, odcs or sql.")
    ],
    dialect: Annotated[str, typer.Option("--dialect", help="Of sql: spark, athena or trino.")] = "spark",
    location: Annotated[str, typer.Option("--location", help="Of sql: where the table's files are.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write the text into this new file.")] = None,
    fail_on_loss: Annotated[
        bool, typer.Option("--fail-on-loss", help="Fail, and write nothing, where the format cannot say everything.")
    ] = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Write a contract in the format of another tool.

    The text goes to stdout or into --out; what of the contract it does not say goes to stderr, with its line."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.scaffold import written
    from mesh_etl.errors import ConfigError, Fault, PlanError, did_you_mean
    from mesh_etl.exchange.exported import Wish, exported
    from mesh_etl.exchange.exports import EXPORTS

    if format not in EXPORTS:
        raise ConfigError(Fault("UNKNOWN_FORMAT", "there is no such format", "FORMAT", did_you_mean(format, EXPORTS)))
    contract = _contract(what, root, env)
    done = exported(contract, format, EXPORTS[format], Wish(location, dialect))
    if fail_on_loss and done.unsaid:
        fix = "take it out of the contract, choose another format, or leave out --fail-on-loss"
        raise PlanError(*(Fault("EXPORT_LOSS", f"{one.what}: {one.why}", one.where, fix) for one in done.unsaid))
    made = [path.as_posix() for path in written(Path(), {out: done.text})] if out else []
    if as_json:
        screen.document(_facts(done, made))
        return
    if out is None:
        typer.echo(done.text, nl=False)
    _report(done, what, made)


def _contract(what: str, root: Path, env: str) -> Contract:
    """The contract in the file, or of the product. Raises `ConfigError` with its faults."""
    from mesh_etl.cli.jobs import contract_of
    from mesh_etl.config import Project
    from mesh_etl.contract.load import load

    if Path(what).is_file() or Path(what).suffix in (".yaml", ".yml"):
        return load(Path(what), what)
    return contract_of(Project.open(root, env).job(what))


def _facts(done: Exported, made: list[str]) -> dict[str, Any]:
    unsaid = [{"where": one.where, "what": one.what, "why": one.why} for one in done.unsaid]
    return {"format": done.format, "text": done.text, "facts": done.facts, "not_said": unsaid, "written": made}


def _report(done: Exported, what: str, made: list[str]) -> None:
    from mesh_etl.cli.contract.parity import told

    told([f"wrote {path}" for path in made], done.format, what, done.facts, done.unsaid)
