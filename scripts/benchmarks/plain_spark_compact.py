"""One file for each partition, as Spark does it: python plain_spark_compact.py INPUT_FOLDER OUTPUT_FOLDER."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

source, target = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "4g")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
rows = spark.read.parquet(source).repartition("l_shipdate_month")
rows.write.mode("overwrite").partitionBy("l_shipdate_month").option("compression", "zstd").parquet(target)
spark.stop()
