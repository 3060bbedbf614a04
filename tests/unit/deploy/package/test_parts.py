"""What is shipped is whole, fits the Glue it is for, and has the same bytes wherever it is made."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from importlib import import_module
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from mesh_etl.deploy.package import library
from mesh_etl.deploy.package.environment import environment, environment_of
from mesh_etl.deploy.package.glue_versions import GLUE
from mesh_etl.deploy.package.kept import kept
from mesh_etl.deploy.package.lock import Lock, Wheel, lock, provided, wheels_of
from mesh_etl.deploy.package.wheels import fetched, wheels_zip
from mesh_etl.deploy.package.zipped import folders, zipped
from mesh_etl.errors import RunError

OF_THE_COMMAND_LINE = {"typer", "rich", "pyyaml"}
EXTRAS = ("avro", "embedded", "iceberg", "mysql", "postgresql")


def test_an_archive_says_nothing_of_when_and_by_whom():
    made = zipped({"b": b"2", "a": b"1"})
    assert made == zipped({"a": b"1", "b": b"2"})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert [(one.filename, one.date_time[0], one.external_attr >> 16) for one in archive.infolist()] == [
            ("a", 1980, 0o100644), ("b", 1980, 0o100644),
        ]  # fmt: skip


def test_a_package_without_an_init_is_imported_from_an_archive_that_names_its_folder(tmp_path, monkeypatch):
    members = {"archived/__init__.py": b"", "archived/of/deep/one.py": b"one = 1\n"}
    assert list(folders(members)) == ["archived/", "archived/of/deep/", "archived/of/"]
    path = tmp_path / "modules.zip"
    path.write_bytes(zipped({**folders(members), **members}))
    monkeypatch.syspath_prepend(path)
    assert import_module("archived.of.deep.one").one == 1


def test_the_wheel_is_one_and_runs_from_where_it_lies(tmp_path):
    name, data = library.wheel()
    path = tmp_path / name
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        info = f"mesh_etl-{library.version()}.dist-info"
        rows = list(csv.reader(io.StringIO(archive.read(f"{info}/RECORD").decode())))
        assert {row[0] for row in rows} == set(archive.namelist())
        for member, digest, size in rows[:-1]:
            found = archive.read(member)
            wanted = base64.urlsafe_b64encode(hashlib.sha256(found).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={wanted}", str(len(found)))
        assert not [one for one in archive.namelist() if "__pycache__" in one]
    code = (
        "import mesh_etl; from mesh_etl.deploy.package.lock import lock; print(mesh_etl.__file__, lock('6.0').python)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"{path}/mesh_etl/__init__.py 3.13\n"


def test_every_task_has_its_script():
    assert {"run.py", "stream.py", "maintain.py", "audit.py", "govern.py"} <= library.scripts().keys()


@pytest.mark.parametrize("version", GLUE)
def test_the_locked_wheels_fit_python_and_system(version):
    found = lock(version)
    assert found.python == GLUE[version].python
    python = tuple(map(int, found.python.split(".")))
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    abi = "cp" + found.python.replace(".", "")
    tags = {*cpython_tags(python, [abi], platforms), *compatible_tags(python, abi, platforms)}
    for one in (*wheels_of(found.lacking, EXTRAS), *wheels_of(found.whole, EXTRAS)):
        assert parse_wheel_filename(one.name)[3] & tags, one.name


@pytest.mark.parametrize("version", GLUE)
def test_with_what_is_locked_every_requirement_of_the_library_is_met(version):
    shipped = {one.package: one.version for one in wheels_of(lock(version).lacking, ())}
    there = {**provided(version), **shipped}
    alone = {one.package: one.version for one in wheels_of(lock(version).whole, ())}
    for requirement in map(Requirement, requires("mesh_etl") or ()):
        name = requirement.name.lower().replace("_", "-").replace(".", "-")
        wanted = requirement.marker is None or "aws" in str(requirement.marker)
        if wanted and name not in OF_THE_COMMAND_LINE:
            assert requirement.specifier.contains(there[name]), requirement
            assert requirement.specifier.contains(alone[name]), requirement


@pytest.fixture
def cached(monkeypatch, tmp_path):
    """A wheel in a cache of its own, and the lock that wants it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    data = zipped({"thing.py": b"x = 1\n", "thing-1.dist-info/METADATA": b"", "thing-1.data/data/share/a": b"a"})
    wheel = Wheel("thing", "1", "thing-1-py3-none-any.whl", hashlib.sha256(data).hexdigest(), len(data))
    place = tmp_path / "cache/mesh_etl/wheels" / wheel.sha256 / wheel.name
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    return Lock("5.1", "3.11", {"": (wheel,)}, {"": (wheel,)}), wheel, place


def test_what_is_cached_is_not_downloaded(cached, monkeypatch):
    found, wheel, place = cached
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert fetched(found, [wheel]) == (place,)


def test_without_an_index_the_wheels_are_named_and_no_password_is(cached, monkeypatch):
    found, wheel, place = cached
    place.write_bytes(b"somebody has been here")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(RunError, match=r"thing 1.*PACKAGE_UNREACHABLE") as error:
        fetched(found, [wheel])
    assert error.value.retryable
    assert "hunter2" not in str(error.value)


def test_another_file_than_the_locked_one_is_refused(cached, monkeypatch, tmp_path):
    found, wheel, place = cached
    place.unlink()
    links = tmp_path / "links"
    links.mkdir()
    (links / wheel.name).write_bytes(zipped({"thing.py": b"evil = 1\n", "thing-1.dist-info/METADATA": b""}))
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(RunError, match="PACKAGE_UNREACHABLE"):
        fetched(found, [wheel])
    assert not place.exists()


def test_a_wheel_that_cannot_be_kept_says_where_it_would_be(monkeypatch, tmp_path):
    name, data = library.wheel()
    (tmp_path / name).write_bytes(data)
    (tmp_path / "taken").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wheel = Wheel("mesh_etl", library.version(), name, hashlib.sha256(data).hexdigest(), len(data))
    with pytest.raises(RunError, match=r"taken.*XDG_CACHE_HOME.*CACHE_UNWRITABLE"):
        fetched(Lock("5.1", "3.11", {}, {}), [wheel])


def test_an_environment_is_made_once_and_again_where_what_was_kept_is_damaged(cached, monkeypatch):
    found, wheel, place = cached
    first = environment_of(found, [wheel])
    place.unlink()  # nobody looks at the wheels any more
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert environment_of(found, [wheel]) == first
    [archive] = (place.parents[2] / "environments").glob("*/*")
    archive.write_bytes(first[:-1])
    with pytest.raises(RunError, match="PACKAGE_UNREACHABLE"):
        environment_of(found, [wheel])


def test_what_cannot_be_kept_is_made_all_the_same(monkeypatch, tmp_path):
    (tmp_path / "mesh_etl").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept("environments", "1", lambda: b"made") == b"made"


def test_what_cannot_be_read_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "mesh_etl/environments/1" / hashlib.sha256(b"made").hexdigest()).mkdir(parents=True)
    assert kept("environments", "1", lambda: b"made") == b"made"


def test_what_is_made_of_something_else_is_something_else(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert [kept("environments", of, lambda of=of: of.encode()) for of in ("1", "2", "1")] == [b"1", b"2", b"1"]
    assert kept("environments", "1", lambda: b"never made") == b"1"


def test_the_zip_tells_pip_what_to_install(cached):
    found, wheel, _ = cached
    with zipfile.ZipFile(io.BytesIO(wheels_zip([found], [[wheel]]))) as archive:
        assert archive.namelist() == ["wheels/requirements.txt", "wheels/thing-1-py3-none-any.whl"]
        assert archive.read("wheels/requirements.txt") == b"thing==1\n"
    both = [found, Lock("6.0", "3.13", {}, {})]
    with zipfile.ZipFile(io.BytesIO(wheels_zip(both, [[wheel], [wheel]]))) as archive:
        lines = archive.read("wheels/requirements.txt").decode().splitlines()
    assert lines == ['thing==1 ; python_version == "3.11"', 'thing==1 ; python_version == "3.13"']


@pytest.mark.parametrize("folder", ["here", "over there"])
def test_an_environment_runs_wherever_it_is_unpacked(cached, tmp_path, folder):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    data = environment(version, [cached[2]])
    assert data == environment(version, [cached[2]])
    root = tmp_path / folder
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert {(one.uid, one.mtime, one.uname) for one in archive} == {(0, 0, "")}
        assert archive.getmember(f"bin/python{version}").linkname == f"/usr/bin/python{version}"
        archive.extractall(root, filter="fully_trusted")  # its link leads to the Python of the system
    base = Path(os.path.realpath(sys.executable))  # which stands for that of Amazon Linux
    (root / f"bin/python{version}").unlink()
    (root / f"bin/python{version}").symlink_to(base)
    config = root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("/usr/bin", str(base.parent)))
    script = f'. "{root}/bin/activate" && python -c "import sys, thing; print(sys.prefix, thing.x)"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout == f"{root} 1\n"
    assert (root / "share/a").read_text() == "a"
