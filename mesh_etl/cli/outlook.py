"""A plan as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.summary import near, volume
from mesh_etl.cli.wording import count, size
from mesh_etl.run.explain import by_source

if TYPE_CHECKING:
    from mesh_etl.checks import Checks
    from mesh_etl.cli.screen import Page
    from mesh_etl.config.model import Model
    from mesh_etl.plan import Plan
    from mesh_etl.sources import Opened
    from mesh_etl.transforms.base import Transform

_LABEL = 15
VERDICTS = {
    "run": "would make a new version",
    "done": "would change nothing: version {seq} holds this very work",
    "nothing new": "would change nothing: all inputs are in the table already",
}


def show(page: Page, plan: Plan, catalogue: tuple[str, ...], cost: str = "") -> None:
    """The plan is on the page, and what a run of it costs where that is known."""
    page.line(f"{plan.product}  contract {plan.contract.id} {plan.contract.version}", style="bold")
    for name, opened in plan.inputs.items():
        page.field("read" if name == "source" else f"with {name}", _input(plan, name, opened), _LABEL)
    for index, step in enumerate(plan.steps, 1):
        page.field(f"step {index}", described(step), _LABEL)
    for label, names in rules(plan.checks):
        page.field(label, ", ".join(names), _LABEL)
    answered = (f"{source} {number:,}" for source, number in by_source(plan.checks).items())
    page.field("answered by", ", ".join(answered), _LABEL)
    page.field("look into", ", ".join(one.version for one in plan.referred.values()), _LABEL)
    for one in plan.checks.skipped:
        page.field("not executed", f"{one.id} ({one.reason})", _LABEL)
    for name, reason in plan.checks.suppressed.items():
        page.field("suppressed", f"{name}, {reason}", _LABEL)
    for warning in plan.warnings:
        page.field("warning", str(warning), _LABEL)
    page.field("reject at most", str(plan.job.job.checks.max_rejected), _LABEL)
    page.field("write", _target(plan), _LABEL)
    page.field("into", near(plan.ledger.layout.root), _LABEL)
    page.field("table now", _now(plan), _LABEL)
    for change in plan.changes:
        page.field(change.kind, f"{change.path}: {change.text}", _LABEL)
    if plan.acknowledged:
        page.field("acknowledged", f"{plan.acknowledged.version}, by the {plan.acknowledged.by}", _LABEL)
    for column in plan.evolved:
        page.field("evolved", column.text(), _LABEL)
    page.field("catalogue", "; ".join(catalogue) or "says what the table holds", _LABEL)
    page.field("cost", cost, _LABEL)
    page.field("a run", verdict(plan), _LABEL)
    page.next(f"mesh-etl {'run' if plan.work == 'run' else 'show'} {plan.product}")


def facts(plan: Plan, catalogue: tuple[str, ...]) -> dict[str, Any]:
    """The plan as plain JSON data."""
    checks = plan.checks
    return {
        "product": plan.product,
        "contract": {"id": plan.contract.id, "version": plan.contract.version, "sha256": plan.contract.sha256},
        "work": plan.work,
        "verdict": verdict(plan),
        "inputs": {
            name: {
                "type": _sources(plan)[name].type,
                "files": len(opened.files),
                "bytes": sum(file.size for file in opened.files),
                "read_before": opened.skipped,
                "requests": len(opened.fetches),
                "ignored": dict(opened.drift.ignored),
                "missing": dict(opened.drift.missing),
            }
            for name, opened in plan.inputs.items()
        },
        "steps": [step.model_dump(mode="json", by_alias=True) for step in plan.steps],
        "rules": {label: list(names) for label, names in rules(checks)},
        "answered_by": dict(by_source(checks)),
        "looks_into": [one.version for one in plan.referred.values()],
        "not_executed": [{"rule": one.id, "reason": one.reason} for one in checks.skipped],
        "suppressed": dict(plan.checks.suppressed),
        "warnings": [str(one) for one in plan.warnings],
        "max_rejected": str(plan.job.job.checks.max_rejected),
        "mode": plan.mode.type,
        "partition_by": [str(field) for field in plan.job.job.target.partition_by],
        "root": plan.ledger.layout.root,
        "table": None
        if plan.head is None
        else {"version": plan.head.seq, "rows": plan.head.rows, "files": plan.head.files, "bytes": plan.head.bytes},
        "contract_changes": [{"kind": one.kind, "path": one.path, "text": one.text} for one in plan.changes],
        "acknowledged": asdict(plan.acknowledged) if plan.acknowledged else None,
        "evolved": [asdict(one) for one in plan.evolved],
        "catalog": list(catalogue),
    }


def verdict(plan: Plan) -> str:
    """What a run would come to."""
    return VERDICTS[plan.work].format(product=plan.product, seq=plan.done.seq if plan.done else 0)


def rules(checks: Checks) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of the rules, by what is done with the rows that break them."""
    yield "reject by", tuple(rule.id for rule in checks.row if rule.rejects)
    yield "count by", tuple(rule.id for rule in checks.row if not rule.rejects)
    yield "check table", tuple(rule.id for rule in checks.dataset)


def described(step: Transform) -> str:
    """A step and what it was told, in one line."""
    return f"{step.type}  {_told(step)}".rstrip()


def _told(part: Model) -> str:
    told = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"type"})
    return "; ".join(f"{name}: {_flat(value)}" for name, value in told.items())


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_flat(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value)
    return " ".join(str(value).split())


def _sources(plan: Plan) -> dict[str, Any]:
    return {"source": plan.job.job.source, **plan.job.job.inputs}


def _input(plan: Plan, name: str, opened: Opened) -> str:
    source = _sources(plan)[name]
    what = f"table {source.product}" if source.type == "table" else source.type
    if opened.fetches:
        return f"{what}: {count(len(opened.fetches), 'request')}, sent when the job runs"
    amount = f"{count(len(opened.files), 'file')}, {size(sum(file.size for file in opened.files))}"
    before = f"; {opened.skipped:,} read before" if opened.skipped else ""
    left_out = f"; without {', '.join(opened.drift.ignored)}" if opened.drift.ignored else ""
    return f"{what}: {amount}{before}{left_out}"


def _target(plan: Plan) -> str:
    target = plan.job.job.target
    fields = ", ".join(str(field) for field in target.partition_by) or ", ".join(key.name for key in plan.partition_by)
    told = _told(plan.mode)
    parts = [
        f"{plan.mode.type} ({told})" if told else plan.mode.type,
        f"partitioned by {fields}" if fields else "not partitioned",
    ]
    if target.sort_by:
        parts.append(f"sorted by {', '.join(target.sort_by)}")
    if target.cluster_by:
        parts.append(f"clustered by {', '.join(target.cluster_by)}")
    return ", ".join([*parts, f"{target.format} with {target.compression}"])


def _now(plan: Plan) -> str:
    if plan.head is None:
        return "no version yet"
    return f"version {plan.head.seq}: {count(plan.head.rows, 'row')}, {volume(plan.head)}"
