from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from mesh_etl.config import job_model, json_schema
from mesh_etl.config.schema import Kind


def descriptions(node: Any, path: str = "$") -> list[str]:
    """The properties that have no description."""
    found: list[str] = []
    if isinstance(node, dict):
        for name, one in node.get("properties", {}).items():
            if "description" not in one:
                found.append(f"{path}.{name}")
        for key, one in node.items():
            found += descriptions(one, f"{path}.{key}")
    if isinstance(node, list):
        for index, one in enumerate(node):
            found += descriptions(one, f"{path}[{index}]")
    return found


@pytest.mark.parametrize("kind", ["job", "mesh", "env"])
def test_schema_is_of_the_draft_that_it_names_and_describes_every_key(kind: Kind) -> None:
    schema = json_schema(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert schema["title"]
    own = [
        path for path in descriptions(schema) if "$defs" not in path or re.search(r"Target|Checks|World|Domain", path)
    ]
    assert own == []


def test_job_schema_has_every_registered_component_and_the_short_mode() -> None:
    schema = json_schema("job")
    text = str(schema)
    for tag in ("csv", "filter", "dedupe", "replace", "append"):
        assert f"'const': '{tag}'" in text
    mode = schema["$defs"]["Target"]["properties"]["mode"]
    assert {"replace", "append"} <= set(mode["anyOf"][-1]["enum"])


def test_numbers_may_be_names_of_values() -> None:
    size = json_schema("job")["$defs"]["Target"]["properties"]["target_file_mb"]
    assert size["default"] == 128
    kinds = [one["type"] for one in size["anyOf"]]
    assert kinds == ["integer", "string"]
    assert re.fullmatch(size["anyOf"][1]["pattern"], "${size}")


def test_model_follows_the_registries() -> None:
    assert job_model() is job_model()


def test_import_of_config_loads_no_engine_and_no_cloud_library() -> None:
    code = "import sys, mesh_etl.config; print(*{'pyspark', 'boto3', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
