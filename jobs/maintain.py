"""Keep a table in shape, as a Glue job or from a shell: --product sales.orders --root . --env prod --engine glue."""

import sys

from mesh_etl import MeshError, maintain_product
from mesh_etl.run.engines.glue import job_arguments

try:
    found = maintain_product(**job_arguments(sys.argv, ("product", "root", "env", "engine")))
    if found.error:
        raise found.error
except MeshError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
