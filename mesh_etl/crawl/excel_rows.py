"""Workbooks, sampled by the cells of their first sheet: what kinds of cells a column has decides its type."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from mesh_etl.contract.types import DataType, Simple
from mesh_etl.crawl.ladder import STRING
from mesh_etl.crawl.layout import Layout, Pieces
from mesh_etl.crawl.reach import Found, Stretch, name_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.kernels.stored.sheet import WHOLE, Area, Cell, Cells
from mesh_etl.kernels.stored.sheet import rows as sheet_rows
from mesh_etl.kernels.stored.workbook import opened
from mesh_etl.stores import InputFile

HEADERS = 20  # rows in which the header is looked for


def excel_rows(found: Found, rows: int) -> Layout:
    """The layout of workbooks. Raises `ConfigError` where no row holds names, and what the workbook is refused for."""
    share = max(rows // len(found.looked_at), 1)
    first = found.files[0]
    top = _header_row(first)
    kinds: dict[str, Counter[str]] = {}
    lacking: dict[str, tuple[str, ...]] = {}
    headers: dict[InputFile, list[str]] = {}
    for file in found.looked_at:
        with opened(file) as book:
            lines = sheet_rows(book, book.sheet(None), Area(1, WHOLE.last_column, top, WHOLE.last_row))
            _, cells = next(lines, (0, {}))
            names = {column: cell.content for column, cell in cells.items()}
            headers[file] = list(names.values())
            for _, line in islice(lines, share):
                for column, cell in line.items():
                    if column in names and cell.content:
                        kinds.setdefault(names[column], Counter())[_kind(cell)] += 1
    originals = tuple(dict.fromkeys(name for header in headers.values() for name in header))
    for name in originals:
        if files := tuple(name_of(file) for file, header in headers.items() if name not in header):
            lacking[name] = files
    options = {"header_row": top} if top > 1 else {}
    types = tuple(_type(kinds.get(name, Counter())) for name in originals)
    stretches = tuple(Stretch(file, 0, file.size, share) for file in found.looked_at)
    complete = len(found.looked_at) == len(found.files)
    return Layout("excel", options, originals, types, stretches, complete, Pieces(), lacking)


def _header_row(file: InputFile) -> int:
    """The first of the rows with the most names: every cell is text, and no text stands twice."""
    with opened(file) as book:
        begin = list(islice(sheet_rows(book, book.sheet(None), WHOLE), HEADERS))
    able = [(len(cells), -number) for number, cells in begin if _names(cells)]
    if able:
        return -max(able)[1]
    fix = "a contract is drafted from a header and at least one row"
    raise ConfigError(Fault("SAMPLE_EMPTY", "no row holds names above values", name_of(file), fix))


def _names(cells: Cells) -> bool:
    texts = {cell.content for cell in cells.values() if cell.kind == "text" and cell.content}
    return 0 < len(texts) == len(cells)


def _kind(cell: Cell) -> str:
    if cell.kind == "moment":
        return "day" if "T" not in cell.content else "moment"
    if cell.kind != "number" or cell.shape == "span":
        return cell.kind if cell.kind != "number" else "error"
    if cell.shape == "clock":
        return "clock"
    number = float(cell.content)
    if cell.shape != "number":
        return "day" if number.is_integer() else "moment"
    return "fraction" if not number.is_integer() else "int" if abs(number) < 1 << 31 else "bigint"


def _type(kinds: Counter[str]) -> DataType:
    found = set(kinds) - {"error"}
    for name, allowed in (
        ("boolean", {"boolean"}),
        ("int", {"int"}),
        ("bigint", {"int", "bigint"}),
        ("double", {"int", "bigint", "fraction"}),
        ("date", {"day"}),
        ("timestamp_ntz", {"day", "moment"}),
    ):
        if found and found <= allowed:
            return Simple(name)
    return STRING
