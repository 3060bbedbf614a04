"""Quality rules as the standard writes them: library metrics, SQL, prose, and those of other tools."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, PrivateAttr, Tag, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from mesh_etl.contract.comparison import OPERATORS, Comparison
from mesh_etl.contract.parts import Documented, Number, Scalar
from mesh_etl.contract.versions import Since, Until
from mesh_etl.errors import did_you_mean

KINDS = ("library", "sql", "text", "custom")
METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
# Versions 3.0 of the standard named the measure under `rule`.
_OLD_RULES = {
    "rowCount": "rowCount",
    "duplicateCount": "duplicateValues",
    "validValues": "invalidValues",
    "nullCheck": "nullValues",
}

Dimension = Literal[
    "accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"
]  # fmt: skip


class Rule(Documented):
    """What all rules have in common."""

    type: str
    name: str | None = None
    dimension: Dimension | None = None
    severity: str | None = None
    business_impact: str | None = None
    method: str | None = None
    unit: str | None = None
    schedule: str | None = None
    scheduler: str | None = None


class MeasuredRule(Rule):
    """A rule that measures one value and compares it; it states exactly one comparison."""

    must_be: Scalar = None
    must_not_be: Scalar = None
    must_be_greater_than: Number | None = None
    must_be_greater_or_equal_to: Number | None = None
    must_be_less_than: Number | None = None
    must_be_less_or_equal_to: Number | None = None
    must_be_between: tuple[Number, Number] | None = None
    must_not_be_between: tuple[Number, Number] | None = None
    _closed: bool = PrivateAttr(False)  # whether the ends belong to intervals: what the contract says for all its rules

    @model_validator(mode="after")
    def _one_comparison(self) -> MeasuredRule:
        stated = [name for name in OPERATORS if name in self.model_fields_set]
        if not stated and self._implied() is not None:
            return self
        if len(stated) != 1:
            problem = f"states {len(stated) or 'no'} comparisons where a rule has exactly one"
            fix = "split it into one rule per comparison" if stated else "add one, such as 'mustBe: 0'"
            raise PydanticCustomError("one_comparison", problem, {"fix": fix})
        if getattr(self, stated[0]) is None and stated[0] not in ("must_be", "must_not_be"):
            key = to_camel(stated[0])
            raise PydanticCustomError("missing_value", "has no value", {"fix": "write a number", "at": (key,)})
        return self

    @property
    def implied(self) -> bool:
        """Whether the rule states no comparison and means one all the same."""
        return not any(name in self.model_fields_set for name in OPERATORS)

    @property
    def comparison(self) -> Comparison:
        """What the measured value must be."""
        stated = next((name for name in OPERATORS if name in self.model_fields_set), None)
        if stated is not None:
            return Comparison(stated, getattr(self, stated), self._closed and stated.endswith("_between"))
        implied = self._implied()
        assert implied is not None, "a rule without a comparison was refused when it was read"
        return implied

    def close_intervals(self) -> None:
        """From now on the ends of the rule's interval belong to it. Only the contract that is being read says so."""
        self._closed = True

    def _implied(self) -> Comparison | None:
        """The comparison of a rule that states none, where the standard lets it."""
        return None


class LibraryRule(MeasuredRule):
    """A rule with one of the standard's own metrics."""

    type: Literal["library"] = "library"
    metric: Annotated[str | None, Since("v3.1.0")] = None
    rule: Annotated[str | None, Until("v3.0.2", instead="name the metric under 'metric'")] = None
    valid_values: Annotated[tuple[Scalar, ...] | None, Until("v3.0.2", instead="write it under 'arguments'")] = None
    arguments: Annotated[dict[str, Any] | None, Since("v3.1.0")] = None

    @property
    def measure(self) -> str:
        """The metric, one of `METRICS` in a contract without faults, whichever key names it."""
        return self.metric or _OLD_RULES.get(self.rule or "", self.rule or "")

    def _implied(self) -> Comparison | None:
        # Versions 3.0 of the standard have rules such as `nullCheck` that count faults and tolerate none.
        old = self.metric is None and self.rule is not None and self.measure != "rowCount"
        return Comparison("must_be", 0) if old else None

    def argument(self, name: str) -> Any:
        """The argument `name`, or None where there is none."""
        # Versions 3.0 of the standard have the valid values beside the rule.
        beside = self.valid_values if name == "validValues" else None
        return (self.arguments or {}).get(name, beside)


class SqlRule(MeasuredRule):
    """A rule whose value is the one cell that a query returns; `{object}` and `{property}` stand for names."""

    type: Literal["sql"]
    query: str


class TextRule(Rule):
    """A rule in prose: nothing can execute it."""

    type: Literal["text"]


class CustomRule(Rule):
    """A rule in the language of another tool."""

    type: Literal["custom"]
    engine: str
    implementation: str | dict[str, Any]


def _kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return str(value.get("type", "library"))
    return getattr(value, "type", None)


def _known_kind(value: Any) -> Any:
    kind = _kind(value)
    if kind in KINDS or not isinstance(value, dict):
        return value
    word = f" '{kind}'" if str(kind).isidentifier() else ""
    fix = did_you_mean(str(kind), KINDS)
    raise PydanticCustomError("unknown_type", f"unknown type{word}", {"fix": fix, "at": ("type",)})


QualityRule = Annotated[
    Annotated[LibraryRule, Tag("library")]
    | Annotated[SqlRule, Tag("sql")]
    | Annotated[TextRule, Tag("text")]
    | Annotated[CustomRule, Tag("custom")],
    Discriminator(_kind),
    BeforeValidator(_known_kind),
]
