"""Who can see what in a mesh, by the names that its people use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.govern.evaluate.answer import Access
from mesh_etl.govern.evaluate.evaluator import Evaluator
from mesh_etl.govern.evaluate.findings import Expected, findings
from mesh_etl.govern.evaluate.matrix import Classes
from mesh_etl.govern.names import central, product_of, role_arn
from mesh_etl.govern.principals import name_of, people, principal
from mesh_etl.govern.required import require_governance
from mesh_etl.govern.state.entries import VIEW_OF
from mesh_etl.govern.state.groups import account_of

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.products import Governed
    from mesh_etl.govern.requests import Approved
    from mesh_etl.govern.state import State, Table


@dataclass(frozen=True)
class MeshNames:
    """What the mesh file calls principals, accounts and tables."""

    mesh: Mesh

    def principal(self, principal: str) -> str:
        """`marketing.analyst`, the name of an account, or what AWS calls it."""
        return name_of(self.mesh, principal)

    def account(self, account: str) -> str:
        """The account's name, or its twelve digits where the mesh has none for it."""
        return name_of(self.mesh, account)

    def table(self, table: Table) -> str:
        """The product, or `database.table` where it is none."""
        return product_of(self.mesh, table) or f"{table.database}.{table.name}"


@dataclass(frozen=True)
class MeshAccess:
    """The evaluator of a mesh, and the classification of the columns of its products."""

    mesh: Mesh
    state: State
    products: tuple[Governed, ...]

    @classmethod
    def configured(cls, project: Project, requests: Iterable[Approved] | None = None) -> MeshAccess:
        """What the configuration asks for, with the requests that are approved, or with these.

        Raises `ConfigError` with every fault of mesh, jobs, contracts and what they say about access, and `PlanError`
        GOVERNANCE_MISSING.
        """
        from mesh_etl.config.suppression import today
        from mesh_etl.govern.compile import compiled
        from mesh_etl.govern.products import governed
        from mesh_etl.govern.requests import Desk

        if requests is None:
            requests = Desk(project).approved()
        products = governed(project)
        found = compiled(project.mesh, products, requests, today=today())
        if found.faults:
            raise ConfigError(*found.faults)
        return cls(project.mesh, found.state, products)

    @classmethod
    def live(cls, project: Project) -> MeshAccess:
        """What the accounts hold now. Raises `PlanError` GOVERNANCE_MISSING, and what reading the accounts raises."""
        from mesh_etl import worlds
        from mesh_etl.govern.observe import observed
        from mesh_etl.govern.products import governed

        require_governance(project.mesh)
        world = worlds.open(project.env, project.root)
        return cls(project.mesh, observed(project, world), governed(project))

    @cached_property
    def evaluator(self) -> Evaluator:
        """The evaluator of the state."""
        return Evaluator(self.state)

    @property
    def names(self) -> MeshNames:
        """What people call things."""
        return MeshNames(self.mesh)

    def principal(self, text: str) -> str:
        """The principal that is meant. Raises `ConfigError`: UNKNOWN_PRINCIPAL, AMBIGUOUS_PRINCIPAL."""
        return principal(self.mesh, text, "--principal")

    def access(self, who: str, product: str, column: str | None = None) -> Access:
        """What the principal, by any of its names, can see of the product.

        Raises `ConfigError` as `principal` does, and UNKNOWN_PRODUCT, UNKNOWN_COLUMN: to say of what there is not that
        it is denied would hide a slip of the pen.
        """
        found = self.evaluator.access(self.principal(who), self.table(product))
        known = found.names or tuple(self.classes.get(found.table, {}))
        if column is not None and column not in known:
            fix = did_you_mean(column, known)
            raise ConfigError(Fault("UNKNOWN_COLUMN", f"{product} has no column '{column}'", "--column", fix))
        return found

    def table(self, product: str) -> Table:
        """The central entry of the product. Raises `ConfigError` UNKNOWN_PRODUCT."""
        stated = {one.product: central(self.mesh, one.product) for one in self.products}
        found = {**stated, **self.tables()}
        if product not in found:
            fix = did_you_mean(product, found)
            raise ConfigError(Fault("UNKNOWN_PRODUCT", f"there is no product '{product}'", "--product", fix))
        return found[product]

    def tables(self, domain: str | None = None) -> dict[str, Table]:
        """The central entries by product, of one domain or of all; views that stand in for a product are left out.

        Raises `ConfigError` UNKNOWN_DOMAIN.
        """
        if domain is not None and domain not in self.mesh.domains:
            fix = did_you_mean(domain, self.mesh.domains)
            raise ConfigError(Fault("UNKNOWN_DOMAIN", f"there is no domain '{domain}'", "--domain", fix))
        named = {
            product_of(self.mesh, table): table
            for table, entry in self.state.tables.items()
            if entry.kind != "link" and VIEW_OF not in dict(entry.parameters)
        }
        own = ((name, table) for name, table in named.items() if name is not None)
        return dict(sorted((name, table) for name, table in own if domain in (None, domain_of(name))))

    def people(self) -> list[str]:
        """All principals: those of the mesh file, and whoever else something is given to; accounts come last."""
        named = list(people(self.mesh).values())
        others = [one for one in self.evaluator.principals() if one not in named]
        return [*dict.fromkeys(named), *sorted(others, key=lambda one: (account_of(one) == one, one))]

    @cached_property
    def classes(self) -> Classes:
        """The classification of the columns of each product, as its contract states it."""
        if self.mesh.governance is None:
            return {}
        return {central(self.mesh, one.product): dict(_classes(one)) for one in self.products}

    def findings(self) -> Iterator[Fault]:
        """What gives more than anybody asked for."""
        accounts = self.mesh.accounts.values()
        expected = Expected({one.id for one in accounts}, {role_arn(one, one.role) for one in accounts})
        return findings(self.state, expected, self.names)


def _classes(product: Governed) -> Iterator[tuple[str, str]]:
    stated = {column.stored_name: column.classification or "" for column in product.contract.columns}
    return ((name, stated.get(source, "")) for name, _, source in product.columns())
