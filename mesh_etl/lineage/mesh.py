"""The lineage of a project's products: of each column those that it is made of, and those that are made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl.lineage.frames import Column, Frame, How, Use, Uses
from mesh_etl.lineage.sql import of_select
from mesh_etl.lineage.steps import after
from mesh_etl.sources.table import Table
from mesh_etl.views import Views

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.sources.base import Source


@dataclass(frozen=True)
class Traced:
    """The columns of a product with what they are made of, in the contract's order.

    `decided` are the columns that decide which rows there are. `untold` says why nothing is known of some columns.
    """

    product: str
    columns: Mapping[str, Uses]
    decided: tuple[tuple[Column, How], ...] = ()
    untold: str = ""


@dataclass
class Lineage:
    """The lineage of a project; each product is traced once, when it is asked for."""

    project: Project
    views: Views
    _traced: dict[str, Traced] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Lineage:
        """The lineage of all products of the project."""
        return cls(project, Views(project))

    def products(self) -> tuple[str, ...]:
        """All products, jobs' and views'."""
        return tuple(sorted((*self.project.products(), *self.project.views())))

    def traced(self, product: str) -> Traced:
        """The product's columns. Raises `ConfigError` with the faults of its files, and of the contracts it reads."""
        if product not in self._traced:
            frame = self._view(product) if product in self.project.views() else self._job(self.project.job(product))
            columns = {one.name: frame.of(one.name) for one in self.views.contract(product).schema}
            self._traced[product] = Traced(product, columns, tuple(sorted(frame.decided)), frame.untold)
        return self._traced[product]

    @cached_property
    def used_by(self) -> Mapping[Column, tuple[tuple[Column, Use], ...]]:
        """Of each column those that are made of it, each with how. Raises `ConfigError` as `traced` does."""
        found: dict[Column, list[tuple[Column, Use]]] = defaultdict(list)
        for product in self.products():
            for name, uses in self.traced(product).columns.items():
                for use in sorted(uses):
                    found[use.column].append((Column(product, name), use))
        return {column: tuple(uses) for column, uses in found.items()}

    def _view(self, product: str) -> Frame:
        view = self.views.view(product)
        return of_select(view.sql, {name: self._table(name) for name in view.sources})

    def _job(self, job: LoadedJob) -> Frame:
        frame = self._read(job, "source", job.job.source)
        inputs = {name: self._read(job, name, one) for name, one in job.job.inputs.items()}
        for step in job.job.transforms:
            frame = after(step, frame, inputs)
        return frame

    def _read(self, job: LoadedJob, name: str, source: Source) -> Frame:
        if not isinstance(source, Table):
            place, columns = f"{job.product}/{name}", getattr(source, "columns", None)
            if not columns and name == "source":
                columns = [one.name for one in self.views.contract(job.product).schema]  # what is read by default
            return Frame({str(one): frozenset({Use(Column(place, str(one)))}) for one in columns or ()}, rest=place)
        whole = self._table(source.product)
        return whole.picked(source.columns) if source.columns else whole

    def _table(self, product: str) -> Frame:
        names = [one.name for one in self.views.contract(product).schema]
        return Frame({name: frozenset({Use(Column(product, name))}) for name in names})
