"""An AWS account: boto3 clients of one session, secrets from its stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.placeholder import require_set
from mesh_etl.worlds.base import KINDS, secret_from_environment
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import SLOW, explanation

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.governance.identity import Identity

ATTEMPTS = 8  # of each call, with botocore's backoff between them: throttling is normal when many jobs publish
PASSING = {"cloudwatch"}  # services whose answer nothing depends on: no run waits long for one that is not there


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

        Raises `RunError`: PLACEHOLDER_ACCOUNT for zeros, AWS_MISSING without boto3, AWS_CREDENTIALS when the account
        does not let us in, AWS_ACCOUNT when the credentials are those of another account than the environment file
        names, AWS_ROLE when the role of another account cannot be taken.
        """
        require_set(self.account, identity.account if identity else None)
        if self._session is None:
            self._session = self._entered()
        if identity is not None and identity.account != self.account:
            return self._client_elsewhere(service, identity)
        if (service, None) not in self._clients:
            self._clients[service, None] = self._made(self._session, service)
        return self._clients[service, None]

    def secret(self, ref: str) -> str:
        """The secret that `env:NAME`, `ssm:/path` or `secretsmanager:name` points to.

        Raises `RunError`: SECRET_MISSING when there is none, SECRET_UNREACHABLE when it may not be read, or not now.
        """
        kind, _, name = ref.partition(":")
        if kind == "env":
            return secret_from_environment(ref)
        if kind not in ("ssm", "secretsmanager"):
            raise RunError(Fault("SECRET_UNREACHABLE", "unknown kind of secret", f"secret {ref}", f"use {KINDS}"))
        from botocore.exceptions import BotoCoreError, ClientError

        client, where = self.client(kind), f"secret {ref}"
        try:
            if kind == "ssm":
                return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
            return str(client.get_secret_value(SecretId=name)["SecretString"])
        except ClientError as error:
            code = code_of(error)
            if code in ("ParameterNotFound", "ResourceNotFoundException"):
                problem = f"{kind} of account {self.account}, {self.region}, has none of this name"
                raise RunError(Fault("SECRET_MISSING", problem, where, "put it there, or correct the name")) from error
            fix = "run again" if code in SLOW else "let the role that works here read it, and use the key that it has"
            fault = Fault("SECRET_UNREACHABLE", f"{kind} answered {code}", where, fix)
            raise RunError(fault, retryable=code in SLOW) from error
        except BotoCoreError as error:
            problem, fix = f"{kind} cannot be asked: {type(error).__name__}", "look at the network, and run again"
            raise RunError(Fault("SECRET_UNREACHABLE", problem, where, fix), retryable=True) from error
        except KeyError as error:
            fix = "put it there as a text, as create-secret --secret-string does"
            raise RunError(Fault("SECRET_UNREACHABLE", "the secret is binary", where, fix)) from error

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
        from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
        from botocore.session import get_session

        core = get_session()
        # Tokens of the global endpoint are not valid in regions that have to be opted into, and boto3 before 1.40,
        # which Glue 5.0 has, asks there. Source: IAM user guide, "Manage AWS STS in an AWS Region".
        core.set_config_variable("sts_regional_endpoints", "regional")
        try:
            session = boto3.Session(botocore_session=core, region_name=self.region, profile_name=self.profile)
            caller = self._made(session, "sts").get_caller_identity()
            found, self._who = caller["Account"], caller["Arn"]
        except (ConnectionError, HTTPClientError) as error:  # nobody answers there: to sign in would not help
            raise explanation(error, "sts:GetCallerIdentity", f"region {self.region}") from error
        except (BotoCoreError, ClientError) as error:
            problem = f"account {self.account} cannot be entered: {code_of(error)}"
            fix = "sign in (aws sso login, or export AWS_PROFILE=NAME), or set `profile` in the environment file"
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

        attempts, connect, read = (2, 3, 5) if service in PASSING else (ATTEMPTS, 10, 60)
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts}, connect_timeout=connect, read_timeout=read
        )
        return session.client(service, config=config)
