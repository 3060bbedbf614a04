"""Checks that a project registers itself: of values, of rows and of the table, and what happens when they fail."""

from __future__ import annotations

import sys

import pytest

from mesh_etl.checks.custom import check
from mesh_etl.errors import MeshError

PLUGIN = '''
from typing import Literal

import pyarrow.compute as pc
from pydantic import Field
from pyspark.sql import functions as F

from mesh_etl.checks.custom import RowCheck, TableCheck, ValueCheck, check


@check
class Even(ValueCheck):
    """The number is even."""

    type: Literal["even"] = "even"

    def wrong(self, values):
        return pc.not_equal(pc.bit_wise_and(values, 1), 0)


@check
class Ordered(RowCheck):
    """One column is not greater than another."""

    type: Literal["ordered"] = "ordered"
    low: str = Field(description="The lower one.")
    high: str = Field(description="The higher one.")

    def columns(self):
        return self.low, self.high

    def broken(self, batch):
        return pc.greater(batch.column(self.low), batch.column(self.high))


@check
class Highest(TableCheck):
    """The highest value."""

    type: Literal["highest"] = "highest"
    column: str = Field(description="The column.")

    def columns(self):
        return (self.column,)

    def measure(self, frame):
        return frame.agg(F.max(self.column)).collect()[0][0]


@check
class Broken(ValueCheck):
    """Raises with the cell in its text."""

    type: Literal["broken"] = "broken"

    def wrong(self, values):
        raise LookupError(str(values[0]))


@check
class Short(ValueCheck):
    """Returns too few answers."""

    type: Literal["short"] = "short"

    def wrong(self, values):
        return pc.is_null(values)[:-1]


@check
class Lost(TableCheck):
    """Asks for a column that the frame does not have."""

    type: Literal["lost"] = "lost"

    def measure(self, frame):
        return frame.select("nowhere").count()
'''


@pytest.fixture
def plugged(project, monkeypatch):
    """A project whose mesh names the plug-in; the registry forgets it afterwards."""
    known = dict(check._known)
    made = project()
    (made.root / "our_checks.py").write_text(PLUGIN)
    mesh = {"name": "m", "warehouse": "${warehouse}", "plugins": ["our_checks"], "domains": {"d": {"owner": "o"}}}
    made._write("configs/mesh.yaml", mesh)
    made.put({"in": "n,m\n2,4\n3,4\n6,5\n,\n"})
    yield made
    check._known = known
    sys.modules.pop("our_checks", None)
    sys.path.remove(str(made.root))


def run(made, on_column, on_table=()):
    def rules(bodies):
        return [
            {"type": "custom", "engine": "mesh_etl", "name": body["check"], "implementation": body} for body in bodies
        ]

    table = {
        "properties": [{"name": "n", "physicalType": "int", "quality": rules(on_column)}],
        "quality": rules(on_table),
    }
    table["properties"].append({"name": "m", "physicalType": "int"})
    made.define("it", table, {"source": {"type": "csv", "path": "in"}})
    return {one.rule: one for one in made.run("it").entry.rules}


def test_checks_of_values_rows_and_the_table(plugged):
    ordered = {"check": "ordered", "low": "n", "high": "m"}
    found = run(plugged, [{"check": "even"}], [ordered, {"check": "highest", "column": "n", "mustBe": 2}])
    assert {name: (one.status, one.rows, one.measured) for name, one in found.items()} == {
        "even": ("rejected rows", 1, None),
        "ordered": ("rejected rows", 1, None),
        "highest": ("passed", 0, None),  # what a plug-in measures may be a cell
    }


@pytest.mark.parametrize(
    ("on_column", "on_table", "problem"),
    [
        ([{"check": "broken"}], [], "the check 'broken' raised LookupError"),
        ([{"check": "short"}], [], "the check 'short' raised TypeError"),
        ([], [{"check": "lost"}], "the engine stopped:"),
    ],
)
def test_a_check_that_fails_stops_the_run_and_tells_no_cell(plugged, on_column, on_table, problem):
    with pytest.raises(MeshError) as raised:
        run(plugged, on_column, on_table)
    assert raised.value.code == "CHECK_FAILED"
    assert problem in str(raised.value)
    assert not list((plugged.root / "warehouse").rglob("*.parquet"))
