"""Which queries are asked together."""

from __future__ import annotations

import pytest

from mesh_etl.checks.dataset import Query
from mesh_etl.checks.scans import TOGETHER, scans
from mesh_etl.contract.comparison import NONE
from mesh_etl.expressions import select


def rules(*queries):
    return [Query(f"r{number}", True, select(query), NONE) for number, query in enumerate(queries)]


def test_plain_aggregates_share_a_look():
    found = scans(
        rules(
            "select max(n) from staged",
            "select sum(n) / count(n) as share from staged",
            "select count(*) from staged where n > 1 or m is null",
            "select max(staged.n) from staged",
        )
    )
    assert [one.query.sql for one in found] == [
        "SELECT MAX(n) AS value_0, SUM(n) / COUNT(n) AS value_1, "
        "COUNT(CASE WHEN n > 1 OR m IS NULL THEN 1 END) AS value_2, MAX(staged.n) AS value_3 FROM staged"
    ]
    assert [rule.id for rule in found[0].rules] == ["r0", "r1", "r2", "r3"]
    assert not found[0].shuffles


@pytest.mark.parametrize(
    "query",
    [
        "select max(n) from staged where n > 1",
        "select count(n) from staged where n > 1",
        "select max(n) from staged group by m",
        "select max(n) from staged having max(n) > 1",
        "select count(distinct n) from staged",
        "select distinct max(n) from staged",
        "select max(n) from staged t",
        "select max(n) from (select n from staged) staged",
        "select count(*) from staged where n in (select m from staged)",
        "select count(*) from staged where exists (select 1 from staged s where s.n = 1)",
        "select count(*) from staged a join staged b on a.n = b.n",
        "select count(*) from staged, staged b",
        "with t as (select n from staged) select max(n) from t",
        "select max(n) from staged union select min(n) from staged",
        "select max(sum(n)) over () from staged",
        "select n from staged",
        "select max(n), min(n) from staged",
        "select max(n) from staged order by 1 limit 1",
    ],
)
def test_other_queries_are_asked_alone(query):
    one, two, *rest = rules("select max(n) from staged", "select min(n) from staged", query)
    found = scans([one, two, *rest])
    assert [[rule.id for rule in look.rules] for look in found] == [["r0", "r1"], ["r2"]]
    assert found[1].query == rest[0].query


def test_one_query_holds_a_bounded_number():
    found = scans(rules(*(f"select max(n + {number}) from staged" for number in range(2 * TOGETHER + 1))))
    assert [len(look.rules) for look in found] == [TOGETHER, TOGETHER, 1]
