"""What a job asks of the world around it: clients, secrets, and where things are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.governance.identity import Identity

KINDS = "env:NAME, ssm:/path or secretsmanager:name"


class World(Protocol):
    """The laptop or an AWS account; the rest of the library does not know which."""

    @property
    def name(self) -> str:
        """`local` or `aws`."""
        ...

    @property
    def home(self) -> Path:
        """The absolute folder for state that is not data, such as the embedded catalogue."""
        ...

    def client(self, service: str, identity: Identity | None = None) -> Any:
        """The client for an AWS service, the same one at each call; `identity` is the role whose calls they are.

        Without one they are those of whoever runs this. In the account that the environment names, one is always who
        one has signed in as; the roles of other accounts are taken by STS, with the account's external id.
        Raises `RunError` when the world has no such service or cannot be entered.
        """
        ...

    def secret(self, ref: str) -> str:
        """The secret that `ref` points to: `env:NAME`, and on AWS `ssm:/path` or `secretsmanager:name` as well.

        Raises `RunError` naming the reference, never the value.
        """
        ...

    def location(self, path: str | Path) -> str:
        """The absolute URL that the catalogue records for `path`: `file://` or `s3://`."""
        ...


def secret_from_environment(ref: str) -> str:
    """The value of the environment variable that `env:NAME` points to.

    Raises `RunError` (SECRET_MISSING) when it is not set, or empty: an empty key would protect nothing.
    """
    name = ref.removeprefix("env:")
    value = os.environ.get(name)
    if not value:
        state = "is empty" if value == "" else "is not set"
        problem = f"the environment variable {name} {state}"
        raise RunError(Fault("SECRET_MISSING", problem, where=f"secret {ref}", fix=f"export {name} before the run"))
    return value
