"""What datacontract-cli says of each pair of contract and data, held against what the pairs say that we say."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
PAIRS = ROOT / "tests/oracle/pairs"
PAGE = ROOT / "docs/oracle.md"
# Rules that follow from the keys of a column, and the checks that answer them there.
CHECKS = {
    "required": ("field_required",),
    "unique": ("field_unique",),
    "primary_key": ("field_primary_key_required", "field_primary_key_unique", "primary_key_unique"),
    "enum": ("field_enum",),
    "pattern": ("field_regex",),
    "range": ("field_minimum", "field_maximum", "field_not_equal"),
    "length": ("field_min_length", "field_max_length"),
    "size": ("field_min_items", "field_max_items"),
    "relationships[0]": ("field_relationships",),
    "TYPE_FORMAT": ("field_type",),
    "DATE_FORMAT": ("field_type",),
}
HEAD = """\
# Verdicts beside those of another tool

`scripts/oracle` runs [datacontract-cli](https://cli.datacontract.com) {version} on the {pairs} pairs of contract and
data in `tests/oracle/pairs`, and holds its verdict on each of their {rules} rules against ours; the suite holds ours to
the same pairs, and on Spark a share of them. The script fails for a difference that is not explained here, and for
one that is gone.

They agree on {agree}. They differ on these:

| the contract and its data | rule | here | there | why |
|---|---|---|---|---|
"""


def main() -> int:
    """Every pair is asked and the page is written; returns 1 when a difference is unexplained or gone."""
    logging.disable(logging.CRITICAL)
    rows: list[str] = []
    wrong: list[str] = []
    agree = rules = pairs = 0
    for name, pair in _pairs():
        pairs += 1
        for rule, ours in pair["want"].items():
            rules += 1
            found, why = _verdict(rule, _asked(pair, rule)), pair.get("differs", {}).get(rule)
            if found == ours:
                agree += 1
                if why:
                    wrong.append(f"{name}: {pair['it']}: {rule}: they agree now, though a difference is explained")
            elif why:
                rows.append(f"| {pair['it']} | `{rule}` | {ours} | {found} | {why} |")
            else:
                wrong.append(f"{name}: {pair['it']}: {rule}: {ours} here, {found} there")
    print(f"{pairs} pairs, {rules} rules: {agree} agree, {len(rows)} differ as explained, {len(wrong)} are wrong")
    print("\n".join(wrong))
    if wrong:
        return 1
    head = HEAD.format(version=version("datacontract-cli"), pairs=pairs, rules=rules, agree=agree)
    PAGE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return 0


def _pairs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(PAIRS.glob("*.yaml")):
        for pair in YAML(typ="safe").load(path):
            yield path.name, pair


def _asked(pair: dict[str, Any], rule: str) -> list[Any]:
    """The checks of the tool on the pair, each with its result.

    Only one quality rule is stated at a time: of two with one metric on one column, the tool loses one.
    """
    from datacontract.data_contract import DataContract

    kind = "json" if pair["given"].startswith("{") else "csv"
    table = _alone({key: pair[key] for key in ("properties", "quality") if key in pair}, rule)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / f"data.{kind}"
        data.write_text(pair["given"], encoding="utf-8")
        delimiter = {"delimiter": ","} if kind == "csv" else {"delimiter": "new_line"}
        contract = {
            "apiVersion": "v3.1.0", "kind": "DataContract", "id": "t", "version": "1.0.0", "status": "active",
            "servers": [{"server": "local", "type": "local", "path": str(data), "format": kind, **delimiter}],
            "schema": [{"name": "t", "logicalType": "object", **table}],
            **{key: pair[key] for key in ("slaProperties",) if key in pair},
        }  # fmt: skip
        file = Path(folder) / "contract.odcs.yaml"
        file.write_text(json.dumps(contract), encoding="utf-8")
        return list(DataContract(data_contract_file=str(file)).test().checks)


def _alone(part: Any, rule: str) -> Any:
    """The part of a contract without the quality rules that are not this one."""
    if isinstance(part, list):
        return [_alone(one, rule) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _alone(value, rule) for key, value in part.items() if key != "quality"}
    quality = [one for one in part.get("quality", ()) if one["id"] == rule]
    return kept | ({"quality": quality} if quality else {})


def _verdict(rule: str, checks: list[Any]) -> str:
    """What the tool says of the rule: passed, broken, no result where its run broke off, none where it has no check."""
    found = [check.result.value if check.result else "no result" for check in checks if _answers(check, rule)]
    if not found:
        return "none"
    if "error" in found or "no result" in found or "unknown" in found:
        return "no result"
    return "passed" if set(found) <= {"passed", "info"} else "broken"


def _answers(check: Any, rule: str) -> bool:
    if getattr(check, "qualityId", None) == rule:
        return True
    column, _, kind = rule.rpartition(".")
    if column == "sla":
        return bool(check.category == "servicelevel" or kind in (check.type or ""))
    return check.type in CHECKS.get(kind, ()) and column in ("", check.field)


if __name__ == "__main__":
    sys.exit(main())
