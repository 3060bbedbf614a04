"""The laptop: the embedded catalogue under the project's home, secrets from the environment."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.base import secret_from_environment

if TYPE_CHECKING:
    from mesh_etl.config.governance.identity import Identity


class Laptop:
    """A world in one folder; it needs no account and no network."""

    name = "local"

    def __init__(self, root: Path, home: str) -> None:
        self.root = root.absolute()
        self.home = self.root / home
        self._clients: dict[tuple[str, Identity | None], Any] = {}

    def client(self, service: str, identity: Identity | None = None) -> Any:
        """The embedded client for the service, as the role `identity`; the same one at each call.

        Raises `RunError`: SERVICE_MISSING for a service that the laptop does not have, AWS_MISSING without boto3,
        whose clients speak to the embedded catalogue as they would to AWS.
        """
        if find_spec("botocore") is None:
            raise RunError(Fault("AWS_MISSING", "boto3 is not installed", fix="pip install 'mesh_etl[aws]'"))
        if (service, identity) not in self._clients:
            from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws

            try:
                self._clients[service, identity] = _embedded(service, self.home, identity)
            except NotImplementedByEmbeddedAws as error:
                fault = Fault("SERVICE_MISSING", str(error), fix="run with an environment whose world is aws")
                raise RunError(fault) from error
        return self._clients[service, identity]

    def secret(self, ref: str) -> str:
        """The secret from the environment variable that `ref` names.

        Raises `RunError`: SECRET_MISSING when it is not set, SECRET_UNREACHABLE when `ref` points into AWS.
        """
        if not ref.startswith("env:"):
            problem = "the local world has no secrets but environment variables"
            fix = "use env:NAME in this environment, or a world of type aws"
            raise RunError(Fault("SECRET_UNREACHABLE", problem, where=f"secret {ref}", fix=fix))
        return secret_from_environment(ref)

    def location(self, path: str | Path) -> str:
        """`path` as a URL; a relative one stands under the project's root.

        Nothing is percent-encoded: Hive, Spark and Athena take a location as it is written.
        """
        text = str(path)
        if "://" in text:
            return text
        return f"file://{self.root / text}"


def _embedded(service: str, home: Path, identity: Identity | None) -> Any:
    from mesh_etl import embedded_aws

    if identity is None:
        return embedded_aws.client(service, home)
    return embedded_aws.client(service, home, identity.region, identity.account, identity.role)
