"""The pages on components: every source, transform, mode and check of the registry, its keys and an example."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

_EXAMPLE = re.compile(r"(- )?(\{|[a-z_]+: )")  # what begins like YAML, and no sentence does
KINDS = {
    "source": ("sources", "Sources", "`source:` of a job, and each of `inputs:`."),
    "transform": ("transforms", "Transforms", "The steps of a job, in order, under `transforms:`."),
    "mode": ("modes", "Modes", "`target: {mode: …}` of a job: how a run changes the table."),
    "check": ("checks.custom", "Checks", "Checks by name, under `quality` of a contract with `type: custom`."),
}


def page(kind: str) -> str:
    """The page of a kind: each component with what it does, an example, and its keys."""
    home, title, where = KINDS[kind]
    importlib.import_module(f"mesh_etl.{home}")
    registry = getattr(importlib.import_module(f"mesh_etl.{home}.base"), kind)
    lines = [f"# {title}\n", f"{where} Made from the models that read them.\n"]
    for name in registry:
        lines += _component(name, registry[name])
    return "\n".join(lines) + "\n"


def _component(name: str, component: Any) -> list[str]:
    lines = [f"\n## {name}\n", _described(inspect.getdoc(component) or "")]
    fields = {key: field for key, field in component.model_fields.items() if key != "type"}
    if fields:
        lines += ["\n| key | default | |", "|---|---|---|"]
    for key, field in fields.items():
        default = "**needed**" if field.is_required() else f"`{_spelled(field)}`"
        lines.append(f"| `{field.alias or key}` | {default} | {_cell(field.description or '')} |")
    lines.append(f"\nSource: `{component.__module__.replace('.', '/')}.py`")
    return lines


def _described(doc: str) -> str:
    """The description, those of its paragraphs that are YAML as such."""
    return "\n\n".join(_paragraph(one) for one in re.split(r"\n\s*?\n", doc))


def _paragraph(text: str) -> str:
    plain = textwrap.dedent(text).rstrip()
    return f"```yaml\n{plain}\n```" if _EXAMPLE.match(plain) else text


def _spelled(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value) or "''"
    return "none" if not value else "see below" if isinstance(value, BaseModel) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
