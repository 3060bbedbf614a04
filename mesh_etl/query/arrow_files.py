"""Files that DuckDB does not read itself, as rows that Arrow hands to it: those of ORC, and those that are in S3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Simple, parse
from mesh_etl.kernels.schema import arrow
from mesh_etl.tables.quarantine import schema as quarantine_schema

if TYPE_CHECKING:
    import pyarrow.dataset as ds

    from mesh_etl.tables.ledger import Ledger, Snapshot


def is_needed(ledger: Ledger, file_format: str = "parquet") -> bool:
    """Whether DuckDB cannot read the files of the table itself."""
    return file_format != "parquet" or "://" in ledger.layout.root


def table(ledger: Ledger, head: Snapshot) -> ds.Dataset:
    """The head's files with the contract's columns, NULL where a file lacks one, and the partition keys as text."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    from mesh_etl.storage.arrow_files import file_system

    types = {column.name: column.type for column in ledger.contract(head.entry).columns}
    names = [key.name for key in head.entry.partition_by] if ledger.one_folder else []  # else files hold all columns
    columns = [(name, arrow(parse(types.get(name, glue)))) for name, glue in head.entry.columns if name not in names]
    schema = pa.schema([*columns, *((name, arrow(Simple("string"))) for name in names)])
    format_ = ds.OrcFileFormat() if head.entry.file_format == "orc" else ds.ParquetFileFormat()
    files = file_system(ledger.storage)
    fragments = []
    for partition in head.partitions.values():
        condition = ds.scalar(True)
        for name, value in zip(names, partition.values, strict=False):
            field = ds.field(name)
            condition &= field.is_null() if value is None else field == value
        fragments += [
            format_.make_fragment(ledger.layout.path(file.path), files, condition) for file in partition.files
        ]
    return ds.FileSystemDataset(fragments, schema, format_, files)


def quarantine(ledger: Ledger, paths: Sequence[str]) -> ds.Dataset:
    """These files of refused rows, NULL where an older one lacks a column."""
    import pyarrow.dataset as ds

    from mesh_etl.storage.arrow_files import file_system

    format_, files = ds.ParquetFileFormat(), file_system(ledger.storage)
    return ds.FileSystemDataset(
        [format_.make_fragment(path, files) for path in paths], quarantine_schema(), format_, files
    )
