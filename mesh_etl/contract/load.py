"""From a contract file to a contract that can be relied on: read, typed and free of faults."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.config.document import Document
from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse, text
from mesh_etl.contract.columns import Columns
from mesh_etl.contract.lint import lint
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.table import Property, Table
from mesh_etl.contract.types import Schema
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.config import LoadedJob
    from mesh_etl.frames import Checked


@dataclass(frozen=True)
class Contract:
    """The contract of one product: the model, the file it stands in, and the table that it promises."""

    odcs: DataContract
    document: Document
    schema: Schema
    sha256: str = field(repr=False)

    @property
    def id(self) -> str:
        """The contract's identifier."""
        return self.odcs.id

    @property
    def version(self) -> str:
        """The contract's own version, not that of the standard."""
        return self.odcs.version

    @property
    def name(self) -> str:
        """The contract's name, or that of its table where it has none."""
        return self.odcs.name or self.table.name

    @property
    def table(self) -> Table:
        """The one schema object."""
        return self.odcs.tables[0]

    @cached_property
    def _columns(self) -> dict[str, tuple[int, Property]]:
        names = {one.name for one in self.schema}
        return {c.stored_name: (i, c) for i, c in enumerate(self.table.properties) if c.stored_name in names}

    @property
    def columns(self) -> tuple[Property, ...]:
        """The stored columns in order, as the contract describes them; `schema` has their types."""
        return tuple(column for _, column in self._columns.values())

    def column(self, name: str) -> Property:
        """The stored column `name`. Raises `KeyError` when there is none."""
        return self._columns[name][1]

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The columns of the primary key, by `primaryKeyPosition`."""
        keys = [column for column in self.columns if column.primary_key]
        return tuple(key.stored_name for key in sorted(keys, key=lambda one: one.primary_key_position))

    @property
    def partition_keys(self) -> tuple[str, ...]:
        """The columns that the contract says the table is partitioned by, by `partitionKeyPosition`."""
        keys = [column for column in self.columns if column.partitioned]
        return tuple(key.stored_name for key in sorted(keys, key=lambda one: one.partition_key_position))

    def where(self, *loc: str | int) -> str:
        """The place `file:line:column` of a value in the contract, by its keys from the top of the file."""
        return self.document.where(loc)

    def check(self, df: DataFrame) -> Checked:
        """Every rule of the contract has a verdict on the PySpark DataFrame; see `mesh_etl.frames.check`."""
        # Looked up by name when it is needed: contracts stand below the engines and must not import them.
        checked: Checked = import_module("mesh_etl.frames").check(self, df)
        return checked

    def where_column(self, name: str, *loc: str | int) -> str:
        """The place of a stored column, or of a value inside it. Raises `KeyError` when there is no such column."""
        return self.where("schema", 0, "properties", self._columns[name][0], *loc)


def load(path: Path, display: str | None = None) -> Contract:
    """The contract in the file, which messages call `display`; a text that was understood before is not read again.

    Raises `ConfigError` with every fault of the file: unknown keys and wrong types first; where there are none, the
    types that cannot be told and what `lint` finds.
    """
    return _understood(*text(path, display))


@lru_cache(maxsize=4_096)
def _understood(text: str, name: str) -> Contract:
    return understand(parse(text, name))


def contract_of(job: LoadedJob) -> Contract:
    """The contract that the job states, which messages name by its path in the project. Raises as `load` does."""
    path = job.contract_path
    return load(path, str(path.relative_to(job.project.root)))


def understand(document: Document) -> Contract:
    """The contract that the document holds. Raises `ConfigError` as `load` does."""
    odcs = validate(DataContract, document)
    schema, demands = stored(odcs, document)
    faults = (*demands, *lint(odcs, document))
    if faults:
        raise ConfigError(*faults)
    return Contract(odcs, document, schema, fingerprint(document.data))


def stored(odcs: DataContract, document: Document) -> tuple[Schema, tuple[Fault, ...]]:
    """The columns of the product's table, and what keeps the contract from being that of a product of this mesh."""
    if (fault := _no_table(odcs, document)) is not None:
        return (), (fault,)
    columns = Columns(
        where=lambda loc: document.where(("schema", 0, *loc)),
        dates_hold_time=odcs.api_version.startswith("v3.0."),
    )
    schema = columns.read(odcs.tables[0])
    return schema, tuple(columns.faults)


def fingerprint(data: object) -> str:
    """The SHA-256 of the data, in hexadecimal; the order of keys, comments and layout do not change it."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _no_table(odcs: DataContract, document: Document) -> Fault | None:
    """The fault of a contract that does not describe one table with columns."""
    if not odcs.tables:
        fix = "describe the product's table under 'schema'"
        return Fault("NO_TABLE", "the contract describes no table", document.where(("schema",)), fix)
    if len(odcs.tables) > 1:
        names = ", ".join(f"'{table.name}'" for table in odcs.tables)
        fix = "a product is one table: give each its own product and contract"
        where = document.where(("schema", 1))
        return Fault("SEVERAL_TABLES", f"the contract describes {len(odcs.tables)} tables: {names}", where, fix)
    if not odcs.tables[0].properties:
        where = document.where(("schema", 0))
        return Fault("NO_COLUMNS", "the table has no columns", where, "list them under 'properties'")
    return None
