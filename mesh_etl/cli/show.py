"""`mesh-etl show`: what a product is and how its table stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot


def show(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show a product: promise, table, quality, place."""
    from mesh_etl import worlds
    from mesh_etl.cli import portrait, screen, views
    from mesh_etl.cli.jobs import contract_of
    from mesh_etl.cli.levels import levels
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of, taken_over
    from mesh_etl.publish.entries import lacking

    project = Project.open(root, env)
    if product in project.views():
        views.described(project, product, as_json)
        return
    job = project.job(product)
    contract, ledger = contract_of(job), ledger_of(job, job.product)
    lacks = lacking(job, contract, ledger, worlds.open(project.env, project.root))
    head = ledger.snapshot()
    whole, evolved = taken_over(job, contract, head)
    facts = _facts(job, whole, ledger, head)
    facts["levels"] = levels(whole, ledger)
    facts["evolved"] = [asdict(one) for one in evolved]
    facts["catalog"] = {"entry": f"{job.domain}.{job.name}", "published": lacks == (), "lacks": list(lacks or ())}
    if as_json:
        screen.document(facts)
    else:
        portrait.show(screen.Page(), facts)


def _facts(job: LoadedJob, contract: Contract, ledger: Ledger, head: Snapshot | None) -> dict[str, Any]:
    domain = job.project.mesh.domains[job.domain]
    return {
        "product": job.product,
        "name": contract.name,
        "owner": domain.owner,
        "purpose": (contract.odcs.description.purpose or "") if contract.odcs.description else "",
        "contract": {"id": contract.id, "version": contract.version, "file": str(contract.document.name)},
        "columns": [
            {
                "name": column.stored_name,
                "type": field.type.glue(),
                "required": column.required or column.primary_key,
                "classification": column.classification or "",
                "description": column.description or "",
            }
            for column, field in zip(contract.columns, contract.schema, strict=True)
        ],
        "root": ledger.layout.root,
        "table": None if head is None else _table(job, ledger, head),
    }


def _table(job: LoadedJob, ledger: Ledger, head: Snapshot) -> dict[str, Any]:
    from mesh_etl.tables.quarantine import not_older

    entry, refused = head.data, not_older(ledger.state().refused.values(), job.job.quarantine.age)
    return {
        "version": entry.seq,
        "committed_at": entry.committed_at,
        "operation": entry.operation,
        "engine": entry.engine,
        "contract_version": entry.contract.version,
        "rows": head.rows,
        "files": head.files,
        "bytes": head.bytes,
        "partitions": len(head.partitions) if entry.partition_by else 0,
        "partition_by": [key.name for key in entry.partition_by],
        "counts": entry.counts.model_dump(),
        "changed": entry.changed.model_dump() if entry.changed else None,
        "dropped": dict(entry.dropped),
        "rules": [rule.model_dump() for rule in entry.rules],
        "refused": sum(file.rows for file in refused),
        "quarantine": [f"{ledger.layout.root}/{file.path}" for file in refused],
    }
