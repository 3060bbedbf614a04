"""Rows of DMS files: which names mean what, and that checks keep records, lines and shares in order."""

from __future__ import annotations

import pytest

from mesh_etl.kernels.text.csv import CsvReader
from mesh_etl.kernels.text.dms import DmsTextReader, delivery
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL, InputFile

SEQUENCE = "20240316100000120000000000000000001"


def test_full_loads_come_first_by_number_then_changes_by_moment():
    names = [
        "20240316-100000123.csv", "LOAD0000000A.csv.gz", "20231231-235959999.csv", "LOAD00000010.csv",
        "LOAD00000009.csv", "20240316-1000001234.csv",
    ]  # fmt: skip
    assert sorted(names, key=lambda name: delivery(f"s3://b/t/{name}")) == [
        "LOAD00000009.csv", "LOAD0000000A.csv.gz", "LOAD00000010.csv", "20231231-235959999.csv",
        "20240316-100000123.csv", "20240316-1000001234.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["LOAD1.csv", "LOAD0000000G.csv", "LOAD00000001", "LOAD00000001.CSV", "LOAD00000001.csv.bak", "xLOAD00000001.csv",
     "20240316-100000123.json", "20240316-240000000.csv", "20240316100000123.csv", "2024-03-16.csv",
     "LOAD00000001.csv\n"],
)  # fmt: skip
def test_other_names_mean_nothing(name):
    assert delivery(name) is None


@pytest.fixture
def items(tmp_path):
    def build(**contents):
        found = []
        for number, (name, text) in enumerate(contents.items()):
            stem = "LOAD0000000" if name.startswith("load") else "20240316-10000000"
            path = tmp_path / f"{stem}{name[-1]}.csv"
            path.write_text(text)
            file = InputFile(str(path), len(text), "v", LOCAL)
            found.append(WorkItem(number, "source", file, 0, file.size, ("Op", "id", "seq")))
        return found

    return build


@pytest.fixture
def reader(schema):
    text = CsvReader(schema("_op string, id int, seq string"), {"_op": "Op"}, header=False, nulls=("NULL",))
    return DmsTextReader(text, "_op", "seq")


def test_small_files_are_read_at_once_with_the_verdicts_of_each(reader, items):
    bundle = items(
        load1="I,1,NULL\nD,2,NULL\nL,3,\n",
        load2="U,1,NULL\n",
        change3=f"I,1,{SEQUENCE}\nI,x,{SEQUENCE}\nL,3,{SEQUENCE}\nU,4,NULL\nD,5,{SEQUENCE}\n",
        change4="",
        change5=f"D,6,{SEQUENCE}\n",
    )
    [parsed] = reader.bundles(bundle)
    assert [row["id"] for row in parsed.batch.to_pylist()] == [1, 3, 1, 5, 6]
    assert parsed.records.tolist() == [0, 2, 0, 4, 0]
    assert [(one.item, one.rows, one.rejects, one.read, one.lines) for one in parsed.shares] == [
        (0, 2, 1, 3, 3), (1, 0, 1, 1, 1), (2, 2, 3, 5, 5), (3, 0, 0, 0, 0), (4, 1, 0, 1, 1)
    ]  # fmt: skip
    assert [(one.record, one.place.line, [why.rule for why in one.violations]) for one in parsed.rejects] == [
        (1, 2, ["UNKNOWN_OPERATION"]), (0, 1, ["UNKNOWN_OPERATION"]), (1, 2, ["TYPE_FORMAT"]),
        (2, 3, ["UNKNOWN_OPERATION"]), (3, 4, ["SEQUENCE_FORMAT"]),
    ]  # fmt: skip
    assert [(place.line, place.raw) for place in parsed.locate([1, 3])] == [(3, "L,3,"), (5, f"D,5,{SEQUENCE}")]


def test_bundled_and_single_items_have_the_same_verdicts(reader, items):
    bundle = items(load1="I,1,\nX,2,\n", change2=f"I,3,{SEQUENCE}\nI,4,1\n", change3="x\n")
    alone = [parsed for item in bundle for parsed in reader.parse(item)]
    together = list(reader.bundles(bundle))
    rejects = [(one.record, one.place, one.violations) for parsed in alone for one in parsed.rejects]
    assert [(one.record, one.place, one.violations) for parsed in together for one in parsed.rejects] == rejects
    rows = [row for parsed in alone for row in parsed.batch.to_pylist()]
    assert [row for parsed in together for row in parsed.batch.to_pylist()] == rows
    assert len(rejects) == 3
    for item, parsed in zip(bundle, alone, strict=True):
        records = [one.record for one in parsed.rejects]
        assert reader.locate(item, records) == [one.place for one in parsed.rejects]
