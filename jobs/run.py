"""Run one product: --job s3://bucket/key.json in a Glue job; --product sales.orders --root . --env prod elsewhere."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("mesh_etl needs Python 3.11, which Spark jobs of Glue 5.0 have and Python shell has not [PYTHON_TOO_OLD]")

from mesh_etl.glue import main

main("run", sys.argv)
