"""`mesh-etl status`: how a unit, or one product, stands in its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.operate.status import Status
    from mesh_etl.operate.table import TableStatus

TITLES = ("job", "last run (UTC)", "state", "took", "DPU-hours", "version", "published (UTC)", "late by")
NUMBERS = ("took", "DPU-hours", "version", "late by")
SPARE = ("DPU-hours", "took", "version", "published (UTC)", "last run (UTC)")


def status(
    name: Annotated[str, typer.Argument(metavar="[PRODUCT|UNIT]", help="Default: all units.")] = "",
    root: Root = HERE,
    env: Env = "prod",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show how jobs stand on AWS.

    That is the stack, each job's last run, and how old its table is. It also says whether what is deployed is
    what this checkout would deploy."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import chosen
    from mesh_etl.operate.status import status_of
    from mesh_etl.operate.target import target

    project = Project.open(root, env)
    world = worlds.open(project.env, project.root)
    found = [status_of(project, world, target(project, one)) for one in chosen(project, (name,) if name else ())]
    if as_json:
        screen.document({"units": [_plain(one) for one in found]})
        return
    page = screen.Page()
    for one in found:
        _show(page, one, env)


def _show(page: Any, one: Status, env: str) -> None:
    from mesh_etl.cli.operate import portrait

    estate = one.estate
    page.line(f"{estate.unit}: {estate.stack} in account {estate.account.id}, {estate.account.region}", "bold")
    if one.stack is None:
        page.line("  not deployed")
        page.next(f"mesh-etl deploy {estate.unit} --env {env}")
        page.line()
        return
    page.field("stack", f"{one.stack.status}, since {portrait.moment(one.stack.changed)}")
    page.field("", one.stack.reason)
    page.field("checkout", one.checkout)
    page.line()
    rows = []
    for job in one.jobs:
        last, table = job.last, job.table
        rows.append(
            (
                job.called,
                portrait.moment(last.started) if last else job.unknown or "never",
                last.state if last else "",
                portrait.took(last) if last else "",
                portrait.dpu_hours(last) if last else "",
                (table.unknown or str(table.version or "")) if table else "",
                portrait.moment(table.committed) if table and table.committed else "",
                _late(table) if table else "",
            )
        )
    page.table(TITLES, rows, NUMBERS, tight=True, spare=SPARE)
    for flow, runs in one.flows:
        last_run = f"{runs[0].said}, since {portrait.moment(runs[0].started)}" if runs else "never"
        page.line(f"flow {flow.name}: {last_run}: {flow.words}", hang=2)
    for job in one.jobs:
        if job.last and job.last.failed:
            page.line(f"{job.name}: {job.last.error or job.last.state}", "red")
            page.next(f"mesh-etl logs {job.called} --env {env} --errors")
    page.line()


def _late(table: TableStatus) -> str:
    """By how much the table is late; nothing where it is not."""
    if table.awaited:
        return "no version"
    return str(table.late).partition(".")[0] if table.late else ""


def _plain(one: Status) -> dict[str, Any]:
    from mesh_etl.cli.operate import portrait

    flows = [portrait.plain_flow(flow, runs) for flow, runs in one.flows]
    return {
        "unit": one.estate.unit,
        "stack": one.estate.stack,
        "account": one.estate.account.id,
        "region": one.estate.account.region,
        "state": one.stack.status if one.stack else None,
        "changed": one.stack.changed.isoformat() if one.stack else None,
        "current": one.current,
        "flows": flows,
        "jobs": [
            {
                "name": job.name,
                "product": job.called if job.table else None,
                "last_run": portrait.plain(job.last) if job.last else None,
                "version": job.table.version if job.table else None,
                "published": job.table.committed.isoformat() if job.table and job.table.committed else None,
                "late": job.table is not None and job.table.is_late,
                "late_seconds": job.table.late.total_seconds() if job.table and job.table.late else 0,
            }
            for job in one.jobs
        ],
    }
