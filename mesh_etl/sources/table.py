"""Another product of the mesh."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.contract.types import Simple, parse
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.stores import InputFile, TableStore
from mesh_etl.tables.ledger import Ledger, Snapshot


@source
class Table(Source):
    """The rows of another product, read through its ledger: one committed version, whole.

    source: {type: table, product: sales.orders, columns: [order_key, order_date]}
    """

    type: Literal["table"] = Field(default="table", description="Another product of this mesh.")
    product: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", description="The product, as domain.name.")
    columns: tuple[str, ...] = Field(default=(), description="The columns to read; default: all.")
    version: int | None = Field(default=None, ge=1, description="The version to read; default: the newest.")

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.parquet import ParquetReader

        ledger = context.ledger(self.product)
        snapshot = self._snapshot(ledger, context)
        # The catalogue's spelling of a type loses what the contract's says: whether a timestamp has a zone.
        exact = {one["name"]: one["type"] for one in snapshot.entry.contract.summary.get("columns", ())}
        schema = tuple(ColumnField(name, parse(exact.get(name, type_))) for name, type_ in snapshot.entry.columns)
        derived = [key for key in snapshot.entry.partition_by if key.transform != "identity"]
        schema += tuple(ColumnField(key.name, Simple("string")) for key in derived)
        known = {column.name for column in schema}
        faults = [
            Fault(
                "COLUMN_MISSING",
                f"{self.product} has no column '{name}'",
                context.where("columns"),
                did_you_mean(name, known),
            )
            for name in self.columns
            if name not in known
        ]
        if faults:
            raise PlanError(*faults)
        if self.columns:
            schema = tuple(column for name in self.columns for column in schema if column.name == name)
        else:
            schema = tuple(column for column in schema if column.name not in {key.name for key in derived})
        return Opened(_files(ledger, snapshot), ParquetReader(schema))

    def _snapshot(self, ledger: Ledger, context: SourceContext) -> Snapshot:
        snapshot = ledger.snapshot(self.version)
        if snapshot is None or (self.version is not None and snapshot.seq != self.version):
            problem = f"{self.product} has no {'table yet' if self.version is None else f'version {self.version}'}"
            fix = f"run it first: mesh-etl run {self.product}" if self.version is None else "see mesh-etl history"
            raise PlanError(Fault("INPUT_MISSING", problem, context.where("product"), fix))
        return snapshot


def _files(ledger: Ledger, snapshot: Snapshot) -> tuple[InputFile, ...]:
    from pathlib import Path

    found = []
    for values, partition in sorted(snapshot.partitions.items(), key=lambda one: str(one[0])):
        constants = tuple((key.name, value) for key, value in zip(snapshot.entry.partition_by, values, strict=True))
        for file in partition.files:
            path = str(Path(ledger.layout.root) / file.path)
            found.append(InputFile(path, file.bytes, "immutable", TableStore(), constants))
    return tuple(found)
