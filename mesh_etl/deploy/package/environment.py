"""A virtual environment for `--python-virtual-env`, put together from wheels: nothing is run, nothing compiled.

It is laid out as venv-pack leaves one that was made on Amazon Linux 2023 with its own Python, which is what Glue
expects: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-virtual-environments.html
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from mesh_etl.deploy.package.kept import kept
from mesh_etl.deploy.package.lock import Lock, Wheel
from mesh_etl.deploy.package.wheels import fetched

_ACTIVATE = """\
# To be sourced: the environment that this file is in comes first.
VIRTUAL_ENV="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)"
PATH="$VIRTUAL_ENV/bin:$PATH"
unset PYTHONHOME
export VIRTUAL_ENV PATH
"""


def environment_of(lock: Lock, wheels: Sequence[Wheel]) -> bytes:
    """The archive with these wheels, made once for all projects on this machine. Raises `RunError`: see `fetched`."""
    made_of = [lock.python, *(one.sha256 for one in wheels), Path(__file__).read_text("utf-8")]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    return kept("environments", digest, lambda: environment(lock.python, fetched(lock, wheels)))


def environment(python: str, wheels: Iterable[Path]) -> bytes:
    """The archive with the wheels installed for that Python, as in 3.11; commands that they bring are left out."""
    site = f"lib/python{python}/site-packages"
    files = {
        "pyvenv.cfg": f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n".encode(),
        "bin/activate": _ACTIVATE.encode(),
    }
    for wheel in wheels:
        files |= dict(_installed(wheel, site))
    links = {f"bin/python{python}": f"/usr/bin/python{python}"}
    links |= {name: f"python{python}" for name in ("bin/python", "bin/python3")}
    return _packed(files, links)


def _installed(wheel: Path, site: str) -> Iterator[tuple[str, bytes]]:
    """The files of the wheel and where they go.

    Format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    with ZipFile(wheel) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            head, _, rest = info.filename.partition("/")
            if not head.endswith(".data"):
                yield f"{site}/{info.filename}", archive.read(info)
                continue
            scheme, _, name = rest.partition("/")
            if scheme in ("purelib", "platlib"):
                yield f"{site}/{name}", archive.read(info)
            elif scheme == "data":
                yield name, archive.read(info)


def _packed(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """The archive, whose bytes say nothing of when, where and by whom it was made."""
    made = io.BytesIO()
    with gzip.GzipFile("", "wb", 1, made, mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for name in sorted({*files, *links}):
            info = tarfile.TarInfo(name)
            if name in links:
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, links[name], 0o777
                archive.addfile(info)
            else:
                info.size, info.mode = len(files[name]), 0o644
                archive.addfile(info, io.BytesIO(files[name]))
    return made.getvalue()
