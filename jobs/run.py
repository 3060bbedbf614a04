"""Run one product, as a Glue job or from a shell: --product sales.orders --root . --env prod --engine glue."""

import sys
from argparse import ArgumentParser

import mesh_etl

parser = ArgumentParser(description=__doc__)
names = [parser.add_argument(f"--{name}", required=True).dest for name in ("product", "root", "env", "engine")]
try:
    from awsglue.utils import getResolvedOptions
except ModuleNotFoundError:
    getResolvedOptions = None
given = getResolvedOptions(sys.argv, names) if getResolvedOptions else vars(parser.parse_args())
mesh_etl.run_product(**{name: given[name] for name in names})
