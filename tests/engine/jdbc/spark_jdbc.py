"""Reads tables with Spark's own JDBC source and the databases' Java drivers; prints the rows as JSON.

A program of its own: drivers by Maven coordinate have to be known before a session starts. Arguments: for each table
its JDBC url and its name.
"""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal

from pyspark.sql import SparkSession

PACKAGES = "org.postgresql:postgresql:42.7.4,org.mariadb.jdbc:mariadb-java-client:3.5.1"


def plain(cell: object) -> str:
    if isinstance(cell, Decimal):
        return format(cell, "f").rstrip("0").rstrip(".")
    return cell.hex() if isinstance(cell, bytes | bytearray) else str(cell)


def main() -> None:
    builder = SparkSession.builder.master("local[1]").config("spark.jars.packages", PACKAGES)
    for key, value in {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC"}.items():
        builder = builder.config(key, value)
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    session = builder.config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC").getOrCreate()
    found = {}
    for url, table in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        postgres = url.startswith("jdbc:postgresql")
        # Under jdbc:mariadb Spark quotes names as strings, and reads the names of the columns in every row.
        address = url if postgres else url.replace("jdbc:mariadb", "jdbc:mysql") + "?permitMysqlScheme"
        frame = (
            session.read.format("jdbc")
            .option("url", address)
            .option("driver", "org.postgresql.Driver" if postgres else "org.mariadb.jdbc.Driver")
            .option("user", "mesh")
            .option("password", os.environ["MESH_DATABASE_PASSWORD"])
            .option("dbtable", table)
            .load()
        )
        found[url] = [row.asDict(recursive=True) for row in frame.orderBy("id").collect()]
    print("ROWS " + json.dumps(found, default=plain))
    session.stop()


if __name__ == "__main__":
    main()
