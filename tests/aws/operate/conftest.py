"""A project whose environment is an account of AWS, and the command line in it; the account answers in process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.cli.main import main
from mesh_etl.deploy.package.artifact import Artifact, Kind
from mesh_etl.deploy.package.bundle import Bundle
from mesh_etl.deploy.stacks import assembled, pace
from mesh_etl.testing.accounts import Accounts, aws

SHOP, REGION = "222222222222", "eu-central-1"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema: [{name: visits, properties: [{name: id, logicalType: integer}]}]
"""
JOB = "test-prod-shop-visits-run"


@dataclass
class Remote:
    """A world whose clients are those of accounts in process."""

    world: worlds.World
    accounts: Accounts
    name: str = "aws"

    @property
    def home(self) -> Path:
        return self.world.home

    def client(self, service: str, identity: Any = None) -> Any:
        role, region = (identity.role, identity.region) if identity else ("admin", REGION)
        return self.accounts.client(service, "shop", role, region)

    def secret(self, ref: str) -> str:
        return self.world.secret(ref)

    def location(self, path: str | Path) -> str:
        return self.world.location(path)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits: the embedded services go on whenever they are asked."""
    monkeypatch.setattr(pace, "FIRST", 0.0)
    monkeypatch.setattr(pace, "LONGEST", 0.0)


@pytest.fixture
def accounts(s3: Any) -> Iterator[Accounts]:
    """The shop's account; tables are in moto's S3."""
    with aws({"shop": SHOP}, region=REGION) as made, worlds.through(lambda world: Remote(world, made)):
        yield made


@pytest.fixture(autouse=True)
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of small files in place of the real one, which takes wheels from the network."""
    folder = tmp_path / "packaged"
    folder.mkdir()

    def made(kind: Kind, name: str, text: str) -> Artifact:
        path = folder / name
        path.write_text(text)
        return Artifact(kind, name, hashlib.sha256(text.encode()).hexdigest(), len(text), path)

    def bundled(project: Any, estate: Any) -> Bundle:
        library, wheels = made("library", "mesh_etl.whl", "library"), made("wheels", "glue.gluewheels.zip", "wheels")
        jobs = {
            one.name: (
                library,
                wheels,
                made("script", one.script, one.task),
                made("configuration", f"{one.name}.json", ""),
            )
            for one in estate.jobs
        }
        every = dict.fromkeys(one for found in jobs.values() for one in found)
        return Bundle(estate.artifacts, tuple(every), jobs)

    monkeypatch.setattr(assembled, "bundled", bundled)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One product of a mesh without governance."""
    folder = tmp_path / "configs/shop/visits"
    folder.mkdir(parents=True)
    (tmp_path / "configs/env").mkdir()
    mesh = {"name": "test", "warehouse": "s3://lake/w", "domains": {"shop": {"owner": "us"}}}
    (tmp_path / "configs/mesh.yaml").write_text(json.dumps(mesh))
    world = {"type": "aws", "region": REGION, "account": SHOP}
    (tmp_path / "configs/env/prod.yaml").write_text(json.dumps({"world": world}))
    (folder / "contract.yaml").write_text(CONTRACT)
    source = {"type": "csv", "path": "s3://lake/raw/visits.csv"}
    deployed = {"late_after": "1d", "retries": 0}
    job = {"product": "shop.visits", "source": source, "target": {"mode": "append"}, "deploy": deployed}
    (folder / "job.yaml").write_text(json.dumps(job))
    return tmp_path


@dataclass
class Ended:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ended]


@pytest.fixture
def mesh(project: Path, accounts: Accounts, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs `mesh-etl` with these words in the project."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words, "--root", str(project), "--env", "prod"])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def deployed(mesh: Command) -> Command:
    """The same, after a deploy."""
    assert mesh("deploy", "shop", "--yes").code == 0
    return mesh
