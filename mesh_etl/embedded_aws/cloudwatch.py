"""CloudWatch: the metrics that an account was told. There are no alarms here: readers look at the points themselves.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

REQUEST = "cloudwatch.request"
MOST = 1_000  # metrics of a request
OLDEST, NEWEST = 14 * 24 * 3600, 2 * 3600  # seconds that the moment of a point may lie back, and ahead
LARGEST = 2.0**360


@operation("cloudwatch.PutMetricData", "Namespace", "MetricData", writes=True)
def put_metric_data(call: Call) -> Body:
    """All of the points are in the namespace, or none."""
    space, data = call["Namespace"], call.get("MetricData", [])
    if not data:
        raise Refusal("MissingParameter", "The parameter MetricData is required.")
    if space.startswith("AWS/"):
        raise _invalid("Namespace")
    if len(data) > MOST:
        raise _invalid("MetricData")
    points = [_point(call, one) for one in data]
    records.put(call, REQUEST, f"{space}|{call.now:020.6f}|{uuid.uuid4().hex}", {"points": points})
    return {}


def kept(call: Call, namespace: str) -> Iterator[Body]:
    """The points of a namespace of the caller's account in the order in which they came, by the names of the API."""
    for _, request in records.named(call, REQUEST, f"{namespace}|"):
        yield from request["points"]


def _point(call: Call, one: Body) -> Body:
    stated = [name for name in ("Value", "Values", "StatisticValues") if name in one]
    if len(stated) != 1:
        code = "InvalidParameterCombination" if stated else "MissingParameter"
        raise Refusal(code, "One of Value, Values and StatisticValues is required.")
    if stated != ["Value"]:
        raise NotImplementedByEmbeddedAws(what=f"cloudwatch.PutMetricData with {stated[0]}")
    if not abs(one["Value"]) <= LARGEST:  # nor is it a number where this is false for NaN
        raise _invalid("Value")
    at = one.get("Timestamp", call.now)
    if not call.now - OLDEST <= at <= call.now + NEWEST:
        raise _invalid("Timestamp")
    dimensions = {each["Name"]: each["Value"] for each in one.get("Dimensions", [])}
    if len(dimensions) != len(one.get("Dimensions", [])):
        raise _invalid("Dimensions")
    for text in (*dimensions, *dimensions.values()):
        if not text.isascii() or not text.isprintable() or not text.strip() or text.startswith(":"):
            raise _invalid("Dimensions")
    return {**one, "Timestamp": at}


def _invalid(what: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"The value for parameter {what} is invalid.")
