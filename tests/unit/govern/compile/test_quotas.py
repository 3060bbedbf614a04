"""What Lake Formation has no room for is told before it is asked."""

from __future__ import annotations

import pytest

from mesh_etl.govern.compile.findings import Findings
from mesh_etl.govern.compile.quotas import require_room
from mesh_etl.govern.state import Database, Filter, GrantKey, Rights, State, Table

CENTRAL = "1" * 12
ORDERS = Table(CENTRAL, "shop_sales", "orders")
ANALYST = "arn:aws:iam::444444444444:role/analyst"


def filters(number: int) -> State:
    shown = Rights(frozenset({"SELECT"}))
    return State(grants={GrantKey(CENTRAL, ANALYST, Filter(ORDERS, f"f{one}")): shown for one in range(number)})


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (filters(101), "filters of this table that analyst has: 101, and Lake Formation has room for 100"),
        (State(tags={(CENTRAL, f"k{one}"): ("a",) for one in range(1001)}), "LF-Tags: 1001"),
        (State(tags={(CENTRAL, "key"): tuple(str(one) for one in range(1001))}), "values of the tag 'key': 1001"),
        (State(assigned={Database(CENTRAL, "d"): {f"k{n}": "a" for n in range(51)}}), "tags of one resource: 51"),
    ],
)
def test_too_many_are_told(state: State, told: str) -> None:
    findings = Findings()
    require_room(state, findings)
    (fault,) = findings.faults
    assert fault.code == "GOVERNANCE_QUOTA"
    assert told in fault.problem


def test_as_many_as_there_may_be_are_not() -> None:
    findings = Findings()
    require_room(filters(100), findings)
    assert findings.faults == []
