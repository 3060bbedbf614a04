"""`mesh-etl init`: a new product, from a template or drafted from files of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

Product = Annotated[
    str, typer.Argument(metavar="[PRODUCT]", help="The new product, as domain.name; a template has one to begin with.")
]
Sample = Annotated[
    list[str] | None, typer.Option("--from", help="A file, folder or pattern to draft from; may be repeated.")
]
Chosen = Annotated[str, typer.Option("--template", help="csv-drop (the default), stream, dms, jdbc or derived.")]


def init(
    product: Product = "",
    sample: Sample = None,
    template: Chosen = "",
    owner: Annotated[str, typer.Option("--owner", help="Who answers for the domain.")] = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Begin a new product, from a template or from your files.

    In an empty folder it makes the project too. No file is ever overwritten."""
    if sample and template:
        raise typer.BadParameter("give either --from or --template")
    if sample and not product:
        raise typer.BadParameter("name the product that is drafted, as domain.name")
    if sample:
        _drafted(product, sample, owner, root, env, as_json)
    else:
        _templated(template, product, owner, root, env, as_json)


def _drafted(product: str, sample: list[str], owner: str, root: Path, env: str, as_json: bool) -> None:
    from mesh_etl.cli import crawled, screen
    from mesh_etl.cli.scaffold import scaffold

    draft, made = scaffold(product, sample, owner, root, env)
    if as_json:
        screen.document({"product": product, "files": [path.as_posix() for path in made]})
        return
    page = screen.Page(env)
    crawled.findings(page, draft.found)
    page.line()
    for path in made:
        page.line(f"wrote {path.as_posix()}")
    page.line("Read the contract: it is a draft.")
    page.next(f"mesh-etl validate {product}")


def _templated(template: str, product: str, owner: str, root: Path, env: str, as_json: bool) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.templated import begin
    from mesh_etl.config.product_name import parts_of
    from mesh_etl.templates.known import FIRST, TEMPLATES, filled

    begun = begin(template or FIRST, product, owner, root, env)
    if as_json:
        screen.document(
            {
                "product": begun.product,
                "products": list(begun.products),
                "template": begun.template.name,
                "files": [path.as_posix() for path in begun.files],
            }
        )
        return
    page = screen.Page(env)
    page.line(f"{begun.product}  from the template {begun.template.name}: {begun.template.says}", style="bold")
    for path in begun.files:
        page.line(f"  wrote {path.as_posix()}")
    if not template:
        page.line(f"Other templates: {', '.join(name for name in TEMPLATES if name != FIRST)}")
    domain, name = parts_of(begun.product)
    page.line(f"Edit configs/{domain}/{name}/contract.yaml and job.yaml: what the table promises, and how it is made.")
    for line in begun.template.first:
        page.line(filled(line, {"env": env}))
    page.next("mesh-etl validate")
