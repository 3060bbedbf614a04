"""The command that comes next, so that nobody has to look it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mesh_etl.config import Project, placement
from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import ConfigError

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page


def after_validate(page: Page, products: Sequence[str]) -> None:
    """What to do with a configuration that is valid is on the page; nothing where there is no job."""
    if len(products) == 1:
        page.next(f"mesh-etl plan {products[0]}")
    elif products:
        page.next(f"mesh-etl plan {products[0]}", "mesh-etl run --all")


def after_run(page: Page, project: Project, products: Sequence[str], refused: Sequence[str] = ()) -> None:
    """What to do with products that were made is on the page; nothing of it where they were made on AWS.

    `refused` are those of them of which rows went into the quarantine.
    """
    if not products or project.env.world.type == "aws":
        return
    product = products[-1]
    aws = _on_aws(project)
    looks = [f"mesh-etl quarantine show {one}" for one in refused[:1]]
    onward = [f"mesh-etl synth {domain_of(product)} --env {aws}"] if aws else []
    page.next(f'mesh-etl query "select * from {product} limit 10"', *looks, *onward)


def _on_aws(project: Project) -> str:
    """The first environment of the project that is in AWS; empty where there is none that can be opened."""
    for path in sorted((project.root / placement.ENVS).glob("*.yaml")):
        try:
            if Project.open(project.root, path.stem).env.world.type == "aws":
                return path.stem
        except ConfigError:  # whoever uses that environment is told what is wrong with it
            continue
    return ""
