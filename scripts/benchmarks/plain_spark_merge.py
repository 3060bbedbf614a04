"""The yardstick of a merge: a short PySpark script that joins the whole table with the changes and writes it anew.

    python plain_spark_merge.py TABLE_FOLDER CHANGES.csv OUTPUT_FOLDER

It validates nothing; the schema is given.
"""

from __future__ import annotations

import sys

from lineitem_columns import COLUMNS
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

table, changes, target = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "4g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
keys = ["l_orderkey", "l_linenumber"]
schema = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
new = spark.read.csv(changes, header=True, schema=schema).withColumn("is_new", F.lit(True)).alias("new")
old = spark.read.parquet(table).alias("old")
both = old.join(new, keys, "full_outer")
others = [F.when(F.col("is_new"), F.col(f"new.{name}")).otherwise(F.col(f"old.{name}")).alias(name) for name in COLUMNS]
merged = both.select(*keys, *(column for name, column in zip(COLUMNS, others, strict=True) if name not in keys))
months = merged.withColumn("l_shipdate_month", F.date_format("l_shipdate", "yyyy-MM"))
months.write.mode("overwrite").partitionBy("l_shipdate_month").option("compression", "zstd").parquet(target)
spark.stop()
