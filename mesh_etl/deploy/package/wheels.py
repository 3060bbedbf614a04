"""The wheels that a version of Glue lacks, as one zip that Glue installs without any network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mesh_etl.deploy.package.kept import cache, written
from mesh_etl.deploy.package.lock import Lock, Wheel
from mesh_etl.deploy.package.zipped import zipped
from mesh_etl.errors import Fault, RunError

GLIBC = 34  # Amazon Linux 2023 has 2.34
_PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)),
    "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64",
)  # fmt: skip


def wheels_zip(locks: Sequence[Lock], wheels: Sequence[Sequence[Wheel]]) -> bytes:
    """The zip that `--additional-python-modules` takes: `wheels/` with the wheels and what is to be installed.

    With several locks, each for one Python, it can be installed by any of them. Raises `RunError`: see `fetched`.
    Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html, Appendix A
    """
    files = {path.name: path for lock, some in zip(locks, wheels, strict=True) for path in fetched(lock, some)}
    lines = {
        f"{one.package}=={one.version}{_marker(lock, locks)}\n"
        for lock, some in zip(locks, wheels, strict=True)
        for one in some
    }
    members = {f"wheels/{name}": path.read_bytes() for name, path in files.items()}
    return zipped({**members, "wheels/requirements.txt": "".join(sorted(lines)).encode()})


def fetched(lock: Lock, wheels: Sequence[Wheel]) -> tuple[Path, ...]:
    """The files of the wheels on this machine, each with the hash that is locked.

    What is not in the user's cache is downloaded by pip, as pip is configured here. Raises `RunError`: PIP_MISSING,
    CACHE_UNWRITABLE, and PACKAGE_UNREACHABLE when pip cannot have one, or has another file than the one that is locked.
    """
    places = [_cached(one) for one in wheels]
    lacking = [one for one, path in zip(wheels, places, strict=True) if not _is(path, one)]
    if lacking:
        _download(lock, lacking)
    return tuple(places)


def _download(lock: Lock, wheels: Sequence[Wheel]) -> None:
    """The wheels are in the cache. Raises `RunError`: see `fetched`."""
    with tempfile.TemporaryDirectory(prefix="mesh-etl-") as made:
        _ask_pip(lock, wheels, Path(made))
        for one in wheels:
            found = Path(made) / one.name
            if not _is(found, one):
                problem, fix = f"pip brought another file than {one.name}", "check the index: pip config list"
                raise RunError(Fault("PACKAGE_UNREACHABLE", problem, "pip", fix))
            _keep(one, found)


def _ask_pip(lock: Lock, wheels: Sequence[Wheel], folder: Path) -> None:
    """What pip gives for the wheels is in the folder."""
    asked = folder / "requirements.txt"
    asked.write_text("".join(f"{one.package}=={one.version} --hash=sha256:{one.sha256}\n" for one in wheels))
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
        "--no-deps", "--only-binary=:all:", "--require-hashes", "--implementation=cp",
        f"--python-version={lock.python}", f"--requirement={asked}", f"--dest={folder}",
        *(f"--platform={one}" for one in _PLATFORMS),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PIP_NO_COLOR": "1"})
    if "No module named pip" in done.stderr:
        fix = f"{sys.executable} -m ensurepip"
        raise RunError(Fault("PIP_MISSING", "pip is not here, which downloads packages", sys.executable, fix))
    if done.returncode:
        names = ", ".join(f"{one.package} {one.version}" for one in wheels)
        problem = f"pip cannot have what Glue {lock.glue} lacks ({names}): {_reason(done.stderr)}"
        fix = "check the network, the proxy and the index: pip config list"
        raise RunError(Fault("PACKAGE_UNREACHABLE", problem, "pip", fix), retryable=True)


def _keep(wheel: Wheel, found: Path) -> None:
    """The wheel is in the cache."""
    try:
        written(_cached(wheel), found.read_bytes())
    except OSError as error:
        problem = f"a package cannot be kept: {error.strerror or 'the system refuses'}"
        fix = "make room there, or set XDG_CACHE_HOME to a folder that can be written"
        raise RunError(Fault("CACHE_UNWRITABLE", problem, str(cache()), fix)) from error


def _reason(stderr: str) -> str:
    """What pip says is wrong, without addresses: they may hold a password of the index."""
    told = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR: ")]
    words = (told[0] if told else "it does not say why").split()
    return " ".join("…" if "://" in word else word for word in words)


def _cached(wheel: Wheel) -> Path:
    return cache() / "wheels" / wheel.sha256 / wheel.name


def _is(path: Path, wheel: Wheel) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == wheel.sha256


def _marker(lock: Lock, locks: Sequence[Lock]) -> str:
    return f' ; python_version == "{lock.python}"' if len(locks) > 1 else ""
