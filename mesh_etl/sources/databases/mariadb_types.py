"""How the types of MariaDB and MySQL become text: each in one spelling, with every digit."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.contract.types import Decimal, Simple
from mesh_etl.sources.databases.columns import Kind, StoredColumn

_UNSIGNED, _ZEROFILL, _ENUM, _SET = 0x20, 0x40, 0x100, 0x800
_BYTES = 63  # the character set of what is no text
_WHOLE = {1: ("tinyint", "smallint"), 2: ("smallint", "int"), 9: ("int", "int"), 3: ("int", "bigint")}
_NAMES = {
    0: "decimal", 1: "tinyint", 2: "smallint", 3: "int", 4: "float", 5: "double", 6: "null", 7: "timestamp",
    8: "bigint", 9: "mediumint", 10: "date", 11: "time", 12: "datetime", 13: "year", 16: "bit", 245: "json",
    246: "decimal", 255: "geometry",
}  # fmt: skip


@dataclass(frozen=True)
class MariaField:
    """A column as the server's protocol describes it: type code, length in bytes, digits after the point, flags."""

    name: str
    code: int
    length: int
    scale: int
    charset: int
    flags: int


def rendered(field: MariaField, sql: str) -> StoredColumn:
    """The column with the SQL of its text; `sql` addresses it."""
    unsigned = bool(field.flags & _UNSIGNED)
    spelled = _NAMES.get(field.code, "text") + (" unsigned" if unsigned and field.code not in (7, 13, 16) else "")
    plain = f"CAST({sql} AS CHAR)"
    # Through a number: the text of ZEROFILL has zeros before it.
    whole = f"CAST(CAST({sql} AS {'UNSIGNED' if unsigned else 'SIGNED'}) AS CHAR)"
    match field.code:
        case 1 if field.length == 1:  # what BOOLEAN is made of
            kinds: tuple[Kind, ...] = (Simple("tinyint" if not unsigned else "smallint"), Simple("boolean"))
            return StoredColumn(field.name, f"{spelled}(1)", kinds, whole, {"boolean": _boolean(sql)})
        case 1 | 2 | 3 | 9:
            return StoredColumn(field.name, spelled, (Simple(_WHOLE[field.code][unsigned]),), whole)
        case 8:
            return StoredColumn(field.name, spelled, (Decimal(20, 0) if unsigned else Simple("bigint"),), whole)
        case 13:
            return StoredColumn(field.name, spelled, (Simple("smallint"),), whole)
        case 16:
            return _bits(field, sql)
        case 4 | 5:  # times one: a FLOAT's own text has six digits
            kind = Simple("float" if field.code == 4 else "double")
            return StoredColumn(field.name, spelled, (kind,), f"CAST({sql} * 1e0 AS CHAR)")
        case 0 | 246:
            digits = field.length - (field.scale > 0) - (not unsigned)
            exact = f"CAST({sql} + 0 AS CHAR)" if field.flags & _ZEROFILL else plain
            number: Kind = Decimal(digits, field.scale) if 0 < digits <= 38 and field.scale <= digits else "number"
            return StoredColumn(field.name, f"{spelled}({digits},{field.scale})", (number,), exact)
        case 10:
            return StoredColumn(field.name, spelled, (Simple("date"),), plain)
        case 12:
            return StoredColumn(field.name, spelled, ("local",), plain)
        case 7:  # the session's clock is UTC
            offset = f"CONCAT({plain}, '+00:00')"
            return StoredColumn(field.name, spelled, (Simple("timestamp"),), offset, offset=True)
        case 11:
            return StoredColumn(field.name, spelled, ("text",), plain)
        case 245:
            return StoredColumn(field.name, spelled, ("json",), plain)
        case 15 | 247 | 248 | 249 | 250 | 251 | 252 | 253 | 254:
            if field.charset == _BYTES and not field.flags & (_ENUM | _SET):
                return StoredColumn(field.name, "binary", (Simple("binary"),), f"LOWER(HEX({sql}))")
            return StoredColumn(field.name, spelled, ("text",), plain)
    return StoredColumn(field.name, spelled, ())


def _boolean(sql: str) -> str:
    """The text of 0 and 1 is that of booleans; any other number stays what it is, and is rejected as none."""
    return f"CASE {sql} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE CAST({sql} + 0 AS CHAR) END"


def _bits(field: MariaField, sql: str) -> StoredColumn:
    text = f"CAST(CAST({sql} AS UNSIGNED) AS CHAR)"
    if field.length == 1:
        return StoredColumn(
            field.name, "bit(1)", (Simple("tinyint"), Simple("boolean")), text, {"boolean": _boolean(sql)}
        )
    kind = Simple("bigint") if field.length < 64 else Decimal(20, 0)
    return StoredColumn(field.name, f"bit({field.length})", (kind,), text)
