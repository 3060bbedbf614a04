"""`mesh-etl contract product`: the data product that a job and its contracts make up, as Bitol's ODPS says it."""

from __future__ import annotations

from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

Write = Annotated[bool, typer.Option("--write", help="Write product.yaml beside the job; one that exists stays.")]


def product(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    write: Write = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Print a product's ports and what they are made of.

    From its file or, without one, from job and contracts."""
    from mesh_etl.cli import jobs, scaffold, screen
    from mesh_etl.config import Project
    from mesh_etl.errors import ConfigError, Fault
    from mesh_etl.order import needs
    from mesh_etl.product.generated import generated, with_lineage, written
    from mesh_etl.product.load import path_of, product_of

    project = Project.open(root, env)
    job = project.job(product)
    stated = product_of(job)
    if stated is not None and write:
        where = stated.document.name
        raise ConfigError(Fault("FILE_EXISTS", "the product has a file already", where, "edit it, or remove it first"))
    contract = jobs.contract_of(job)
    inputs = {name: jobs.contract_of(project.job(name)) for name in needs(job)}
    if stated is not None:
        told = with_lineage(stated.document.data, contract, inputs)
    else:
        told = generated(job, contract, inputs)
    if write:
        file = path_of(job).relative_to(project.root)
        scaffold.written(project.root, {file: written(told)})
        screen.Page().line(f"{file.as_posix()}: written")
    elif as_json:
        screen.document(told)
    else:
        print(written(told), end="")
