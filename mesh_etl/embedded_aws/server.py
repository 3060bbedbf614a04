"""From a request that botocore has built to the answer that botocore would have parsed."""

from __future__ import annotations

import io
import json
import uuid
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.parsers import create_parser

from mesh_etl.embedded_aws import databases, partition_batches, partitions, table_versions, tables  # noqa: F401
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal, missing
from mesh_etl.embedded_aws.operations import OPERATIONS, Body, Call, Operation
from mesh_etl.embedded_aws.validation import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh_etl.embedded_aws.store import Store

OK, REFUSED = 200, 400


class Server:
    """Answers every Glue call of a client; registered for the event `before-call.glue`."""

    def __init__(
        self, store: Store, *, account: str, region: str, fault: Callable[[str, str], None] | None = None
    ) -> None:
        self.store = store
        self.account = account
        self.region = region
        self.fault = fault
        self._parser = create_parser("json")

    def answer(self, model: Any, params: dict[str, Any], **event: Any) -> tuple[AWSResponse, dict[str, Any]]:
        """The HTTP response and the parsed answer, as botocore expects them of a handler that does not send.

        Raises `NotImplementedByEmbeddedAws` for calls and parameters that are not implemented.
        """
        parameters = json.loads(params["body"])
        known = _implemented(model.name, parameters)
        if self.fault:
            self.fault(model.name, "before")
        try:
            status, body = OK, self._apply(known, model.input_shape, parameters)
        except Refusal as refusal:
            status, body = REFUSED, {"__type": refusal.code, "Message": refusal.message}
        if self.fault:
            self.fault(model.name, "after")
        return self._response(params["url"], status, body, model.output_shape)

    def _apply(self, known: Operation, shape: Any, parameters: Body) -> Body:
        problems = violations(shape, parameters)
        if problems:
            count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
            raise Refusal("ValidationException", f"{count}: {'; '.join(problems)}")
        if parameters.get("CatalogId", self.account) != self.account:
            raise missing("Catalog")
        catalog = f"{self.account}/{self.region}"
        with self.store.writing() if known.writes else self.store.reading() as sql:
            return known.answer(Call(parameters, catalog, self.account, self.region, sql))

    def _response(self, url: str, status: int, body: Body, shape: Any) -> tuple[AWSResponse, dict[str, Any]]:
        text = json.dumps(body).encode()
        headers = {"x-amzn-RequestId": str(uuid.uuid4()), "content-type": "application/x-amz-json-1.1"}
        response = {"status_code": status, "headers": _Headers(headers), "body": text}
        parsed = self._parser.parse(response, shape)
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        return AWSResponse(url, status, headers, _Raw(text)), parsed


class _Headers(dict[str, str]):
    """Headers that are found whatever their case, as the parser looks them up."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})


class _Raw(io.BytesIO):
    """The body as `AWSResponse` reads it from a connection."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _implemented(name: str, parameters: Body) -> Operation:
    known = OPERATIONS.get(name)
    if known is None:
        raise NotImplementedByEmbeddedAws(what=f"glue.{name}")
    unread = sorted(parameters.keys() - known.reads - {"CatalogId"})
    if unread:
        raise NotImplementedByEmbeddedAws(what=f"glue.{name} with {', '.join(unread)}")
    return known
