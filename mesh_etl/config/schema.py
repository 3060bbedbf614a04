"""JSON Schema of the config files, for editors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from mesh_etl.config.env import Env
from mesh_etl.config.job import job_model
from mesh_etl.config.mesh import Domain, Mesh
from mesh_etl.config.view import View

Kind = Literal["job", "view", "mesh", "domain", "env"]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAME = {"type": "string", "pattern": r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"}


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind of file; numbers and booleans may be stated as `${name}` as well."""
    models: dict[str, type[BaseModel]] = {"view": View, "mesh": Mesh, "domain": Domain, "env": Env}
    model = models[kind] if kind in models else job_model()
    schema = {"$schema": DRAFT, **model.model_json_schema()}
    return dict(_with_names(schema))


def _with_names(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_names(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("integer", "number", "boolean"):
        outer = {key: node[key] for key in ("title", "description", "default") if key in node}
        inner = {key: value for key, value in node.items() if key not in outer}
        return {**outer, "anyOf": [inner, NAME]}
    return {key: _with_names(value) for key, value in node.items()}
