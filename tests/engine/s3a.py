"""Reads CSV, Parquet and a published table from S3 with Spark's own readers and Hadoop's s3a, and prints the rows.

A program of its own, since the drivers must be there before a session starts: `python s3a.py FOLDER TABLE`, which
are addresses below s3a://; the rows are JSON. The whole SDK of AWS is half a gigabyte; the parts that s3a needs here
are 20 MB.
"""

from __future__ import annotations

import json
import os
import sys

HADOOP = {
    "4": (
        "org.apache.hadoop:hadoop-aws:3.4.2",
        "software.amazon.awssdk:s3:2.29.52",
        "software.amazon.awssdk:s3-transfer-manager:2.29.52",
        "software.amazon.awssdk:sts:2.29.52",
    ),
    "3": (
        "org.apache.hadoop:hadoop-aws:3.3.4",
        "com.amazonaws:aws-java-sdk-s3:1.12.262",
        "com.amazonaws:aws-java-sdk-sts:1.12.262",
        "com.amazonaws:aws-java-sdk-dynamodb:1.12.262",
    ),
}
WHOLE = "software.amazon.awssdk:bundle,com.amazonaws:aws-java-sdk-bundle"


def main(folder: str, table: str) -> None:
    import pyspark

    from mesh_etl.run import engines

    conf = {
        "spark.jars.packages": ",".join(HADOOP[pyspark.__version__[0]]),
        "spark.jars.excludes": WHOLE,
        "spark.hadoop.fs.s3a.endpoint": os.environ["AWS_ENDPOINT_URL_S3"],
        "spark.hadoop.fs.s3a.endpoint.region": os.environ["AWS_DEFAULT_REGION"],
        "spark.hadoop.fs.s3a.access.key": os.environ["AWS_ACCESS_KEY_ID"],
        "spark.hadoop.fs.s3a.secret.key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    }
    with engines.open("spark", master="local[2]", conf=conf) as engine:
        session = engine.session()
        csv = session.read.csv(f"{folder}/*.csv", header=True, schema="id int, note string", escape='"')
        parquet = session.read.parquet(f"{folder}/*.parquet")
        published = session.read.parquet(table).select("id", "note")
        found = {"csv": csv, "parquet": parquet.select("id", "note"), "table": published}
        rows = {name: sorted(list(row) for row in frame.collect()) for name, frame in found.items()}
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
