"""Another engine at an Iceberg table: Spark with Iceberg's own runtime, which knows nothing of this library.

A program of its own, since the runtime must be there before a session starts: `python iceberg_spark.py <metadata file>`
with SQL statements as a JSON list on standard input, the table being `other.d.t`. It prints the answers' rows, and the
metadata file at which the table stands afterwards; to move a catalogue's pointer there is for the caller.
"""

from __future__ import annotations

import json
import sys
import tempfile

RUNTIME = {
    "4.1": "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
    "4.0": "org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.11.0",
    "3.5": "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0",
}
DRIVER = "org.xerial:sqlite-jdbc:3.46.1.0"


def main(metadata: str) -> None:
    import pyspark
    from pyspark.sql import SparkSession

    folder = tempfile.mkdtemp()
    catalog = "spark.sql.catalog.other"
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars.packages", f"{RUNTIME[pyspark.__version__[:3]]},{DRIVER}")
        .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
        .config(catalog, "org.apache.iceberg.spark.SparkCatalog")
        .config(f"{catalog}.type", "jdbc")
        .config(f"{catalog}.uri", f"jdbc:sqlite:{folder}/catalog.db")
        .config(f"{catalog}.jdbc.schema-version", "V1")
        .config(f"{catalog}.warehouse", folder)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sql("CREATE NAMESPACE other.d")
    session.sql(f"CALL other.system.register_table('d.t', '{metadata}')")
    answers = [[row.asDict() for row in session.sql(one).collect()] for one in json.load(sys.stdin)]
    log = "SELECT file FROM other.d.t.metadata_log_entries ORDER BY latest_sequence_number, timestamp, file"
    last = session.sql(log).collect()[-1].file
    print(json.dumps({"answers": answers, "metadata": last}, default=str))
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1])
