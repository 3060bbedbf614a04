"""The views that a command works on, what is wrong with them, and how one is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.portrait import promise
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.config import LoadedView, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.views import Viewed


_READ_IT = 'There is nothing to run; read it: mesh-etl query "select * from {}"'


@dataclass
class Judged:
    """The views without faults by product, the faults of the others, and what is only told."""

    valid: dict[str, Viewed] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def loaded(self) -> dict[str, LoadedView]:
        """The files of the valid ones."""
        return {name: one.loaded for name, one in self.valid.items()}

    @property
    def contracts(self) -> dict[str, Contract]:
        """The contracts of the valid ones."""
        return {name: one.contract for name, one in self.valid.items()}


def judged(project: Project, products: Iterable[str]) -> Judged:
    """The views of these products."""
    from mesh_etl.views import Views
    from mesh_etl.views.types import UNCHECKED, type_faults

    views, found = Views(project), Judged()
    for product in products:
        try:
            view = views.view(product)
        except ConfigError as error:
            found.faults += error.faults
            continue
        faults = type_faults(view, views)
        found.warnings += [one for one in faults if one.code == UNCHECKED]
        found.faults += [one for one in faults if one.code != UNCHECKED]
        found.warnings += _unexecuted(view)
        found.valid[product] = view
    return found


def _unexecuted(view: Viewed) -> list[Fault]:
    """That nothing executes the rules of a contract whose table nobody makes."""
    rules = next(view.contract.odcs.rules(), None)
    if rules is None:
        return []
    place, _ = rules
    problem = "rules of a view's contract are not executed: its rows are those of other products"
    return [Fault("VIEW_RULES", problem, view.contract.where(*place), "state them in the contracts of those")]


def personal(project: Project, products: Iterable[str]) -> list[Fault]:
    """Warnings for the columns of these products, which are valid, that show what their sources protect."""
    from mesh_etl.lineage import Lineage, personal_columns

    return personal_columns(Lineage.of(project), products)


def planned(project: Project, product: str, as_json: bool) -> None:
    """What there is to know of a view before anybody reads it is told. Raises `ConfigError` with its faults."""
    from mesh_etl.cli import screen

    found = judged(project, [product])
    if found.faults:
        raise ConfigError(*found.faults)
    screen.errors([*found.warnings, *personal(project, [product])], "warning")
    if as_json:
        screen.document(facts(found.valid[product]))
    else:
        show(screen.Page(), found.valid[product])


def described(project: Project, product: str, as_json: bool) -> None:
    """What somebody who reads the view wants to know of it is told. Raises `ConfigError` with its faults."""
    from mesh_etl.cli import screen
    from mesh_etl.views import Views

    view = Views(project).view(product)
    odcs, stated = view.contract.odcs, zip(view.contract.columns, view.contract.schema, strict=True)
    columns: list[dict[str, Any]] = [
        {
            "name": column.stored_name,
            "type": field.type.glue(),
            "required": column.required or column.primary_key,
            "classification": column.classification or "",
            "description": column.description or "",
        }
        for column, field in stated
    ]
    purpose = (odcs.description.purpose or "") if odcs.description else ""
    owner = project.mesh.domains[view.loaded.domain].owner
    told = {**facts(view), "name": view.contract.name, "owner": owner, "purpose": purpose, "columns": columns}
    if as_json:
        screen.document(told)
        return
    page = screen.Page()
    page.line(f"{product}  {view.contract.name}", style="bold")
    page.field("purpose", purpose)
    page.field("owner", owner)
    page.field("contract", f"{view.contract.id} {view.contract.version} ({view.contract.document.name})")
    page.field("view", f"of {', '.join(view.sources)}, {_rights(view)}")
    page.line()
    page.table(
        ("column", "type", "promise", "description"),
        [(one["name"], one["type"], promise(one), one["description"]) for one in columns],
    )
    page.line(_READ_IT.format(product))


def _rights(view: Viewed) -> str:
    return f"with the rights of {view.definer}" if view.definer else "with the rights of who reads it"


def facts(view: Viewed) -> dict[str, Any]:
    """The view as data."""
    return {
        "product": view.product,
        "kind": "view",
        "contract": {"id": view.contract.id, "version": view.contract.version},
        "reads": list(view.reads),
        "sources": list(view.sources),
        "definer": view.definer or None,
        "dialects": list(view.loaded.view.dialects) if view.definer else ["athena"],
        "columns": [{"name": one.name, "type": one.type.glue()} for one in view.contract.schema],
        "sql": view.sql,
    }


def show(page: Page, view: Viewed) -> None:
    """The view is on the page."""
    told = facts(view)
    page.line(f"{view.product}  contract {view.contract.id} {view.contract.version}", style="bold")
    page.field("reads", ", ".join(told["reads"]))
    if told["sources"] != told["reads"]:
        page.field("tables", ", ".join(told["sources"]))
    rights = f"those of {view.definer}: a reader needs none on the tables" if view.definer else "those of the reader"
    page.field("rights", rights)
    page.field("registered", f"for {' and '.join(told['dialects'])}")
    page.field("columns", ", ".join(f"{one['name']} {one['type']}" for one in told["columns"]))
    page.field("SQL", view.sql)
    page.line(_READ_IT.format(view.product))
