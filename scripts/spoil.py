"""Spoil a known number of rows of the demo's input in known ways, so that the quarantine has something to catch.

    spoil(Path(".mesh/raw"), seed=17)    # or: python scripts/spoil.py .mesh/raw --seed 17

reads `clean/*.csv`, writes the spoiled copies next to that folder and then `spoiled.json` with the exact counts per
file and kind. The same seed and the same clean files give the same bytes. Per kind one row in 2,000 is spoiled, three
at least; no row is spoiled twice. Rows are drawn in one pass by selection sampling, so memory does not grow with the
input.

| file         | kind              | what is done to the row                          |
|--------------|-------------------|--------------------------------------------------|
| customer.csv | missing_key       | c_custkey is empty                               |
|              | bad_number        | c_acctbal is `12.50 EUR`                         |
|              | too_many_fields   | one more field at the end                        |
|              | too_few_fields    | the last field is gone                           |
| orders.csv   | missing_key       | o_orderkey is empty                              |
|              | bad_date          | o_orderdate is 1996-02-30, which never was       |
|              | impossible_amount | o_totalprice is -1.00                            |
|              | unknown_status    | o_orderstatus is X                               |
|              | too_many_fields   | one more field at the end                        |
|              | too_few_fields    | the last field is gone                           |
|              | repeated_row      | the line stands twice                            |
| lineitem.csv | bad_date          | l_shipdate is 1996-02-30                         |
|              | impossible_amount | l_quantity is 9999                               |
|              | unknown_mode      | l_shipmode is DRONE                              |
|              | too_many_fields   | one more field at the end                        |
|              | too_few_fields    | the last field is gone                           |
| nation.csv   |                   | copied as it is                                  |
| region.csv   |                   | copied as it is                                  |
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ONE_IN = 2_000
AT_LEAST = 3
FIELD = re.compile(r'"[^"]*"|[^,]*')

Fields = list[str]
Change = Callable[[Fields], list[Fields]]  # the fields of a row → the rows that stand in its place


def put(position: int, value: str, fields: Fields) -> list[Fields]:
    """The row with another value at `position`."""
    return [[*fields[:position], value, *fields[position + 1 :]]]


def lengthen(fields: Fields) -> list[Fields]:
    """The row with one field too many."""
    return [[*fields, "surplus"]]


def shorten(fields: Fields) -> list[Fields]:
    """The row with one field too few."""
    return [fields[:-1]]


def repeat(fields: Fields) -> list[Fields]:
    """The row twice."""
    return [fields, fields]


RAGGED: dict[str, Change] = {"too_many_fields": lengthen, "too_few_fields": shorten}
KINDS: dict[str, dict[str, Change]] = {
    "customer.csv": {
        "missing_key": partial(put, 0, ""),
        "bad_number": partial(put, 5, "12.50 EUR"),
        **RAGGED,
    },
    "orders.csv": {
        "missing_key": partial(put, 0, ""),
        "bad_date": partial(put, 4, "1996-02-30"),
        "impossible_amount": partial(put, 3, "-1.00"),
        "unknown_status": partial(put, 2, "X"),
        **RAGGED,
        "repeated_row": repeat,
    },
    "lineitem.csv": {
        "bad_date": partial(put, 10, "1996-02-30"),
        "impossible_amount": partial(put, 4, "9999"),
        "unknown_mode": partial(put, 14, "DRONE"),
        **RAGGED,
    },
    "nation.csv": {},
    "region.csv": {},
}


def spoil(raw: Path, seed: int = 17) -> dict[str, dict[str, object]]:
    """Spoiled copies of `raw/clean/*.csv` stand in `raw`, and `raw/spoiled.json` holds what is returned.

    That is per file: `clean_rows`, `rows` (repeated ones included) and `spoiled`, the rows of each kind.
    """
    report_file = raw / "spoiled.json"
    report_file.unlink(missing_ok=True)  # written last, so that its presence says that the copies are whole
    report = {clean.name: _spoil_file(clean, raw / clean.name, seed) for clean in sorted((raw / "clean").glob("*.csv"))}
    report_file.write_text(json.dumps({"seed": seed, "files": report}, indent=2) + "\n")
    return report


def _spoil_file(clean: Path, target: Path, seed: int) -> dict[str, object]:
    changes = KINDS[clean.name]
    clean_rows = _count_lines(clean) - 1
    counts = dict.fromkeys(changes, max(AT_LEAST, clean_rows // ONE_IN))
    if sum(counts.values()) > clean_rows:
        raise SystemExit(f"{clean} has {clean_rows} rows, too few to spoil {sum(counts.values())} of them")
    drawn = _draw(counts, clean_rows, random.Random(f"{seed} {clean.name}"))
    part = target.with_name(target.name + ".part")
    rows = 0
    with clean.open(encoding="utf-8", newline="") as lines, part.open("w", encoding="utf-8", newline="") as out:
        out.write(next(lines))
        for line, kind in zip(lines, drawn, strict=True):
            if kind is None:
                out.write(line)
                rows += 1
                continue
            for fields in changes[kind](_split(line)):
                out.write(",".join(fields) + "\n")
                rows += 1
    os.replace(part, target)
    return {"clean_rows": clean_rows, "rows": rows, "spoiled": counts}


def _draw(counts: dict[str, int], rows: int, dice: random.Random) -> Iterator[str | None]:
    """For each of `rows` rows the kind it is spoiled in, or None; each kind is named exactly as often as asked."""
    wanted = dict(counts)
    left = sum(wanted.values())
    for ahead in range(rows, 0, -1):
        if dice.random() * ahead >= left:
            yield None
            continue
        kind = dice.choices(list(wanted), list(wanted.values()))[0]
        wanted[kind] -= 1
        left -= 1
        yield kind


def _split(line: str) -> Fields:
    """The fields of one line with their quotes, so that joining them again gives the line."""
    text, fields, position = line.rstrip("\r\n"), [], 0
    while position <= len(text):
        field = FIELD.match(text, position)
        assert field is not None, "the pattern matches the empty field as well"
        fields.append(field[0])
        position = field.end() + 1
    return fields


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Spoil a known number of rows of <raw>/clean/*.csv.")
    parser.add_argument("raw", type=Path)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    for name, file_report in spoil(arguments.raw, arguments.seed).items():
        print(name, json.dumps(file_report))
