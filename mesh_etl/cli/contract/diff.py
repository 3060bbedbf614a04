"""`mesh-etl contract diff`: what a new version of a contract changes, for whom, and which number it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mesh_etl.cli.options import HERE, EngineName, Env, Json, NoColor, Remote, Root, engine_options

if TYPE_CHECKING:
    from mesh_etl.cli.contract.further import Consumers, Data
    from mesh_etl.contract.comparing import Compared

Old = Annotated[
    str, typer.Argument(metavar="OLD", help="A contract file; or a product: its newest commit, as domain.name.")
]
New = Annotated[Path | None, typer.Argument(metavar="NEW", help="A contract file; default for a product: its own.")]
FailOn = Annotated[
    Literal["breaking", "additive", "none"],
    typer.Option("--fail-on", help="What makes the exit code 2, beside a wrong version."),
]
Ci = Annotated[bool, typer.Option("--ci", help="Annotations that GitHub shows beside the lines.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="A table for a changelog or a pull request.")]
WithData = Annotated[bool, typer.Option("--data", help="Hold the product's published rows against the new version.")]
WithConsumers = Annotated[
    bool, typer.Option("--consumers", help="Which products read it, and which of them would break.")
]


def diff(
    old: Old,
    new: New = None,
    fail_on: FailOn = "none",
    ci: Ci = False,
    markdown: Markdown = False,
    data: WithData = False,
    consumers: WithConsumers = False,
    engine: EngineName = "embedded",
    remote: Remote = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Compare two versions of a contract.

    A version number that does not say what changed is a fault."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.annotations import annotate
    from mesh_etl.cli.contract import changes
    from mesh_etl.contract.comparing import Side, compared
    from mesh_etl.errors import Fault

    if ci + markdown + as_json > 1:
        raise typer.BadParameter("choose one of --ci, --markdown and --json")
    further: dict[str, Data | Consumers] = {}
    if new is None and old.endswith((".yaml", ".yml")):
        raise typer.BadParameter("name the file to compare with, or a product in place of OLD")
    of_files = new is not None and (Path(old).is_file() or "/" in old or old.endswith((".yaml", ".yml", ".json")))
    if of_files and (data or consumers):
        raise typer.BadParameter("--data and --consumers are about a product: name it in place of OLD")
    if of_files and new is not None:
        found = compared(Side.file(Path(old), old), Side.file(new, str(new)))
    else:
        found, further = _of_product(old, new, data, consumers, engine, engine_options(remote), root, env)
    faults = found.version_faults()
    hurt = fail_on != "none" and bool(found.kinds["breaking"] or (fail_on == "additive" and found.kinds["additive"]))
    if as_json:
        screen.document({**changes.document(found), **{name: one.to_json() for name, one in further.items()}})
    elif ci:
        annotate("error", faults)
        for change in found.changes:
            severity = {"breaking": "error" if hurt else "warning"}.get(change.kind, "notice")
            annotate(severity, [Fault(change.kind.upper(), changes.told(change), found.places(change)[1])])
    elif markdown:
        changes.as_markdown(found)
    else:
        changes.show(screen.Page(), found)
        for one in further.values():
            one.show(screen.Page())
        screen.errors(faults)
    if faults or hurt or any(one.failed for one in further.values()):
        raise typer.Exit(2)


def _of_product(
    product: str,
    new: Path | None,
    data: bool,
    consumers: bool,
    engine: str,
    options: dict[str, Any],
    root: Path,
    env: str,
) -> tuple[Compared, dict[str, Data | Consumers]]:
    """The contract of the product's newest commit against a file, and what was asked for besides."""
    from mesh_etl.cli import jobs
    from mesh_etl.cli.contract.further import Consumers, Data
    from mesh_etl.config import Project
    from mesh_etl.contract.comparing import Side, compared
    from mesh_etl.contract.load import load
    from mesh_etl.errors import Fault, PlanError
    from mesh_etl.frames.published import published
    from mesh_etl.plan.build import ledger_of
    from mesh_etl.product.consumers import consumers as who
    from mesh_etl.run import engines

    project = Project.open(root, env)
    job = project.job(product)
    contract = load(new, str(new)) if new is not None else jobs.contract_of(job)
    ledger = ledger_of(job, job.product)
    head = ledger.snapshot()
    if head is None:
        fix = f"name two files, or make a version: mesh-etl run {job.product}"
        raise PlanError(Fault("NO_VERSION", f"{job.product} has no version to compare with", str(job.path), fix))
    kept = ledger.contract(head.entry)
    before = Side.kept(kept, f"version {head.seq} of {job.product}")
    found = compared(before, Side.contract(contract, contract.document.name))
    further: dict[str, Data | Consumers] = {}
    if data:
        with engines.open(engine, **options) as opened:
            further["data"] = Data(published(contract, ledger, head, opened))
    if consumers:
        others = jobs.read(project, project.products())
        readers = who(job.product, kept.id, others.valid.values())
        columns = {column.name for column in kept.columns}
        hurt = tuple((one, tuple(c for c in found.changes if one.hurt_by(c, columns))) for one in readers)
        further["consumers"] = Consumers(hurt, tuple(others.broken))
    return found, further
