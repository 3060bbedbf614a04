"""What an account shall have of one unit: templates and files, with the place where each of them goes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mesh_etl.deploy import names
from mesh_etl.errors import Fault


@dataclass(frozen=True)
class Parcel:
    """One object of the artifacts bucket; `sha256` is of its bytes, in hexadecimal, and its key holds it."""

    name: str
    key: str
    sha256: str
    size: int
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Wanted:
    """The stacks of a unit: `base` makes the artifacts bucket, `root` all else from what was uploaded there.

    `base` is the text of its template, `root` and `nested` are templates that are uploaded, `files` what the jobs load.
    `resources` has those of each nested stack by its logical id in the root, `titles` what people call it.
    """

    unit: str
    stack: str
    account: str
    region: str
    bucket: str
    base: str
    root: Parcel
    nested: tuple[Parcel, ...]
    files: tuple[Parcel, ...]
    tags: Mapping[str, str]
    resources: Mapping[str, Mapping[str, Mapping[str, Any]]]
    titles: Mapping[str, str]
    warnings: tuple[Fault, ...] = ()

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """All that is uploaded: the root template after what it names."""
        return (*self.files, *self.nested, self.root)

    @property
    def base_stack(self) -> str:
        """The name of the stack that holds the artifacts bucket."""
        return names.base(self.stack)

    @property
    def root_address(self) -> str:
        """The root template in the artifacts bucket, as CloudFormation reads it."""
        return f"https://{self.bucket}.s3.{self.region}.amazonaws.com/{self.root.key}"

    @property
    def digest(self) -> str:
        """What the root stack is made from, in 16 hexadecimal digits: equal for equal templates and tags."""
        parts = [self.root.sha256, *(f"{key}={self.tags[key]}" for key in sorted(self.tags))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
