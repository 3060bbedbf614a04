"""One way to read lineitem as typed columns, from the first byte to the last, and write nothing; prints the rows.

python read_csv.py kernel|pyarrow|spark INPUT.csv
"""

from __future__ import annotations

import sys

from lineitem_columns import COLUMNS


def kernel(source: str) -> int:
    """The rows as this library's kernel reads them: strictly, with a verdict on every record."""
    from mesh_etl.contract.types import Field, parse
    from mesh_etl.kernels.text.csv import CsvReader
    from mesh_etl.kernels.work import WorkItem
    from mesh_etl.stores import LOCAL

    file = LOCAL.pin(source)
    reader = CsvReader(tuple(Field(name, parse(type_)) for name, type_ in COLUMNS.items()))
    header, _ = reader.head(file)
    items = [WorkItem(number, "source", file, *one, header) for number, one in enumerate(reader.split(file))]
    return sum(parsed.batch.num_rows for item in items for parsed in reader.parse(item))


def pyarrow(source: str) -> int:
    """The rows as pyarrow.csv reads them straight to types."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    simple = {"bigint": pa.int64(), "int": pa.int32(), "date": pa.date32(), "string": pa.string()}
    types = {name: simple.get(type_, pa.decimal128(15, 2)) for name, type_ in COLUMNS.items()}
    options = arrow_csv.ConvertOptions(column_types=types)
    with arrow_csv.open_csv(source, convert_options=options) as batches:
        return sum(batch.num_rows for batch in batches)


def spark(source: str) -> int:
    """The rows as Spark's typed reader reads them, every column of them."""
    from pyspark.sql import Observation, SparkSession
    from pyspark.sql import functions as F

    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", "4g")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    lines = session.read.csv(
        source, header=True, schema=", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    )
    rows = Observation("rows")
    lines.observe(rows, F.count(F.lit(1)).alias("rows")).write.format("noop").mode("overwrite").save()
    found: int = rows.get["rows"]
    session.stop()
    return found


if __name__ == "__main__":
    _, way, path = sys.argv
    print({"kernel": kernel, "pyarrow": pyarrow, "spark": spark}[way](path))
