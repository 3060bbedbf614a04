"""How the table of a product is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model
from mesh_etl.config.partition import PartitionField

ColumnName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class Target(Model):
    """Mode, partitions, order and size of the files; `job_model()` narrows `mode` to the registered ones."""

    mode: Any = Field(description="What happens to the rows that are there: a mode, or its name alone.")
    partition_by: tuple[PartitionField, ...] = Field(
        default=(), description="The partition keys: columns, or year(), month() or day() of one."
    )
    sort_by: tuple[ColumnName, ...] = Field(
        default=(), description="The columns by which rows are sorted within a file."
    )
    compression: Literal["zstd", "snappy", "gzip", "none"] = Field(
        default="zstd", description="How files are compressed."
    )
    numbers: Literal["delta", "plain"] = Field(
        default="delta",
        description="How whole numbers and moments that hardly repeat are stored: as differences, which is smaller and "
        "faster, or plainly, for readers such as Spark before 3.3 that do not know that encoding.",
    )
    target_file_mb: int = Field(default=128, ge=1, le=4096, description="The size that files aim at, in megabytes.")

    @field_validator("partition_by")
    @classmethod
    def _distinct(cls, fields: tuple[PartitionField, ...]) -> tuple[PartitionField, ...]:
        names = [one.name for one in fields]
        for index, name in enumerate(names):
            if name in names[:index]:
                context = {"name": name, "at": (index,), "fix": "name it with 'as', or remove it"}
                raise PydanticCustomError("duplicate_partition", "the partition key '{name}' stands twice", context)
        return fields


def spelled_out(mode: Any) -> Any:
    """The mapping that a mode's name alone stands for."""
    return {"type": mode} if isinstance(mode, str) else mode
