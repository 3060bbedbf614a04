"""What a core does in a second, as it was measured: figures that are data, each with what it was measured by."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from mesh_etl.config.model import Model

COLUMNAR = frozenset({"parquet", "orc", "avro", "table"})  # the types of sources whose files are binary already
MB = 1_000_000  # bytes


class Figure(Model):
    """A number and what says so: a command that measures it, or that it is assumed."""

    value: float
    basis: str


class Figures(Model):
    """All of them. Megabytes are millions of bytes of input; speeds are shares of that of engine embedded."""

    text_mb_per_core_second: Figure
    columnar_mb_per_core_second: Figure
    speed_of_spark: Figure
    speed_with_transforms: Figure
    table_per_text_byte: Figure
    overhead_seconds_spark: Figure
    overhead_seconds_embedded: Figure
    task_mb: Figure
    log_mb_spark: Figure
    log_mb_embedded: Figure

    @classmethod
    @cache
    def read(cls) -> Figures:
        """The figures that come with the library."""
        return cls.model_validate_json((files("mesh_etl.cost") / "figures.json").read_text("utf-8"))

    def overhead(self, engine: str) -> Figure:
        """How many seconds a run takes beside its work."""
        return self.overhead_seconds_embedded if engine == "embedded" else self.overhead_seconds_spark

    def log(self, engine: str) -> Figure:
        """How many megabytes a run writes to its logs, of a stream an hour."""
        return self.log_mb_embedded if engine == "embedded" else self.log_mb_spark

    def speed(self, kind: str) -> Figure:
        """How many megabytes of a source of this type a core reads, checks and writes in a second."""
        return self.columnar_mb_per_core_second if kind in COLUMNAR else self.text_mb_per_core_second
