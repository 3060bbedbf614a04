"""DynamicFrames in and out, with no row or type lost on the way."""

from __future__ import annotations

import pytest

from mesh_etl.contract.load import load
from mesh_etl.errors import RunError
from mesh_etl.glue.frames import from_dynamic, to_dynamic

# What awsglue does in toDF.
pytestmark = pytest.mark.filterwarnings("ignore:DataFrame constructor is internal:UserWarning")

LONG = {"dataType": "long", "properties": {}}
CHOICE = {"dataType": "choice", "choices": [LONG, {"dataType": "string", "properties": {}}], "properties": {}}
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema:
  - name: visits
    properties:
      - {name: id, logicalType: integer, required: true, logicalTypeOptions: {minimum: 1}}
"""


def struct(**fields):
    """The type of a frame, as Glue's Java spells it in JSON."""
    found = [{"name": name, "container": kind, "properties": {}} for name, kind in fields.items()]
    return {"dataType": "struct", "fields": found, "properties": {}}


@pytest.fixture
def frame(glue, spark):
    """A DynamicFrame of two rows."""
    glue.types = struct(id=LONG)
    return to_dynamic(spark.createDataFrame([(1,), (0,)], "id bigint"), "visits")


def test_a_frame_goes_in_and_out(frame):
    assert frame.name == "visits"
    assert [row.id for row in from_dynamic(frame).collect()] == [1, 0]


def test_a_contract_checks_it(frame, tmp_path):
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    checked = load(tmp_path / "contract.yaml").check(from_dynamic(frame))
    assert (checked.read, checked.kept) == (2, 1)
    assert [one.rule for one in checked.broken] == ["id.range"]
    assert [row.id for row in from_dynamic(to_dynamic(checked.good, "good")).collect()] == [1]


def test_records_that_glue_could_not_make_are_told_and_not_left_out(glue, frame):
    glue.errors = 3
    with pytest.raises(RunError, match=r"visits: 3 records are errors of a transform.*\[ROWS_IN_ERROR\]"):
        from_dynamic(frame)


@pytest.mark.parametrize(
    ("types", "where"),
    [
        (struct(id=CHOICE), "id"),
        (struct(a=struct(b=CHOICE), id=LONG), "a.b"),
        (struct(a={"dataType": "array", "elementType": CHOICE, "properties": {}}), "a[]"),
    ],
)
def test_columns_of_several_types_are_named(glue, frame, types, where):
    glue.types = types
    with pytest.raises(RunError, match=r"CHOICE_UNRESOLVED") as found:
        from_dynamic(frame)
    assert found.value.faults[0].problem == f"of several types: {where}"


def test_without_glue_s_java_there_are_none(spark):
    with pytest.raises(RunError, match=r"Glue's Java libraries are not there.*\[ENGINE_MISSING\]"):
        to_dynamic(spark.createDataFrame([(1,)], "id bigint"), "visits")
