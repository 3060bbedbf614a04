"""From the mesh file, the contracts and the requests that were approved to the state that the accounts are to have.

Nothing is read and nothing is asked here: the same values give the same state.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mesh_etl.govern.compile.audience import Audience, audiences
from mesh_etl.govern.compile.entry_names import require_names
from mesh_etl.govern.compile.findings import Findings
from mesh_etl.govern.compile.grants import Grants
from mesh_etl.govern.compile.inputs import reads_of_others, warn_of_inputs
from mesh_etl.govern.compile.openness import warn_of_defaults, warn_of_openness
from mesh_etl.govern.compile.parts import check_parts
from mesh_etl.govern.compile.personas import grant_personas
from mesh_etl.govern.compile.quotas import require_room
from mesh_etl.govern.compile.requested import requested
from mesh_etl.govern.compile.showing import Shown, show
from mesh_etl.govern.compile.standing import grant_access, grant_tags
from mesh_etl.govern.compile.storage import warn_of_storage
from mesh_etl.govern.compile.tagging import Tagging, of_database, of_product
from mesh_etl.govern.compile.vocabulary import Values, Vocabulary
from mesh_etl.govern.names import arn_of, central, central_account, central_database, own, place, role_arn
from mesh_etl.govern.principals import people
from mesh_etl.govern.state import Columns, Database, DatabaseEntry, Settings, State, Table, TableEntry, expression

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.errors import Fault
    from mesh_etl.govern.products import Governed
    from mesh_etl.govern.requests.approved import Approved

CROSS_ACCOUNT_VERSION = 3  # the first that shares with roles of other accounts, and by LF-Tags through RAM


@dataclass(frozen=True)
class Compiled:
    """The state that is asked for; with `faults` it must not be applied, and `warnings` are told."""

    state: State
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def compiled(
    mesh: Mesh,
    products: Sequence[Governed],
    requests: Iterable[Approved] = (),
    *,
    today: datetime.date,
    where: Callable[..., str] = lambda *loc: "mesh.yaml",
    kms_key: str | None = None,
) -> Compiled:
    """The state of a governed mesh on this day, in UTC; empty for a mesh without a central account.

    `where` says at which place of the mesh file something stands, by its keys; `kms_key` encrypts what is written.
    """
    if mesh.governance is None:
        return Compiled(State())
    findings, words, grants, shown = Findings(), Vocabulary(mesh), Grants(mesh), Shown()
    tagged = {one.product: of_product(one, mesh.domains[one.domain], words, findings) for one in products}
    roles = {one.product: audiences(mesh, one, tagged[one.product], words, findings) for one in products}
    require_names(products, roles, findings)
    for domain in mesh.domains:
        own = [one.product for one in products if one.domain == domain]
        views = {one.product for one in products if one.view is not None}
        grant_personas(grants, domain, own, _places(products, domain), views)
    grant_tags(grants)
    grant_access(grants, _combinations(mesh, products, tagged, words), findings, where)
    for product in products:
        for audience in roles[product.product]:
            _show(grants, shown, product, tagged[product.product], audience, today, findings)
    for product, audience, named in requested(mesh, products, tagged, roles, requests, today, findings):
        show(grants, shown, product, tagged[product.product], audience, named)
    state = State(
        settings=_settings(mesh, products),
        tags={(grants.central, key): tag.values for key, tag in mesh.tags.items()},
        expressions={(grants.central, name): expression(keys) for name, keys in mesh.expressions.items()},
        databases={**_databases(mesh), **grants.links},
        tables={**_tables(mesh, products), **shown.views},
        assigned=_assigned(mesh, products, tagged, words, shown),
        filters=shown.filters,
        grants=grants.rights,
        locations=_locations(mesh, products),
        shares=grants.shares,
    )
    check_parts(mesh, products, roles, tagged, words, state.grants, findings)
    require_room(state, findings)
    warn_of_storage(mesh, products, kms_key, findings)
    warn_of_defaults(mesh, findings, where)
    warn_of_openness(mesh, products, tagged, roles, words, findings)
    warn_of_inputs(mesh, products, state, tagged, findings, where)
    return Compiled(state, tuple(dict.fromkeys(findings.faults)), tuple(dict.fromkeys(findings.warnings)))


def _show(
    grants: Grants,
    shown: Shown,
    product: Governed,
    tagging: Tagging,
    audience: Audience,
    today: datetime.date,
    findings: Findings,
) -> None:
    if audience.holds(today):
        if audience.to:  # a role that nobody has can be asked for
            show(grants, shown, product, tagging, audience)
    else:
        problem = f"role '{audience.role}' of {product.product} has ended on {audience.until}"
        findings.warn("GOVERNANCE_ENDED", problem, audience.where, "remove it, or say a later day")


def _settings(mesh: Mesh, products: Sequence[Governed]) -> dict[str, Settings]:
    """Each account has its governor; the central one gives credentials for whole tables where jobs read by them."""
    vending = central_account(mesh).id if reads_of_others(products) else ""
    return {
        one.id: Settings(
            frozenset({role_arn(one, one.role)}),
            CROSS_ACCOUNT_VERSION,
            False,
            False,
            full_table_access=one.id == vending,
        )
        for one in mesh.accounts.values()
    }


def _databases(mesh: Mesh) -> dict[Database, DatabaseEntry]:
    """The central database of each domain, and its own."""
    found = {}
    for name, domain in mesh.domains.items():
        about = (("mesh_etl.domain", name), ("mesh_etl.mesh", mesh.name), ("mesh_etl.owner", domain.owner))
        here = Database(central_account(mesh).id, central_database(mesh, name))
        found[here] = DatabaseEntry(domain.description, parameters=about)
        if domain.account is not None:
            found[Database(mesh.accounts[domain.account].id, name)] = DatabaseEntry(domain.description)
    return found


def _tables(mesh: Mesh, products: Iterable[Governed]) -> dict[Table, TableEntry]:
    """The producer's own entry of each product, and the central one; what commits change in them is `publish`'s."""
    found: dict[Table, TableEntry] = {}
    for one in products:
        found[central(mesh, one.product)] = _view(mesh, one) if one.view else _table(mesh, one)
        here = own(mesh, one.product)
        if here is not None and one.view is None and not one.iceberg:
            found[here] = _table(mesh, one)
    return found


def _table(mesh: Mesh, product: Governed) -> TableEntry:
    columns = product.columns()
    return TableEntry(
        columns=tuple(name for name, _, _ in columns),
        location=product.location,
        parameters=_ties(mesh, product),
        types=tuple(kind for _, kind, _ in columns),
        partition_keys=len(product.partition_by),
    )


def _view(mesh: Mesh, product: Governed) -> TableEntry:
    from mesh_etl.views.entries import entry

    assert product.view is not None
    definer = people(mesh).get(product.view.definer, "")
    made = entry(product.view, partial(place, mesh), definer)
    return replace(made, parameters=tuple(sorted({**dict(made.parameters), **dict(_ties(mesh, product))}.items())))


def _ties(mesh: Mesh, product: Governed) -> tuple[tuple[str, str], ...]:
    """The parameters that tie an entry to its product, whatever version of it is there."""
    return (
        ("mesh_etl.contract_id", product.contract.id),
        ("mesh_etl.domain", product.domain),
        ("mesh_etl.mesh", mesh.name),
        ("mesh_etl.owner", mesh.domains[product.domain].owner),
        ("mesh_etl.product", product.product),
    )


def _assigned(
    mesh: Mesh, products: Iterable[Governed], tagged: Mapping[str, Tagging], words: Vocabulary, shown: Shown
) -> dict[Database | Table | Columns, Mapping[str, str]]:
    """The tags that are set themselves; what they leave open is inherited."""
    account = central_account(mesh).id
    found: dict[Database | Table | Columns, Mapping[str, str]] = {
        Database(account, central_database(mesh, name)): of_database(domain, words)
        for name, domain in mesh.domains.items()
    }
    for one in products:
        table, tagging = central(mesh, one.product), tagged[one.product]
        found[table] = tagging.table
        found |= {Columns(table, (name,)): values for name, values in tagging.columns.items()}
    return {what: values for what, values in {**found, **shown.assigned}.items() if values}


def _places(products: Iterable[Governed], domain: str) -> list[str]:
    """The folders that hold the domain's products, by ARN: mostly one."""
    own = (one.location for one in products if one.domain == domain and one.location)
    return sorted({arn_of(location.rpartition("/")[0]) for location in own})


def _locations(mesh: Mesh, products: Sequence[Governed]) -> dict[tuple[str, str], str]:
    """Each place is registered in the account that keeps the data and in the central one, with a role of each."""
    found: dict[tuple[str, str], str] = {}
    for name, domain in mesh.domains.items():
        accounts = [central_account(mesh), *([mesh.accounts[domain.account]] if domain.account else [])]
        for arn in _places(products, name):
            found |= {(one.id, arn): role_arn(one, one.registration_role) for one in accounts}
    return found


def _combinations(
    mesh: Mesh, products: Iterable[Governed], tagged: Mapping[str, Tagging], words: Vocabulary
) -> dict[str, list[Values]]:
    """Which tags the columns of each domain have, each combination once."""
    found: dict[str, dict[tuple[tuple[str, str], ...], Values]] = defaultdict(dict)
    for one in products:
        for values in tagged[one.product].effective.values():
            found[one.domain].setdefault(tuple(sorted(values.items())), values)
    return {domain: list(found[domain].values()) for domain in mesh.domains}
