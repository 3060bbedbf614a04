"""JSON, sampled as Python values: its layout, the path to its rows, and the types that all values of a key have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.contract.types import Array, DataType, Decimal, Field, Map, Simple, Struct
from mesh_etl.crawl.delimited import agreed_encoding, head
from mesh_etl.crawl.distinct import Distinct
from mesh_etl.crawl.ladder import STRING
from mesh_etl.crawl.layout import Layout, Pieces
from mesh_etl.crawl.reach import OCTETS, Found, Stretch, byte_stretches, name_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.kernels.text.stream import is_plain
from mesh_etl.kernels.values.text_rules import PLAIN_TEXT
from mesh_etl.stores import InputFile

_MOST_KEYS = 40  # objects with more different keys than this, of which each has few, are maps
_DEEPEST = 3


@dataclass(frozen=True)
class JsonRows:
    """The objects of a sample, how they stand in the files, and which files lack which keys."""

    options: dict[str, Any]
    rows: list[dict[str, Any]]
    files: list[str]


def sampled(found: Found, rows: int) -> JsonRows:
    """The objects of all looked-at files. Raises `ConfigError` SAMPLE_UNREADABLE for what is no JSON of rows."""
    encoding = agreed_encoding(found).name
    options: dict[str, Any] = {} if encoding == "utf-8" else {"encoding": encoding}
    objects: list[dict[str, Any]] = []
    owners: list[str] = []
    refused = ""
    layout, path = _layout(found.files[0], encoding)
    if layout != "lines":
        options["layout"] = layout
    if path:
        options["records"] = path
    share = max(rows // len(found.looked_at), 1)
    octets = OCTETS // len(found.looked_at)
    for file in found.looked_at:
        before = len(objects)
        for one in _objects(file, encoding, layout, path, share, octets):
            if isinstance(one, dict):
                objects.append(one)
            else:
                refused = refused or name_of(file)
            if len(objects) - before >= share:
                break
        owners += [name_of(file)] * (len(objects) - before)
    if refused and not objects:
        fix = "a source reads JSON objects: lines, array, documents"
        raise ConfigError(Fault("SAMPLE_UNREADABLE", "no row is a JSON object", refused, fix))
    return JsonRows(options, objects, owners)


def _layout(file: InputFile, encoding: str) -> tuple[str, str]:
    """How rows stand in the file: one a line, in an array (below a path), or one document after the other."""
    text = head(file, encoding, 4 << 20).decode("utf-8", "replace").removeprefix("\ufeff")
    first = next((line for line in text.split("\n") if line.strip()), "")
    if text.lstrip()[:1] == "[":
        return "array", ""
    alone = _object(first)
    rest = text.partition(first)[2].strip()
    if alone is not None and (rest or not _path(alone)):
        return "lines", ""
    begin = [line for line in text.split("\n", 40)[:40] if line.strip()]
    if sum(_object(line) is not None for line in begin) * 2 > len(begin) > 1:
        return "lines", ""  # lines, some of which are no JSON
    try:
        content, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        path = _unfinished_path(text)
        if path:
            return "array", path
        raise _unreadable(file, "the file is no JSON") from None
    if path := _path(content):
        return "array", path
    return ("documents", "") if isinstance(content, dict) else ("lines", "")


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _path(content: Any) -> str:
    """The path to the longest list of objects in one document, by depth three at most; empty where there is none."""
    best: tuple[int, str] = (0, "")
    waiting: list[tuple[Any, str, int]] = [(content, "", 0)]
    while waiting:
        node, path, depth = waiting.pop()
        for key, value in node.items() if isinstance(node, dict) else ():
            here = f"{path}.{key}" if path else key
            if isinstance(value, list) and value and all(isinstance(one, dict) for one in value[:10]):
                best = max(best, (len(value), here))
            elif isinstance(value, dict) and depth < _DEEPEST:
                waiting.append((value, here, depth + 1))
    # A list inside one row is no list of rows: the document must hold little else.
    return best[1] if best[0] > 1 or (isinstance(content, dict) and len(content) == 1) else ""


def _unfinished_path(text: str) -> str:
    """The path to a list of objects that goes on beyond the text."""
    path: list[str] = []
    rest = text.lstrip()
    for _ in range(_DEEPEST + 1):
        if not rest.startswith("{"):
            return ".".join(path) if rest.startswith("[") else ""
        rest = rest[1:].lstrip()
        while rest.startswith('"'):
            try:
                key, end = json.JSONDecoder().raw_decode(rest)
                value = rest[end:].lstrip().removeprefix(":").lstrip()
                _, end = json.JSONDecoder().raw_decode(value)
            except ValueError:
                path.append(key)
                rest = value
                break
            rest = value[end:].lstrip().removeprefix(",").lstrip()
        else:
            return ""
    return ""


def _objects(file: InputFile, encoding: str, layout: str, path: str, rows: int, octets: int) -> Iterator[Any]:
    if layout == "lines":
        yield from _lines(file, encoding, rows, octets)
        return
    text = head(file, encoding, octets).decode("utf-8", "replace").removeprefix("\ufeff")
    at = _begin(text, path)
    decoder = json.JSONDecoder()
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n,[":
            at += 1
        if text[at : at + 1] in ("", "]", "}"):
            return
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if len(text.encode()) < octets:
                raise _unreadable(file, "a document of the file is no JSON") from None
            return  # cut off by the budget
        yield one


def _begin(text: str, path: str) -> int:
    at = 0
    for key in path.split(".") if path else ():
        at = text.find(json.dumps(key, ensure_ascii=False), at)
        at = text.find(":", at) + 1
    return at


def _lines(file: InputFile, encoding: str, rows: int, octets: int) -> Iterator[Any]:
    if is_plain(file, encoding):
        ranges = byte_stretches(file, 0, _row_bytes(file), rows, octets)
        with file.open() as stream:
            for start, end in ranges:
                stream.seek(start)
                data = stream.read(end - start)
                if start:
                    data = data.partition(b"\n")[2]
                if end < file.size:
                    data = data.rpartition(b"\n")[0]
                yield from _parsed(data)
        return
    data = head(file, encoding, octets)
    yield from _parsed(data if len(data) < octets else data.rpartition(b"\n")[0])


def _parsed(data: bytes) -> Iterator[Any]:
    """The objects of the lines; None for a line that is none, which the trial of the draft will tell."""
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        if line.strip():
            yield _object(line.decode("utf-8", "replace"))


def _unreadable(file: InputFile, problem: str) -> ConfigError:
    fix = "a source reads JSON objects: lines, array, documents"
    return ConfigError(Fault("SAMPLE_UNREADABLE", problem, name_of(file), fix))


def type_of(values: Sequence[Any]) -> DataType:
    """The type that all JSON values but null have; numbers in quotes are text."""
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds == {bool}:
        return Simple("boolean")
    if kinds == {int}:
        return _whole(present)
    if kinds in ({float}, {int, float}):
        return Simple("double")
    if kinds == {str}:
        return _of_text(present)
    if kinds == {list}:
        return Array(type_of([item for value in present for item in value]))
    if kinds == {dict}:
        return _of_objects(present) if any(present) else Map(STRING, STRING)
    return STRING


def _whole(values: Sequence[int]) -> DataType:
    for bits, name in ((31, "int"), (63, "bigint")):
        if all(-(1 << bits) <= value < 1 << bits for value in values):
            return Simple(name)
    return Decimal(38, 0) if all(abs(value) < 10**38 for value in values) else STRING


def _of_text(values: Sequence[str]) -> DataType:
    import pyarrow as pa

    cells = [value.encode("utf-8", "replace").decode() for value in values]
    column = Distinct.of(pa.array(cells, pa.string()))
    for name in ("date", "timestamp", "timestamp_ntz"):
        if column.fit(Simple(name), PLAIN_TEXT).whole:
            return Simple(name)
    return STRING


def _of_objects(values: Sequence[dict[str, Any]]) -> DataType:
    names = dict.fromkeys(name for value in values for name in value)
    mean = sum(map(len, values)) / len(values)
    nameless = any(not name or "`" in name for name in names)  # no type can spell such a field
    if nameless or (len(names) > _MOST_KEYS and mean * 2 < len(names)):
        inner = type_of([one for value in values for one in value.values()])
        return Map(STRING, inner)
    return Struct(tuple(Field(name, type_of([value.get(name) for value in values])) for name in names))


def json_rows(found: Found, rows: int) -> Layout:
    """The layout of JSON files. Raises `ConfigError`, and `RunError` as the source would."""
    read = sampled(found, rows)
    names = tuple(dict.fromkeys(name for row in read.rows for name in row))
    types = tuple(type_of([row.get(name) for row in read.rows]) for name in names)
    having: dict[str, set[str]] = {name: set() for name in names}
    for file, row in zip(read.files, read.rows, strict=True):
        for name in row:
            having[name].add(file)
    every = dict.fromkeys(read.files)
    lacking = {name: tuple(file for file in every if file not in having[name]) for name in names}
    lacking = {name: files for name, files in lacking.items() if files}
    stretches, complete = _stretches(found, read, rows)
    keys = tuple(name.replace("\\", "\\\\").replace(".", "\\.") for name in names)
    return Layout("json", read.options, keys, types, stretches, complete, Pieces(), lacking)


def _stretches(found: Found, read: JsonRows, rows: int) -> tuple[tuple[Stretch, ...], bool]:
    files = found.looked_at
    share, octets = max(rows // len(files), 1), OCTETS // len(files)
    stretches: list[Stretch] = []
    for file in files:
        ranges = [(0, file.size)]
        if "layout" not in read.options and is_plain(file, str(read.options.get("encoding", "utf-8"))):
            ranges = byte_stretches(file, 0, _row_bytes(file), share, octets)
        stretches += [Stretch(file, start, end, max(share // len(ranges), 1)) for start, end in ranges]
    whole = len(stretches) == len(files) == len(found.files)
    small = all(file.size <= octets and is_plain(file) for file in files)
    return tuple(stretches), whole and small and len(read.rows) < rows


def _row_bytes(file: InputFile) -> float:
    begin = head(file, size=65536)
    return len(begin) / max(begin.count(b"\n"), 1)
