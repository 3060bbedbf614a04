"""cfn-lint over many templates at once: it takes a second to start, and hardly longer for a large template."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cfnlint.api import lint

from mesh_etl.deploy.synth.stack import Stack
from mesh_etl.deploy.synth.template import Template

MOST = 400  # resources that are looked at together: a template may have 500


def complaints(templates: Iterable[Template]) -> list[str]:
    """What cfn-lint has to say against the templates, errors and warnings."""
    found: list[str] = []
    together: dict[str, Any] = {}
    for number, one in enumerate(templates):
        made = _renamed(one.body()["Resources"], f"T{number}")
        if len(together) + len(made) > MOST:
            found += _linted(together)
            together = {}
        together |= made
    return found + _linted(together)


def of_stack(stack: Stack) -> list[str]:
    """What cfn-lint has to say against all templates of the stack."""
    return complaints((stack.base, *stack.templates))


def _linted(resources: dict[str, Any]) -> list[str]:
    body = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return [f"{one.rule.id} {one.message} {list(one.path)}" for one in lint(json.dumps(body), regions=["eu-west-1"])]


def _renamed(resources: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The same resources under other ids, and what refers to them."""

    def walked(value: Any) -> Any:
        if isinstance(value, list):
            return [walked(one) for one in value]
        if not isinstance(value, dict):
            return value
        if list(value) == ["Ref"] and value["Ref"] in resources:
            return {"Ref": prefix + value["Ref"]}
        if list(value) == ["Fn::GetAtt"]:
            return {"Fn::GetAtt": [prefix + value["Fn::GetAtt"][0], *value["Fn::GetAtt"][1:]]}
        if "DependsOn" in value:
            value = {**value, "DependsOn": [prefix + one for one in value["DependsOn"]]}
        return {key: walked(one) for key, one in value.items()}

    return {prefix + name: walked(one) for name, one in resources.items()}
