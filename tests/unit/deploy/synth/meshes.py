"""Meshes on AWS made for tests, and bundles that stand for packages of which only addresses matter here."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate, estate
from mesh_etl.deploy.package.bundle import Artifact, Bundle
from mesh_etl.deploy.synth.stack import Stack, synthesized

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {product}
name: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer, physicalType: bigint, primaryKey: true, required: true}}
      - {{name: day, logicalType: date, physicalType: date}}
"""
MESH = """\
name: shop
warehouse: s3://shop-warehouse
accounts:
  centre: {{id: "111111111111"}}
{accounts}
governance: {{account: centre{bus}}}
domains:
{domains}
deployment:
{deployment}
"""
DOMAIN = """\
  {name}:
    owner: {name}-team
    account: {name}
    warehouse: s3://shop-{name}-tables
    personas:
      engineer: {{role: {name}-engineer, rights: [describe, select, insert, delete, alter], runs_jobs: true}}
    deployment:
{deployment}
"""
ENV = 'world: {type: aws, account: "111111111111", region: eu-west-1}\n'


def mesh(
    root: Path,
    products: Mapping[str, str],
    *,
    deployment: str = "{jobs: {retries: 1}}",
    domains: Mapping[str, str] | None = None,
    bus: bool = True,
) -> Path:
    """A project at `root`: `products` has the lines of `deploy:` by product, `domains` those of `deployment:`.

    A line `read: a.b, c.d` in front of `deploy:` names the products that the job reads.
    """
    stated = domains or {}
    names = sorted({product.partition(".")[0] for product in products})
    configs = root / "configs"
    (configs / "env").mkdir(parents=True, exist_ok=True)
    (configs / "env/prod.yaml").write_text(ENV)
    accounts = "\n".join(f'  {name}: {{id: "{222222222222 + at}"}}' for at, name in enumerate(names))
    told = "".join(
        DOMAIN.format(name=name, deployment=textwrap.indent(stated.get(name, "{}"), " " * 6)) for name in names
    )
    (configs / "mesh.yaml").write_text(
        MESH.format(
            accounts=accounts,
            bus=", event_bus: events" if bus else "",
            domains=told,
            deployment=textwrap.indent(deployment, "  "),
        )
    )
    for product, lines in products.items():
        add(root, product, lines)
    return root


def add(root: Path, product: str, lines: str) -> None:
    """The project has the product."""
    domain, _, name = product.partition(".")
    folder = root / "configs" / domain / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(CONTRACT.format(product=product, name=name))
    reads: tuple[str, ...] = ()
    if lines.startswith("read: "):
        first, _, lines = lines.partition("\n")
        reads = tuple(first.removeprefix("read: ").split(", "))
    source = f'{{type: csv, path: "s3://shop-raw/{domain}/{name}/*.csv"}}'
    if reads:
        source = f"{{type: table, product: {reads[0]}}}"
    inputs = "".join(f"  {one.replace('.', '_')}: {{type: table, product: {one}}}\n" for one in reads[1:])
    job = f"product: {product}\nsource: {source}\n"
    job += f"inputs:\n{inputs}" if inputs else ""
    job += "target: {mode: append}\n" if not reads else "target: {mode: replace}\n"
    job += f"deploy:\n{textwrap.indent(lines, '  ')}\n" if lines else ""
    (folder / "job.yaml").write_text(job)


def bundle_of(unit: Estate) -> Bundle:
    """What the unit would ship, without its bytes."""
    library = _artifact("library", "mesh_etl-1.0-py3-none-any.whl")
    wheels = _artifact("wheels", "glue.gluewheels.zip")
    jobs = {
        one.name: (library, wheels, _artifact("script", one.script), _artifact("configuration", f"{one.name}.json"))
        for one in unit.jobs
    }
    return Bundle(unit.artifacts, tuple(dict.fromkeys(x for made in jobs.values() for x in made)), jobs)


def stack_of(root: Path, unit: str) -> Stack:
    """The stack of a unit of the project at `root`."""
    project = Project.open(root, "prod")
    found = estate(project, unit)
    return synthesized(project, found, bundle_of(found))


def resources(stack: Stack, kinds: Iterable[str] = ()) -> dict[str, dict[str, object]]:
    """The resources of all nested templates, `template/logical id` → body; those of some kinds of templates alone."""
    return {
        f"{one.name}/{name}": resource.body()
        for one in stack.nested
        if not kinds or one.name.partition("-")[0] in kinds
        for name, resource in one.resources.items()
    }


def _artifact(kind: str, name: str) -> Artifact:
    return Artifact(kind, name, hashlib.sha256(name.encode()).hexdigest(), 1, Path(name))  # type: ignore[arg-type]
