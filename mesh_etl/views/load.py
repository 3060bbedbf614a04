"""From `view.yaml` to a view that can be relied on: its SQL, what it reads, and the columns that it promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.contract.load import Contract
from mesh_etl.contract.load import load as load_contract
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.views import canonical
from mesh_etl.views.dialects import Engine, written
from mesh_etl.views.statement import Statement

if TYPE_CHECKING:
    from mesh_etl.config import LoadedView, Project
    from mesh_etl.contract.types import Schema

MOST_TABLES = 10  # https://docs.aws.amazon.com/lake-formation/latest/dg/views-notes.html


@dataclass(frozen=True)
class Viewed:
    """A view without faults. `sql` is in Spark's dialect, over products by their names.

    `reads` are the products that it names itself, `sources` those whose tables it reads, through other views as well.
    """

    loaded: LoadedView
    contract: Contract
    sql: str
    reads: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def product(self) -> str:
        """The product that it is."""
        return self.loaded.product

    @property
    def definer(self) -> str:
        """The persona whose rights decide on the sources, as in sales.engineer; empty where the reader's do."""
        name = self.loaded.view.definer
        return f"{self.loaded.domain}.{name}" if name else ""


@dataclass
class Views:
    """The views and contracts of a project, each read once."""

    project: Project
    _views: dict[str, Viewed] = field(default_factory=dict)
    _contracts: dict[str, Contract] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def contract(self, product: str) -> Contract:
        """The contract of a job's or view's product. Raises `ConfigError` with all its faults."""
        if product not in self._contracts:
            project = self.project
            loaded = project.view(product) if product in project.views() else project.job(product)
            self._contracts[product] = _contract(project.root, loaded.contract_path)
        return self._contracts[product]

    def view(self, product: str) -> Viewed:
        """The view of the product. Raises `ConfigError` with its faults, and with those of what it reads."""
        if product not in self._views:
            loaded = self.project.view(product)
            self._open.append(product)
            try:
                self._views[product] = self._read(loaded)
            finally:
                self._open.pop()
        return self._views[product]

    def _read(self, loaded: LoadedView) -> Viewed:
        text, where = _text(loaded)
        try:
            statement = Statement.parse(text)
        except ValueError as error:
            fix = "write one SELECT over products of the mesh; docs/views.md has what it may use"
            raise ConfigError(Fault("VIEW_SQL", f"the SQL: {error}", where, fix)) from None
        faults = [*self._misnamed(loaded), *self._unknown(statement, where)]
        if faults:
            raise ConfigError(*faults)
        contract, inner = self.contract(loaded.product), self._inner(loaded, statement, where)
        sources = tuple(
            dict.fromkeys(
                name for one in statement.products for name in (inner[one].sources if one in inner else (one,))
            )
        )
        try:
            node = canonical.qualified(
                statement.sql,
                {name: self.contract(name).schema for name in sources},
                {name: one.sql for name, one in inner.items()},
            )
        except ValueError as error:
            fix = _column_fix(str(error), [self.contract(name).schema for name in sources])
            raise ConfigError(Fault("VIEW_COLUMN", f"the SQL: {error}", where, fix)) from None
        faults = [*_differences(canonical.outputs(node), contract, where), *_too_wide(loaded, sources, where)]
        if faults:
            raise ConfigError(*faults)
        sql = canonical.canonical(node, contract.schema)
        if faults := list(_unwritable(loaded, sql, where)):
            raise ConfigError(*faults)
        return Viewed(loaded, contract, sql, statement.products, sources)

    def _misnamed(self, loaded: LoadedView) -> Iterator[Fault]:
        name, known = loaded.view.definer, self.project.mesh.domains[loaded.domain].personas
        if name is not None and name not in known:
            fix = did_you_mean(name, known) or f"add it under domains.{loaded.domain}.personas in mesh.yaml"
            problem = f"definer: the domain '{loaded.domain}' has no persona '{name}'"
            yield Fault("UNKNOWN_PERSONA", problem, loaded.where("definer"), fix)

    def _unknown(self, statement: Statement, where: str) -> Iterator[Fault]:
        known = {*self.project.products(), *self.project.views()}
        for name in statement.products:
            if name not in known:
                problem = f"the SQL: there is no product '{name}'"
                yield Fault("UNKNOWN_PRODUCT", problem, where, did_you_mean(name, known))
            elif name in self._open:
                circle = [*self._open[self._open.index(name) :], name]
                fix = "read the tables behind one of them instead"
                yield Fault("VIEW_CYCLE", f"these views read each other: {' reads '.join(circle)}", where, fix)

    def _inner(self, loaded: LoadedView, statement: Statement, where: str) -> dict[str, Viewed]:
        """The views that the statement reads; AWS's views cannot read views, so that theirs is written into this."""
        found = {name: self.view(name) for name in statement.products if name in self.project.views()}
        mine = f"{loaded.domain}.{loaded.view.definer}"
        for name, one in found.items():
            if loaded.view.definer and one.definer and one.definer != mine:
                problem = f"the SQL: {name} is read with the rights of {one.definer}, this view with those of {mine}"
                fix = "read what is behind it, or make that product a table"
                raise ConfigError(Fault("VIEW_DEFINERS", problem, where, fix))
        return found


def _text(loaded: LoadedView) -> tuple[str, str]:
    """The SQL and the place where it stands."""
    if loaded.view.sql is not None:
        return loaded.view.sql, loaded.where("sql")
    name = str(loaded.view.sql_file)
    path = (loaded.project.root / loaded.path).with_name(name)
    try:
        return path.read_text(encoding="utf-8-sig"), loaded.path.with_name(name).as_posix() + ":1:1"
    except FileNotFoundError:
        fix = did_you_mean(name, (one.name for one in path.parent.glob("*.sql")))
        fault = Fault("FILE_MISSING", "sql_file: there is no such file", loaded.where("sql_file"), fix)
        raise ConfigError(fault) from None
    except (OSError, UnicodeDecodeError):
        fix = "save it as UTF-8, and let whoever runs this read it"
        fault = Fault("FILE_UNREADABLE", "sql_file: it cannot be read as UTF-8", loaded.where("sql_file"), fix)
        raise ConfigError(fault) from None


def _column_fix(problem: str, schemas: list[Schema]) -> str:
    """What mends a column that could not be told: its table where several have it, else the nearest name."""
    named = re.search(r"column:? '?(\w+)", problem)
    name = named[1] if named else ""
    known = [field.name for schema in schemas for field in schema]
    if known.count(name) > 1:
        return f"say of which table, as in c.{name}"
    return did_you_mean(name, set(known)) if name and name not in known else ""


def _contract(root: Path, path: Path) -> Contract:
    return load_contract(path, path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)


def _differences(names: list[str], contract: Contract, where: str) -> Iterator[Fault]:
    """What is wrong between the columns that the SQL gives and those that the contract promises."""
    promised = [one.name for one in contract.schema]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Fault("VIEW_COLUMN", f"the SQL: two columns are named '{name}'", where, "name one otherwise with AS")
        if name not in promised:
            fix = did_you_mean(name, [one for one in promised if one not in names]) or "add it to the contract"
            yield Fault("VIEW_COLUMN", f"the SQL: the contract has no column '{name}'", where, fix)
    for name in promised:
        if name not in names:
            place = contract.where_column(name)
            yield Fault("VIEW_COLUMN", f"the view's SQL gives no column '{name}'", place, "add it there, with AS")


def _too_wide(loaded: LoadedView, sources: tuple[str, ...], where: str) -> Iterator[Fault]:
    if loaded.view.definer and len(sources) > MOST_TABLES:
        problem = f"the SQL: it reads {len(sources)} tables, and a view with a definer reads {MOST_TABLES} at most"
        yield Fault("VIEW_TABLES", problem, where, "make a part of it a table, with a job")


def _unwritable(loaded: LoadedView, sql: str, where: str) -> Iterator[Fault]:
    engines: tuple[Engine, ...] = loaded.view.dialects if loaded.view.definer else ("athena",)
    for engine in engines:
        try:
            written(sql, engine, lambda product: ("database", product))
        except ValueError as error:
            fix = f"say it by what {engine} has as well"
            yield Fault("VIEW_DIALECT", f"the SQL cannot be written for {engine}: {error}", where, fix)
