"""An AWS account: boto3 clients of one session, secrets from its stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.worlds.base import KINDS, secret_from_environment

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.governance.identity import Identity

ATTEMPTS = 8  # of each call, with botocore's backoff between them: throttling is normal when many jobs publish


class Account:
    """A world in one region of one account."""

    name = "aws"

    def __init__(self, root: Path, region: str, account: str, profile: str | None = None) -> None:
        self.home = root.absolute() / ".mesh"
        self.region = region
        self.account = account
        self.profile = profile
        self._session: Any = None
        self._who = ""  # the ARN of whoever has signed in
        self._taken: dict[Identity, Any] = {}  # a session for each role of another account, for all services
        self._clients: dict[tuple[str, Identity | None], Any] = {}

    def client(self, service: str, identity: Identity | None = None) -> Any:
        """The boto3 client for the service, in the account of `identity`; the same one at each call.

        Raises `RunError`: AWS_MISSING without boto3, AWS_CREDENTIALS when the account does not let us in,
        AWS_ACCOUNT when the credentials are those of another account than the environment file names, AWS_ROLE when
        the role of another account cannot be taken.
        """
        if self._session is None:
            self._session = self._entered()
        if identity is not None and identity.account != self.account:
            return self._client_elsewhere(service, identity)
        if (service, None) not in self._clients:
            self._clients[service, None] = self._made(self._session, service)
        return self._clients[service, None]

    def secret(self, ref: str) -> str:
        """The secret that `env:NAME`, `ssm:/path` or `secretsmanager:name` points to.

        Raises `RunError`: SECRET_MISSING when there is none, SECRET_UNREACHABLE when it may not be read.
        """
        kind, _, name = ref.partition(":")
        if kind == "env":
            return secret_from_environment(ref)
        if kind not in ("ssm", "secretsmanager"):
            raise RunError(Fault("SECRET_UNREACHABLE", "unknown kind of secret", f"secret {ref}", f"use {KINDS}"))
        from botocore.exceptions import BotoCoreError, ClientError

        client = self.client(kind)
        try:
            if kind == "ssm":
                return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
            return str(client.get_secret_value(SecretId=name)["SecretString"])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            missing = code in ("ParameterNotFound", "ResourceNotFoundException")
            fault = "SECRET_MISSING" if missing else "SECRET_UNREACHABLE"
            raise RunError(Fault(fault, f"{kind} answered {code}", where=f"secret {ref}")) from error
        except BotoCoreError as error:
            problem = f"{kind} cannot be asked: {type(error).__name__}"
            raise RunError(Fault("SECRET_UNREACHABLE", problem, where=f"secret {ref}"), retryable=True) from error
        except KeyError as error:
            problem = "the secret is binary, a text is needed"
            raise RunError(Fault("SECRET_UNREACHABLE", problem, where=f"secret {ref}")) from error

    def location(self, path: str | Path) -> str:
        """`path`, which must be an `s3://` URL.

        Raises `PlanError` (LOCATION_NOT_S3) otherwise: no service of the account could read a local folder.
        """
        text = str(path)
        if not text.startswith("s3://"):
            fix = "set `warehouse` to s3://bucket/prefix in the environment file"
            raise PlanError(Fault("LOCATION_NOT_S3", "a table on AWS must be in S3", where=text, fix=fix))
        return text

    def _entered(self) -> Any:
        """A session that is known to belong to the account that the environment names."""
        try:
            import boto3
        except ImportError as error:
            fault = Fault("AWS_MISSING", "boto3 is not installed", fix="pip install 'mesh_etl[aws]'")
            raise RunError(fault) from error
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.session import get_session

        core = get_session()
        # Tokens of the global endpoint are not valid in regions that have to be opted into, and boto3 before 1.40,
        # which Glue 5.0 has, asks there. Source: IAM user guide, "Manage AWS STS in an AWS Region".
        core.set_config_variable("sts_regional_endpoints", "regional")
        try:
            session = boto3.Session(botocore_session=core, region_name=self.region, profile_name=self.profile)
            caller = self._made(session, "sts").get_caller_identity()
            found, self._who = caller["Account"], caller["Arn"]
        except (BotoCoreError, ClientError) as error:
            known = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            problem = f"account {self.account} cannot be entered: {known}"
            fix = "sign in, or set `profile` in the environment file"
            raise RunError(Fault("AWS_CREDENTIALS", problem, fix=fix)) from error
        if found != self.account:
            problem = f"the credentials are those of account {found}, the environment names {self.account}"
            raise RunError(Fault("AWS_ACCOUNT", problem, fix="choose another profile or environment"))
        return session

    def _client_elsewhere(self, service: str, identity: Identity) -> Any:
        """The client of a role in another account, which STS lets us take."""
        from mesh_etl.worlds.assumed import assumed

        if (service, identity) not in self._clients:
            if identity not in self._taken:
                self._taken[identity] = assumed(self.client("sts"), identity, self._who)
            self._clients[service, identity] = self._made(self._taken[identity], service)
        return self._clients[service, identity]

    def _made(self, session: Any, service: str) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS}, connect_timeout=10, read_timeout=60
        )
        return session.client(service, config=config)
