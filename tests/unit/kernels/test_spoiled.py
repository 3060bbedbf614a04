"""One bad cell costs no other cell its verdict."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.kernels.json.reader import JsonReader
from mesh_etl.kernels.stored.parquet import ParquetReader
from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.spill import Spill, rejects, spill_bundle
from mesh_etl.stores import LOCAL, InputFile

COLUMNS = ("a", "b", "c")
TABLES = st.lists(
    st.tuples(*[st.tuples(st.sampled_from([None, 1, 99]), st.booleans()) for _ in COLUMNS]), min_size=1, max_size=12
)


@dataclass(frozen=True)
class AtMost:
    """Every one of `reads` is at most 9."""

    id: str
    column: str
    reads: tuple[str, ...] | None
    rejects: bool = True

    def broken(self, batch):
        over = [pc.fill_null(pc.greater(batch.column(name), 9), False) for name in self.reads or batch.schema.names]
        return over[0] if len(over) == 1 else pc.or_(over[0], over[1])


RULES = (
    *(AtMost(f"{name}.max", name, (name,)) for name in COLUMNS),
    AtMost("a or b", "", ("a", "b")),
    AtMost("all", "", None),
    AtMost("counted", "a", ("a",), rejects=False),
)


def csv(path, table):
    lines = [",".join("bad" if bad else "" if value is None else str(value) for value, bad in row) for row in table]
    path.write_text("\n".join(["a,b,c", *lines, ""]))
    return 6, path.stat().st_size


def lines(path, table):
    rows = [{name: [1] if bad else value for name, (value, bad) in zip(COLUMNS, row, strict=True)} for row in table]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return 0, path.stat().st_size


def parquet(path, table):
    columns = {
        name: pa.array([1 << 40 if row[at][1] else row[at][0] for row in table], pa.int64())
        for at, name in enumerate(COLUMNS)
    }
    pq.write_table(pa.table(columns), path)
    return 0, 1


FORMATS = {"csv": (csv, CsvReader), "json": (lines, JsonReader), "parquet": (parquet, ParquetReader)}


def expected(table):
    """For each rejected row the rules it breaks, and the columns of its bad cells."""
    found = {}
    for number, row in enumerate(table):
        bad = {name for name, (_, spoiled) in zip(COLUMNS, row, strict=True) if spoiled}
        over = {name for name, (value, spoiled) in zip(COLUMNS, row, strict=True) if value == 99 and not spoiled}
        rules = {f"{name}.max" for name in over}
        if over & {"a", "b"} and not bad & {"a", "b"}:
            rules.add("a or b")
        if over & {"a", "b"} and not bad:
            rules.add("all")
        if bad or rules:
            found[number] = (bad, rules)
    return found


@pytest.mark.parametrize("kind", FORMATS)
@given(table=TABLES)
def test_every_other_cell_has_the_verdict_that_it_has_beside_a_good_one(kind, tmp_path_factory, schema, table):
    write, reader = FORMATS[kind]
    path = tmp_path_factory.mktemp("spoiled") / f"in.{kind}"
    start, end = write(path, table)
    item = WorkItem(0, "in", InputFile(str(path), path.stat().st_size, "v1", LOCAL), start, end, COLUMNS)
    columns = schema("a int, b int, c int")
    manifest = spill_bundle(Spill(str(path.parent), columns, RULES), {"in": reader(columns)}, (item,))
    rows = [row for batch in rejects([manifest["rejects"]] if manifest["rejects"] else []) for row in batch.to_pylist()]
    names = {rule.id for rule in RULES}
    found = {
        row["record"]: (
            {why["column"] for why in row["violations"] if why["rule"] not in names},
            {why["rule"] for why in row["violations"] if why["rule"] in names},
        )
        for row in rows
    }
    assert found == expected(table)
    counted = {
        rule.partition(":")[0]: count for rule, count in manifest["broken"].get("0", {}).items() if "max:" in rule
    }
    for name in COLUMNS:
        assert counted.get(f"{name}.max", 0) == sum(f"{name}.max" in rules for _, rules in expected(table).values())
