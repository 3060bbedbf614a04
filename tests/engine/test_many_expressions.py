"""Hundreds of rules that an engine answers: expressions in the pass that writes, and queries over what was staged."""

from __future__ import annotations

EXPRESSIONS, QUERIES = 600, 150


def test_hundreds_of_expressions_and_queries(project):
    made = project()
    made.put({"in.csv": "\n".join(["a,b", *(f"{number},{2 * number}" for number in range(50)), ""])})
    quality = [
        {
            "name": f"e{number}",
            "type": "custom",
            "engine": "mesh_etl",
            "implementation": {"expression": f"a + b <> {3 * number} or a % {number + 2} < 0"},
            "severity": "warning",
        }
        for number in range(EXPRESSIONS)
    ]
    quality += [
        {
            "name": f"q{number}",
            "type": "sql",
            "query": f"select avg(b + {number}) from {{object}}",
            "mustBe": 49 + number,
        }
        for number in range(QUERIES)
    ]
    table = {"columns": {"a": "int", "b": "bigint"}, "quality": quality}
    made.define("it", table, {"source": {"type": "csv", "path": "in.csv"}})
    found = {verdict.rule: (verdict.status, verdict.rows) for verdict in made.run("it").entry.rules}
    assert len(found) == EXPRESSIONS + QUERIES
    assert [found[f"e{number}"] for number in (0, 49, 50, 599)] == [("warned", 1)] * 2 + [("passed", 0)] * 2
    assert sum(status == "warned" for status, _ in found.values()) == 50
    assert all(found[f"q{number}"] == ("passed", 0) for number in range(QUERIES))
