"""How the table of a product is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.compression import Compression, codecs, unfit
from mesh_etl.config.model import Model
from mesh_etl.config.partition import PartitionField

ColumnName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class Target(Model):
    """Mode, partitions, order and size of the files; `job_model()` narrows `mode` to the registered ones."""

    mode: Any = Field(description="What happens to the rows that are there: a mode, or its name alone.")
    partition_by: tuple[PartitionField, ...] = Field(
        default=(),
        description="The partition keys: columns, or year(), month(), day(), hour(), bucket(n, …) or "
        "truncate(n, …) of one.",
    )
    sort_by: tuple[ColumnName, ...] = Field(
        default=(), description="The columns by which rows are sorted within a file."
    )
    cluster_by: tuple[ColumnName, ...] = Field(
        default=(),
        max_length=8,
        description="Two columns or more by which rows are laid on a Z-order curve within a file, in place of sort_by: "
        "a filter on any one of them then reads a part of the table.",
    )
    format: Literal["parquet", "orc", "iceberg"] = Field(
        default="parquet",
        description="The format of the table's files; iceberg is a table of Parquet files with Iceberg's metadata.",
    )
    compression: Compression = Field(
        default=Compression("zstd"),
        description="How files are compressed: zstd, snappy, gzip, lz4 or none; zlib in place of gzip for ORC. For "
        "zstd and gzip in Parquet a level may follow: zstd:9.",
    )
    numbers: Literal["delta", "plain"] = Field(
        default="delta",
        description="How whole numbers and moments that hardly repeat are stored: as differences, which is smaller and "
        "faster, or plainly, for readers such as Spark before 3.3 that do not know that encoding.",
    )
    target_file_mb: int = Field(default=128, ge=1, le=4096, description="The size that files aim at, in megabytes.")
    row_group_mb: int = Field(
        default=64,
        ge=1,
        le=1024,
        description="The size of a row group, or of a stripe in ORC: megabytes of values before they are encoded. "
        "Smaller ones let a filter skip more, larger ones compress and scan better.",
    )
    bloom_filters: tuple[ColumnName, ...] = Field(
        default=(),
        description="The columns for which files tell which values they lack, for filters that ask for one value.",
    )
    partition_indexes: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = Field(
        default=(),
        max_length=3,
        description="The partition keys by which Glue finds partitions without reading all of them: up to three lists.",
    )
    projection: bool = Field(
        default=False,
        description="Let Athena compute partitions from the table's settings, where all of them come from one commit.",
    )

    @property
    def file_format(self) -> str:
        """The format of the table's files themselves."""
        return "parquet" if self.format == "iceberg" else self.format

    @field_validator("partition_by")
    @classmethod
    def _distinct(cls, fields: tuple[PartitionField, ...]) -> tuple[PartitionField, ...]:
        names = [one.name for one in fields]
        for index, name in enumerate(names):
            if name in names[:index]:
                context = {"name": name, "at": (index,), "fix": "name it with 'as', or remove it"}
                raise PydanticCustomError("duplicate_partition", "the partition key '{name}' stands twice", context)
        return fields

    @model_validator(mode="after")
    def _fits_together(self) -> Target:
        reason = unfit(self.compression, self.format)
        if reason:
            fix = f"choose one of {', '.join(codecs(self.format))}"
            raise _wrong("compression", "compression_unfit", reason, fix)
        if self.format == "orc" and self.numbers == "plain":
            raise _wrong("numbers", "numbers_unfit", "is about Parquet files", "leave it out")
        if self.format == "iceberg" and (self.partition_indexes or self.projection):
            key = "partition_indexes" if self.partition_indexes else "projection"
            raise _wrong(key, "iceberg_unfit", "is about a catalogue's partitions, Iceberg has its own", "leave it out")
        if self.cluster_by and self.sort_by:
            raise _wrong("cluster_by", "order_twice", "and sort_by both state the order of rows", "keep one of them")
        if len(self.cluster_by) == 1:
            raise _wrong("cluster_by", "order_single", "takes two columns or more", f"sort_by: [{self.cluster_by[0]}]")
        return self


def _wrong(key: str, code: str, problem: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{problem}", {"problem": problem, "at": (key,), "fix": fix})


def spelled_out(mode: Any) -> Any:
    """The mapping that a mode's name alone stands for."""
    return {"type": mode} if isinstance(mode, str) else mode
