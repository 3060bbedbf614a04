"""`mesh-etl contract explain`: how every rule of a product is answered, and what that costs."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.checks import Checks
    from mesh_etl.cli.screen import Page
    from mesh_etl.run.explain import Answer, Cost

WAYS = {
    "write": "a test of each batch, in the pass that writes",
    "engine": "the engine, in the pass that writes",
    "counts": "counts of the pass that writes",
    "keys": "hashes of keys that the write keeps; keys are read again only where hashes repeat",
    "states": "metrics that are stored with every commit, and those of the pass that writes",
    "scan": "a query over the staged table",
    "reference": "the key columns of the staged files, looked up in the other table",
    "ledger": "the ledger, and the counts of the run",
    "contract": "the contract alone, whatever the rows are",
}


def explain(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show what answers each rule, and what it costs.

    No data is read."""
    from mesh_etl.checks import planned
    from mesh_etl.cli import screen
    from mesh_etl.cli.jobs import contract_of
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of, taken_over
    from mesh_etl.plan.references import followed, settled
    from mesh_etl.run import explain as explained

    job = Project.open(root, env).job(product)
    head = ledger_of(job, job.product).snapshot()
    contract, _ = taken_over(job, contract_of(job), head)
    keeps = head is not None and not job.job.target.mode.clears
    stated = replace(settled(job, contract, planned(contract)), keeps=keeps)
    checks, referred = followed(stated, lambda name: ledger_of(job, name))
    answers = explained.answers(checks, referred)
    cost = explained.cost(checks, referred, contract.schema, steps=bool(job.job.transforms))
    title = f"{product}  contract {contract.id} {contract.version}"
    if as_json:
        screen.document({"product": product, **_facts(answers, cost, checks)})
    else:
        _show(screen.Page(), title, answers, cost, checks)


def _facts(answers: tuple[Answer, ...], cost: Cost, checks: Checks) -> dict[str, Any]:
    return {
        "rules": [{**asdict(one.about), **{k: v for k, v in asdict(one).items() if k != "about"}} for one in answers],
        "cost": asdict(cost),
        "not_executed": [
            {"rule": one.id, "reason": one.reason, **asdict(checks.about[one.id])} for one in checks.skipped
        ],
    }


def _show(page: Page, title: str, answers: tuple[Answer, ...], cost: Cost, checks: Checks) -> None:
    from mesh_etl.cli.wording import count

    page.line(title, style="bold")
    page.table(
        ("rule", "what it says", "breaking it", "answered by"),
        [(one.rule, _said(one), _effect(one), one.source) for one in answers],
    )
    page.line()
    for source in dict.fromkeys(one.source for one in answers):
        rules = count(sum(one.source == source for one in answers), "rule")
        page.field(source, f"{rules}: {WAYS[source]}")
    page.line()
    for label, text in _costs(cost):
        page.field(label, text, 14)
    for one in checks.skipped:
        page.field("not executed", f"{one.id} ({one.reason})", 14)
    for name, about in checks.about.items():
        page.field("note", f"{name}: {about.note}" if about.note else "", 14)


def _costs(cost: Cost) -> list[tuple[str, str]]:
    from mesh_etl.cli.wording import count

    engine = "; rows pass through the engine for expressions alone" if cost.through_engine else ""
    keys = "; ".join(f"({', '.join(columns)})" for columns in cost.keys)
    plain = f"one read of the columns of {count(cost.plain_queries, 'query', 'queries')}" if cost.plain_queries else ""
    scans = f"{count(cost.scans, 'scan')} by the engine for {count(cost.scanning, 'rule')}" if cost.scans else ""
    keyed = f"the key columns of {count(cost.foreign_keys, 'foreign key')}" if cost.foreign_keys else ""
    return [
        ("input", f"read once, for the write and {count(cost.in_the_write, 'rule')}{engine}"),
        ("hashes", f"kept of {keys}" if keys else ""),
        ("staged table", "; ".join(filter(None, (plain, scans, keyed))) or "not read"),
        ("shuffles", f"at most {cost.shuffles}, in queries that group or join" if cost.shuffles else "none"),
        ("other tables", ", ".join(cost.tables)),
    ]


def _said(answer: Answer) -> str:
    line = " ".join(answer.text.split())
    line = line if len(line) <= 60 else f"{line[:59]}…"
    return f"{line}; implied by {answer.implied_by}" if answer.implied_by else line


def _effect(answer: Answer) -> str:
    named = (answer.about.severity, answer.about.dimension)
    told = ", ".join(word for word in named if word and word != "error")
    return f"{answer.effect} ({told})" if told else answer.effect
