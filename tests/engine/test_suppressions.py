"""Rules that a job puts up with until a date: the rows stay, are counted, and the verdict says so."""

from __future__ import annotations

import pytest

from mesh_etl.errors import ConfigError

RULES = [
    {"name": "id", "physicalType": "int", "logicalType": "integer", "unique": True},
    {"name": "n", "physicalType": "int", "logicalType": "integer", "logicalTypeOptions": {"maximum": 10}},
    {"name": "m", "physicalType": "int", "logicalType": "integer", "required": True},
]


@pytest.fixture
def run(project):
    """Runs a product with these suppressions over a file that breaks its rules."""
    made = project()
    made.put({"a.csv": "id,n,m\n1,5,1\n1,50,2\n3,60,\n"})

    def play(*suppressions):
        suppress = [{"until": "2999-12-31", "reason": "is mended", "owner": "the shop", **one} for one in suppressions]
        checks = {"max_rejected": "100%", "suppress": suppress}
        made.define("it", {"properties": RULES}, {"source": {"type": "csv", "path": "a.csv"}, "checks": checks})
        return made.run("it").entry

    return play


def verdicts(entry):
    return {one.rule: (one.status, one.rows) for one in entry.rules}


def test_a_row_that_breaks_a_suppressed_rule_stays_and_is_counted(run):
    entry = run({"rule": "n.range"}, {"rule": "id.unique"})
    assert (entry.counts.good, entry.counts.quarantined) == (2, 1)
    found = verdicts(entry)
    assert found["n.range"] == ("suppressed", 1)
    assert found["id.unique"][0] == "suppressed"
    assert found["m.required"] == ("rejected rows", 1)
    reasons = {one.rule: one.reason for one in entry.rules}
    assert reasons["n.range"] == "put up with until 2999-12-31: is mended (the shop)"


def test_a_rule_is_named_by_its_column_as_well(run):
    found = verdicts(run({"rule": "range", "column": "n"}, {"rule": "required", "column": "m"}, {"rule": "id.unique"}))
    assert (found["n.range"], found["m.required"]) == (("suppressed", 2), ("suppressed", 1))


def test_a_suppression_that_is_over_has_no_effect_and_makes_other_work(run):
    suppressed = run({"rule": "n.range"}, {"rule": "id.unique"})
    over = run({"rule": "n.range", "until": "2020-01-01"}, {"rule": "id.unique"})
    assert over.seq == suppressed.seq + 1
    assert verdicts(over)["n.range"] == ("rejected rows", 2)


@pytest.mark.parametrize(
    ("suppression", "code", "text"),
    [
        ({"rule": "n.rang"}, "UNKNOWN_RULE", "did you mean 'n.range'?"),
        ({"rule": "TYPE_FORMAT"}, "NOT_SUPPRESSIBLE", "what cannot be read cannot be stored"),
        ({"rule": "range", "column": "k"}, "UNKNOWN_COLUMN", "no rule is about 'k'"),
        ({"rule": "range", "column": "m"}, "UNKNOWN_RULE", "no rule 'range'"),
        ({"rule": "n.range", "until": "soon"}, "WRONG_TYPE", "until"),
    ],
)
def test_a_suppression_of_nothing_is_refused(run, suppression, code, text):
    with pytest.raises(ConfigError) as raised:
        run(suppression)
    assert raised.value.code == code
    assert text in str(raised.value)
    assert "job.yaml:" in str(raised.value)
