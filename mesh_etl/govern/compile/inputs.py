"""Whether the role that runs a domain's jobs may read what they are made of.

That it may not is a warning here: the owner of the input decides, and one team's wish must not keep the governance of
all others from being applied. The job itself is refused when it runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.govern.compile.standing import matches
from mesh_etl.govern.names import central, role_arn
from mesh_etl.govern.state import Columns, Filter, State, Table, Tagged

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.products import Governed, Read
    from mesh_etl.govern.state import Resource


def reads_of_others(products: Collection[Governed]) -> bool:
    """Whether a job reads the files of another domain's table in S3, for which it asks Lake Formation for credentials.

    A view reads none itself.
    """
    stored = {one.product: one.domain for one in products if one.location.startswith("s3://")}
    return any(
        stored.get(read.product, one.domain) != one.domain for one in products if one.view is None for read in one.reads
    )


def warn_of_inputs(
    mesh: Mesh,
    products: Iterable[Governed],
    state: State,
    tagged: Mapping[str, Tagging],
    findings: Findings,
    where: Callable[..., str],
) -> None:
    """An input that the domain's runner may not read, or not whole, is told: GOVERNANCE_INPUT; no runner: NO_RUNNER."""
    held: dict[str, list[Resource]] = defaultdict(list)
    for key, rights in state.grants.items():
        if "SELECT" in rights.permissions:
            held[key.principal].append(key.resource)
    for product in products:
        personas, account = mesh.domains[product.domain].personas, mesh.domains[product.domain].account
        name = product.reader or next((one for one, stated in personas.items() if stated.runs_jobs), "")
        if account is None or (name not in personas and not product.reads):
            continue
        if name not in personas:
            problem = f"nobody runs the jobs of '{product.domain}', so that they run as the role that governs"
            fix = "add runs_jobs: true to one of its personas"
            findings.warn("NO_RUNNER", problem, where("domains", product.domain), fix)
            continue
        who = role_arn(mesh.accounts[account], personas[name].role)
        for read in product.reads:
            if read.product in tagged:
                _warn_of(mesh, read, f"{product.domain}.{name}", held[who], state, tagged[read.product], findings)


def _warn_of(
    mesh: Mesh, read: Read, name: str, held: Iterable[Resource], state: State, tagging: Tagging, findings: Findings
) -> None:
    table = central(mesh, read.product)
    shown, all_rows = _shown(table, held, state, tagging)
    fix = f"its owner adds '{name}' to the principals of a role in the contract of {read.product}"
    missing = [one for one in read.columns or tagging.columns if one not in shown]
    if not shown:
        findings.warn("GOVERNANCE_INPUT", f"{name} may not read {read.product}", read.where, fix)
    elif missing:
        problem = f"{name} may not read the column '{missing[0]}' of {read.product}"
        findings.warn("GOVERNANCE_INPUT", problem, read.where, fix)
    elif not all_rows:
        problem = f"{name} may read a part of the rows of {read.product} alone"
        findings.warn("GOVERNANCE_INPUT", problem, read.where, fix)


def _shown(table: Table, held: Iterable[Resource], state: State, tagging: Tagging) -> tuple[Collection[str], bool]:
    """The columns of the table that these resources show, and whether one of them shows all rows."""
    shown: set[str] = set()
    all_rows = False
    for one in held:
        if one == table:
            return set(tagging.columns), True
        if isinstance(one, Columns) and one.table == table:
            shown, all_rows = shown | set(one.names), True
        elif isinstance(one, Filter) and one.table == table:
            cells = state.filters[one]
            shown, all_rows = shown | set(cells.columns or ()), all_rows or not cells.rows
        elif isinstance(one, Tagged):
            keys = dict(state.expressions[one.catalog, one.saved] if one.saved else one.expression)
            more = {name for name, tags in tagging.effective.items() if matches(keys, tags)}
            shown, all_rows = shown | more, all_rows or bool(more)
    return shown, all_rows
