"""Resolve what mesh_etl needs on each version of Glue beyond what is installed there, with the hash of each wheel.

Writes mesh_etl/deploy/package/locks/glue-<version>.json. Needs the network, `scripts/lock` having made .venv/lock, and
`packaging`: .venv/test/bin/python scripts/lock_glue.py
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import unquote

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "mesh_etl/deploy/package/locks"
UV = ROOT / ".venv/lock/bin/uv"
PYTHONS = {"5.0": (3, 11), "5.1": (3, 11), "6.0": (3, 13)}
GLIBC = 34  # Amazon Linux 2023 has glibc 2.34
# What a run imports; the command line's own libraries are not among them. PyYAML only makes reading YAML quicker.
NEEDED = ["pydantic", "ruamel-yaml", "sqlglot", "jmespath>=1.0.1", "pyarrow>=18", "numpy>=1.26", "boto3>=1.40"]
EXTRAS = {
    "embedded": ["pysail", "grpcio", "grpcio-status", "googleapis-common-protos", "pandas"],
    "iceberg": ["pyiceberg"],
    "avro": ["fastavro"],
    "postgresql": ["adbc-driver-manager", "adbc-driver-postgresql"],
    "mysql": ["pymysql"],
}
# What is installed, and too old for what others ask of it; boto3 and pyarrow become those of Glue 5.1.
TOO_OLD = {
    "5.0": ["boto3", "botocore", "s3transfer", "pyarrow", "jmespath"],
    "5.1": ["typing-extensions"],
    "6.0": ["typing-extensions"],
}
INSTEAD = {"boto3": "1.40.61", "botocore": "1.40.61", "s3transfer": "0.14.0", "pyarrow": "22.0.0", "jmespath": "1.0.1"}


def main() -> None:
    tested = pinned((ROOT / "requirements/test.txt").read_text())
    for version, python in PYTHONS.items():
        provided = pinned((LOCKS / f"glue-{version}.provided.txt").read_text())
        stays = {name: found for name, found in provided.items() if name not in TOO_OLD[version]}
        constraints = {**tested, **INSTEAD, **stays} if version == "5.0" else {**tested, **stays}
        packages: dict[str, dict[str, str | int]] = {}
        lacking: dict[str, list[str]] = {}
        whole: dict[str, list[str]] = {}
        glue = f"AWSGlueDataplanePython=={version}.0"  # a virtual environment has nothing of what Glue has installed
        for extra, asked in {"": [], **EXTRAS}.items():
            found = resolved([*NEEDED, "pandas", glue, *asked], constraints, python)
            packages |= found
            whole[extra] = sorted(found.keys() - set(whole.get("", ())))
            needed = resolved([*NEEDED, *asked], constraints, python)
            absent = {name for name, one in needed.items() if provided.get(name) != one["version"]}
            lacking[extra] = sorted(absent - set(lacking.get("", ())))
        lock = {
            "glue": version,
            "python": ".".join(map(str, python)),
            "packages": dict(sorted(packages.items())),
            "lacking": lacking,
            "whole": whole,
        }
        (LOCKS / f"glue-{version}.json").write_text(json.dumps(lock, indent=1) + "\n")
        print(version, {extra: len(names) for extra, names in lacking.items()})


def pinned(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def resolved(asked: list[str], pins: dict[str, str], python: tuple[int, int]) -> dict[str, dict[str, str | int]]:
    spelled = ".".join(map(str, python))
    constraints = "".join(f"{name}=={version}\n" for name, version in pins.items())
    constrained = LOCKS.parent / "constraints.tmp"
    constrained.write_text(constraints)
    try:
        done = subprocess.run(
            [UV, "pip", "compile", "-", "--quiet", "--format", "pylock.toml", "--python-version", spelled,
             "--python-platform", f"x86_64-manylinux_2_{GLIBC}", "--only-binary", ":all:", "-c", constrained],
            input="\n".join(asked), text=True, capture_output=True,
        )  # fmt: skip
    finally:
        constrained.unlink()
    if done.returncode:
        raise SystemExit(done.stderr)
    found = tomllib.loads(done.stdout)["packages"]
    return {str(one["name"]): wheel(one, python) for one in found if one["name"] not in ("pyspark", "py4j")}  # of Spark


def wheel(package: dict[str, object], python: tuple[int, int]) -> dict[str, str | int]:
    """The wheel of the package that fits best."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    abi = f"cp{python[0]}{python[1]}"
    tags = [*cpython_tags(python, [abi], platforms), *compatible_tags(python, abi, platforms)]
    order: dict[Tag, int] = {tag: index for index, tag in enumerate(tags)}
    best: list[tuple[int, str, dict[str, object]]] = []
    for one in package["wheels"]:  # type: ignore[attr-defined]
        name = unquote(str(one.get("name") or one["url"]).rsplit("/", 1)[-1])
        fits = [order[tag] for tag in parse_wheel_filename(name)[3] if tag in order]
        if fits:
            best.append((min(fits), name, one))
    _, name, one = min(best, key=lambda found: found[:2])
    return {"version": str(package["version"]), "wheel": name, "sha256": one["hashes"]["sha256"], "size": one["size"]}  # type: ignore[index,dict-item]


if __name__ == "__main__":
    main()
