"""What a refused or unanswered call of AWS means to the person at the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from mesh_etl.errors import Fault, RunError
from mesh_etl.worlds.error_codes import BUSY, DENIED, NO_CREDENTIALS, code_of

EXPIRED = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
    "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "UnauthorizedSSOTokenError",
    "SSOTokenLoadError",
}) | NO_CREDENTIALS  # fmt: skip
ELSEWHERE = frozenset({
    "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "OptInRequired",
    "301",
})  # fmt: skip
SLOW = BUSY | {"SlowDown", "LimitExceededException", "OperationAbortedException", "RequestThrottled", "503"}
FORBIDDEN = DENIED - EXPIRED | {"403", "AllAccessDisabled"}
_AGAIN = "run the command again: what is done is not done twice"
_NEEDED = re.compile(r"not authorized to perform: (\S+?)(?: on resource: (\S+?))?(?:\s|$)")
_UNFIT = re.compile(r"\AParameter validation failed:\nInvalid (?:type|value|length) for parameter ([A-Za-z0-9.\[\]]+),")
LONGEST = 400  # characters of AWS's own words


@contextmanager
def explained(action: str, where: str = "") -> Iterator[None]:
    """What AWS refuses in the block is a `RunError`; `action` is IAM's word for the call, as in glue:StartJobRun.

    Codes: AWS_EXPIRED, AWS_DENIED, AWS_REGION, BOTO3_OLD, AWS_REFUSED and, worth a retry, AWS_BUSY, AWS_UNREACHABLE.
    AWS's words name actions and resources; values of data are never in these calls.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explanation(error, action, where) from error


def explanation(error: Any, action: str, where: str = "") -> RunError:
    """The error of botocore as one of ours."""
    code, words = code_of(error), words_of(error)
    if code in EXPIRED:
        problem = f"{action} was refused: the credentials are missing or no longer good ({code})"
        return RunError(Fault("AWS_EXPIRED", problem, where, f"sign in again, and {_AGAIN}"))
    if code in FORBIDDEN:
        needed = _NEEDED.search(words)
        right = needed[1] if needed else action
        on = f" on {needed[2]}" if needed and needed[2] else ""
        fix = "allow it to the role; mesh-etl govern policies prints what each role must hold"
        return RunError(Fault("AWS_DENIED", f"{right}{on} is denied ({code})", where, fix))
    if code in ELSEWHERE:
        problem = f"{action} was asked in the wrong region ({code})"
        return RunError(Fault("AWS_REGION", problem, where, "state the region in mesh.yaml and the environment file"))
    if code in SLOW:
        return RunError(Fault("AWS_BUSY", f"{action} was put off ({code})", where, _AGAIN), retryable=True)
    if code == "ParamValidationError" and "Unknown parameter" in str(error):
        fix = "pip install --upgrade boto3"
        return RunError(Fault("BOTO3_OLD", f"this boto3 does not know {action} as it is called here", where, fix))
    if getattr(error, "response", None):
        fix = f"mend what AWS names, and {_AGAIN}"
        return RunError(Fault("AWS_REFUSED", f"{action} was refused ({code}): {words}".rstrip(": "), where, fix))
    if code == "ParamValidationError":  # its words quote values, behind the name of what they were given for
        unfit = _UNFIT.search(str(error))
        what = unfit[1] if unfit else "a value"
        fix = f"mend what it comes from in the configuration or the command, and {_AGAIN}"
        return RunError(Fault("AWS_REFUSED", f"{action} was not sent: {what} is not as AWS takes it", where, fix))
    host = urlsplit(str(getattr(error, "kwargs", {}).get("endpoint_url", ""))).hostname  # its path may name objects
    problem = f"{action} was not answered{f' by {host}' if host else ''} ({code})"
    fix = f"look at the network, and whether the region is the right one and has this service; {_AGAIN}"
    return RunError(Fault("AWS_UNREACHABLE", problem, where, fix), retryable=True)


def words_of(error: Any) -> str:
    """What AWS has said, on one line."""
    response = getattr(error, "response", None)
    return " ".join(str(response["Error"].get("Message", "")).split())[:LONGEST] if response else ""
