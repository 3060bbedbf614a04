"""The template that a stack was last deployed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.worlds.refusals import explained


def original(cloudformation: Any, stack: str, called: str) -> Mapping[str, Any]:
    """The template of the stack of that id or name, as it was given; messages name what it is `called`.

    Raises `PlanError` TEMPLATE_OF_OTHERS where it is no JSON, so none of ours, and `RunError` as `explained` does.
    """
    with explained("cloudformation:GetTemplate", called):
        body = cloudformation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    if isinstance(body, Mapping):
        return body
    problem = "the stack's template is YAML: it was put there by hand, or by another tool"
    fix = "mesh-etl deploy puts its own in its place"
    raise PlanError(Fault("TEMPLATE_OF_OTHERS", problem, called, fix))
