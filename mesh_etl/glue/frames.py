"""Glue's DynamicFrames at the edge: a DataFrame of one, and one of a DataFrame, with no row or type lost on the way.

from mesh_etl.glue.frames import from_dynamic, to_dynamic

orders = glue_context.create_dynamic_frame.from_catalog(database="raw", table_name="orders")
checked = contract.check(from_dynamic(orders))
good = to_dynamic(checked.good, "orders")
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def from_dynamic(frame: Any) -> DataFrame:
    """The rows of a DynamicFrame as a DataFrame, which a contract can check and Spark can work on.

    The frame is computed once, to count its error records. Raises `RunError`: CHOICE_UNRESOLVED for columns that are of
    several types, which `toDF` would make a struct of, and ROWS_IN_ERROR for records that a transform of Glue could not
    make, which it would leave out.
    Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
    """
    choices = list(_choices(frame.schema()))
    if choices:
        problem = f"of several types: {', '.join(choices)}"
        fix = "decide for one: frame.resolveChoice(specs=[('column', 'cast:long')])"
        raise RunError(Fault("CHOICE_UNRESOLVED", problem, frame.name, fix))
    errors = frame.errorsCount()
    if errors:
        fix = "see frame.errorsAsDynamicFrame(), and mend the transform or filter them before"
        raise RunError(Fault("ROWS_IN_ERROR", f"{errors:,} records are errors of a transform", frame.name, fix))
    found: DataFrame = frame.toDF()
    return found


def to_dynamic(df: DataFrame, name: str) -> Any:
    """The DynamicFrame of the rows of a classic DataFrame, by the name that Glue's transforms and sinks show.

    Raises `RunError` ENGINE_MISSING outside of AWS Glue, and for a DataFrame of Spark Connect.
    """
    if find_spec("awsglue") is None or not hasattr(df, "_jdf"):
        fix = "make it in a Glue job or notebook whose session is not one of Spark Connect"
        raise RunError(Fault("ENGINE_MISSING", "there are no DynamicFrames without Glue's Spark", name, fix))
    from awsglue.dynamicframe import DynamicFrame

    from mesh_etl.run.engines.glue import glue_context

    return DynamicFrame.fromDF(df, glue_context(df.sparkSession), name)


def _choices(kind: Any, place: str = "") -> Iterator[str]:
    """The places within a type of Glue's at which there are values of several types."""
    if kind.typeName() == "choice":
        yield place
    for field in getattr(kind, "fields", ()):
        yield from _choices(field.dataType, f"{place}.{field.name}" if place else field.name)
    for name in ("elementType", "valueType"):
        if hasattr(kind, name):
            yield from _choices(getattr(kind, name), f"{place}[]")
