"""Where in S3 the data of a mesh is: buckets and prefixes, with the account of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.config import Project


@dataclass(frozen=True, order=True)
class Place:
    """A prefix of a bucket that holds the tables of one domain; `account` is the mesh's name of the bucket's owner."""

    bucket: str
    prefix: str
    account: str
    domain: str

    @property
    def objects(self) -> str:
        """The ARN of all that lies below."""
        return f"arn:aws:s3:::{self.bucket}/{self.prefix}*"

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:aws:s3:::{self.bucket}"


def places(project: Project) -> tuple[Place, ...]:
    """The places of all domains whose tables are in S3, those of one mesh-wide bucket by their own prefixes."""
    found = []
    for name, domain in project.mesh.domains.items():
        root = project.table_root(f"{name}.")
        if domain.account is None or not root.startswith("s3://"):
            continue
        bucket, _, prefix = root.removeprefix("s3://").partition("/")
        found.append(Place(bucket, prefix, domain.account, name))
    return tuple(sorted(found))
