"""What the catalogue says of the format of a table's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileFormat:
    """The classes by which Hive, Athena and Spark read files of a format, and how they are told of the codec."""

    input: str
    output: str
    serde: str
    codec: str  # the name of the table's parameter

    def compression(self, codec: str) -> str:
        """The codec as that parameter spells it."""
        return {"none": "NONE" if self.codec == "orc.compress" else "UNCOMPRESSED"}.get(codec, codec.upper())


FILE_FORMATS = {
    "parquet": FileFormat(
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "parquet.compression",
    ),
    "orc": FileFormat(
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
        "orc.compress",
    ),
}
