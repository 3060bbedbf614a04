"""Hold the accounts of the mesh against its configuration, or with --repair true make them as it says."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("mesh_etl needs Python 3.11, which Spark jobs of Glue 5.0 have and Python shell has not [PYTHON_TOO_OLD]")

from mesh_etl.glue import main

main("govern", sys.argv)
