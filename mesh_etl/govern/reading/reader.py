"""Somebody who reads products, and what the grants of the mesh show of each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of, table_of
from mesh_etl.errors import ConfigError, Fault, PlanError
from mesh_etl.govern.audit import Attempt, Audit, now
from mesh_etl.govern.evaluate import Access, Evaluator
from mesh_etl.govern.evaluate.explain import reasons
from mesh_etl.govern.evaluate.mesh_access import MeshNames
from mesh_etl.govern.names import central, product_of
from mesh_etl.govern.principals import name_of
from mesh_etl.govern.reading.mask_view import mask_view
from mesh_etl.govern.reading.shown import Shown, portions
from mesh_etl.govern.state.entries import VIEW_OF

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.state import State, Table


@dataclass(frozen=True)
class Reader:
    """A principal, by ARN, in one state of the mesh; `broken` are products of which nobody can tell what ended."""

    mesh: Mesh
    principal: str
    evaluator: Evaluator = field(repr=False)
    audit: Audit | None = None
    clock: Callable[[], datetime.datetime] = now
    broken: Mapping[str, ConfigError] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        mesh: Mesh,
        principal: str,
        state: State,
        audit: Audit | None = None,
        broken: Mapping[str, ConfigError] = MappingProxyType({}),
    ) -> Reader:
        """The principal as the state knows it; what it reads is noted in `audit`."""
        return cls(mesh, principal, Evaluator(state), audit, broken=broken)

    @property
    def name(self) -> str:
        """How people call the principal."""
        return name_of(self.mesh, self.principal)

    def access(self, product: str) -> Access:
        """What the grants give it on the product's entry in the central catalogue.

        Raises `ConfigError` with the faults of a product that has any.
        """
        if (error := self.broken.get(self.views.get(product, product))) is not None:
            raise error
        return self._held(product)

    def _held(self, product: str) -> Access:
        return self.evaluator.access(self.principal, central(self.mesh, product))

    def shown(self, product: str, names: Sequence[str], derived: Mapping[str, str], where: str) -> Shown:
        """What it sees of a version of the product's table with these columns; see `portions` for `derived`.

        Where the table itself shows nothing, it is the first view with masked columns that does. `product` may be such
        a view as well, see `views`. Raises `PlanError`: ACCESS_DENIED with the reason, FILTER_UNREADABLE.
        """
        access = self.access(product)
        if product in self.views:
            seen = self._masked(central(self.mesh, product), access, names)
        elif own := portions(access, names, derived, product):
            seen = Shown(own)
        else:
            views = (self._masked(table, answer, names) for table, _, answer in access.views)
            seen = next((one for one in views if one.portions), Shown(()))
        if not seen.portions:
            raise PlanError(self.denied(access, product, where))
        return seen

    @cached_property
    def views(self) -> Mapping[str, str]:
        """The views with masked columns of the central catalogue, by name, each with the product that it shows."""
        state, found = self.evaluator.state, {}
        for table, entry in state.tables.items():
            view, shown = product_of(self.mesh, table), dict(entry.parameters).get(VIEW_OF)
            if view is not None and entry.kind == "view" and shown is not None:
                found[view] = f"{domain_of(view)}.{table_of(shown)}"
        return found

    def _masked(self, table: Table, answer: Access, names: Sequence[str]) -> Shown:
        """What the answer shows of a view of a table that has these columns."""
        try:
            view = mask_view(self.evaluator.state.tables[table].definition, tuple(names))
        except ValueError as error:
            problem = f"the view {table.name} cannot be held to: it {error}"
            raise PlanError(Fault("FILTER_UNREADABLE", problem, table.database, "mesh-etl govern plan")) from None
        return Shown(portions(answer, tuple(view.columns), {}, table.name), view)

    def denied(self, access: Access, product: str, where: str) -> Fault:
        """The fault of somebody to whom nothing of the product is shown."""
        found = reasons(self.evaluator, access, MeshNames(self.mesh))
        why = "; ".join(one.text for one in found if one.kind in ("lack", "no-match")) or "it has no SELECT on a column"
        problem = f"{self.name} may not read {product}: {why}"
        lacks = {one.lack for one in access.obstacles}
        ask = f"ask for it: mesh-etl request {product} --for {self.name}; mesh-etl access explain says more"
        if "no-table" in lacks:
            return Fault("ACCESS_DENIED", problem, where, "its owners make it: mesh-etl govern apply")
        halfway = lacks - {"no-grant"}  # it was given something, which does not reach it
        fix = "whoever governs lets it in: mesh-etl govern apply" if halfway else ask
        return Fault("ACCESS_DENIED", problem, where, fix)

    def note(
        self, products: tuple[str, ...], columns: Iterable[str], code: str, by: str = "query", statement: str = ""
    ) -> None:
        """An attempt to read is in the audit: denied where there is a `code`, with those columns alone that exist.

        Raises `RunError` AUDIT_UNWRITTEN.
        """
        if self.audit is not None:
            known = {"*", *(name for one in products for name in self._held(one).names)}
            named = tuple(sorted(known.intersection(columns)))
            self.audit.add(Attempt(self.name, self.clock(), products, named, code, by, statement))

    def may_see_raw(self, product: str) -> bool:
        """Whether it is of those who own the product and see all of it: to them alone refused rows are shown."""
        domain = domain_of(product)
        people = self.mesh.domains[domain].personas
        own = {f"{domain}.{name}" for name, one in people.items() if "select" in one.rights}
        return self.name in own and self.access(product).verdict == "allowed"
