"""A project whose environment is an account of AWS, and the command line in it; the account answers in process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from mesh_etl import worlds
from mesh_etl.cli.entry import main
from mesh_etl.deploy.package.artifact import Artifact, Kind
from mesh_etl.deploy.package.bundle import Bundle
from mesh_etl.deploy.stacks import assembled, pace
from mesh_etl.embedded_aws import FILE
from mesh_etl.testing.accounts import Accounts, aws
from tests.remote import Remote

SHOP, REGION = "222222222222", "eu-central-1"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema: [{name: visits, properties: [{name: id, logicalType: integer}]}]
"""
JOB = "test-prod-shop--visits-run"


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


def small_packages(folder: Path) -> Callable[[Any, Any, Path | None], Bundle]:
    """What stands in for `bundled`: packages of small files, where the real one takes wheels from the network."""
    folder.mkdir()

    def made(kind: Kind, name: str, text: str) -> Artifact:
        path = folder / name
        path.write_text(text)
        return Artifact(kind, name, hashlib.sha256(text.encode()).hexdigest(), len(text), path)

    def bundled(project: Any, estate: Any, out: Path | None = None) -> Bundle:
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

    return bundled


@pytest.fixture(autouse=True)
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is packaged in earnest."""
    monkeypatch.setattr(assembled, "bundled", small_packages(tmp_path / "packaged"))


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


def twice(accounts: Accounts, operation: str) -> None:
    """The replies to requests of Glue are lost, and botocore sends them again, as it says with the second reply."""
    events = accounts.client("glue", "shop", "mesh-deployer").meta.events
    first = getattr(accounts.client("glue", "shop"), xform_name(operation))
    said = {"RetryAttempts": 1}
    events.register(f"before-parameter-build.glue.{operation}", lambda params, **_: first(**params) and None)
    events.register(f"after-call.glue.{operation}", lambda parsed, **_: parsed["ResponseMetadata"].update(said))


@pytest.fixture(scope="session")
def accounts_after() -> dict[str, bytes]:
    """What the services keep after a deploy, by the configuration that was deployed."""
    return {}


@pytest.fixture
def deployed(project: Path, mesh: Command, accounts: Accounts, accounts_after: dict[str, bytes]) -> Command:
    """The same, after a deploy. The account is as one deploy of the same files has left it."""
    files = sorted(path for path in project.rglob("configs/**/*") if path.is_file())
    stated = "".join(path.read_text() for path in files)
    if stated not in accounts_after:
        assert mesh("deploy", "shop", "--yes").code == 0
        accounts_after[stated] = (accounts.home / FILE).read_bytes()
    (accounts.home / FILE).write_bytes(accounts_after[stated])
    return mesh
