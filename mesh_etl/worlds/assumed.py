"""The session of a role in another account of the mesh, taken by STS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.stores.credentials import refreshable
from mesh_etl.worlds.error_codes import code_of

if TYPE_CHECKING:
    from mesh_etl.config.governance.identity import Identity

SESSION = "mesh-etl"
LONGEST = 64  # characters of a session's name


def assumed(sts: Any, identity: Identity, by: str = "") -> Any:
    """A boto3 session of the role, for an hour, after which botocore takes the role again.

    `by` is the ARN of whoever takes it: CloudTrail tells it by the session's name.
    Raises `RunError` (AWS_ROLE) when the role cannot be taken, and as `refreshable` does, also when it is taken again.
    """
    import boto3
    from botocore.credentials import RefreshableCredentials
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import get_session

    asked = {"RoleArn": identity.arn, "RoleSessionName": _session_name(by)}
    if identity.external_id is not None:
        asked["ExternalId"] = identity.external_id  # against the confused deputy: IAM user guide, "The confused deputy"

    def taken() -> dict[str, str]:
        return refreshable(sts.assume_role(**asked)["Credentials"], identity.arn)

    try:
        credentials = RefreshableCredentials.create_from_metadata(taken(), taken, "sts-assume-role")
    except (BotoCoreError, ClientError) as error:
        fix = "let this identity take the role in its trust policy, and check external_id in mesh.yaml"
        problem = f"the role {identity.role} of account {identity.account} cannot be taken: {code_of(error)}"
        raise RunError(Fault("AWS_ROLE", problem, identity.arn, fix)) from error
    session = get_session()
    session._credentials = credentials  # botocore has no public way to give a session what it refreshes
    session.set_config_variable("region", identity.region)
    return boto3.Session(botocore_session=session)


def _session_name(by: str) -> str:
    """`mesh-etl` and the user, or the session of the role, that takes the role."""
    who = re.sub(r"[^\w+=,.@-]", "-", by.rpartition("/")[2], flags=re.ASCII)
    return f"{SESSION}-{who}"[:LONGEST] if who else SESSION
