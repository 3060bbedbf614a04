"""The configuration of one job as one JSON: read without YAML, and its messages still name the files it came from.

It holds the files that the job needs, each as data with the places of its keys and values, or as text. Opened, they
stand in a folder of their own, which goes with the process.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from mesh_etl.config import yaml
from mesh_etl.config.document import Document, Loc, Place
from mesh_etl.errors import ConfigError, Fault

FORMAT = 1
_HASHED = re.compile(r"/([0-9a-f]{64})/[^/]+$")


@dataclass(frozen=True)
class Compiled:
    """What a job works on: its products, the name of its environment, and the files, by their path in the project."""

    environment: str
    products: tuple[str, ...]
    files: Mapping[str, Document | str]

    def data(self) -> bytes:
        """The JSON: the same bytes for the same content."""
        files = {name: _packed(one) for name, one in sorted(self.files.items())}
        whole = {"format": FORMAT, "environment": self.environment, "products": list(self.products), "files": files}
        return (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()

    @classmethod
    def read(cls, data: bytes, name: str) -> Self:
        """What the JSON holds, which messages call `name`.

        Raises `ConfigError`: COMPILED_UNREADABLE, and COMPILED_FORMAT for that of another version of the library.
        """
        try:
            whole = json.loads(data)
            found = whole["format"]
            if found != FORMAT:
                problem = f"this is format {found!s:.9}, and this version of mesh_etl reads format {FORMAT}"
                fix = "deploy again, so that library and configuration are of one version"
                raise ConfigError(Fault("COMPILED_FORMAT", problem, name, fix))
            json.dumps(whole, ensure_ascii=False).encode()  # halves of characters are no text
            files = {_inside(path): _unpacked(path, one) for path, one in whole["files"].items()}
            return cls(str(whole["environment"]), _names(whole["products"]), files)
        except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError) as error:
            fix = "compile it again: mesh-etl package"
            fault = Fault("COMPILED_UNREADABLE", "this is no compiled configuration", name, fix)
            raise ConfigError(fault) from error

    def folder(self) -> Path:
        """A new folder, for this user alone, with the files; it is removed when the process ends."""
        root = Path(tempfile.mkdtemp(prefix="mesh-etl-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        for name, one in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = one if isinstance(one, str) else f"# {name}, compiled\n{json.dumps(one.data, ensure_ascii=False)}\n"
            path.write_text(text, encoding="utf-8", newline="")
            if isinstance(one, Document):
                yaml.remember(text, one)
        return root


def verified(data: bytes, address: str) -> bytes:
    """`data`, which has the SHA-256 that its address names, if it names one. Raises `ConfigError` COMPILED_DAMAGED."""
    import hashlib

    named = _HASHED.search(address)
    if named and hashlib.sha256(data).hexdigest() != named[1]:
        problem = "the content is not what its address says: it was changed or cut short"
        raise ConfigError(Fault("COMPILED_DAMAGED", problem, address, "deploy again"))
    return data


def _packed(one: Document | str) -> dict[str, Any]:
    if isinstance(one, str):
        return {"text": one}
    return {"data": one.data, "places": [_place(one.places[loc], value) for loc, value in _walked(one.data)]}


def _place(place: Place, value: Any) -> list[Any]:
    """The numbers, and the text where the value does not say it by itself."""
    told = place.text is None or (isinstance(value, str) and place.text == value)
    return [place.line, place.column, place.key_line, place.key_column, *(() if told else (place.text,))]


def _unpacked(name: str, packed: Mapping[str, Any]) -> Document | str:
    if "text" in packed:
        return str(packed["text"])
    places: dict[Loc, Place] = {}
    for row, (loc, value) in zip(packed["places"], _walked(packed["data"]), strict=True):
        line, column, key_line, key_column, *text = row
        places[loc] = Place(line, column, key_line, key_column, text[0] if text else _own(value))
    return Document(name, packed["data"], places)


def _own(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _walked(value: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Every value with its path, parents before their children."""
    yield loc, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _walked(one, (*loc, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _walked(one, (*loc, index))


def _inside(name: str) -> str:
    """`name`, which stays in the folder and is no code. Raises `ValueError` otherwise."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ValueError("a path leads out of the project")
    if path.suffix == ".py":  # modules come as such, under their own hash
        raise ValueError("a configuration has no modules")
    return name


def _names(products: Any) -> tuple[str, ...]:
    """The names in a list. Raises `TypeError` for anything else."""
    if not isinstance(products, list) or not all(isinstance(one, str) for one in products):
        raise TypeError("products are a list of names")
    return tuple(products)
