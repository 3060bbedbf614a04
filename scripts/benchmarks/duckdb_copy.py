"""The floor: the same table by one COPY of DuckDB, which validates nothing either.

python duckdb_copy.py INPUT.csv OUTPUT_FOLDER
"""

from __future__ import annotations

import sys

import duckdb
from lineitem_columns import COLUMNS

source, target = sys.argv[1:]
types = ", ".join(f"'{name}': '{type_.replace('string', 'varchar')}'" for name, type_ in COLUMNS.items())
duckdb.execute(
    f"""
    COPY (
        SELECT *, strftime(l_shipdate, '%Y-%m') AS l_shipdate_month
        FROM read_csv('{source}', header = true, delim = ',', quote = '"', columns = {{{types}}})
    )
    TO '{target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (l_shipdate_month), OVERWRITE_OR_IGNORE)
    """
)
