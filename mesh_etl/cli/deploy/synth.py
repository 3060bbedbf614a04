"""`mesh-etl synth`: the CloudFormation templates of a domain, written into files and told by kind and size."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mesh_etl.cli.deploy.options import Out, Units
from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.cli.screen import Page
    from mesh_etl.deploy.synth.stack import Stack
    from mesh_etl.deploy.synth.template import Template

Format = Annotated[Literal["json", "yaml"], typer.Option("--format", help="What is written; JSON is what is deployed.")]
SAYS = {
    "base": "artifacts bucket, key, security configuration",
    "root": "the stacks below",
    "storage": "bucket and key of the tables",
    "access": "roles",
    "jobs": "Glue jobs, log groups, crawlers",
    "flow": "what starts them",
    "watch": "topic, alarms, dashboard",
}

_TEMPLATE = re.compile(f"(?:{'|'.join(SAYS)})(?:-[1-9][0-9]*)?[.](?:json|yaml)")


def synth(
    units: Units = None,
    env: Env = "prod",
    form: Format = "json",
    out: Out = Path("build/cloudformation"),
    root: Root = HERE,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Write CloudFormation templates of the jobs of domains.

    Nothing is sent to AWS. mesh-etl package makes the files that they name."""
    from tempfile import TemporaryDirectory

    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.deploy import estate as estates
    from mesh_etl.deploy.package.bundle import bundled
    from mesh_etl.deploy.placeholder import placeholders
    from mesh_etl.deploy.synth.stack import synthesized

    project = Project.open(root, env)
    found, warnings = {}, [*placeholders(project)]
    with TemporaryDirectory(prefix="mesh-etl-") as aside:  # templates name packages by their hashes, and have none
        for unit in estates.chosen(project, units or ()):
            estate = estates.estate(project, unit)
            bundle = bundled(project, estate, Path(aside))
            warnings += bundle.warnings
            found[unit] = synthesized(project, estate, bundle)
    written = {unit: _written(stack, project.root / out / env / unit, form) for unit, stack in found.items()}
    if as_json:
        told = [_document(unit, stack, written[unit]) for unit, stack in found.items()]
        screen.document({"units": told, "warnings": [str(one) for one in dict.fromkeys(warnings)]})
        return
    screen.errors(dict.fromkeys(warnings), "warning")
    page = screen.Page()
    for number, (unit, stack) in enumerate(found.items()):
        if number:
            page.line()
        _show(page, unit, stack, written[unit])
    page.next(f"mesh-etl deploy {next(iter(found))} --env {env} --dry-run")


def _all(stack: Stack) -> tuple[Template, ...]:
    return (stack.base, stack.root, *stack.nested)


def _written(stack: Stack, folder: Path, form: str) -> dict[str, Path]:
    """The templates are in the folder, by name; those of an earlier time that are no longer made are gone from it."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {one.name: folder / f"{one.name}.{form}" for one in _all(stack)}
    for old in folder.iterdir():
        if old not in files.values() and _TEMPLATE.fullmatch(old.name):
            old.unlink()
    for one in _all(stack):
        files[one.name].write_bytes(one.data if form == "json" else one.yaml().encode())
    return files


def _show(page: Page, unit: str, stack: Stack, files: dict[str, Path]) -> None:
    from mesh_etl.cli.summary import near
    from mesh_etl.cli.wording import count, size
    from mesh_etl.deploy.synth.limits import BODY, RESOURCES

    templates = _all(stack)
    total = sum(len(one.resources) for one in templates)
    page.line(f"{unit}  {stack.name} in {stack.account} {stack.region}", style="bold")
    page.table(
        ("stack", f"resources of {RESOURCES}", f"size of {size(BODY)}", "what"),
        [(one.name, str(len(one.resources)), size(len(one.data)), SAYS[_kind(one)]) for one in templates],
        right=(f"resources of {RESOURCES}", f"size of {size(BODY)}"),
    )
    kinds = ", ".join(f"{number} {kind}" for kind, number in _kinds(stack))
    page.line(f"  {count(total, 'resource')}: {kinds}")
    page.line(f"  written to {near(str(files['root'].parent))}")


def _kinds(stack: Stack) -> Iterator[tuple[str, int]]:
    """How many resources there are of each type, the most first: `Glue::Job`, 12."""
    found = Counter(one.type.removeprefix("AWS::") for made in _all(stack) for one in made.resources.values())
    yield from sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _kind(template: Template) -> str:
    return template.name.partition("-")[0]


def _document(unit: str, stack: Stack, files: dict[str, Path]) -> dict[str, object]:
    templates = [
        {
            "name": one.name,
            "file": str(files[one.name]),
            "sha256": one.sha256,
            "bytes": len(one.data),
            "resources": len(one.resources),
        }
        for one in _all(stack)
    ]
    shown = {"unit": unit, "stack": stack.name, "account": stack.account, "region": stack.region}
    return {**shown, "templates": templates, "resources": dict(_kinds(stack))}
