"""The names under which what is counted for a rule is found again."""

from __future__ import annotations

from types import SimpleNamespace

from mesh_etl.checks.custom.checksum import Checksum
from mesh_etl.checks.custom.rules import CheckedValues
from mesh_etl.checks.inside import Inside
from mesh_etl.checks.pattern import Pattern
from mesh_etl.contract.types import Field, Simple
from mesh_etl.run.states import digest


def name(rule, kind="string"):
    return digest(
        rule, SimpleNamespace(contract=SimpleNamespace(schema=(Field("c", Simple(kind)), Field("d", Simple("int")))))
    )


def inside(id_, pattern):
    return Inside(id_, "c[].x", False, Pattern(id_, "c[].x", False, pattern), "c", ("[]", "x"))


def test_a_rule_keeps_its_digest_under_another_name():
    assert name(Pattern("a", "c", False, "^x")) == name(Pattern("b", "c", True, "^x"))
    assert name(inside("a", "^x")) == name(inside("b", "^x"))


def test_another_test_has_another_digest():
    luhn, iban = (CheckedValues("a", "c", False, Checksum(algorithm=one)) for one in ("luhn", "iban"))
    rules = [Pattern("a", "c", False, "^x"), Pattern("a", "d", False, "^x"), Pattern("a", "c", False, "^y"), luhn, iban]
    rules += [inside("a", "^x"), inside("a", "^y")]
    assert len({name(rule) for rule in rules}) == len(rules)


def test_another_type_has_another_digest():
    assert name(Pattern("a", "c", False, "^x")) != name(Pattern("a", "c", False, "^x"), "binary")
    assert name(Pattern("a", "d", False, "^x")) == name(Pattern("a", "d", False, "^x"), "binary")
