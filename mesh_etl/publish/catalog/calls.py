"""One call to the catalogue, and what its failures mean to a publisher."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PublishError
from mesh_etl.worlds.error_codes import BUSY, DENIED, MISMADE, NO_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Somebody else has changed what we have just read: read again.
OVERTAKEN = {"AlreadyExistsException", "EntityNotFoundException", "ConcurrentModificationException"}


class Overtaken(Exception):
    """The catalogue has moved on since it was read; the answer is to read it again."""


# What is to be done where the catalogue takes no answer for another: what is committed stays, and is entered later.
MENDED = "mend what it names, and run it again: what is committed stays, and is entered then"
GOVERNED = "the governance account makes it: mesh-etl govern apply"


@contextmanager
def call(action: str, place: str) -> Iterator[None]:
    """A block in which one call of the client is made, named by its IAM action, such as `glue:GetTable`.

    Raises `Overtaken` where reading again helps, else `PublishError`: CATALOG_DENIED, CATALOG_UNREACHABLE (worth a
    retry, after botocore's own) or CATALOG_REFUSED.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in OVERTAKEN:
            raise Overtaken(f"{action}: {code}") from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in DENIED:
            fix = f"allow {action} to the identity that publishes, and check its Lake Formation grants"
            raise PublishError(Fault("CATALOG_DENIED", f"{action} is denied ({code})", place, fix)) from error
        if code in BUSY or status >= 500:
            fault = Fault("CATALOG_UNREACHABLE", f"{action} was not answered ({code})", place, "run it again")
            raise PublishError(fault, retryable=True) from error
        # The service's own words quote what it was given; partition values are data, so those words stay out.
        words = "" if "Partition" in action else f": {error.response['Error'].get('Message', '')}"
        raise PublishError(Fault("CATALOG_REFUSED", f"{action} was refused ({code}){words}", place, MENDED)) from error
    except BotoCoreError as error:
        kind = type(error).__name__
        if kind in NO_CREDENTIALS:
            fault = Fault("CATALOG_DENIED", f"{action} needs credentials ({kind})", place, "sign in to the account")
            raise PublishError(fault) from error
        if kind in MISMADE:
            raise PublishError(Fault("CATALOG_REFUSED", f"{action} was refused ({kind})", place, MENDED)) from error
        problem = f"{action} could not be made ({kind}: {error})"
        raise PublishError(Fault("CATALOG_UNREACHABLE", problem, place, "run it again"), retryable=True) from error
