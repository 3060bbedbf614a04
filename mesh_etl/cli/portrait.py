"""A product on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.cli.summary import changed, equation, near
from mesh_etl.cli.wording import count, size
from mesh_etl.contract.evolve import Evolved
from mesh_etl.tables.entry import Changed, Counts

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page


def show(page: Page, facts: dict[str, Any]) -> None:
    """The facts of `mesh-etl show` are on the page."""
    contract, table = facts["contract"], facts["table"]
    page.line(f"{facts['product']}  {facts['name']}", style="bold")
    page.field("purpose", facts["purpose"])
    page.field("owner", facts["owner"])
    page.field("contract", f"{contract['id']} {contract['version']} ({contract['file']})")
    if table is None:
        page.field("table", f"none yet; make it: mesh-etl run {facts['product']}")
    else:
        _table(page, facts, table)
    page.line()
    page.table(
        ("column", "type", "promise", "description"),
        [(one["name"], one["type"], promise(one), one["description"]) for one in facts["columns"]],
    )
    if facts["levels"]:
        page.line()
        page.table(
            ("service level", "now", "measured"),
            [(one["text"], one["status"], one["reason"] or one["measured"]) for one in facts["levels"]],
        )
    above = {one["rule"] for one in facts["levels"]}
    rules = [one for one in table["rules"] if one["rule"] not in above] if table else []
    if rules:
        page.line()
        page.table(
            ("rule", "verdict", "rows", "what it says"),
            [
                (rule["rule"], rule["status"], f"{rule['rows']:,}", rule["reason"] or _short(rule["text"]))
                for rule in rules
            ],
            ("rows",),
        )


def _table(page: Page, facts: dict[str, Any], table: dict[str, Any]) -> None:
    when = table["committed_at"][:16].replace("T", " ")
    page.field("version", f"{table['version']} of {when} UTC, {table['operation']} by {table['engine']}")
    cut = f"{count(table['partitions'], 'partition')} by {', '.join(table['partition_by'])}, "
    volume = f"{count(table['files'], 'file')}, {cut if table['partition_by'] else ''}{size(table['bytes'])}"
    page.field("table", f"{count(table['rows'], 'row')} in {volume}")
    if table["counts"]["read"]:
        page.field("last run", equation(Counts(**table["counts"])))
    page.field("changed", changed(Changed(**table["changed"])) if table["changed"] else "")
    page.field("where", near(facts["root"]))
    rejected = count(table["refused"], "row")
    page.field("quarantine", f"{rejected} below {near(facts['root'])}/quarantine" if table["quarantine"] else "empty")
    entry = facts["catalog"]
    lacks = f"{entry['entry']} lags: {', '.join(entry['lacks'])}"
    page.field("catalogue", f"{entry['entry']} shows this version" if entry["published"] else lacks)
    for column in facts["evolved"]:
        page.field("note", Evolved(**column).text())
    if table["contract_version"] != facts["contract"]["version"]:
        page.field("note", f"the table was written under contract version {table['contract_version']}")


def promise(column: dict[str, Any]) -> str:
    """What the contract promises of a column, and how it is classified, in a word or two."""
    return ", ".join(filter(None, ("required" if column["required"] else "", column["classification"])))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
