"""A flow as `start` and `retry` begin it: the jobs of several products, one after the other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.cli.operate.options import Operated
    from mesh_etl.operate.flow import DeployedFlow
    from mesh_etl.operate.flow_runs import FlowRun
    from mesh_etl.operate.runs import Run

TITLES = ("product", "state", "took", "DPU-hours", "run")
NUMBERS = ("took", "DPU-hours")
SPARE = ("DPU-hours", "took")


def begin_flow(about: Operated, flow: DeployedFlow, wait: bool, as_json: bool) -> None:
    """A run of the flow has begun, and with `wait` has ended; says so. Raises what its jobs have failed by."""
    from mesh_etl.operate.flow import require_free

    require_free(about.glue, flow, flow.heads)
    identity = flow.conductor.begun()
    said = f"{flow.name}: started run {identity}: {flow.words}"
    _follow(about, flow, identity, flow.flow.products, {"resumes": None}, said, wait, as_json)


def resume_flow(about: Operated, flow: DeployedFlow, failed: FlowRun, wait: bool, as_json: bool) -> None:
    """What is left of the failed run of the flow has begun, and with `wait` has ended; says so.

    Raises what its jobs have failed by, and `PlanError` (NOT_RESUMABLE)."""
    from mesh_etl.operate.flow import require_free
    from mesh_etl.operate.retry import rest_of

    rest = rest_of(flow, failed)
    require_free(about.glue, flow, (one for one in flow.jobs if one.name in rest.failed))
    identity = flow.conductor.resumed(failed, rest)
    said = f"{flow.name}: started run {identity}, which goes on where {failed.id} failed: {', '.join(rest.again)}"
    _follow(about, flow, identity, rest.again, {"resumes": failed.id}, said, wait, as_json)


def _follow(
    about: Operated,
    flow: DeployedFlow,
    identity: str,
    products: tuple[str, ...],
    facts: dict[str, Any],
    said: str,
    wait: bool,
    as_json: bool,
) -> None:
    """What is said of a run of the flow that has begun with these products, and with `wait` how it ended."""
    from mesh_etl.cli import screen
    from mesh_etl.operate.flow import members

    facts = {"job": about.job.name, "flow": flow.name, "run": identity, "products": list(products), **facts}
    page = screen.Page()
    if not as_json:
        page.line(said)
    if not wait:
        if as_json:
            screen.document(facts)
        else:
            page.next(f"mesh-etl status {about.estate.unit} --env {about.env}", f"mesh-etl runs {about.options}")
        return
    ended = _awaited(about, flow, identity, quiet=as_json)
    found = tuple(one for one in members(flow, ended) if one[0] in products)
    if not as_json:
        _show(page, found)
    _require_good(about, flow, ended, found)
    if as_json:
        screen.document({**facts, "state": ended.state, "runs": [_plain(product, one) for product, one in found]})
    else:
        page.line(f"{flow.name}: {ended.state}")


def left_out(about: Operated) -> str:
    """What does not run where the job is started alone, as a sentence; empty where nothing follows it."""
    flows = about.flows()
    after = list(dict.fromkeys(one for flow in flows for one in flow.after(about.product)))
    if not after:
        return ""
    heads = " or ".join(dict.fromkeys(flow.flow.name for flow in flows))
    return f"It runs alone, without what follows it: {', '.join(after)}; mesh-etl start {heads} runs the whole flow"


def _awaited(about: Operated, flow: DeployedFlow, identity: str, quiet: bool) -> FlowRun:
    from mesh_etl.cli.operate.waiting import nobody_waits
    from mesh_etl.deploy.stacks import pace

    state = ""
    with nobody_waits(about, identity):
        for pause in pace.pauses():
            found = flow.conductor.run(identity)
            if found.state != state and not quiet:
                print(f"{identity}: {found.state}", file=sys.stderr, flush=True)
            state = found.state
            if not found.active:
                return found
            pause()
    raise AssertionError("the pauses do not end")


def _require_good(
    about: Operated, flow: DeployedFlow, ended: FlowRun, found: tuple[tuple[str, Run | None], ...]
) -> None:
    """Neither the run nor a job of it has failed. Raises `RunError`: FLOW_FAILED, and why each job has failed."""
    from mesh_etl.errors import Fault, RunError
    from mesh_etl.operate.explanation import explanation
    from mesh_etl.operate.flow_runs import GOOD
    from mesh_etl.operate.retry import failures

    bad = failures(flow, ended, found)
    if ended.state in GOOD and not bad:
        return
    failed = [one for name, one in found if name in bad and one is not None]
    faults = [fault for one in failed for fault in explanation(about.glue, about.logs, one).faults]
    problem = f"run {ended.id} is {ended.state}{f': {ended.error}' if ended.error else ''}"
    if bad:
        problem += f"; {len(bad)} of its {len(found)} jobs did not succeed"
    fix = f"mend it, then mesh-etl retry {about.options}"
    raise RunError(*faults, Fault("FLOW_FAILED", problem, ended.flow, fix))


def _show(page: Any, found: tuple[tuple[str, Run | None], ...]) -> None:
    from mesh_etl.cli.operate import portrait

    ids = portrait.ids(page, [one.id for _, one in found if one is not None])
    rows = [
        (product, one.state, portrait.took(one), portrait.dpu_hours(one), ids[one.id])
        if one is not None
        else (product, "did not run", "", "", "")
        for product, one in found
    ]
    page.table(TITLES, rows, NUMBERS, spare=SPARE)


def _plain(product: str, one: Run | None) -> dict[str, Any]:
    from mesh_etl.cli.operate import portrait

    return {"product": product, "run": portrait.plain(one) if one is not None else None}
