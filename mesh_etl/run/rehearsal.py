"""Whether the transforms end in what the contract promises, worked out on empty frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import DataType, parse
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.run.engines import translated
from mesh_etl.run.frames import frame_of
from mesh_etl.run.spilled_columns import spilled_columns
from mesh_etl.storage import Scratch
from mesh_etl.transforms.engine_sql import for_engine
from mesh_etl.transforms.trace import business

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine


def rehearse(plan: Plan, engine: Engine, secret: Callable[[str], str]) -> None:
    """The transforms of the job lead to the contract's columns and types; nothing is read or written.

    Raises `PlanError` with every column that is missing, left over or of another type, and with every rule whose
    expression is neither true nor false.
    """
    if plan.needs_session:
        with translated(str(plan.job.path)):
            frame = frame_of(plan, engine, secret, Scratch(""), rehearsal=True).frame
            check_columns(plan, frame)
            check_answers(plan, frame)
        return
    check_names(plan, [(column.name, column.type) for column in plan.inputs["source"].reader.schema])


def check_columns(plan: Plan, frame: DataFrame) -> None:
    """The frame has the contract's columns, or `PlanError`."""
    names = business(frame)
    kinds = {one.name: one.dataType.simpleString() for one in frame.select(*(f"`{name}`" for name in names)).schema}
    check_names(plan, [(name, parse(kinds[name])) for name in names])


def check_answers(plan: Plan, frame: DataFrame) -> None:
    """The expressions of rules are true, false or NULL, or `PlanError`."""
    if not plan.checks.expressions:
        return
    typed = frame.select(*spilled_columns(plan))
    answers = for_engine(typed, {rule.answer: rule.test for rule in plan.checks.expressions})
    kinds = dict(typed.select(*(answer.alias(name) for name, answer in answers.items())).dtypes)
    faults = [
        Fault(
            "RULE_SHAPE",
            f"the expression gives a {kinds[rule.answer]}, and a rule is true or false",
            plan.checks.about[rule.id].where,
            "compare it with something",
        )
        for rule in plan.checks.expressions
        if kinds[rule.answer] not in ("boolean", "void")
    ]
    if faults:
        raise PlanError(*faults)


def check_names(plan: Plan, found: list[tuple[str, DataType]]) -> None:
    """The columns are the contract's, or `PlanError`."""
    after = "after the transforms" if plan.steps else "in the source"
    types = dict(found)
    faults = []
    for column in plan.incoming:
        mine = any(one.name == column.name for one in plan.contract.schema)
        where = plan.contract.where_column(column.name) if mine else plan.job.where("target", "mode")
        if column.name not in types:
            fix = did_you_mean(column.name, types)
            fix = fix if fix.startswith("did") else "add a transform that makes it, or take it out of the contract"
            faults.append(Fault("COLUMN_MISSING", f"column '{column.name}' is not there {after}", where, fix))
        elif not fits(types[column.name], column.type):
            problem = (
                f"column '{column.name}' is {types[column.name].ddl()} {after}, the contract says {column.type.glue()}"
            )
            faults.append(Fault("TYPE_MISMATCH", problem, where, "cast it in a derive, or change the contract"))
    promised = {column.name for column in plan.incoming}
    faults += [
        Fault(
            "COLUMN_UNEXPECTED",
            f"column '{name}' is there {after} and not in the contract",
            plan.job.where("transforms"),
            "leave it out with a select, or add it to the contract",
        )
        for name in types
        if name not in promised
    ]
    if faults:
        raise PlanError(*faults)
