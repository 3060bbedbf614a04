"""Zip archives whose bytes say nothing of when, where and by whom they were made."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell


def zipped(members: Mapping[str, bytes]) -> bytes:
    """The archive of the members, in the order of their names, readable for all.

    They are stored as they are: what compression makes of them differs between builds of zlib.
    """
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name in sorted(members):
            info = ZipInfo(name, _MOMENT)
            info.create_system = 3  # Unix, on whatever machine
            info.external_attr = (0o040755 if info.is_dir() else 0o100644) << 16
            archive.writestr(info, members[name])
    return made.getvalue()


def folders(names: Iterable[str]) -> dict[str, bytes]:
    """The folders of these files as members of an archive: a package without `__init__.py` is found by them alone.

    Source: https://docs.python.org/3/library/zipimport.html; of Python 3.11 and 3.13 `zipimporter.find_spec`.
    """
    return {f"{folder}/": b"" for name in names for folder in PurePosixPath(name).parents if folder.name}
