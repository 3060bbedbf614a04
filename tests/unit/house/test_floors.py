"""Who may know whom: a part imports only from the floors below it.

Imports for type checking alone do not count, those inside functions do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.unit.house.source import ROOT, modules, name_of, tree

GROUND = {"errors", "registry", "version"}
CONFIGURATION = GROUND | {"config", "expressions", "contract"}
TABLES = CONFIGURATION | {"stores", "storage", "kernels", "tables"}
BASES = {"sources.base", "transforms.base", "transforms.trace", "checks.base", "modes.base"}
STEPS = TABLES | {"policies", "product", "sources", "transforms", "checks", "modes", "plan", "run", "publish", "worlds"}
GOVERNED = {"govern", "events", "telemetry"}
DEPLOYED = STEPS | GOVERNED | {"order", "views", "lineage", "upkeep"}

ALLOWED: dict[str, set[str]] = {
    "visible": set(),
    "version": set(),
    "errors": {"visible"},
    "registry": {"errors"},
    "config": GROUND | {"config", "expressions"},
    "expressions": GROUND | {"config", "expressions"},
    "contract": CONFIGURATION,
    "stores": {"errors", "stores"},
    "kernels": {"errors", "stores", "storage", "kernels", "contract.types", "contract.arrow_types"},
    "storage": {"errors", "placeholder", "stores", "storage"},
    "tables": TABLES,
    "sources": TABLES | BASES | {"sources"},
    "transforms": CONFIGURATION | BASES | {"transforms"},
    "checks": TABLES | BASES | {"checks"},
    "modes": TABLES | BASES | {"modes"},
    "embedded_aws": {"errors", "embedded_aws"},
    "placeholder": {"errors"},
    "worlds": CONFIGURATION | {"placeholder", "stores.credentials", "embedded_aws", "worlds"},
    "plan": STEPS - {"run", "publish"} | GOVERNED | {"order"},
    "run": STEPS - {"publish"},
    "publish": STEPS | GOVERNED,
    "quarantine": STEPS | {"quarantine", "upkeep.commit", "upkeep.removal"},
    "upkeep": STEPS | {"upkeep", "quarantine.expire"},
    "crashtest": STEPS | {"govern.names", "upkeep", "pipeline", "crashtest"},
    "layout": STEPS | {"layout"},
    "policies": CONFIGURATION | {"crawl.personal", "policies"},
    "crawl": CONFIGURATION | {"stores", "kernels", "sources", "tables.ledger", "crawl"},
    "exchange": CONFIGURATION | {"checks", "crawl", "sources.databases", "exchange"},
    "query": TABLES | {"govern", "views", "query"},
    "frames": STEPS - {"plan", "publish", "worlds"} | {"frames"},
    "events": CONFIGURATION | {"stores", "storage", "worlds", "events"},
    "telemetry": CONFIGURATION | {"worlds", "events.asked", "telemetry"},
    "govern": TABLES | {"product", "sources", "worlds", "events", "views", "govern"},
    "views": CONFIGURATION | {"product", "govern.state", "worlds.table_input", "views"},
    "lineage": CONFIGURATION | {"sources", "transforms", "views", "lineage"},
    "discovery": STEPS | {"views", "govern", "discovery"},
    "glue": STEPS | GOVERNED | {"upkeep", "pipeline", "stream", "glue"},
    "deploy": DEPLOYED | {"placeholder", "deploy"},
    "operate": DEPLOYED | {"deploy", "operate"},
    "cost": DEPLOYED | {"deploy", "cost"},
    "templates": {"errors", "placeholder", "templates"},
    "order": CONFIGURATION | {"sources"},
    "product": CONFIGURATION | {"sources", "transforms", "order", "product"},
}
ON_TOP = {"__init__", "__main__", "cli", "pipeline", "stream", "testing", "notebook"}  # these may know everything
HOMES = {  # outside libraries that only one part may import
    "boto3": ("worlds/", "embedded_aws/", "stores/s3.py"),
    "botocore": (
        "worlds/",
        "stores/s3.py",
        "stores/s3_vended.py",
        "storage/",
        "embedded_aws/",
        "publish/",
        "govern/",
        "events/",
        "deploy/",
        "operate/",
        "cost/",
        "crashtest/",
        "exchange/imports/glue.py",
    ),
    "awsglue": ("run/engines/glue.py", "glue/"),
    "pysail": ("run/engines/embedded.py",),
    "pyspark": ("run/", "sources/", "transforms/", "checks/", "modes/", "frames/", "testing/"),
}


def part(path: Path) -> str:
    return path.relative_to(ROOT / "mesh_etl").parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The modules that `path` imports when it runs, in full; `from a import b` counts as `a.b`."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    waiting: list[ast.AST] = [tree(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)
        waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_only_from_below(path: Path) -> None:
    if part(path) in ON_TOP:
        return
    own = [name.removeprefix("mesh_etl.") for name in imports(path) if name.startswith("mesh_etl.")]
    allowed = tuple(f"{floor}." for floor in ALLOWED[part(path)])
    assert [name for name in own if not f"{name}.".startswith(allowed)] == []


@pytest.mark.parametrize("library", HOMES)
def test_outside_libraries_stay_where_they_belong(library: str) -> None:
    users = {
        path.relative_to(ROOT / "mesh_etl").as_posix()
        for path in modules()
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert sorted(user for user in users if not user.startswith(HOMES[library])) == []


def test_every_part_has_a_floor() -> None:
    parts = {part(path) for path in modules()}
    assert sorted(parts - ALLOWED.keys() - ON_TOP) == []
