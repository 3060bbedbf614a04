"""`sql`: one SELECT over the job's inputs."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.expressions import Select
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import reference

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = "source"  # what the query calls the frame that the steps before it made
_numbers = count(1)


@transform
class Sql(Transform):
    """Answer one SELECT over the job's inputs by name; `source` is the frame as the steps before it made it.

    - {type: sql, query: "select s.*, n.name from source s join nations n on s.nation_key = n.key"}
    """

    traced: ClassVar[bool] = False

    type: Literal["sql"] = "sql"
    query: Select = Field(description="One SELECT; WITH, joins, windows and subqueries are allowed.")

    def reads(self) -> tuple[str, ...]:
        """The inputs that the query names, besides `source`."""
        return tuple(name for name in self.query.tables if name != SOURCE)

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The answer; raises `PlanError` INPUT_MISSING for a table that is no input, COLUMN_EXISTS for a name twice."""
        where = f"{context.place}.query"
        known = [SOURCE, *context.inputs]
        missing = [name for name in self.query.tables if name not in known]
        if missing:
            raise PlanError(
                *(Fault("INPUT_MISSING", f"no input '{name}'", where, did_you_mean(name, known)) for name in missing)
            )
        # A view must outlive this call, because a Connect session resolves it when the query runs; a new name each
        # time keeps a later query from changing what an earlier one reads.
        views = {name: f"mesh_view_{next(_numbers)}" for name in self.query.tables}
        for name, view in views.items():
            (df if name == SOURCE else reference(context, name, where)).createOrReplaceTempView(view)
        answer = context.session.sql(self.query.over(views))
        names = [name.lower() for name in answer.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            fix = "name the columns instead of '*', or give one another name with AS"
            raise PlanError(*(Fault("COLUMN_EXISTS", f"two columns are named '{name}'", where, fix) for name in twice))
        return answer
