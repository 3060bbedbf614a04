"""XML, sampled by its elements: the tag that repeats is a row, its attributes and leaves are columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from mesh_etl.contract.types import Array, DataType, Field, Simple
from mesh_etl.crawl.layout import Layout, Piece, Pieces, opened, read
from mesh_etl.crawl.naming import column_names
from mesh_etl.crawl.reach import Found, Stretch, name_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.kernels.text.stream import utf8_stream
from mesh_etl.stores import InputFile

HEAD = 4 << 20
DEEPEST = 32


@dataclass
class _Tree:
    """What of a document was met: how often each path, which paths hold elements, and where names have prefixes."""

    paths: Counter[tuple[str, ...]] = field(default_factory=Counter)
    parents: set[tuple[str, ...]] = field(default_factory=set)
    attributes: dict[tuple[str, ...], None] = field(default_factory=dict)
    repeated: set[tuple[str, ...]] = field(default_factory=set)
    prefixed: bool = False


class _Entity(Exception):
    """The document declares an entity."""


def xml_rows(found: Found, rows: int) -> Layout:
    """The layout of XML files. Raises `ConfigError` for what is no XML or repeats nothing."""
    tree = _Tree()
    for file in found.looked_at[:8]:
        _walk(file, tree)
    row = _row(tree)
    if row is None:
        fix = "a row is an element that repeats"
        raise ConfigError(Fault("SAMPLE_EMPTY", "no element of the file repeats", name_of(found.files[0]), fix))
    below = [path[len(row) :] for path in tree.paths if path[: len(row)] == row and len(path) > len(row)]
    leaves = [path for path in below if (*row, *path) not in tree.parents]
    attributes = [path[len(row) :] for path in tree.attributes if path[: len(row)] == row]
    paths = ["/".join((*path[:-1], f"@{path[-1]}")) for path in attributes] + ["/".join(path) for path in leaves]
    if not paths:
        paths = ["."]
    arrays = {"/".join(path[len(row) :]) for path in tree.repeated if path[: len(row)] == row and len(path) > len(row)}
    lists = {path for path in paths if any(path == one or path.startswith(f"{one}/") for one in arrays)}
    names = column_names([path.replace("@", "").replace("/", "_") if path != "." else row[-1] for path in paths])
    options: dict[str, Any] = {"row_tag": row[-1], "columns": dict(zip(names, paths, strict=True))}
    if tree.prefixed:
        options["namespaces"] = "ignore"
    notes: tuple[str, ...] = ()
    if any(path[: len(row)] != row and row[: len(path)] != path for path in tree.paths):
        options["drift"] = "ignore"
        notes = ("other elements stand beside the rows; the job says `drift: ignore`",)
    kinds: list[DataType | None] = [Array(Simple("string")) if path in lists else None for path in paths]
    schema = tuple(Field(name, kind or Simple("string")) for name, kind in zip(names, kinds, strict=True))
    share = max(rows // len(found.looked_at), 1)
    pieces: list[Piece] = []
    stretches: list[Stretch] = []
    complete = len(found.looked_at) == len(found.files)
    for file in found.looked_at:
        reader = opened("xml", {**options, "unicode": "any", "control": "allow"}, file, schema, ()).reader
        for start, end in reader.split(file)[:1]:
            stretch = Stretch(file, start, end, share)
            got, everything = read(reader, stretch, (), False)
            complete &= everything
            pieces += got
            stretches.append(stretch)
    return Layout("xml", options, names, tuple(kinds), tuple(stretches), complete, Pieces(tuple(pieces)), {}, notes)


def _walk(file: InputFile, tree: _Tree) -> None:
    """The begin of the file is in the tree."""
    path: list[str] = []
    seen: list[Counter[str]] = [Counter()]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag or any(name == "xmlns" or name.startswith("xmlns:") for name in attributes):
            tree.prefixed = True
        name = tag.rpartition(":")[2]
        if path:
            tree.parents.add(tuple(path))
        seen[-1][name] += 1
        path.append(name)
        if len(path) > DEEPEST:
            problem = f"the elements are nested more than {DEEPEST} deep"
            fix = "give a sample that is flatter: rows this deep cannot be read"
            raise ConfigError(Fault("SAMPLE_UNREADABLE", problem, name_of(file), fix))
        here = tuple(path)
        tree.paths[here] += 1
        if seen[-1][name] > 1:
            tree.repeated.add(here)
        seen.append(Counter())
        for attribute in attributes:
            if not attribute.startswith("xmlns"):
                tree.attributes[(*here, attribute.rpartition(":")[2])] = None

    def end(_: str) -> None:
        path.pop()
        seen.pop()

    def entity(*_: object) -> None:
        raise _Entity

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.EntityDeclHandler = entity
    read_ = 0
    try:
        with utf8_stream(file) as stream:
            while read_ < HEAD and (data := stream.read(1 << 16)):
                parser.Parse(data, False)
                read_ += len(data)
    except expat.ExpatError as error:
        where = f"{name_of(file)}:{error.lineno}"
        raise ConfigError(Fault("SAMPLE_UNREADABLE", "the file is no XML", where, "deliver it well-formed")) from None
    except _Entity:
        fix = "deliver it without a DOCTYPE"
        raise ConfigError(Fault("ENTITY_REFUSED", "the file declares entities", name_of(file), fix)) from None


def _row(tree: _Tree) -> tuple[str, ...] | None:
    """The path that repeats nearest to the root, the most frequent of several."""
    repeated = [path for path in tree.repeated if len(path) > 1]
    return min(repeated, key=lambda path: (len(path), -tree.paths[path], path), default=None)
