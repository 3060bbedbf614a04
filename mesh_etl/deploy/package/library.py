"""The library itself as a wheel, made from the files that run here, whether installed or checked out."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import mesh_etl
from mesh_etl.deploy.package.zipped import zipped
from mesh_etl.errors import Fault, RunError

NAME = "mesh_etl"


def version() -> str:
    """The version of the library that runs here."""
    try:
        return distribution(NAME).version
    except PackageNotFoundError as error:
        fix = "install it: pip install mesh_etl, or pip install -e . in a checkout"
        raise RunError(Fault("LIBRARY_UNINSTALLED", "mesh_etl runs here without being installed", NAME, fix)) from error


@cache
def wheel() -> tuple[str, bytes]:
    """The name and the bytes of the wheel, as the files were when this process first asked.

    It asks for no other package, for what it needs is shipped beside it.
    Format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    Raises `RunError` LIBRARY_UNINSTALLED.
    """
    number = version()
    folder = Path(mesh_etl.__file__).parent
    members = {
        f"{NAME}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    info = f"{NAME}-{number}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {number}\nRequires-Python: >=3.11\nLicense: Apache-2.0\n"
    members[f"{info}/METADATA"] = about.encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: mesh_etl\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/RECORD"] = _record(members, f"{info}/RECORD")
    return f"{NAME}-{number}-py3-none-any.whl", zipped(members)


def scripts() -> dict[str, bytes]:
    """The entry scripts of jobs by their names: those of the checkout, or those that were installed.

    Raises `RunError` LIBRARY_UNINSTALLED when neither are there.
    """
    checkout = Path(mesh_etl.__file__).parents[1] / "jobs"
    if (checkout / "run.py").is_file():
        return {path.name: path.read_bytes() for path in checkout.glob("*.py")}
    listed = distribution(NAME).files or ()
    found = {
        one.name: Path(str(one.locate())) for one in listed if one.parent.as_posix().endswith("share/mesh_etl/jobs")
    }
    if "run.py" not in found:
        fix = "install it again: pip install --force-reinstall mesh_etl"
        raise RunError(Fault("LIBRARY_UNINSTALLED", "the entry scripts of jobs are not installed", NAME, fix))
    return {name: path.read_bytes() for name, path in found.items() if path.suffix == ".py"}


def _record(members: dict[str, bytes], itself: str) -> bytes:
    lines = []
    for name, data in sorted(members.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    return "".join((*lines, f"{itself},,\n")).encode()
