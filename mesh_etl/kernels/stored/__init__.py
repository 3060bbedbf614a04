"""Readers of files that state a schema or types of their own: Parquet, ORC, Avro, Excel."""
