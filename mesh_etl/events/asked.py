"""Ask a service to pass something on; that it cannot be told is a fault to report, and stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mesh_etl.errors import MeshError

Answer = TypeVar("Answer")


def asked(operation: str, call: Callable[[], Answer]) -> tuple[Answer | None, str]:
    """What the call answers, and why it does not; one of the two is empty. `operation` is its name in IAM."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(), ""
    except ClientError as error:
        return None, f"{operation} answered {error.response['Error']['Code']}"
    except BotoCoreError as error:
        return None, f"{operation} could not be called ({type(error).__name__})"
    except MeshError as error:  # the world has no such service, or the role cannot be taken
        return None, error.faults[0].problem
