"""The policies that a mesh can switch on by name: what each is about, when it holds, and what it says of a break."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.policies import Scope
from mesh_etl.contract.levels import level
from mesh_etl.expressions.patterns import matches

# semver.org, the suggested regular expression.
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
Data = dict[str, Any]


@dataclass(frozen=True)
class Test:
    """A built-in policy: `holds` is given what mesh.yaml states, such as a pattern, and the subject's data."""

    scope: Scope
    holds: Callable[[Any, Data], bool]
    message: str
    fix: str


def _owner(policy: Any, data: Data) -> bool:
    if policy.role is None and (data["team"] or {}).get("name"):
        return True
    here = [one for one in (data["team"] or {}).get("members", ()) if not one["dateOut"]]
    return any(policy.role is None or (one["role"] or "").lower() == policy.role.lower() for one in here)


def _classified(policy: Any, data: Data) -> bool:
    marked = "pii" in {tag.lower() for tag in data["tags"]} or "personal" in {tag.lower() for tag in data["tags"]}
    if not (data["personal"] or marked):
        return True
    known = policy.classifications
    return data["classification"] in known if known else bool(data["classification"])


def _declared(data: Data) -> set[str | None]:
    return {level(one["property"]) for one in data["slaProperties"]}


def _executable(policy: Any, data: Data) -> bool:
    return data["type"] != "text" and (data["type"] != "custom" or data["engine"] in policy.engines)


def _narrow(policy: Any, data: Data) -> bool:
    said = (data["role"], data["access"], data["firstLevelApprovers"], data["secondLevelApprovers"])
    return not any("*" in text or text.strip().lower() in ("all", "everyone", "public") for text in said if text)


def _encrypted(policy: Any, data: Data) -> bool:
    stated = {one["property"]: one["value"] for one in data["customProperties"]}
    return data["type"] not in policy.types or stated.get(policy.key) not in (None, False, "", "none", "off")


def _region(policy: Any, data: Data) -> bool:
    stated = data.get("region") or data.get("regionName")
    return stated is None or stated in policy.regions


def _matches(policy: Any, data: Data) -> bool:
    return not data["name"] or matches(policy.pattern, data["name"])


def _tables(policy: Any, data: Data) -> bool:
    return all(_matches(policy, table) for table in data["schema"])


def _levels(policy: Any, data: Data) -> bool:
    return {level(one) or one for one in policy.levels} <= _declared(data)


def _described(policy: Any, data: Data) -> bool:
    return not data["name"] or len((data["description"] or "").strip()) >= policy.min_length


TESTS: dict[str, Test] = {
    "owner-present": Test(
        "contract", _owner, "nobody answers for it", "name the team, or add who under team: {members: […]}"
    ),
    "version-is-semver": Test(
        "contract",
        lambda policy, data: _SEMVER.fullmatch(data["version"]) is not None,
        "the version is not semantic",
        "write it as 1.2.3 (semver.org)",
    ),
    "personal-data-classified": Test(
        "columns", _classified, "the column seems to hold personal data and has no such classification", "classify it"
    ),
    "columns-described": Test("columns", _described, "the column has no description of enough words", "describe it"),
    "column-names": Test("columns", _matches, "the name of the column is not as the mesh names columns", "rename it"),
    "table-names": Test("contract", _tables, "the name of the table is not as the mesh names tables", "rename it"),
    "service-levels-declared": Test(
        "contract", _levels, "a service level that the mesh asks for is missing", "add it under slaProperties"
    ),
    "retention-declared": Test(
        "contract",
        lambda policy, data: "retention" in _declared(data),
        "nothing says for how long the data is kept",
        "add {property: retention, value: …, unit: …} under slaProperties",
    ),
    "rules-executable": Test(
        "rules", _executable, "no engine of the mesh executes the rule", "write it as sql or metric"
    ),
    "no-wildcard-grants": Test("roles", _narrow, "the role is for everybody or everything", "name who and what"),
    "encryption-on": Test(
        "servers", _encrypted, "nothing says how the server encrypts", "add the custom property, such as aws:kms"
    ),
    "allowed-regions": Test("servers", _region, "the server stands in a region that is not allowed", "move it"),
    "allowed-formats": Test(
        "servers",
        lambda policy, data: data.get("format") is None or data["format"].lower() in policy.formats,
        "the server serves a format that is not allowed",
        "serve another",
    ),
    "allowed-sources": Test(
        "job",
        lambda policy, data: data["source"]["type"] in policy.sources,
        "the job reads from a kind of source that is not allowed",
        "read from another",
    ),
}
