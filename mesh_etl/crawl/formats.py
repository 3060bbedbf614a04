"""Which format files are in: told by their content where it says so, else by their names."""

from __future__ import annotations

import io
import zipfile

from mesh_etl.crawl.delimited import head
from mesh_etl.crawl.layout import component
from mesh_etl.crawl.reach import Found, name_of
from mesh_etl.errors import ConfigError, Fault, RunError
from mesh_etl.stores import InputFile

_MAGIC = {b"PAR1": "parquet", b"PARE": "parquet", b"ORC": "orc", b"Obj\x01": "avro",
          b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel"}  # fmt: skip
_SUFFIXES = {
    "csv": "csv", "tsv": "csv", "tab": "csv", "psv": "csv", "json": "json", "ndjson": "json", "jsonl": "json",
    "xml": "xml", "parquet": "parquet", "pq": "parquet", "orc": "orc", "avro": "avro", "xlsx": "excel", "xls": "excel",
    "xlsm": "excel", "xlsb": "excel", "ods": "excel", "fwf": "fixed_width",
}  # fmt: skip
_PACKED = ("gz", "bz2", "zst", "gzip")


def format_of(found: Found) -> str:
    """The source type that reads the files. Raises `ConfigError`: SAMPLE_FORMAT, MIXED_FORMATS."""
    kinds: dict[str, InputFile] = {}
    for file in found.looked_at:
        kinds.setdefault(_format(file), file)
    if len(kinds) > 1:
        listed = ", ".join(f"{name_of(file)}: {kind}" for kind, file in sorted(kinds.items()))
        raise ConfigError(Fault("MIXED_FORMATS", f"the files differ in format ({listed})", "", "infer them apart"))
    (kind,) = kinds
    if component(kind) is None:
        problem = f"the file is {kind}, which no source of this version reads"
        raise ConfigError(Fault("SAMPLE_FORMAT", problem, name_of(kinds[kind]), "deliver it as csv, json or parquet"))
    return kind


def _format(file: InputFile) -> str:
    with file.open() as stream:
        begin = stream.read(16)
    for magic, kind in _MAGIC.items():
        if begin.startswith(magic):
            return kind
    if begin.startswith(b"PK\x03\x04"):
        return _archive(file)
    try:
        text = head(file, size=4096)
    except RunError as error:
        raise ConfigError(*error.faults) from None
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = _suffix(file)
    if start.startswith((b"<?xml", b"<")) and named in ("", "xml"):
        return "xml"
    if named in ("csv", "json", "xml", "fixed_width"):
        return named
    if start[:1] in (b"{", b"["):
        return "json"
    return "fixed_width" if _is_columns(text) else "csv"


def _suffix(file: InputFile) -> str:
    parts = name_of(file).lower().split(".")[1:]
    while parts and parts[-1] in _PACKED:
        parts.pop()
    return _SUFFIXES.get(parts[-1], "") if parts else ""


def _archive(file: InputFile) -> str:
    try:
        with (
            file.open() as stream,
            zipfile.ZipFile(io.BytesIO(stream.read()) if file.size < 1 << 16 else stream) as one,
        ):
            names = set(one.namelist())
    except (zipfile.BadZipFile, OSError):
        names = set()
    if "[Content_Types].xml" in names or "mimetype" in names:
        return "excel"
    fix = "unpack it first"
    raise ConfigError(Fault("SAMPLE_FORMAT", "the file is a zip archive", name_of(file), fix))


def _is_columns(text: bytes) -> bool:
    """Lines of one length that no delimiter cuts: columns by position."""
    lines = [line.rstrip(b"\r") for line in text.split(b"\n")[:-1]]
    if len(lines) < 5 or len({len(line) for line in lines}) != 1 or len(lines[0]) < 8:
        return False
    counts = [{line.count(sign) for line in lines} for sign in (b",", b";", b"\t", b"|")]
    return not any(len(one) == 1 and one != {0} for one in counts)
