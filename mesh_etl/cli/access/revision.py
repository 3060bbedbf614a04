"""A project as it stands in a folder, or as it stood at a revision of its git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh_etl.config import placement
from mesh_etl.errors import ConfigError, Fault


@contextmanager
def project_at(what: str, root: Path) -> Iterator[Path]:
    """The root of the project that `what` names: a folder, or a revision of the repository around `root`.

    A revision's `configs` stand in a temporary folder as long as the block runs. Raises `ConfigError`: GIT_MISSING,
    UNKNOWN_REVISION.
    """
    if (Path(what) / placement.MESH).is_file():  # a folder without one would stand for the project around it
        yield Path(what)
        return
    # Without an option's dash in front and with one object behind, it can be nothing but a revision.
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{what}^{{commit}}", of=what)
    archive = _git(root, "archive", "--format=tar", commit.decode().strip(), "--", "configs", of=what)
    with tempfile.TemporaryDirectory(prefix="mesh-etl-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        if not (Path(folder) / placement.MESH).is_file():
            raise _unknown(what)
        yield Path(folder)


def _git(root: Path, *words: str, of: str) -> bytes:
    try:
        said = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except FileNotFoundError:
        fix = "install git, or name a folder"
        raise ConfigError(Fault("GIT_MISSING", "there is no git to ask for a revision", of, fix)) from None
    if said.returncode:
        raise _unknown(of)
    return said.stdout


def _unknown(what: str) -> ConfigError:
    problem = "this is neither the folder of a project nor a revision of this one"
    return ConfigError(Fault("UNKNOWN_REVISION", problem, what, "name a folder, a branch, a tag or a commit"))
