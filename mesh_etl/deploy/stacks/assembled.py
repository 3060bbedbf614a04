"""What a unit's account shall have, as its configuration says: packaged, synthesized, and put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy.package.bundle import bundled
from mesh_etl.deploy.stacks.wanted import Parcel, Wanted
from mesh_etl.deploy.synth.stack import synthesized

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Artifact
    from mesh_etl.deploy.synth.stack import Stack
    from mesh_etl.deploy.synth.template import Template


def assembled(project: Project, estate: Estate, out: Path | None = None) -> Wanted:
    """All that a deploy of the unit sends and makes; nothing outside of this machine is touched.

    Packages are made in `out`, by default `build` in the project; what they hold is read from there when it is sent.
    Raises `ConfigError` with what keeps its jobs from being packaged or described, and `RunError` where a package that
    they need cannot be had.
    """
    bundle = bundled(project, estate, out)
    stack = synthesized(project, estate, bundle)
    nested_in = {one.properties["TemplateURL"]: name for name, one in stack.root.resources.items()}
    nested = {nested_in[stack.address(one)]: one for one in stack.nested}
    return Wanted(
        estate.unit,
        stack.name,
        stack.account,
        stack.region,
        stack.bucket,
        stack.base.text(),
        _template(stack, stack.root),
        tuple(_template(stack, one) for one in stack.nested),
        tuple(map(_file, bundle.artifacts)),
        stack.tags,
        {logical: one.body()["Resources"] for logical, one in nested.items()},
        {logical: one.name for logical, one in nested.items()},
        bundle.warnings,
    )


def _template(stack: Stack, one: Template) -> Parcel:
    return Parcel(f"{one.name}.json", stack.key(one), one.sha256, len(one.data), lambda: one.data)


def _file(one: Artifact) -> Parcel:
    return Parcel(one.name, one.key, one.sha256, one.size, one.path.read_bytes)
