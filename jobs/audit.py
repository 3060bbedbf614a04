"""Hold all tables of a domain against ledger, files, catalogue and clock; arguments as of maintain.py."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("mesh_etl needs Python 3.11, which Spark jobs of Glue 5.0 have and Python shell has not [PYTHON_TOO_OLD]")

from mesh_etl.glue import main

main("audit", sys.argv)
