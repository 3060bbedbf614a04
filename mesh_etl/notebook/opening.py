"""Begin with a product that is there, or with a draft from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.cli.crawled import findings
from mesh_etl.cli.scaffold import scaffold
from mesh_etl.config import Project, placement
from mesh_etl.config.yaml import parse
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.notebook.edited import spelled
from mesh_etl.notebook.kept import Kept
from mesh_etl.notebook.page import Notes
from mesh_etl.notebook.product import Product
from mesh_etl.notebook.session import engine_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def open(product: str, root: str | Path = ".", env: str = "local", session: SparkSession | None = None) -> Product:
    """The product's job as its file says it, ready to be looked at and gone on with.

    `root` is a folder of the project, or the JSON of a job that `mesh-etl package` has compiled, on disk or in S3, with
    an environment of its own. `session` is the one of the notebook where it has one; nothing is started before the
    first look at data. Raises `ConfigError` with all faults of the job, and where there is no such product.
    """
    compiled = str(root).endswith(".json")
    project = Project.compiled(root) if compiled else Project.open(root, env)
    kept = Kept.at(project.root, placement.job_file(project.root, product))
    if compiled and kept.seen:  # it is data there, and an author writes YAML
        kept.write(spelled(parse(kept.seen, kept.name).data))
    opened = Product(product, project, kept.seen or "", engine_of(session), kept)
    opened.job  # noqa: B018 - what is wrong with the file is said now
    return opened


def draft(
    product: str,
    from_: str | Sequence[str],
    owner: str = "",
    root: str | Path = ".",
    env: str = "local",
    session: SparkSession | None = None,
) -> Product:
    """A new product whose contract and job exist, drafted from files as `mesh-etl init` does; it shows what was found.

    No file is ever overwritten. Raises `ConfigError`: FILE_EXISTS for a product that is there, and what `init` raises.
    """
    engine_of(session)
    try:
        drafted, made = scaffold(product, [from_] if isinstance(from_, str) else list(from_), owner, Path(root), env)
    except ConfigError as error:
        if error.code != "FILE_EXISTS":
            raise
        fix = f'go on with it: open("{product}")'
        raise ConfigError(*(Fault(one.code, one.problem, one.where, fix) for one in error.faults)) from None
    page = Notes()
    findings(page, drafted.found)
    for path in made:
        page.line(f"wrote {path.as_posix()}")
    page.line("Read the contract: a sample shows what was, not what is promised.")
    page.line()
    return replace(open(product, root, env, session), drafted=page)
