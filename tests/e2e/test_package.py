"""`mesh-etl package` makes what runs: what a folder has done on a laptop is done for the job that was compiled from it.

MESH_GLUE_PYTHON may name a Python that has what a version of Glue has installed and nothing else
(`locks/glue-*.provided.txt`): the job is then made for that version and runs there, on the library and the packages
that were made for it. docs/package.md says how to make one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mesh_etl.deploy.package.glue_versions import GLUE
from mesh_etl.deploy.package.lock import lock, provided, wheels_of
from mesh_etl.deploy.package.wheels import fetched
from mesh_etl.errors import RunError

ROOT = Path(__file__).resolve().parents[2]
HOME = "123456789012"  # the account that moto's server is
BUCKET = f"shop-prod-web-{HOME}-artifacts"
FILES = {
    "configs/mesh.yaml": "name: shop\nwarehouse: ${lake}/tables\ndomains: {web: {owner: us}}\n",
    "configs/env/prod.yaml": f'world: {{type: aws, region: eu-central-1, account: "{HOME}"}}\nvalues: {{lake: "s3://lake"}}\n',
    "configs/web/visits/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema: [{name: visits, properties: [{name: id, logicalType: integer, required: true}]}]
""",
    "configs/web/visits/job.yaml": """\
product: web.visits
source: {type: csv, path: "${lake}/raw/visits.csv"}
target: {mode: replace}
""",
}


@pytest.fixture(scope="session")
def version():
    """The version of Glue that the jobs are for: that of the Python which is named, by its boto3; 5.1 otherwise."""
    if "MESH_GLUE_PYTHON" not in os.environ:
        return "5.1"
    installed = command(os.environ["MESH_GLUE_PYTHON"], "-c", "import boto3; print(boto3.__version__)").strip()
    [found] = [name for name in GLUE if provided(name)["boto3"] == installed]
    return found


@pytest.fixture(scope="session")
def packages(version):
    """The wheels that this version of Glue lacks are in the cache."""
    found = lock(version)
    try:
        fetched(found, wheels_of(found.lacking, ()))
    except RunError as error:
        pytest.skip(f"the packages that are shipped cannot be had: {error.code}")


@pytest.fixture
def shop(tmp_path, version):
    root = tmp_path / "shop"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with (root / "configs/web/visits/job.yaml").open("a") as job:
        job.write(f'deploy: {{glue_version: "{version}"}}\n')
    return root


def command(*words, **options):
    """A command as a process of its own; it must succeed."""
    env = {**os.environ, "NO_COLOR": "1", **options.pop("env", {})}
    done = subprocess.run([str(one) for one in words], capture_output=True, text=True, check=False, env=env, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hashes(text):
    return {one["name"]: one["sha256"] for unit in json.loads(text)["units"] for one in unit["artifacts"]}


def test_the_same_input_gives_the_same_bytes_whoever_makes_them(shop, packages, tmp_path):
    mesh = [sys.executable, "-m", "mesh_etl.cli", "package", "--json"]
    one = command(*mesh, "--root", shop, env={"PYTHONHASHSEED": "1"})
    other = f"umask 077; cd / && {' '.join(mesh)} --root {shop} --out {tmp_path}/elsewhere"
    assert hashes(one) == hashes(command("bash", "-c", other, env={"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}))
    manifests = [
        (folder / "shop-prod-web/manifest.json").read_text() for folder in (shop / "build", tmp_path / "elsewhere")
    ]
    assert manifests[0] == manifests[1]


def test_what_is_made_is_told_with_the_next_command(shop, packages, version):
    mesh = [sys.executable, "-m", "mesh_etl.cli", "package", "--root", shop]
    for name, text in {"__init__.py": "import rules.deep.one\n", "deep/one.py": ""}.items():
        (shop / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / "rules" / name).write_text(text)
    with (shop / "configs/mesh.yaml").open("a") as file:
        file.write("plugins: [rules]\n")
    said = command(*mesh)
    assert "web  shop-prod-web: 1 job" in said
    [modules] = (shop / "build/shop-prod-web").glob("modules-*.zip")
    with zipfile.ZipFile(modules) as archive:  # a package without `__init__.py` is found there by its folder alone
        assert archive.namelist() == ["rules/", "rules/__init__.py", "rules/deep/", "rules/deep/one.py"]
    assert f"glue-{version}.gluewheels.zip" in said
    assert said.endswith(f"next: mesh-etl deploy web --env prod --dry-run --root {shop}\n")
    (shop / "build/shop-prod-web/mine.txt").write_text("kept")
    contract = shop / "configs/web/visits/contract.yaml"
    contract.write_text(contract.read_text().replace("1.0.0", "1.0.1"))
    news = {
        line.split()[0]: line.split()[-1] for line in command(*mesh).splitlines() if " kB " in line or " MB " in line
    }
    assert news[f"glue-{version}.gluewheels.zip"] == "before"
    assert news["shop-prod-web--visits-run.json"] == "anew"
    assert (shop / "build/shop-prod-web/mine.txt").read_text() == "kept"


def test_a_job_that_cannot_be_is_refused_before_anything_is_made(shop):
    job = shop / "configs/web/visits/job.yaml"
    job.write_text(job.read_text().replace("${lake}/raw", "raw"))
    words = [sys.executable, "-m", "mesh_etl.cli", "package", "--root", str(shop)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "configs/web/visits/job.yaml:2:27: path: a Glue job cannot read files of this machine" in done.stderr
    assert not (shop / "build").exists()


def test_the_work_of_a_laptop_is_done_for_the_compiled_job(shop, packages, s3, s3_environment, tmp_path):
    env = {**s3_environment, "AWS_ENDPOINT_URL": s3_environment["AWS_ENDPOINT_URL_S3"]}
    s3.put_object(Bucket="lake", Key="raw/visits.csv", Body=b"id\n1\n2\n")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    made = json.loads(command(sys.executable, "-m", "mesh_etl.cli", "package", "--json", "--root", shop))["units"][0]
    for one in made["artifacts"]:
        s3.put_object(Bucket=BUCKET, Key=f"mesh_etl/{one['sha256']}/{one['name']}", Body=Path(one["path"]).read_bytes())
    arguments = made["jobs"]["shop-prod-web--visits-run"]
    python, theirs = _glue(made, env, tmp_path)
    script = next(one["path"] for one in made["artifacts"] if one["kind"] == "script")

    def compiled():
        """The job as Glue starts it, in a folder of its own."""
        words = [python, script, "--job", arguments["--job"], "--engine", "embedded"]
        return command(*words, env=theirs, cwd=tmp_path)

    laptop = [ROOT / "jobs/run.py", "--root", shop, "--env", "prod", "--product", "web.visits"]
    assert '"outcome": "published"' in compiled()
    assert '"outcome": "done before"' in command(sys.executable, *laptop, "--engine", "embedded", env=env)
    assert '"outcome": "done before"' in compiled()
    entries = s3.list_objects_v2(Bucket="lake", Prefix="tables/web/visits/_ledger/")["Contents"]
    assert [one["Key"].rpartition("/")[2] for one in entries if one["Key"].endswith("1.json")] == [f"{1:020}.json"]


def _glue(made, env, tmp_path):
    """The Python that runs the job, and where it finds the library: the one at hand, or one like Glue's."""
    if "MESH_GLUE_PYTHON" not in os.environ:
        return sys.executable, env
    named = Path(os.environ["MESH_GLUE_PYTHON"]).absolute()
    paths = {one["kind"]: Path(one["path"]) for one in made["artifacts"]}
    with zipfile.ZipFile(paths["wheels"]) as archive:
        archive.extractall(tmp_path)
    wheels = tmp_path / "wheels"
    pip = [
        named,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--find-links",
        wheels,
        "--target",
        tmp_path / "site",
    ]
    command(*pip, "--no-deps", "-r", wheels / "requirements.txt")
    return named, {**env, "PYTHONPATH": f"{paths['library']}{os.pathsep}{tmp_path / 'site'}"}
