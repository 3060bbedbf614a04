"""Which modules a job can import beside its own: those of Python, of Glue, and of the packages that are shipped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from mesh_etl.deploy.package.lock import Extra, lock, provided, wheels_of

# What is imported by another name than its package has, but for `-` and capitals.
_NAMES: dict[str, tuple[str, ...]] = {
    "attrs": ("attr", "attrs"),
    "awsgluedataplanepython": ("awsglue",),
    "fonttools": ("fontTools",),
    "googleapis-common-protos": ("google",),
    "grpcio": ("grpc",),
    "grpcio-status": ("grpc_status",),
    "markdown-it-py": ("markdown_it",),
    "matplotlib": ("matplotlib", "mpl_toolkits", "pylab"),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "pytest": ("pytest", "_pytest", "py"),
    "python-dateutil": ("dateutil",),
    "pyyaml": ("yaml", "_yaml"),
    "ruamel-yaml": ("ruamel",),
    "setuptools": ("setuptools", "pkg_resources", "distutils"),  # that it brings, where Python has it no more
}
# Of the session that Glue starts, and ours.
_OF_THE_JOB = ("pyspark", "py4j", "awsglue", "mesh_etl")
_UNTIL_3_11 = {"asynchat", "asyncore", "distutils", "imp", "smtpd"}
_UNTIL_3_12 = {
    "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis", "nntplib",
    "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib",
}  # fmt: skip
_FROM_3_14 = {"annotationlib", "compression"}


def importable(glue: str, extras: Sequence[Extra], *, alone: bool) -> frozenset[str]:
    """The modules of a job on that version of Glue, by their first name.

    Where it is `alone`, in a virtual environment, it has nothing of what Glue has installed.
    """
    found = lock(glue)
    wheels = wheels_of(found.whole if alone else found.lacking, extras)
    installed = () if alone else provided(glue)
    return _modules({*installed, *(one.package for one in wheels)}) | _of_python(found.python) | {*_OF_THE_JOB}


def _modules(packages: Iterable[str]) -> frozenset[str]:
    named = (_NAMES.get(one, (one.replace("-", "_").lower(),)) for one in packages)
    return frozenset(module for modules in named for module in modules)


def _of_python(version: str) -> frozenset[str]:
    """The modules of Python's own library, 3.11 or 3.13, whichever runs here."""
    ever = (sys.stdlib_module_names | _UNTIL_3_11 | _UNTIL_3_12) - _FROM_3_14
    return ever if version == "3.11" else ever - _UNTIL_3_11 - _UNTIL_3_12
