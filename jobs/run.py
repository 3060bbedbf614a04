"""Run one product, as a Glue job or from a shell: --product sales.orders --root . --env prod --engine glue."""

import sys

from mesh_etl import MeshError, run_product
from mesh_etl.run.engines.glue import job_arguments

try:
    run_product(**job_arguments(sys.argv, ("product", "root", "env", "engine")))
except MeshError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
