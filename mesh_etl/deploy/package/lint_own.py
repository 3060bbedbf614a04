"""The project's own Python that is not shipped: what is not the project's, and what would stand in for another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mesh_etl.deploy.package.extras import extras_of
from mesh_etl.deploy.package.glue_versions import started_on
from mesh_etl.deploy.package.importable import importable
from mesh_etl.deploy.package.modules import own_modules
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import GlueJob


def misplaced(project: Project, job: GlueJob) -> Iterator[Fault]:
    """PATH_OUTSIDE for a link that leads out of the project, MODULE_SHADOWS for a module of a name that is taken.

    Here what is installed comes first. In a job the project's files do, and all that runs there would import them.
    Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html, `--extra-py-files`
    """
    names = own_modules(project, job.products)
    for name in names:
        if not (project.root / name).resolve().is_relative_to(project.root):
            fix = "put the file itself there, or install what it belongs to"
            yield Fault("PATH_OUTSIDE", "it is a link that leads out of the project", name, fix)
    tops = {PurePosixPath(name).parts[0].removesuffix(".py"): name for name in reversed(names)}
    alone = job.settings.packages == "virtual_env"
    for version in started_on(job.settings.glue_version) if tops else ():
        there = importable(version, extras_of(project, job), alone=alone)
        for top in sorted(tops.keys() & there):
            problem = f"in a job on Glue {version} it would be imported in place of the module '{top}' that is there"
            yield Fault("MODULE_SHADOWS", problem, tops[top], "give it another name")
