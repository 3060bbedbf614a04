"""Makes Parquet, ORC, Avro and Excel files as cases state them, damaged and dishonest ones included.

    arrow: {name: type}, rows: […]       Parquet, or ORC with `to: orc`; `options` are those of the writer, `names`
                                         replace those of the columns
    avro: schema, rows: [{…}]            `states` is the schema that the header shows instead; `codec`; `blocks`, the
                                         rows in each; `counts`, what a block says instead; `sync`, what is behind it
    sheet: [[cell, …], …]                a workbook; or the XML inside of sheetData

Arrow's types are spelled as Arrow does (`timestamp[ns]`, `uint64`, `dictionary`) or as contracts do. Text that is no
UTF-8 and bytes are `{bytes: "\\xFF"}`. A cell of a sheet is text, a number, a boolean, null, or `{v: content, t: type,
style: format, f: formula}`; a row that is null is not there. `name`, `state`, `shared` (texts), `date1904` and
`members` (name: content) are those of the workbook.
"""

from __future__ import annotations

import decimal
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr


def stored_file(given: Mapping[str, Any]) -> bytes:
    """Parquet or ORC with columns of any Arrow type."""
    import pyarrow as pa
    import pyarrow.orc
    import pyarrow.parquet

    kinds = [_arrow_type(kind) for kind in given["arrow"].values()]
    names = list(given["arrow"])
    if "names" in given:  # keys of a mapping cannot repeat
        names = given["names"]
    cells = list(zip(*given["rows"], strict=True)) if given["rows"] else [()] * len(kinds)
    table = pa.table([_array(column, kind) for column, kind in zip(cells, kinds, strict=True)], names)
    out = io.BytesIO()
    if given.get("to") == "orc":
        pyarrow.orc.write_table(table, out, **given.get("options", {}))
    else:
        pyarrow.parquet.write_table(table, out, **given.get("options", {}))
    return out.getvalue()


def _arrow_type(text: str) -> Any:
    import pyarrow as pa

    from mesh_etl.contract.types import parse
    from mesh_etl.kernels.schema import arrow

    special = {
        "dictionary": pa.dictionary(pa.int8(), pa.string()),
        "uuid": pa.uuid(),
        "decimal256(50,2)": pa.decimal256(50, 2),
        "fixed(2)": pa.binary(2),
        "date32": pa.date32(),
        "timestamp[ns, UTC]": pa.timestamp("ns", tz="UTC"),
        "list<null>": pa.list_(pa.null()),
        "struct<a,a>": pa.struct([("a", pa.int32()), ("a", pa.int32())]),
        "union": pa.dense_union([pa.field("x", pa.int32()), pa.field("y", pa.string())]),
    }
    if text in special:
        return special[text]
    try:
        return arrow(parse(text))
    except ValueError:
        return pa.type_for_alias(text)


def _array(cells: Any, kind: Any) -> Any:
    import pyarrow as pa

    cells = [_plain(cell) for cell in cells]
    if pa.types.is_string(kind):
        return pa.array([one.encode() if isinstance(one, str) else one for one in cells], pa.binary()).view(kind)
    if pa.types.is_decimal(kind):
        cells = [None if one is None else decimal.Decimal(one) for one in cells]
    if pa.types.is_date32(kind) and all(isinstance(one, int) for one in cells if one is not None):
        return pa.array(cells, pa.int32()).view(kind)
    if isinstance(kind, pa.UuidType):
        return pa.array(cells, pa.binary(16)).cast(kind)
    if pa.types.is_union(kind):
        return pa.UnionArray.from_dense(
            pa.array([0] * len(cells), pa.int8()),
            pa.array(range(len(cells)), pa.int32()),
            [pa.array(cells, pa.int32()), pa.array([], pa.string())],
            ["x", "y"],
        )
    if pa.types.is_map(kind):
        cells = [one and [tuple(pair) for pair in (one.items() if isinstance(one, dict) else one)] for one in cells]
    return pa.array(cells, kind)


def _plain(cell: Any) -> Any:
    if isinstance(cell, Mapping) and set(cell) == {"bytes"}:
        return cell["bytes"].encode("latin-1")
    if isinstance(cell, Mapping):
        return {key: _plain(one) for key, one in cell.items()}
    return [_plain(one) for one in cell] if isinstance(cell, list) else cell


def avro_file(given: Mapping[str, Any]) -> bytes:
    """An Avro container, whose header and blocks may say what is not so."""
    import fastavro

    schema = fastavro.parse_schema(given["avro"])
    sync = b"0123456789abcdef"
    rows = [_plain(row) for row in given["rows"]]
    size = given.get("blocks", max(1, len(rows)))
    codec = given.get("codec", "null")
    metadata = {"avro.schema": json.dumps(given.get("states", given["avro"])), "avro.codec": codec}
    out = io.BytesIO(b"Obj\x01")
    out.seek(4)
    out.write(_long(len(metadata)))
    for key, value in metadata.items():
        out.write(_long(len(key)) + key.encode() + _long(len(value.encode())) + value.encode())
    out.write(_long(0) + sync)
    for number, start in enumerate(range(0, len(rows), size)):
        data = io.BytesIO()
        for row in rows[start : start + size]:
            fastavro.schemaless_writer(data, schema, row)
        packed = _packed(data.getvalue(), codec)
        count = given.get("counts", {}).get(number, len(rows[start : start + size]))
        out.write(_long(count) + _long(len(packed)) + packed)
        out.write(given["sync"].encode() if "sync" in given else sync)
    return out.getvalue()


def _packed(data: bytes, codec: str) -> bytes:
    import pyarrow as pa

    if codec == "deflate":
        return zlib.compress(data)[2:-4]
    if codec == "snappy":
        return pa.Codec("snappy").compress(data, asbytes=True) + zlib.crc32(data).to_bytes(4, "big")
    if codec == "zstandard":
        return pa.Codec("zstd").compress(data, asbytes=True)
    return data


def _long(value: int) -> bytes:
    value, parts = (value << 1) ^ (value >> 63), bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))


def workbook(given: Mapping[str, Any]) -> bytes:
    """A workbook with one sheet."""
    formats: list[str] = ["General"]
    sheet = given["sheet"]
    if not isinstance(sheet, str):
        sheet = "".join(_row(number, row, formats) for number, row in enumerate(sheet, 1) if row is not None)
    codes = "".join(f'<numFmt numFmtId="{200 + i}" formatCode={quoteattr(code)}/>' for i, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(formats)))
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in given.get("shared", ()))
    name, state = given.get("name", "Sheet1"), given.get("state", "visible")
    since = ' date1904="1"' if given.get("date1904") else ""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "_rels/.rels": _links(office, {"officeDocument": "xl/workbook.xml"}),
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{office}"><workbookPr{since}/><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" state="{state}" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            office, {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "texts.xml"}
        ),
        "xl/styles.xml": f"<styleSheet {space}><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
        "xl/texts.xml": f"<sst {space}>{shared}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>",
        **given.get("members", {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            if text is not None:
                archive.writestr(zipfile.ZipInfo(part), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _links(office: str, targets: Mapping[str, str]) -> str:
    links = "".join(f'<Relationship Id="{one}" Type="{office}/{one}" Target="{to}"/>' for one, to in targets.items())
    return f"<Relationships>{links}</Relationships>"


def _row(number: int, cells: list[Any], formats: list[str]) -> str:
    from mesh_etl.kernels.stored.sheet import column_letters

    found = [
        _cell(f"{column_letters(at)}{number}", cell, formats) for at, cell in enumerate(cells, 1) if cell is not None
    ]
    return f'<row r="{number}">{"".join(found)}</row>'


def _cell(place: str, cell: Any, formats: list[str]) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if not isinstance(cell, Mapping):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    code = cell.get("style", "General")
    if code not in formats:
        formats.append(code)
    formula = f"<f>{escape(cell['f'])}</f>" if "f" in cell else ""
    value = f"<v>{escape(str(cell['v']))}</v>" if "v" in cell else ""
    return f'<c r="{place}" s="{formats.index(code)}" t="{cell.get("t", "n")}">{formula}{value}</c>'
