"""What a product offers to those who ask: its roles, its columns, and how the columns of each are classified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import ConfigError, Fault, PlanError, did_you_mean
from mesh_etl.govern.compile.audience import Audience, audiences
from mesh_etl.govern.compile.conditions import condition
from mesh_etl.govern.compile.findings import Findings
from mesh_etl.govern.compile.tagging import Tagging, of_product
from mesh_etl.govern.compile.vocabulary import Vocabulary
from mesh_etl.govern.products import Governed, of_table, of_view
from mesh_etl.views import Views

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.contract.people import Role


@dataclass(frozen=True)
class Offer:
    """A product, or a part of it that somebody asks for: `audience` is the contract's role, or a part of its own."""

    mesh: Mesh
    product: Governed = field(repr=False)
    tagging: Tagging = field(repr=False)
    roles: Mapping[str, Audience] = field(repr=False)
    audience: Audience = field(default_factory=lambda: Audience(""))

    @classmethod
    def of(cls, project: Project, product: str) -> Offer:
        """What the product's contract offers.

        Raises `PlanError` UNKNOWN_PRODUCT, and `ConfigError` with what is wrong with the contract's roles and tags.
        """
        views = project.views()
        if product not in (known := (*project.products(), *views)):
            fix = did_you_mean(product, known)
            raise PlanError(Fault("UNKNOWN_PRODUCT", f"there is no product '{product}'", "request", fix))
        findings, words = Findings(), Vocabulary(project.mesh)
        found = of_view(Views(project).view(product)) if product in views else of_table(project, product)
        tagging = of_product(found, project.mesh.domains[found.domain], words, findings)
        roles = audiences(project.mesh, found, tagging, words, findings)
        if findings.faults:
            raise ConfigError(*findings.faults)
        return cls(project.mesh, found, tagging, {one.role: one for one in roles})

    def part(self, role: str, columns: tuple[str, ...], rows: str) -> Offer:
        """The part of it that the role has, or these columns and rows.

        Raises `PlanError`: ROLE_MISSING where neither is said, or both are, UNKNOWN_ROLE, COLUMN_MISSING, ROWS_INVALID,
        VIEW_IS_WHOLE for columns or rows of a view.
        """
        if self.product.view is not None and (columns or rows):
            problem = f"{self.product.product} is a view and is read as it is: Lake Formation has no filters on views"
            fix = f"say --role {' or '.join(self.roles)}" if self.roles else "ask its owners for a view of that part"
            raise PlanError(Fault("VIEW_IS_WHOLE", problem, "request", fix))
        if bool(role) == bool(columns or rows):
            named = f"--role {' or '.join(self.roles)}" if self.roles else "--columns"
            problem = "a request is for a role, or for columns and rows" + (", not for both" if role else "")
            raise PlanError(Fault("ROLE_MISSING", problem, self.product.product, f"say {named}"))
        if role:
            if role not in self.roles:
                fix = did_you_mean(role, self.roles) or "say --columns"
                problem = f"the contract has no role '{role}'"
                raise PlanError(Fault("UNKNOWN_ROLE", problem, self.product.product, fix))
            return Offer(self.mesh, self.product, self.tagging, self.roles, self.roles[role])
        for name in columns:
            if name not in self.tagging.columns:
                fix = did_you_mean(name, self.tagging.columns)
                raise PlanError(Fault("COLUMN_MISSING", f"there is no column '{name}'", self.product.product, fix))
        try:
            spelled = condition(rows, self.product) if rows else ""
        except ValueError as error:
            fix = "write one condition on the product's columns, such as --rows \"region = 'EU'\""
            raise PlanError(Fault("ROWS_INVALID", f"--rows: {error}", self.product.product, fix)) from None
        made = Audience("", rows=spelled, columns=columns or None)
        return Offer(self.mesh, self.product, self.tagging, self.roles, made)

    @property
    def role(self) -> Role | None:
        """The contract's role that is asked for, as the contract states it."""
        stated = self.product.contract.odcs.roles
        return next((one for one in stated if one.role == self.audience.role), None)

    @property
    def writes(self) -> bool:
        """Whether it gives more than reading."""
        return self.audience.access == "write"

    @cached_property
    def classifications(self) -> dict[str, tuple[str, ...]]:
        """How each column that is shown as it is is classified: by the contract, else by the tags with a default."""
        stated = {one.stored_name: one.classification for one in self.product.contract.columns}
        behind = {name: source for name, _, source in self.product.columns()}
        guarded = [key for key, tag in self.mesh.tags.items() if tag.default is not None]
        found = {}
        for name, tags in self.tagging.effective.items():
            if (self.audience.columns is None or name in self.audience.columns) and name not in self.audience.mask:
                word = stated.get(behind[name])
                found[name] = (word.lower(),) if word else tuple(tags[key] for key in guarded if key in tags)
        return found

    @property
    def document(self) -> dict[str, Any]:
        """The contract as plain data, as policies have it."""
        return self.product.contract.odcs.model_dump(mode="json", by_alias=True, exclude_none=True)
