"""Of which tables of other domains a role may look at the central entry: Iceberg's, that its jobs read."""

from __future__ import annotations

from pathlib import Path

from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.package.extras import extras_of
from mesh_etl.deploy.synth.access.lent import lent, looking_up_lent
from tests.security.deployed.mesh import csv, job, written

KEY = "      - {name: id, logicalType: integer, required: true, primaryKey: true}\n"


def looked_up(root: Path, made: dict[str, dict[str, object]], refers: str = "") -> tuple[list[str], list[str]]:
    """The tables by their names, and the extras of the packages."""
    written(root, made=made)
    if refers:
        path = root / "configs/shop/visits/contract.yaml"
        path.write_text(
            path.read_text().replace(KEY, KEY.replace("true}", f"true, relationships: [{{to: {refers}}}]}}"))
        )
    project = Project.open(root, "prod")
    found = lent(project, [project.job("shop.visits")])
    (statement,) = looking_up_lent(project, found) or [{"Resource": []}]
    assert [one.rpartition("/")[2] for one in statement["Resource"] if ":table/" in one] == [one.name for one in found]
    return [one.name for one in found], [*extras_of(project, estate(project, "shop").jobs[0])]


def test_those_that_jobs_read_and_their_foreign_keys_lead_to(tmp_path: Path) -> None:
    def visits(source: dict[str, object]) -> dict[str, dict[str, object]]:
        return {"visits": job("visits", source, {"mode": "replace"})}

    read = {"type": "table", "product": "sales.regions"}
    assert looked_up(tmp_path / "read", visits(read)) == (["regions"], ["iceberg"])
    assert looked_up(tmp_path / "files", visits({**read, "product": "sales.customers"})) == ([], [])
    assert looked_up(tmp_path / "keys", visits(csv("visits")), "sales.regions#regions.id") == (["regions"], ["iceberg"])
    assert looked_up(tmp_path / "none", visits(csv("visits"))) == ([], [])
