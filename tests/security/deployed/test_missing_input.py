"""With a role that may list nothing beside its source, a file that is not there is still told as missing."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from mesh_etl.stores import store_of

DENIED = b"<Error><Code>AccessDenied</Code><Message>not here</Message></Error>"


class Body:
    """The body of an answer, as a connection would give it."""

    def stream(self, **_: Any) -> Any:
        yield DENIED


@pytest.fixture
def narrow(s3: Any) -> Any:
    """S3 refuses to list what does not begin with `visits/2026`."""

    def refused(request: Any, **_: Any) -> AWSResponse | None:
        listed = "list-type=2" in request.url and "prefix=visits%2F2026" not in request.url
        return AWSResponse(request.url, 403, {"content-type": "application/xml"}, Body()) if listed else None

    s3.meta.events.register("before-send.s3.ListObjectsV2", refused)
    yield s3
    s3.meta.events.unregister("before-send.s3.ListObjectsV2", refused)


def test_what_lies_beside_may_not_be_known(narrow: Any) -> None:
    store = store_of("s3://lake/visits/2026*.csv")
    assert store.find("s3://lake/visits/2026*.csv") == []
    assert store.beside("s3://lake/visits/2026*.csv") is None
