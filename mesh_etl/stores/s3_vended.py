"""Credentials of S3 for the files of one table, which Lake Formation gives to whoever may see all of it.

The role that asks has no right of its own on the files. Lake Formation takes the role of the place for it, for the
prefix of the table alone. Source:
https://docs.aws.amazon.com/lake-formation/latest/dg/using-cred-vending.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.stores.credentials import refreshable

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLE = re.compile(r"arn:[a-z0-9-]+:glue:([a-z0-9-]+):[0-9]{12}:table/(.+)")
_SECONDS = 3_600
_ALL_OF_IT = "or read it by Spark in a Glue job with --enable-lakeformation-fine-grained-access true, which filters"


def refreshed(session: Any, table: str) -> Any:
    """botocore's credentials for the files of the table with this ARN, asked for anew before they expire.

    `session` is botocore's, of whoever reads. No kind of filter is named as one that is supported: so Lake Formation
    refuses where it would have to filter columns or rows, instead of giving whole files away.
    Raises `PlanError`: ACCESS_FILTERED for a table of which not everything is shown, ACCESS_DENIED and STORAGE_FAILED;
    and as `refreshable` does.
    """
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials

    match = _TABLE.fullmatch(table)
    if match is None:
        raise ValueError("no ARN of a table")
    config = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=10, read_timeout=60)
    client = session.create_client("lakeformation", region_name=match[1], config=config)
    taken = _taker(client, table, match[2].replace("/", "."))
    return RefreshableCredentials.create_from_metadata(taken(), taken, "lake-formation")


def _taker(client: Any, table: str, name: str) -> Callable[[], dict[str, str]]:
    from botocore.exceptions import BotoCoreError, ClientError

    def taken() -> dict[str, str]:
        try:
            given = client.get_temporary_glue_table_credentials(
                TableArn=table, Permissions=["SELECT"], DurationSeconds=_SECONDS
            )
        except ClientError as error:
            raise _refused(error.response["Error"]["Code"], table, name) from None
        except BotoCoreError as error:
            problem = f"Lake Formation cannot be asked for {name}: {type(error).__name__}"
            raise PlanError(Fault("STORAGE_FAILED", problem, table, "run again"), retryable=True) from None
        return refreshable(given, table)

    return taken


def _refused(code: str, table: str, name: str) -> PlanError:
    if code == "PermissionTypeMismatchException":
        problem = f"Lake Formation shows this role not all columns and rows of {name}, and a source reads whole files"
        fix = f"ask for a role that shows all of it: mesh-etl request; {_ALL_OF_IT}"
        return PlanError(Fault("ACCESS_FILTERED", problem, table, fix))
    if code in ("AccessDeniedException", "EntityNotFoundException"):
        problem = f"Lake Formation gives no credentials for {name} ({code})"
        fix = (
            "ask for it: mesh-etl request; the role needs lakeformation:GetDataAccess, and the account of the"
            " catalogue AllowFullTableExternalDataAccess in its settings of Lake Formation: mesh-etl govern apply"
        )
        return PlanError(Fault("ACCESS_DENIED", problem, table, fix))
    problem = f"Lake Formation does not answer as it should for {name} ({code})"
    return PlanError(Fault("STORAGE_FAILED", problem, table, "run again"), retryable=True)
