"""Which SQL a server speaks, and whether a query is in it."""

from __future__ import annotations

from functools import lru_cache

SPARK = "spark"
# The names of sqlglot. What is missing here has no parser of its own, or reads no SQL at all.
_DIALECTS = {
    "athena": "athena", "glue": "athena", "trino": "trino", "presto": "presto", "hive": "hive", "impala": "hive",
    "databricks": "databricks", "bigquery": "bigquery", "snowflake": "snowflake", "redshift": "redshift",
    "postgres": "postgres", "postgresql": "postgres", "cloudsql": "postgres", "mysql": "mysql",
    "sqlserver": "tsql", "synapse": "tsql", "oracle": "oracle", "clickhouse": "clickhouse", "duckdb": "duckdb",
    "teradata": "teradata", "dremio": "dremio", "exasol": "exasol",
}  # fmt: skip


def dialect(server: str) -> str | None:
    """The dialect of a server of this type, or None where none can be told."""
    return _DIALECTS.get(server)


@lru_cache(maxsize=4096)  # a contract asks the same of many columns
def refusal(query: str, spoken: str) -> str | None:
    """Where the query does not parse in the dialect, as ` in its line 2`; None where it parses."""
    from sqlglot import parse
    from sqlglot.errors import ParseError, SqlglotError

    try:
        parse(query, dialect=spoken)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        return f" in its line {first['line']}" if first.get("line") else " as it stands"
    except SqlglotError:
        return " as it stands"
    return None


@lru_cache(maxsize=4096)
def is_query(query: str) -> bool:
    """Whether the text, which parses as Spark SQL, is one SELECT."""
    from sqlglot import exp, parse

    statements = parse(query, dialect=SPARK)
    return len(statements) == 1 and isinstance(statements[0], exp.Query)
