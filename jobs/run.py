"""Run one product, as a Glue job or from a shell: --product sales.orders --root . --env prod --engine glue.

`--date 2026-11-20` is the date of the run where it is not today, for modes that write it into the table.
"""

import sys

from mesh_etl import MeshError, run_product
from mesh_etl.run.engines.glue import job_arguments

try:
    run_product(**job_arguments(sys.argv, ("product", "root", "env", "engine"), ("date",)))
except MeshError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
