"""The yardstick: the same table by a short hand-written PySpark script that validates nothing.

    python plain_spark.py INPUT.csv OUTPUT_FOLDER

The schema is given (inferring it would cost a second pass), and there is no shuffle, which is the cheapest layout in
CPU seconds that plain PySpark has.
"""

from __future__ import annotations

import sys

from lineitem_columns import COLUMNS
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

source, target = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "4g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
lines = spark.read.csv(source, header=True, schema=", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items()))
months = lines.withColumn("l_shipdate_month", F.date_format("l_shipdate", "yyyy-MM"))
months.write.mode("overwrite").partitionBy("l_shipdate_month").option("compression", "zstd").parquet(target)
spark.stop()
