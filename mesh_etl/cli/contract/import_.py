"""`mesh-etl contract import`: the draft of a contract from what another tool says about the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.exchange.drafting import Imported

FILES = ("csv", "excel", "fixed_width", "json", "orc", "parquet", "xml")
FORMATS = ("avro", "dbt", "glue", "jdbc", "jsonschema", *FILES)


def import_(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A file, database.table of glue, or the URL of jdbc.")],
    table: Annotated[str, typer.Option("--table", help="Of jdbc: schema.table. Of dbt: the model.")] = "",
    user: Annotated[str, typer.Option("--user", help="Of jdbc: the user.")] = "",
    password: Annotated[str, typer.Option("--password", help="Of jdbc: where the password is, as env:NAME.")] = "",
    tls: Annotated[str, typer.Option("--tls", help="Of jdbc: prefer, require or verify.")] = "prefer",
    product: Annotated[str, typer.Option("--product", help="The product to draft, as domain.name.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who answers for the product.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write the contract into this new file.")] = None,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Draft a contract from files, a table, or another tool's schema.

    The draft goes to stdout or into --out; what of the source it does not say goes to stderr, with its line."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.scaffold import written
    from mesh_etl.errors import ConfigError, Fault, did_you_mean
    from mesh_etl.exchange.drafting import Asked

    if format not in FORMATS:
        raise ConfigError(Fault("UNKNOWN_FORMAT", "there is no such format", "FORMAT", did_you_mean(format, FORMATS)))
    asked = Asked(product, owner)
    if format == "glue":
        done = _from_glue(what, asked, root, env)
    elif format == "jdbc":
        done = _from_jdbc(what, table, user, password, tls, asked, root, env)
    elif format in FILES:
        done = _from_files(format, what, asked, root, env)
    else:
        done = _from_schema(format, what, table, asked)
    made = [path.as_posix() for path in written(Path(), {out: done.text})] if out else []
    if as_json:
        screen.document(_facts(done, made))
        return
    if out is None:
        typer.echo(done.text, nl=False)
    _report(done, made)


def _from_schema(format: str, what: str, table: str, asked: Any) -> Imported:
    from mesh_etl.exchange.imports.avro import avro
    from mesh_etl.exchange.imports.dbt import dbt
    from mesh_etl.exchange.imports.jsonschema import jsonschema

    if format == "dbt":
        return dbt(Path(what), asked, table)
    return (avro if format == "avro" else jsonschema)(Path(what), asked)


def _from_glue(what: str, asked: Any, root: Path, env: str) -> Imported:
    from mesh_etl import worlds
    from mesh_etl.config import Project
    from mesh_etl.exchange.imports.glue import glue

    project = Project.open(root, env)
    return glue(worlds.open(project.env, project.root).client("glue"), what, asked)


def _from_jdbc(
    what: str, table: str, user: str, password: str, tls: str, asked: Any, root: Path, env: str
) -> Imported:  # fmt: skip
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.exchange.imports.jdbc import jdbc
    from mesh_etl.sources.databases.address import Address

    try:
        Address.parse(what)
    except ValueError as error:
        fix = "write it as jdbc:postgresql://host:5432/database"
        raise ConfigError(Fault("DATABASE_URL", f"the url {error}", "WHAT", fix)) from None
    missing = [name for name, one in (("--table", table), ("--user", user)) if not one]
    if missing:
        raise ConfigError(*(Fault("OPTION_MISSING", "jdbc needs it", name, f"add {name}") for name in missing))
    if tls not in ("prefer", "require", "verify"):
        raise ConfigError(Fault("UNKNOWN_VALUE", "there is no such value", "--tls", "use prefer, require or verify"))
    return jdbc(what, table, user, _secret(password, root, env) if password else None, tls, asked)


def _secret(ref: str, root: Path, env: str) -> str:
    """The password that `ref` points to; without a project, an environment variable's."""
    from mesh_etl import worlds
    from mesh_etl.config import Project
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.worlds.base import KINDS, secret_from_environment

    if ref.startswith("env:"):
        return secret_from_environment(ref)
    if not ref.startswith(("ssm:", "secretsmanager:")):
        fix = f"write where it is: {KINDS}"
        raise ConfigError(Fault("SECRET_INLINE", "a password does not belong on a command line", "--password", fix))
    project = Project.open(root, env)
    return worlds.open(project.env, project.root).secret(ref)


def _from_files(format: str, what: str, asked: Any, root: Path, env: str) -> Imported:
    from mesh_etl.cli.scaffold import drafted
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.exchange.drafting import Imported

    draft = drafted([what], asked.product, asked.owner, root, env)
    if draft.found.format != format:
        fix = f"mesh-etl contract import {draft.found.format} …"
        raise ConfigError(Fault("FORMAT_MISMATCH", f"the files are {draft.found.format}", what, fix))
    return Imported(what, draft.files["contract.yaml"], 0, ())


def _facts(done: Imported, made: list[str]) -> dict[str, Any]:
    unsaid = [{"where": one.where, "what": one.what, "why": one.why} for one in done.unsaid]
    return {"source": done.source, "text": done.text, "facts": done.facts, "not_said": unsaid, "written": made}


def _report(done: Imported, made: list[str]) -> None:
    from mesh_etl.cli.contract.parity import told

    told([f"wrote {path}" for path in made], "the draft", done.source, done.facts, done.unsaid)
