"""Temporary credentials of AWS, as botocore refreshes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from mesh_etl.errors import Fault, RunError


def refreshable(given: Mapping[str, Any], whose: str) -> dict[str, str]:
    """What botocore's RefreshableCredentials take, of credentials in an answer of AWS; `whose` is said in errors.

    Raises `RunError` AWS_EXPIRED, worth a retry, for those that have ended already: botocore would raise a bare
    RuntimeError once it signs with them, as where this machine's clock is ahead.
    """
    ends = given["Expiration"]
    if ends <= datetime.datetime.now(datetime.UTC):
        problem = "the credentials had ended when they came"
        fix = "see whether this machine's clock is right, and run again"
        raise RunError(Fault("AWS_EXPIRED", problem, whose, fix), retryable=True)
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": ends.isoformat(),
    }
